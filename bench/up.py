"""Runs Airflow for real against the demo world: `make up`, stopped by Ctrl-C.

The four processes that `airflow standalone` would start are started here, because
standalone cannot pass `--skip-serve-logs`: the log servers of the scheduler and the triggerer
listen on every interface (airflow/utils/serve_logs/core.py, host="", 3.3.2). With the
LocalExecutor the API server reads the same files from disk.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from bench.airflow_home import ROOT, USER, airflow_environment, password
from bench.demo import BRAND, WORLD
from bench.replay import World, load_world, serve
from bench.replay.shift import shifted, weeks_until
from listening.contract import now

COMPONENTS: dict[str, Sequence[str]] = {
    "api-server": ("api-server",),
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
    "triggerer": ("triggerer", "--skip-serve-logs"),
}
HOME = ROOT / ".airflow"
START_SECONDS = 240
STOP_SECONDS = 30


class Interrupted(Exception):  # noqa: N818 (a request, not an error)
    """Somebody asked us to stop."""


def main() -> int:
    """Start everything, wait for Ctrl-C or for a part to die, and leave nothing running."""
    port = int(os.environ.get("LISTENING_AIRFLOW_PORT") or 8080)
    desk_port = int(os.environ.get("LISTENING_DESK_PORT") or 8090)
    for taken, variable in ((port, "LISTENING_AIRFLOW_PORT"), (desk_port, "LISTENING_DESK_PORT")):
        if is_taken(taken):
            say(f"error: port {taken} is taken. Set {variable} to a free one")
            return 2
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        with (
            serve(living_world(_data())) as server,
            components(_environment(port, server.connect_to)) as parts,
        ):
            parts["desk"] = _start_desk(desk_port)
            return _watch(parts, port, desk_port)
    except Interrupted:
        say("stopped; nothing is left running")
        return 0


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)  # noqa: T201


def living_world(data: Path) -> World:
    """Return the demo world moved so that it goes on happening, as at the first start.

    The shift is kept with the data: mentions seen before must not move.
    """
    world = load_world(WORLD)
    kept = data / "world_shift_weeks"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(str(weeks_until(world, now()) + 1))
    return shifted(world, int(kept.read_text()))


def _data() -> Path:
    return Path(os.environ.get("LISTENING_DATA") or ROOT / "data" / "up")


def _environment(port: int, connect_to: str) -> dict[str, str]:
    return {
        **os.environ,
        **airflow_environment(HOME, port=port),
        "LISTENING_DATA": str(_data()),
        "LISTENING_BRANDS": os.environ.get("LISTENING_BRANDS") or str(BRAND),
        "LISTENING_CONNECT_TO": connect_to,
    }


@contextmanager
def components(environment: dict[str, str]) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """Run Airflow's processes, each in its own session; end every descendant at the end."""
    airflow = str(Path(sys.executable).with_name("airflow"))
    logs = Path(environment["AIRFLOW_HOME"]) / "components"
    logs.mkdir(parents=True, exist_ok=True)
    say("preparing Airflow's database …")
    with (logs / "migrate.log").open("wb") as output:
        subprocess.run(  # noqa: S603 (our own interpreter's neighbour)
            [airflow, "db", "migrate"],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=True,
        )
    parts: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, arguments in COMPONENTS.items():
            with (logs / f"{name}.log").open("ab") as output:
                parts[name] = subprocess.Popen(  # noqa: S603
                    [airflow, *arguments],
                    env=environment,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        yield parts
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave orphans
        _stop(list(parts.values()))


def _start_desk(port: int) -> subprocess.Popen[bytes]:
    """Serve the desk over the same data, with an account for every role: its name, one password."""
    from desk.web.account import ROLES, add_account, list_accounts, set_password
    from desk.web.app import open_rooms
    from listening.contract import DataRoot

    engine = open_rooms(DataRoot(_data()))
    known = {each["name"] for each in list_accounts(engine)}
    for role in ROLES:
        if role in known:
            set_password(engine, role, password())
        else:
            add_account(engine, role, password(), (role,))
    engine.dispose()
    with (HOME / "components" / "desk.log").open("ab") as output:
        return subprocess.Popen(  # noqa: S603 (our own interpreter)
            [sys.executable, "-m", "listening.cli", "desk", "--port", str(port)],
            env={**os.environ, "LISTENING_DATA": str(_data())},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _watch(parts: dict[str, subprocess.Popen[bytes]], port: int, desk_port: int) -> int:
    started, ready = time.monotonic(), False
    while True:
        for name, process in parts.items():
            if process.poll() is not None:
                say(f"error: {name} ended with {process.returncode}; see {HOME}/components/")
                return 1
        if not ready and healthy(port):
            ready = True
            say(f"Airflow is up after {time.monotonic() - started:.0f} s")
            say(f"  http://127.0.0.1:{port}   user {USER}   password {password()}")
            say(f"  the desk: http://127.0.0.1:{desk_port}   user product, legal, …, the same word")
            say("  the DAGs are unpaused and on their schedules; Ctrl-C stops everything")
        if not ready and time.monotonic() - started > START_SECONDS:
            say(f"error: not healthy after {START_SECONDS} s; see {HOME}/components/")
            return 1
        time.sleep(1)


def healthy(port: int) -> bool:
    """Tell whether every one of Airflow's processes says that it is well."""
    import requests

    try:
        answer = requests.get(f"http://127.0.0.1:{port}/api/v2/monitor/health", timeout=5).json()
    except (requests.RequestException, ValueError):
        return False
    names = ("metadatabase", "scheduler", "dag_processor", "triggerer")
    return all((answer.get(name) or {}).get("status") == "healthy" for name in names)


def _stop(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """Interrupt, wait, then kill what is left, grandchildren in other sessions included."""
    import psutil

    family = psutil.Process().children(recursive=True)
    for process in processes:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
    _, alive = psutil.wait_procs(family, timeout=STOP_SECONDS)
    for left in alive:
        try:
            left.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(alive, timeout=5)


def is_taken(port: int) -> bool:
    """Tell whether something listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise Interrupted


if __name__ == "__main__":
    sys.exit(main())
