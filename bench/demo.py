"""Shows the whole way on an invented brand: `make demo`.

Starts the replay server on loopback, runs the DAGs once, and prints what each team would ask.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from bench.airflow_home import ROOT, airflow_environment
from bench.replay import load_world, serve
from listening.contract import CLOCK_VARIABLE, DataRoot, ListeningError

WORLD = ROOT / "bench" / "worlds" / "larkspur"
BRAND = ROOT / "brands" / "demo.yaml"
STARTING = re.compile(r"\[DAG TEST\] starting task_id=(\S+) map_index=-1")
CRAWLED = re.compile(r"crawled \S+: served \d+, \w+")


def main(arguments: list[str] | None = None) -> int:
    """Run the demo, or another world with its brand file; return its exit status."""
    options = _parser().parse_args(arguments)
    world, brand = options.world.resolve(), options.brand.resolve()
    root = DataRoot(Path(os.environ.get("LISTENING_DATA") or ROOT / "data" / "demo"))
    root.path.mkdir(parents=True, exist_ok=True)
    held = os.environ.get(CLOCK_VARIABLE) or load_world(world).now.isoformat()
    os.environ[CLOCK_VARIABLE] = held
    say(f"The world: {os.path.relpath(world)}, its clock held at {held}")
    with serve(world) as server:
        environment = {
            **os.environ,
            **airflow_environment(root.path / "airflow", port=8080),
            "LISTENING_DATA": str(root.path),
            "LISTENING_BRANDS": str(brand),
            "LISTENING_CONNECT_TO": server.connect_to,
        }
        log = root.path / "demo.log"
        status = _run(environment, log)
    if status:
        say(f"The run failed; {log} says why")
        return status
    from desk.brief import brief

    say(brief(root))
    say("\nTo go on asking:\n   source .venv/bin/activate")
    say(f"   export LISTENING_DATA={os.path.relpath(root.path)}")
    say("docs/cookbook.md has each team's common questions; `make up` runs it all on a schedule.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.demo", description=__doc__)
    parser.add_argument("--world", type=Path, default=WORLD, help="a folder with a world.yaml")
    parser.add_argument("--brand", type=Path, default=BRAND, help="the brand file to hear it with")
    return parser


def _run(environment: dict[str, str], log: Path) -> int:
    """Run the DAGs in a process of their own; show each task as it starts."""
    started = time.monotonic()
    say("  starting Airflow …")
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.once"],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    assert process.stdout is not None  # noqa: S101 (PIPE was asked for)
    with log.open("w") as kept:
        for line in process.stdout:
            kept.write(line)
            if match := STARTING.search(line) or CRAWLED.search(line):
                told = match[match.lastindex or 0].replace("--", " ")
                say(f"  {time.monotonic() - started:5.0f} s  {told}")
            elif line.startswith("error:"):
                say(line.rstrip())
    return process.wait()


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ListeningError as error:
        say(f"error: {error}")
        sys.exit(error.exit_code)
