"""Erases in the databases of the desk: working state and alerts, on SQLite or PostgreSQL.

It knows no table of theirs: rows of an erased mention go, and where others name or quote it, in
ids, addresses or JSON, those words go. So a table that is new tomorrow is erased, too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from listening.contract import DataRoot, ListeningError, crash_at
from listening.erase.blank import Needles
from listening.erase.match import Plan
from listening.erase.room import Ledger, Report

if TYPE_CHECKING:
    import sqlalchemy as sa

GONE: Final = "[erased]"
_OWN: Final = ("mention_id", "subject_id")  # whose row it is
_MAGIC: Final = b"SQLite format 3\0"
_CHUNK: Final = 500
_BUSY_SECONDS: Final = 60


def erase_desk(root: DataRoot, plan: Plan, veils: Mapping[str, str], ledger: Ledger) -> Report:
    """Erase from every SQLite file of the data root, and from the desk's own server.

    Each is written anew even where no row names what is erased: rows that were changed or removed
    before, also by an erasure that was killed, leave their words in freed pages and in logs.
    """
    import sqlalchemy as sa

    report, needles = Report("desk"), plan.needles()
    veils = {**veils, **plan.streams}
    for path in sqlite_files(root):
        report.looked_at += 1
        with _opened(sa.URL.create("sqlite+pysqlite", database=str(path)), str(path)) as engine:
            tables = _tables(engine)
            if found := _count(engine, tables, veils, needles):
                ledger.note(path, found)
                report.removed += _scrub(engine, tables, veils, needles)
                crash_at("erase:sqlite")
            _pack(engine)
    if url := _server():
        report.looked_at += 1
        with _opened(sa.make_url(url), "LISTENING_DESK_URL") as engine:
            tables = _tables(engine)
            report.removed += _scrub(engine, tables, veils, needles)
            report.notes.append(
                "the desk's server was written anew, too; its backups and its write-ahead log are "
                "its owner's"
            )
            report.notes += _pack_server(engine, tables)
    return report


def sqlite_files(root: DataRoot) -> Iterator[Path]:
    """Yield every SQLite file below the data root."""
    for path in sorted(root.path.rglob("*")):
        if path.suffix in (".sqlite", ".db") and path.is_file():
            with path.open("rb") as file:
                if file.read(len(_MAGIC)) == _MAGIC:
                    yield path


def _server() -> str:
    import os

    url = os.environ.get("LISTENING_DESK_URL", "")
    return "" if url.startswith("sqlite") else url


@contextmanager
def _opened(url: sa.URL, where: str) -> Iterator[sa.Engine]:
    import sqlalchemy as sa

    is_file = url.get_backend_name() == "sqlite"
    engine = sa.create_engine(url, connect_args={"timeout": _BUSY_SECONDS} if is_file else {})
    if is_file:

        @sa.event.listens_for(engine, "connect")
        def _prepare(connection: Any, _: Any) -> None:
            connection.isolation_level = None
            connection.execute("PRAGMA secure_delete = ON")

        @sa.event.listens_for(engine, "begin")
        def _begin(connection: sa.Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    try:
        yield engine
    except sa.exc.SQLAlchemyError as error:
        told = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise ListeningError(
            f"the database refused: {told}",
            where=where,
            mend="End what holds it, or mend the disk, and run: listening erase --resume",
        ) from error
    finally:
        engine.dispose()


def _tables(engine: sa.Engine) -> list[sa.Table]:
    import sqlalchemy as sa

    known = sa.MetaData()
    known.reflect(engine)
    return list(reversed(known.sorted_tables))  # children first


def _count(
    engine: sa.Engine, tables: Sequence[sa.Table], veils: Mapping[str, str], needles: Needles
) -> int:
    """Return how many rows hold something; nothing is written where there is none."""
    import sqlalchemy as sa

    with engine.connect() as connection:
        return sum(
            _is_hit(row, veils, needles)
            for table in tables
            for row in connection.execution_options(yield_per=_CHUNK).execute(sa.select(table))
        )


def _is_hit(row: Any, veils: Mapping[str, str], needles: Needles) -> bool:
    return any(
        isinstance(value, str) and (value in veils or needles.found_in(value)) for value in row
    )


def _scrub(
    engine: sa.Engine, tables: Sequence[sa.Table], veils: Mapping[str, str], needles: Needles
) -> int:
    import sqlalchemy as sa

    removed, ids = 0, list(veils)
    with engine.begin() as connection:
        for table in tables:
            for column in (table.c[name] for name in _OWN if name in table.c):
                for start in range(0, len(ids), _CHUNK):
                    part = column.in_(ids[start : start + _CHUNK])
                    removed += connection.execute(sa.delete(table).where(part)).rowcount
        for table in tables:
            hits = [
                row
                for row in connection.execute(sa.select(table)).mappings()
                if _is_hit(row.values(), veils, needles)
            ]
            for row in hits:
                _reword(connection, table, dict(row), veils, needles)
            removed += len(hits)
        crash_at("erase:scrub")
    return removed


def _reword(
    connection: sa.Connection,
    table: sa.Table,
    row: Mapping[str, Any],
    veils: Mapping[str, str],
    needles: Needles,
) -> None:
    """Take words out of a row; where its key is of them, the row goes."""
    import sqlalchemy as sa

    own = sa.and_(*(column == row[column.name] for column in table.primary_key or table.columns))
    told = {name: _without(value, veils, needles) for name, value in row.items()}
    changed = {name: value for name, value in told.items() if value != row[name]}
    key = {column.name for column in table.primary_key}
    if key & changed.keys():
        connection.execute(sa.delete(table).where(own))
    elif changed:
        connection.execute(sa.update(table).where(own).values(**changed))


def _without(value: Any, veils: Mapping[str, str], needles: Needles) -> Any:
    """Return a value without what is erased; JSON stays JSON, and an id becomes its veil."""
    if isinstance(value, dict):
        return {key: _without(inner, veils, needles) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without(inner, veils, needles) for inner in value]
    if not isinstance(value, str) or value in veils or not needles.found_in(value):
        return veils.get(value, value) if isinstance(value, str) else value
    if value[:1] in "[{":
        with suppress(ValueError):  # it only looks like JSON
            return json.dumps(_without(json.loads(value), veils, needles), ensure_ascii=False)
    return GONE


def _pack(engine: sa.Engine) -> None:
    """Write the file anew, and empty its log: freed pages keep what they held."""
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        raw.execute("VACUUM")
        crash_at("erase:vacuum")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _pack_server(engine: sa.Engine, tables: Sequence[sa.Table]) -> list[str]:
    """Write tables of PostgreSQL anew, and its statistics, which hold values; return what was not.

    A role that owns the tables, but not the database, may not write the statistics anew.
    """
    import sqlalchemy as sa

    name, left = engine.dialect.identifier_preparer.format_table, []
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"SET lock_timeout = '{_BUSY_SECONDS}s'")
        for table in tables:
            connection.exec_driver_sql(f"VACUUM (FULL, ANALYZE) {name(table)}")
        for statement in ("VACUUM FULL pg_catalog.pg_statistic", "CHECKPOINT"):
            try:
                connection.exec_driver_sql(statement)
            except sa.exc.DBAPIError as error:
                left.append(f"to be done by the server's owner: {statement} ({error.orig})")
    return left
