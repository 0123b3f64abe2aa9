"""Holds the team files open for reading, and takes up a new one when it is renamed into place.

DuckDB keeps one instance for a path in a process: while any connection to the old file is open,
opening the path again gives the old file, by whatever name it is reached (1.5.5, seen
2026-11-22). So a new file is opened when the last reader of the old one has gone, and readers
that come meanwhile wait for it.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from listening.contract import TEAMS, ConfigurationError, DataRoot, ListeningError

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

Value = str | int | float | date | None
Stamp = tuple[int, int, int]  # inode, time, size: which file it is
_KEPT_CELLS: Final = 2_000_000  # values of answers kept in memory, all teams together


@dataclass(frozen=True, slots=True)
class Answer:
    """The columns and rows of one statement."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def records(self) -> list[dict[str, Any]]:
        """Return the rows by column name."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


class Library:
    """Every team's file, opened when first asked."""

    def __init__(self, root: DataRoot) -> None:
        self._shelves = {team: _Shelf(root, team) for team in TEAMS}
        self._kept: OrderedDict[Any, Answer] = OrderedDict()
        self._cells = 0
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(max(2, os.cpu_count() or 1))

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one of as many places as there are cores, and hold it.

        Who comes first is served first and whole: of fifty pages worked at side by side each
        would be as late as the last.
        """
        with self._places:
            yield

    def ask(self, team: str, sql: str, values: Mapping[str, Value]) -> Answer:
        """Return what a statement answers; the same question to the same file is asked once.

        Raises:
            ConfigurationError: there is no such team.
            ListeningError: nothing is published for it yet.
        """
        with self._shelf(team).reader() as (cursor, stamp):
            key = (team, stamp, sql, tuple(sorted(values.items())))
            with self._lock:
                if (kept := self._kept.get(key)) is not None:
                    self._kept.move_to_end(key)
                    return kept
            cursor.execute(sql, dict(values))
            columns = tuple(column[0] for column in cursor.description or ())
            answer = Answer(columns, tuple(cursor.fetchall()))
        self._keep(key, answer)
        return answer

    def table(self, team: str, sql: str, values: Mapping[str, Value]) -> pa.Table:
        """Return what a statement answers as Arrow, for exports; nothing of it is kept."""
        with self._shelf(team).reader() as (cursor, _):
            return cursor.execute(sql, dict(values)).to_arrow_table()

    def tables(self, team: str) -> frozenset[str]:
        """Return the tables of a team's file."""
        found = self.ask(team, "SELECT table_name FROM duckdb_tables()", {})
        return frozenset(name for (name,) in found.rows)

    def close(self) -> None:
        """Close every file."""
        for shelf in self._shelves.values():
            shelf.close()

    def _shelf(self, team: str) -> _Shelf:
        try:
            return self._shelves[team]
        except KeyError:
            raise ConfigurationError(
                "no such team", where=team, mend=f"Teams are: {', '.join(TEAMS)}"
            ) from None

    def _keep(self, key: Any, answer: Answer) -> None:
        with self._lock:
            if key in self._kept:
                return
            self._kept[key] = answer
            self._cells += _cells(answer)
            while self._cells > _KEPT_CELLS:
                _, gone = self._kept.popitem(last=False)
                self._cells -= _cells(gone)


def _cells(answer: Answer) -> int:
    return len(answer.rows) * len(answer.columns) + 1


class _Shelf:
    """One team's file: as many readers as like, of one generation at a time."""

    def __init__(self, root: DataRoot, team: str) -> None:
        self._path = root.published / f"{team}.duckdb"
        self._turn = threading.Condition()
        self._readers = 0
        self._stamp: Stamp | None = None
        self._connection: duckdb.DuckDBPyConnection | None = None

    @contextmanager
    def reader(self) -> Iterator[tuple[duckdb.DuckDBPyConnection, Stamp]]:
        with self._turn:
            while (stamp := self._look()) != self._stamp and self._readers:
                self._turn.wait()
            if stamp != self._stamp or self._connection is None:
                self._open(stamp)
            assert self._connection is not None  # noqa: S101 (opened two lines above)
            cursor = self._connection.cursor()
            self._readers += 1
        try:
            yield cursor, stamp
        finally:
            cursor.close()
            with self._turn:
                self._readers -= 1
                self._turn.notify_all()

    def close(self) -> None:
        with self._turn:
            if self._connection is not None:
                self._connection.close()
            self._connection, self._stamp = None, None

    def _look(self) -> Stamp:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            raise ListeningError(
                "nothing is published yet", where=self._path.name, mend="Run: listening run"
            ) from None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _open(self, stamp: Stamp) -> None:
        import duckdb

        if self._connection is not None:
            self._connection.close()
            self._connection, self._stamp = None, None
        connection = duckdb.connect(self._path, read_only=True)
        # As desk/query.py, and for every cursor. Locked already: this process has it open.
        if not connection.execute("SELECT current_setting('lock_configuration')").fetchall()[0][0]:
            connection.execute("SET GLOBAL TimeZone = 'UTC'")
            # A statement on two threads takes twice the time of both cores that it takes of one on
            # one (2026-11-22, a million mentions), and others wait.
            connection.execute("SET GLOBAL threads = 1")
            connection.execute("SET GLOBAL memory_limit = '1GB'")
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
        self._connection, self._stamp = connection, stamp
