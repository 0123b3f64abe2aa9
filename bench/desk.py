"""How long the desk's pages take with many people at it.

`python -m bench.desk [--mentions 1000000] [--users 50] [--seconds 60] [--think 5]` takes the
published files of the data root (the demo's, say), repeats every row of a mention until there are
so many, spread over the published days, and lets people look: a page of their role, its filters,
the rows behind a number, a mention; between two looks each reads for `think` seconds on average.
The server is a process of its own, as `listening desk` is. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any

import duckdb
import httpx

from desk.web.account import add_account
from desk.web.app import open_rooms
from listening.contract import TEAMS, DataRoot

DAYS = 90
PASSWORD = "correct horse battery staple"  # noqa: S105 (of a bench's accounts)
READERS = ("product", "legal", "pr", "care", "marketing", "executive")
_DATES = {"DATE": "DATE", "TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ"}


def enlarge(source: Path, target: Path, mentions: int) -> dict[str, int]:
    """Write team files in which every row of a mention is repeated; return the largest table."""
    target.mkdir(parents=True)
    with duckdb.connect(source / "marketing.duckdb", read_only=True) as connection:
        ((known,),) = connection.execute("SELECT count(*) FROM mention").fetchall()
    times = max(1, round(mentions / known))
    largest = {}
    for team in TEAMS:
        with duckdb.connect(target / f"{team}.duckdb") as connection:
            connection.execute("SET memory_limit = '2GB'; SET preserve_insertion_order = false")
            connection.execute(f"ATTACH '{source / team}.duckdb' AS small (READ_ONLY)")
            largest[team] = max(_copy(connection, times), default=0)
    return largest


def _copy(connection: duckdb.DuckDBPyConnection, times: int) -> Iterator[int]:
    tables = connection.execute(
        "SELECT table_name, list(column_name), list(data_type) FROM duckdb_columns()"
        " WHERE database_name = 'small' AND NOT internal GROUP BY table_name"
    ).fetchall()
    for table, names, types in tables:
        repeated = "mention_id" in names and table != "mention_vector"
        columns = ", ".join(_column(*each, names) for each in zip(names, types, strict=True))
        # By brand and newest first, as publish writes them: a filter then reads few of them.
        keys = [key for key in ("brand_id", "published_at") if key in names]
        ordered = "mention_id" if table == "mention" else ", ".join(keys)
        order = f" ORDER BY {ordered}" if ordered and repeated else ""
        many = f", range({times}) AS part(number)" if repeated else ", (SELECT 0) AS part(number)"
        connection.execute(
            f'CREATE TABLE "{table}" AS SELECT {columns} FROM small."{table}"{many}{order}'  # noqa: S608 (names of our own files)
        )
        ((rows,),) = connection.execute(f'SELECT count(*) FROM "{table}"').fetchall()  # noqa: S608
        yield rows


def _column(name: str, kind: str, names: Sequence[str]) -> str:
    if "mention_id" not in names:
        return f'"{name}"'
    if name in {"mention_id", "thread_id", "cluster_id", "flag_id"}:
        return f'if(number = 0, "{name}", md5("{name}" || number)) AS "{name}"'
    if kind in _DATES and name not in {"due_at", "week"}:
        return f'("{name}" - INTERVAL 1 DAY * (number % {DAYS}))::{_DATES[kind]} AS "{name}"'
    return f'"{name}"'


@contextmanager
def serving(root: DataRoot) -> Iterator[tuple[str, int]]:
    """Run `listening desk` with an account for every reader; give its address and its process."""
    engine = open_rooms(root)
    for role in READERS:
        add_account(engine, role, PASSWORD, (role,))
    engine.dispose()
    process = subprocess.Popen(
        [sys.executable, "-m", "listening.cli", "desk", "--port", "0"],
        env={**os.environ, "LISTENING_DATA": str(root.path)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None  # noqa: S101 (asked for above)
        for line in process.stderr:
            if found := re.search(r"http://[\d.]+:\d+", line):
                yield found[0], process.pid
                break
    finally:
        process.terminate()
        process.wait()


class User(threading.Thread):
    """Somebody who looks at pages until the time is over."""

    def __init__(
        self,
        address: str,
        role: str,
        seed: int,
        seconds: float,
        think: float,
        ready: threading.Barrier,
    ) -> None:
        super().__init__()
        self.address, self.role, self.ready = address, role, ready
        self.seconds, self.think = seconds, think
        self.chance = random.Random(seed)  # noqa: S311 (a bench)
        self.took: list[tuple[str, float]] = []
        self.faults: list[str] = []

    def run(self) -> None:
        """Sign in, then look and read in turn."""
        with httpx.Client(base_url=self.address, timeout=60) as client:
            form = client.get("/sign-in").text
            token = re.search(r'name="csrf" value="([^"]+)"', form)
            client.post(
                "/sign-in",
                data={"name": self.role, "password": PASSWORD, "csrf": token[1] if token else ""},
            )
            self.ready.wait()  # hashing fifty passwords at once is another question
            time.sleep(self.chance.uniform(0, self.think))
            until = time.monotonic() + self.seconds
            path = f"/{self.role}"
            while time.monotonic() < until:
                text = self._look(client, path)
                path = self._next(text)
                time.sleep(self.chance.expovariate(1 / self.think) if self.think else 0)

    def _look(self, client: httpx.Client, path: str) -> str:
        began = time.perf_counter()
        answer = client.get(path)
        kind = next((word for word in ("rows", "mention") if f"/{word}/" in path), "page")
        self.took.append((kind, time.perf_counter() - began))
        if answer.status_code != httpx.codes.OK:
            self.faults.append(f"{path}: {answer.status_code}")
        return answer.text

    def _next(self, text: str) -> str:
        links = [unescape(link) for link in re.findall(r'<a href="([^"]+)"', text)]
        deeper = [link for link in links if "/mention/" in link or "/rows/" in link]
        if deeper and self.chance.random() < 0.6:  # noqa: PLR2004
            return str(self.chance.choice(deeper))
        options = re.findall(
            r'<select name="(channel|topic|product|language)">(.*?)</select>', text, re.DOTALL
        )
        given = {"since": f"2026-{self.chance.randint(8, 10):02}-{self.chance.randint(1, 28):02}"}
        for name, body in options:
            values = [unescape(value) for value in re.findall(r'option value="([^"]+)"', body)]
            if values and self.chance.random() < 0.3:  # noqa: PLR2004
                given[name] = self.chance.choice(values)
        return str(httpx.URL(f"/{self.role}", params=given))


def _worked(pid: int) -> float:
    """Return the processor seconds a process has taken, whatever else the machine does."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def measure(root: DataRoot, users: int, seconds: float, think: float) -> dict[str, Any]:
    """Let people look, and return how long it took them."""
    began: list[float] = []
    with serving(root) as (address, pid):
        ready = threading.Barrier(users, lambda: began.append(_worked(pid)))
        people = [
            User(address, READERS[number % len(READERS)], number, seconds, think, ready)
            for number in range(users)
        ]
        for person in people:
            person.start()
        for person in people:
            person.join()
        worked = _worked(pid) - began[0]
    told: dict[str, Any] = {"users": users, "seconds": seconds, "think": think}
    every = [each for person in people for each in person.took]
    told["processor_ms_a_look"] = round(1000 * worked / len(every))
    told["load"] = round(os.getloadavg()[0], 1)  # of the machine, the bench's own included
    for kind in ("page", "rows", "mention", ""):
        took = sorted(seconds for name, seconds in every if kind in {name, ""})
        if took:
            told[kind or "all"] = {
                "looks": len(took),
                "median_ms": round(1000 * took[len(took) // 2]),
                "p95_ms": round(1000 * took[int(len(took) * 0.95)]),
                "max_ms": round(1000 * took[-1]),
            }
    told["faults"] = [fault for person in people for fault in person.faults][:10]
    return told


def main() -> None:
    """Read the arguments, enlarge, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mentions", type=int, default=1_000_000)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--think", type=float, default=5)
    parser.add_argument("--keep", type=Path, help="Where the enlarged files lie, or shall.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = DataRoot(given.keep or Path(folder))
        if not root.published.exists():
            began = time.monotonic()
            rows = enlarge(DataRoot.from_environment().published, root.published, given.mentions)
            sys.stderr.write(f"{rows} rows in {time.monotonic() - began:.0f} s\n")
        for path in root.path.glob("desk.sqlite*"):
            path.unlink()
        told = measure(root, given.users, given.seconds, given.think)
    print(json.dumps({"mentions": given.mentions, **told}))  # noqa: T201


if __name__ == "__main__":
    main()
