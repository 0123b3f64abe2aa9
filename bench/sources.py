"""Runs every source at once, and checks the ledger of each against what it was served.

    python -m bench.sources

Serves the answers that lie beside each source's tests on loopback, and lets one `listening run`
hear all of them: at first, and again four days later, when things were edited and deleted. Exit
status 1: a source is without answers, failed, lost or doubled an item, or landed other rows than
it does alone; a private word is in the file of a team that is not care or legal, or not in care's;
or memory went over a gigabyte.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow.parquet as pq

from listening.contract import TEAMS, BrandFile, DataRoot, batch_ids, read_batch
from listening.crawl import crawl_stream
from listening.sidebyside import side_by_side
from listening.sources import SOURCES
from listening.streams import Stream, streams
from tests.listening.conftest import Answer, Asked, Server, reply, serving
from tests.listening.sources.serving import HERE, LATER, NOW, QUILLON, answer, plain, read_case
from warehouse.publish import team_file

ROOT: Final = Path(__file__).resolve().parent.parent
LIMIT: Final = 1_000_000_000  # bytes
STRICT: Final = ("care", "legal")  # the teams that read messages and tickets

Runner = Callable[["Mixed"], list[str]]


@dataclass
class Mixed:
    """Every source of the registry, its answers served side by side, by host."""

    folder: Path
    server: Server
    cases: dict[str, dict[str, Any]] = field(default_factory=dict)
    routes: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in SOURCES:
            if not (HERE / name / "case.json").exists():
                self.faults.append(f"{name} has no answers to be served")
                continue
            self.cases[name] = read_case(name, self.folder / "drop")
        self.drop("files")
        self.serve("routes")
        os.environ["LISTENING_CONNECT_TO"] = f"*.example=127.0.0.1:{self.server.port}"
        os.environ["LISTENING_DATA"] = str(self.root.path)
        for case in self.cases.values():
            os.environ.update(case.get("environment", {}))

    @property
    def root(self) -> DataRoot:
        """Return where everything lands."""
        return DataRoot(self.folder / "data")

    @property
    def brands(self) -> BrandFile:
        """Return a brand file that listens to all of them."""
        settings = {name: case["settings"] for name, case in self.cases.items()}
        return BrandFile(brands=(QUILLON,), sources=settings)

    def drop(self, key: str) -> None:
        """Put the files of a case into the drop folder."""
        (self.folder / "drop").mkdir(exist_ok=True)
        for name, case in self.cases.items():
            for file in case.get(key, []):
                shutil.copy(HERE / name / file, self.folder / "drop" / file)

    def serve(self, key: str) -> None:
        """Answer with these routes of each case before those served so far."""
        for name, case in self.cases.items():
            self.routes[name] = [*case.get(key, []), *self.routes.get(name, [])]
        hosts = {one.source: {one.host, *one.hosts} for one in streams(self.brands)}

        def by_host(asked: Asked) -> Answer:
            host = asked.headers["host"].partition(":")[0]
            for name, routes in self.routes.items():
                served = [one for one in routes if one["path"] == asked.path]
                if host in hosts[name] and served:
                    return answer(name, served, asked)
            return reply(b"no such page", 404)

        for path in {one["path"] for routes in self.routes.values() for one in routes}:
            self.server.on(path, by_host)

    def check(self, *, first: bool) -> None:
        """Check each source's newest batch: its buckets' sum, and what is in them."""
        landed: dict[str, str] = {}
        for batch_id in batch_ids(self.root.landing):  # in order
            if batch_id.startswith("mention/"):
                landed[read_batch(self.root.landed(batch_id)).source] = batch_id
        for name, case in self.cases.items():
            if name not in landed:
                self.faults.append(f"{name} landed nothing")
                continue
            batch = read_batch(self.root.landed(landed[name]))
            rows = pq.read_table(self.root.landed(landed[name])).to_pylist()
            if not batch.served == sum(batch.counts.values()) == len(rows):
                self.faults.append(f"{name}: {batch.served} served, {dict(batch.counts)} landed")
            golden = json.loads((HERE / name / "golden.json").read_text())
            if first and _said(plain(rows)) != _said(golden):
                self.faults.append(f"{name} landed other rows than it does alone")
            ids = {(row["native_id"], row["bucket"]) for row in rows}
            expected = (
                () if first else ((case.get("edited"), "kept"), (case.get("deleted"), "deleted"))
            )
            self.faults += [
                f"{name}: {native_id} is not {bucket}"
                for native_id, bucket in expected
                if native_id and (native_id, bucket) not in ids
            ]


def _said(rows: list[dict[str, Any]]) -> set[str]:
    """Return rows but those of what came twice: the tests' pages are shorter, and overlap."""
    told = ({**row, "item_no": 0} for row in rows if row["bucket"] != "duplicate")
    return {json.dumps(row, sort_keys=True) for row in told}


def crawl_all(mixed: Mixed) -> list[str]:
    """Crawl all streams side by side, in this process; return the errors."""
    brands = mixed.brands

    def work(stream: Stream) -> str:
        error = crawl_stream(mixed.root, stream, brands).error
        return f"{stream.id}: {error}" if error else ""

    return [told for _, told in side_by_side(streams(brands), work) if told]


@dataclass
class Command:
    """`listening run` as a process of its own, and the most memory it held."""

    peak: int = 0

    def __call__(self, mixed: Mixed) -> list[str]:
        """Run it; return its errors."""
        brand = {key: value for key, value in asdict(QUILLON).items() if value}
        named = {key: brand[key] for key in ("id", "name", "role", "domains", "handles")}
        file = mixed.folder / "mixed.yaml"
        told = {"version": 1, "brands": [named], "sources": mixed.brands.sources}
        file.write_text(json.dumps(told))  # JSON is YAML, too
        command = [sys.executable, "-m", "listening.cli", "run", "--brand", str(file), "--json"]
        log = (mixed.folder / "log").open("w+")
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT)  # noqa: S603 - ours
        while process.poll() is None:
            self.peak = max(self.peak, _held(process.pid))
            time.sleep(0.05)
        log.seek(0)
        said = [line for line in log if line.startswith("error")]
        return said or ([f"exit {process.returncode}"] if process.returncode else [])


def leaks(root: DataRoot) -> list[str]:
    """Look for the words of messages and tickets in every table and month of each team's file."""
    said = {
        (row["source"], row["text"])
        for batch_id in batch_ids(root.landing)
        if batch_id.startswith("mention/")
        for row in pq.read_table(root.landed(batch_id)).to_pylist()
        if row["bucket"] == "kept" and row["private"] and row["text"]
    }
    reads = {}
    for team in TEAMS:
        shown = _shown(root, team)
        reads[team] = {source for source, text in said if text in shown}
    # Legal is shown what is flagged; care answers, and so reads every ticket.
    unread = {source for source, _ in said} - reads["care"]
    return [
        *(f"care does not read {source}" for source in unread),
        *([] if said else ["nothing was private: this proves nothing"]),
        *(
            f"{team} reads private words of {source}"
            for team in reads.keys() - STRICT
            for source in reads[team]
        ),
    ]


def _shown(root: DataRoot, team: str) -> str:
    """Return all that a team's file says, its months beside it too."""
    told = list[str]()
    with duckdb.connect(str(team_file(root, team)), read_only=True) as connection:
        tables = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        places = [f'"{table}"' for (table,) in tables]
        places += [f"'{month}'" for month in (root.published / team).rglob("*.parquet")]
        for place in places:
            rows = connection.execute(f"SELECT to_json(t) FROM {place} AS t").fetchall()  # noqa: S608 - our own names
            told += [str(json.loads(row)) for (row,) in rows]
    return "\n".join(told)


def _held(pid: int) -> int:
    """Return the bytes a process held at most so far."""
    try:
        told = Path(f"/proc/{pid}/status").read_text("ascii")
    except OSError:  # it has just ended
        return 0
    return 1024 * next((int(line.split()[1]) for line in told.splitlines() if "VmHWM" in line), 0)


def measure(folder: Path, run: Runner) -> dict[str, Any]:
    """Run all sources at both moments; return the figures, and what went wrong."""
    with serving() as server:
        mixed = Mixed(folder, server)
        began = time.monotonic()
        for moment, first in ((NOW, True), (LATER, False)):
            os.environ["LISTENING_NOW"] = moment
            mixed.faults += run(mixed)
            mixed.check(first=first)
            mixed.serve("later")
            mixed.drop("later_files")
        seconds = time.monotonic() - began
        if mixed.root.published.exists():
            mixed.faults += leaks(mixed.root)
    return {
        "sources": len(mixed.cases),
        "requests": len(server.asked),
        "seconds": round(seconds, 1),
        "faults": mixed.faults,
    }


def main() -> int:
    """Measure, print, and return the exit status."""
    command = Command()
    with tempfile.TemporaryDirectory(prefix="sources-") as folder:
        told = measure(Path(folder), command)
    if command.peak > LIMIT:
        told["faults"].append(f"{command.peak:,} bytes of memory")
    print(json.dumps({**told, "peak_megabytes": round(command.peak / 1e6)}, indent=1))  # noqa: T201
    return 1 if told["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
