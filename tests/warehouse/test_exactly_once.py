"""Killed anywhere, and run again: every item once, nothing lost, readers never the wiser."""

from __future__ import annotations

import os
import random
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from listening.contract import TEAMS, DataRoot, ListeningError
from tests.warehouse.world import BRANDS, World, again, bad, deleted, off_topic, said, stored
from warehouse.check import check_warehouse
from warehouse.crash import LOAD_POINTS, PUBLISH_POINTS
from warehouse.load import load_pending
from warehouse.open import open_warehouse
from warehouse.publish import publish, team_file

KILLS = 20
CHILD = """
import resource, sys
from pathlib import Path
from listening.contract import DataRoot, ListeningError
from tests.warehouse.world import BRANDS
from warehouse.load import load_pending
from warehouse.publish import publish
import warehouse.migrations, alembic.command, duckdb
root, step, limit = DataRoot(Path(sys.argv[1])), sys.argv[2], int(sys.argv[3])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
print("ready", flush=True)
try:
    (load_pending if step == "load" else publish)(root, BRANDS)
except ListeningError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)
"""


def start(
    root: DataRoot, step: str, *, limit: int = 0, crash_at: str = ""
) -> subprocess.Popen[str]:
    """Start a load or publish in a child process; it says `ready` once all is imported."""
    environment = {**os.environ, "LISTENING_CRASH_AT": crash_at, "PYTHONPATH": os.getcwd()}
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(root.path), step, str(limit)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def land(world: World, number: int) -> None:
    """Land two batches that touch each other's mentions."""
    ids = [str(number + step) for step in range(4)]
    first = said(ids[0], f"acme bad copy{number}", seen=number, likes=number, followers=number)
    world.land([
        first, again(first, number + 0.5, likes=number + 1),
        said(ids[1], f"acme late threat {number}", seen=number, author=f"p{number}"),
        said(ids[2], f"k2 copy{number} copy{number + 1}", seen=number), bad(f"bad{number}"),
    ])  # fmt: skip
    world.land(
        [
            off_topic(ids[3]),
            deleted(ids[1], number) if number % 3 == 0 else off_topic(f"o{number}"),
        ],
        stream="import--file--b",
    )


def test_twenty_kills_lose_and_double_nothing(world: World, tmp_path: Path) -> None:
    """Kill -9 at random moments of loading; after one more run all tables are as undisturbed."""
    chance = random.Random(20261121)  # noqa: S311
    killed = 0
    pace = 0.4
    for number in range(KILLS):
        land(world, number)
        child = start(world.root, "load")
        started = time.monotonic()
        try:
            child.wait(chance.uniform(0, pace))
        except subprocess.TimeoutExpired:
            child.kill()
            killed += 1
        else:
            pace = max(0.1, time.monotonic() - started)
        child.communicate()
    load_pending(world.root, BRANDS)
    assert killed >= KILLS // 2, f"only {killed} children were still alive to be killed"
    with open_warehouse(world.root) as connection:
        check_warehouse(connection)
    calm = World(DataRoot(tmp_path / "calm"))
    for number in range(KILLS):
        land(calm, number)
    load_pending(calm.root, BRANDS)
    assert stored(world.root) == stored(calm.root)
    with duckdb.connect(str(world.root.warehouse), read_only=True) as connection:
        query = "SELECT count(*), count(DISTINCT batch_id), sum(served) FROM core.receipt"
        assert connection.execute(query).fetchone() == (2 * KILLS, 2 * KILLS, 7 * KILLS)


@pytest.mark.parametrize("point", LOAD_POINTS)
def test_a_crash_at_a_named_point_of_loading_leaves_no_trace(
    world: World, tmp_path: Path, point: str
) -> None:
    """Before and after each step of the transaction: the next load completes, once."""
    for number in range(2):
        land(world, number)
    child = start(world.root, "load", crash_at=point)
    child.communicate()
    assert child.returncode == 137
    load_pending(world.root, BRANDS)
    calm = World(DataRoot(tmp_path / "calm"))
    for number in range(2):
        land(calm, number)
    load_pending(calm.root, BRANDS)
    assert stored(world.root) == stored(calm.root)


@pytest.mark.parametrize("point", PUBLISH_POINTS)
def test_a_crash_at_a_named_point_of_publishing_keeps_the_good_files(
    built: DataRoot, point: str
) -> None:
    """The last good files open all along; the next publish completes and sweeps up."""
    publish(built, BRANDS)
    before = {team: team_file(built, team).read_bytes() for team in TEAMS}
    child = start(built, "publish", crash_at=point)
    child.communicate()
    assert child.returncode == 137
    assert {team: team_file(built, team).read_bytes() for team in TEAMS} == before
    assert list(built.published.glob(".*.tmp"))
    publish(built, BRANDS)
    assert [path.name for path in built.published.glob(".*")] == [".lock"]
    for team in TEAMS:
        with duckdb.connect(str(team_file(built, team)), read_only=True) as connection:
            assert connection.execute("SELECT count(*) > 5 FROM readme").fetchone() == (True,)


def test_two_loads_at_once_load_each_batch_once(world: World) -> None:
    """The second waits for the first and finds nothing left to do, or shares the work."""
    for number in range(3):
        land(world, number)
    children = [start(world.root, "load") for _ in range(3)]
    for child in children:
        _, errors = child.communicate()
        assert child.returncode == 0, errors
    with duckdb.connect(str(world.root.warehouse), read_only=True) as connection:
        query = "SELECT count(*), sum(served) FROM core.receipt"
        assert connection.execute(query).fetchone() == (6, 21)


def test_a_full_disk_ends_in_a_clear_error_and_the_next_load_completes(
    world: World, tmp_path: Path
) -> None:
    """The file may not grow: exit 1 with a mend, a whole file, and nothing lost."""
    rows = [said(str(n), f"acme {'words ' * 300} {n}") for n in range(3000)]
    world.land(rows)
    limit = world.root.warehouse.stat().st_size + 65_536
    child = start(world.root, "load", limit=limit)
    _, errors = child.communicate()
    assert child.returncode == 1, errors
    assert "free the disk" in errors
    assert "Traceback" not in errors
    (receipt,) = load_pending(world.root, BRANDS)
    assert receipt.inserted == len(rows)
    with open_warehouse(world.root) as connection:
        check_warehouse(connection)


def test_a_full_disk_keeps_the_published_files(built: DataRoot) -> None:
    """A publish that cannot write is an error; the last good files stay, the next completes."""
    publish(built, BRANDS)
    before = {team: team_file(built, team).read_bytes() for team in TEAMS}
    child = start(built, "publish", limit=100_000)
    _, errors = child.communicate()
    assert child.returncode == 1, errors
    assert "Traceback" not in errors
    assert {team: team_file(built, team).read_bytes() for team in TEAMS} == before
    assert len(publish(built, BRANDS)) == len(TEAMS)
