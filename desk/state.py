"""Keeps what people do at the desk between loads: one SQLite file, or PostgreSQL by URL.

Each room of the desk (accounts, work, …) declares its tables on METADATA and a Room here: its
version, and how an older database becomes it. Opening brings every room up to date, or refuses.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from listening.contract import ConfigurationError, DataRoot, ListeningError

URL_VARIABLE: Final = "LISTENING_DESK_URL"
METADATA: Final = sa.MetaData()
_MODE: Final = 0o600
_BUSY_SECONDS: Final = 30
_LOCK_NUMBER: Final = 0x6465736B  # "desk": PostgreSQL's advisory lock while tables are made

_version = sa.Table(
    "version",
    METADATA,
    sa.Column("room", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
)

Step = Callable[[sa.Connection], None]


@dataclass(frozen=True, slots=True)
class Room:
    """Tables that are versioned together; a new database gets them as METADATA has them."""

    name: str
    tables: Sequence[sa.Table]
    version: int = 1
    steps: Mapping[int, Step] = field(default_factory=dict)  # version it leads to -> how


class Instant(sa.types.TypeDecorator[datetime]):
    """An instant in UTC: SQLite keeps no zone, PostgreSQL does."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Return the instant as the engine keeps it."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Return the instant with its zone."""
        del dialect
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


def state_url(root: DataRoot) -> sa.URL:
    """Return where the state lies: LISTENING_DESK_URL, else `desk.sqlite` below the data root.

    Raises:
        ConfigurationError: the URL is none, or of an engine that is not tested.
    """
    told = os.environ.get(URL_VARIABLE)
    if not told:
        return sa.URL.create("sqlite+pysqlite", database=str(root.path / "desk.sqlite"))
    try:
        url = sa.make_url(told)
    except sa.exc.ArgumentError as error:
        raise _unknown() from error
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise _unknown()
    return url


def _unknown() -> ConfigurationError:
    # The URL itself stays out of the message: it holds a password.
    return ConfigurationError(
        "no database the desk can use",
        where=URL_VARIABLE,
        mend="Write it like postgresql+pg8000://user:password@host/desk, or leave it out",
    )


def open_state(root: DataRoot, rooms: Sequence[Room]) -> sa.Engine:
    """Return an engine whose database has every room's tables in this version.

    Raises:
        ConfigurationError: the URL is wrong, or the database is newer than this program.
        ListeningError: it cannot be opened.
    """
    url = state_url(root)
    engine = _sqlite(url) if url.get_backend_name() == "sqlite" else sa.create_engine(url)
    try:
        with writing(engine) as connection:
            _take_turns(connection)
            _version.create(connection, checkfirst=True)
            for room in rooms:
                _bring_up(connection, room, url)
    except sa.exc.SQLAlchemyError as error:
        engine.dispose()
        raise ListeningError(
            f"the desk's state cannot be opened: {type(error).__name__}: {_first_line(error)}",
            where=url.render_as_string(hide_password=True),
            mend=f"Is the disk writable? Is {URL_VARIABLE} right, and its server up?",
        ) from error
    except ListeningError:
        engine.dispose()
        raise
    return engine


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Open a transaction that may write; SQLite waits for its turn at the beginning."""
    with engine.execution_options(writes=True).begin() as connection:
        yield connection


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Open a transaction that only reads: it waits for nobody."""
    with engine.begin() as connection:
        yield connection


def _sqlite(url: sa.URL) -> sa.Engine:
    if url.database and url.database != ":memory:":
        path = Path(url.database)
        path.parent.mkdir(parents=True, exist_ok=True)
        # Made with its rights before SQLite writes to it; -wal and -shm take the same.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, _MODE))
        path.chmod(_MODE)
    engine = sa.create_engine(url, connect_args={"timeout": _BUSY_SECONDS})

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        for pragma in ("journal_mode = WAL", "foreign_keys = ON", "synchronous = FULL"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        # A reader that turns writer fails at once where another wrote meanwhile (SQLITE_BUSY_
        # SNAPSHOT), whatever the timeout: who will write says so at the start.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _take_turns(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK_NUMBER)))


def _bring_up(connection: sa.Connection, room: Room, url: sa.URL) -> None:
    found = connection.scalar(sa.select(_version.c.number).where(_version.c.room == room.name))
    if found is None:
        METADATA.create_all(connection, tables=list(room.tables))
        connection.execute(_version.insert().values(room=room.name, number=room.version))
        return
    if found > room.version:
        raise ConfigurationError(
            f"{room.name} is at version {found}, this program knows {room.version}",
            where=url.render_as_string(hide_password=True),
            mend="Use the program that wrote it, or a newer one",
        )
    for number in range(found + 1, room.version + 1):
        room.steps[number](connection)
    connection.execute(
        _version.update().where(_version.c.room == room.name).values(number=room.version)
    )


def _first_line(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    return (str(cause).splitlines() or [""])[0]
