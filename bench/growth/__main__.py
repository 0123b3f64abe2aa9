"""What growth costs: `python -m bench.growth --sizes 10000,1000000,10000000`.

For each size: a warehouse of synthetic years, its models and team files; then 10,000 more mentions
through landing, tags, load, models and publish; and every team's ten questions. Then the load of a
large batch beside DuckDB's own COPY (`--sizes none`: this alone). Every step is a process of its
own. Worlds are kept in `--data` and used again.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bench.airflow_home import ROOT
from bench.growth.fill import NOW
from bench.growth.more import HOURS
from bench.growth.report import STEPS, Measured, Size, to_markdown
from bench.watch import describe_machine
from listening.contract import CLOCK_VARIABLE, TEAMS, ListeningError

SIZES: Final = "10000,1000000,10000000"
MORE: Final = 10_000
"""Mentions that are added."""

ROUNDS: Final = 3
"""How often they are added, others each time; the median counts."""

COPIED: Final = 200_000
"""Mentions that are loaded at once beside DuckDB's COPY."""

FEW: Final = 500
"""Mentions known to those who say what is loaded beside DuckDB's COPY."""

TAGGED: Final = 2_000
"""Of these, those that are tagged; the others are layers of them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print Markdown, or JSON; return the exit status."""
    options = _parser().parse_args(arguments)
    measured = Measured(_machine())
    for mentions in map(int, () if options.sizes == "none" else options.sizes.split(",")):
        root = options.data.resolve() / str(mentions)
        measured.sizes.append(_measure(root, mentions, options))
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.rounds):
            measured.copies.append(_compare(Path(folder) / str(number), options.copied))
    lines = [json.dumps(asdict(measured))] if options.json else to_markdown(measured)
    say("\n".join(lines))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description=__doc__)
    parser.add_argument("--sizes", default=SIZES, help="mentions, joined by commas, or none")
    parser.add_argument("--data", type=Path, default=ROOT / "data" / "growth", help="their roots")
    parser.add_argument("--more", type=int, default=MORE, help="mentions that are added")
    parser.add_argument("--copied", type=int, default=COPIED, help="mentions beside COPY")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="turns; the median counts")
    parser.add_argument("--json", action="store_true", help="print all that was measured")
    return parser


def _machine() -> dict[str, str]:
    names = ("duckdb", "dbt-core", "dbt-duckdb", "sqlalchemy")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {**describe_machine(), "memory": f"{memory:.0f} GB", "database": versions}


def _measure(root: Path, mentions: int, options: argparse.Namespace) -> Size:
    size = Size(mentions)
    told = root / "growth.json"
    if not told.exists():
        made = [step("fill", root, NOW, str(mentions)), *(step(n, root, NOW) for n in STEPS[1:])]
        told.write_text(json.dumps({each["name"]: each["seconds"] for each in made}))
    size.made = json.loads(told.read_text("utf-8"))
    for _ in range(options.rounds):
        clock = _next_clock(root)
        step("seal", root, clock, str(options.more))
        size.added.append({name: step(name, root, clock) for name in STEPS})
    size.mb = (root / "warehouse.duckdb").stat().st_size / 1e6
    for team in TEAMS:
        size.queries[team] = step("queries", root, NOW, team)["told"]
    return size


def _next_clock(root: Path) -> str:
    """Return the moment at which the next batch is sealed: some hours after the last."""
    before = len(list(root.glob("landing/mention/*/*/*.parquet")))
    return (datetime.fromisoformat(NOW) + timedelta(hours=HOURS) * (before + 1)).isoformat()


def _compare(folder: Path, mentions: int) -> dict[str, Any]:
    """Load a batch into an empty warehouse, and COPY what that then holds into another."""
    world, loaded, empty = folder / "world", folder / "loaded", folder / "empty"
    step("fill", world, NOW, str(FEW))
    clock = _next_clock(world)
    tagged = min(TAGGED, mentions)
    batch_id = step("seal", world, clock, str(tagged))["told"]["batches"][0]
    batch_id = step("widen", world, clock, batch_id, str(mentions // tagged))["told"]["batch"]
    for root in (loaded, empty):
        step("load", root, clock)  # nothing yet, but the tables and the brand file's rows
    for zone in ("landing", "tagged"):
        target = loaded / zone / f"{batch_id}.parquet"
        target.parent.mkdir(parents=True)
        shutil.copyfile(world / zone / f"{batch_id}.parquet", target)
    return {"load": step("load", loaded, clock), "copy": step("copy", loaded, clock, str(empty))}


def step(name: str, root: Path, clock: str, *arguments: str) -> dict[str, Any]:
    """Run a step in a process of its own, at a held clock, and return what it tells.

    Raises:
        ListeningError: it failed; its message is above.
    """
    root.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "bench.growth.step", name, str(root), *arguments]
    environment = {**os.environ, CLOCK_VARIABLE: clock, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(  # noqa: S603
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise ListeningError(
            f"ended with status {done.returncode}",
            where=" ".join(command),
            mend="See its message above",
        )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def say(text: str) -> None:
    """Print at once."""
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ListeningError as error:
        say(f"error: {error}")
        sys.exit(error.exit_code)
