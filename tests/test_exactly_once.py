"""Killed anywhere and run again, the whole way ends where an undisturbed run ends."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bench.airflow_home import airflow_environment
from bench.replay import serve
from listening.contract import DataRoot
from tests import whole_way
from tests.forked import fork

ROOT = Path(__file__).parents[1]
WORLD = Path(__file__).parent / "worlds" / "kiosk"
BRAND = WORLD / "brand.yaml"
ROOTS, KILLS_A_ROOT = 2, 10
SEED = int(os.environ.get("LISTENING_KILL_SEED") or random.SystemRandom().randrange(10**6))

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module", autouse=True)
def workers():
    fork(int).join()  # the imports are paid here, and not measured


@pytest.fixture(scope="module")
def server():
    with pytest.MonkeyPatch.context() as held, serve(WORLD) as running:
        held.setenv("LISTENING_NOW", running.world.now.isoformat())  # one clock for both ends
        yield running


@pytest.fixture(scope="module")
def surroundings(server):
    """Return the environment of a run on a data root."""

    def of(root: Path) -> dict[str, str]:
        return {
            "LISTENING_DATA": str(root),
            "LISTENING_NOW": server.world.now.isoformat(),
            "LISTENING_CONNECT_TO": server.connect_to,
            "LISTENING_BRANDS": str(BRAND),
        }

    return of


@pytest.fixture(scope="module")
def disturbed_by_nothing(surroundings, tmp_path_factory):
    """Run once; return the data root and how many seconds it took."""
    root = tmp_path_factory.mktemp("undisturbed")
    started = time.monotonic()
    assert _run(surroundings(root)) == 0
    return root, time.monotonic() - started


@pytest.fixture(scope="module")
def undisturbed(disturbed_by_nothing):
    """Return the rows of a run without disturbance, and its seconds."""
    root, seconds = disturbed_by_nothing
    return whole_way.warehouse_rows(DataRoot(root)), seconds


def test_the_undisturbed_run_holds_the_world(undisturbed):
    rows, _ = undisturbed
    assert len(rows["core.mention"]) == 11  # the rain is off topic
    assert len(rows["core.off_topic"]) == 1


def test_a_second_run_with_the_clock_held_changes_nothing(
    surroundings, undisturbed, disturbed_by_nothing
):
    root, _ = disturbed_by_nothing
    assert _run(surroundings(root)) == 0
    assert whole_way.warehouse_rows(DataRoot(root)) == undisturbed[0]


def test_killed_at_random_moments(surroundings, undisturbed, tmp_path):
    """Twenty kills over two data roots, side by side; then one run of each left in peace."""
    expected, seconds = undisturbed
    chance = random.Random(SEED)  # noqa: S311 (moments, not secrets)
    moments = [[chance.uniform(0, seconds) for _ in range(KILLS_A_ROOT)] for _ in range(ROOTS)]

    def disturb(number: int) -> tuple[int, int]:
        environment = surroundings(tmp_path / str(number))
        killed = sum(_run(environment, kill_after=at) < 0 for at in moments[number])
        return killed, _run(environment)

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(disturb, range(ROOTS)))
    assert [status for _, status in outcomes] == [0] * ROOTS, f"LISTENING_KILL_SEED={SEED}"
    for number in range(ROOTS):
        rows = whole_way.warehouse_rows(DataRoot(tmp_path / str(number)))
        assert rows.keys() == expected.keys()
        for table, content in expected.items():
            assert rows[table] == content, f"{table}, LISTENING_KILL_SEED={SEED}"
    landed = sum(killed for killed, _ in outcomes)
    assert landed >= ROOTS * KILLS_A_ROOT // 2, "most kills came too late to disturb anything"


@pytest.mark.airflow
def test_killed_under_airflow(surroundings, undisturbed, tmp_path):
    """The DAG run dies while it tags; the next one ends where an undisturbed run ends."""
    environment = {
        **os.environ,
        **airflow_environment(tmp_path / "airflow", port=8080),
        **surroundings(tmp_path / "data"),
    }
    command = [sys.executable, "-m", "bench.once", "listen", "warehouse_update"]
    with subprocess.Popen(
        command,
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if re.search(r"starting task_id=tag_and_alert ", line):
                time.sleep(1)
                os.killpg(process.pid, signal.SIGKILL)
                break
        assert process.wait() == -signal.SIGKILL
    assert (tmp_path / "data" / "landing").exists()
    done = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert whole_way.warehouse_rows(DataRoot(tmp_path / "data")) == undisturbed[0]


def _run(environment, kill_after: float | None = None) -> int:
    """Take the whole way in a child; kill it after some seconds. Return its exit code."""
    child = fork(whole_way.take, BRAND, **environment)
    child.join(kill_after)
    if child.is_alive():
        child.kill()
    child.join()
    assert child.exitcode is not None
    return child.exitcode
