"""The one way into the warehouse file: locked, migrated, with sane settings, and closed again.

DuckDB gives its file to one process at a time, readers included, so the lock is exclusive for
readers too. Teams never come here; they read the published files.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from listening.contract import ConfigurationError, DataRoot, ListeningError, crash_at, flush_folder
from warehouse.lock import DEFAULT_TIMEOUT, warehouse_lock
from warehouse.migrations import check_revision, head, migrate
from warehouse.script import reason

MEMORY_VARIABLE: Final = "LISTENING_MEMORY"
THREADS_VARIABLE: Final = "LISTENING_THREADS"
_DEFAULT_MEMORY: Final = "2GB"


@contextmanager
def open_warehouse(
    root: DataRoot, *, read_only: bool = False, timeout: float = DEFAULT_TIMEOUT
) -> Iterator[sa.Connection]:
    """Open the warehouse under its lock and close it again, so that others may have it.

    Opened for writing, it is created or brought to this code's schema first.

    Raises:
        ListeningError: another process holds it longer than `timeout` seconds; there is none
            to read; its schema is newer than this code; or the disk refuses.
    """
    with warehouse_lock(root, timeout=timeout):
        if read_only and not root.warehouse.exists():
            raise ListeningError(
                "there is no warehouse yet",
                where=str(root.warehouse),
                mend="Load something first, for instance with: listening run",
            )
        if not read_only and _revision(root) != head():
            _replace_migrated(root)
        with connect(root, str(root.warehouse), read_only=read_only) as connection:
            check_revision(connection)
            yield connection


def _revision(root: DataRoot) -> str | None:
    if not root.warehouse.exists():
        return None
    with connect(root, str(root.warehouse)) as connection:
        return check_revision(connection)


def _replace_migrated(root: DataRoot) -> None:
    """Migrate a copy and rename it into place, so that the file is of one schema or the other.

    DuckDB 1.5.5 cannot replay a WAL that alters or comments a table whose CHECK calls a
    function, such as the sum of a receipt ("GetDefaultDatabase with no default database set"):
    a kill between such a commit and its checkpoint would leave a file that never opens again
    (seen 2026-11-22). A copy that is closed has no WAL.
    """
    if not root.warehouse.exists():
        _wal(root.warehouse).unlink(missing_ok=True)  # of a file that was moved away
    _put(root, migrate, f"brought to schema {head()!r}", from_copy=root.warehouse.exists())


def replace_warehouse(root: DataRoot, fill: Callable[[sa.Connection], None]) -> None:
    """Fill a new file and rename it into the warehouse's place, under its lock.

    Raises:
        ListeningError: the disk refuses; the warehouse is as it was.
    """
    with warehouse_lock(root):
        with connect(root, str(root.warehouse)) as connection:
            connection.exec_driver_sql("CHECKPOINT")  # a WAL would be taken for the new file's
        _put(root, fill, "written anew", from_copy=False)


def _put(
    root: DataRoot, fill: Callable[[sa.Connection], None], what: str, *, from_copy: bool
) -> None:
    copy = root.warehouse.with_name(f".{root.warehouse.name}.migrating")
    try:
        for path in (copy, _wal(copy)):
            path.unlink(missing_ok=True)
        if from_copy:
            shutil.copyfile(root.warehouse, copy)
        with connect(root, str(copy)) as connection:
            fill(connection)
            connection.exec_driver_sql("CHECKPOINT")
        with copy.open("rb") as written:
            os.fsync(written.fileno())
        crash_at("erase:replace")
        copy.replace(root.warehouse)
        flush_folder(root.path)
    except (OSError, sa.exc.DBAPIError) as error:
        told = reason(error) if isinstance(error, sa.exc.DBAPIError) else error.strerror
        raise ListeningError(
            f"could not be {what}: {told}",
            where=str(root.warehouse),
            mend="Free the disk and run again; the warehouse is as it was",
        ) from error


def _wal(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


@contextmanager
def connect(root: DataRoot, file: str, *, read_only: bool = False) -> Iterator[sa.Connection]:
    """Connect to a DuckDB file (or `:memory:`) with the house's settings; takes no lock.

    Raises:
        ListeningError: the file cannot be opened.
        ConfigurationError: a setting from the environment is wrong.
    """
    engine = sa.create_engine(
        f"duckdb:///{file}",
        poolclass=NullPool,  # a pooled connection would keep the file's lock
        # Closing gives up what is not committed. The pool's own rollback fails where a full disk
        # has made DuckDB refuse everything, and prints a traceback under the error that helps.
        pool_reset_on_return=None,
        connect_args={"read_only": read_only, "config": _settings(root)},
    )
    try:
        connection = _opened(engine, file)
        try:
            _confine(connection, root)
            _spare(connection)
            yield connection
        finally:
            connection.close()
    finally:
        engine.dispose()


def _opened(engine: sa.Engine, file: str) -> sa.Connection:
    try:
        return engine.connect()
    except sa.exc.DBAPIError as error:
        raise ListeningError(
            f"cannot be opened: {reason(error)}",
            where=file,
            mend="Close whatever has it open without the lock, such as a SQL shell; or free "
            "the disk; or move the file away and load again, landing/ holds everything",
        ) from error


def _settings(root: DataRoot) -> dict[str, Any]:
    return {
        "memory_limit": os.environ.get(MEMORY_VARIABLE) or _DEFAULT_MEMORY,
        "threads": threads(),
        "temp_directory": str(root.path / ".spill"),
        # Every query that needs an order states it.
        "preserve_insertion_order": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }


def threads() -> int:
    """Return how many threads the engine gets.

    Raises:
        ConfigurationError: `LISTENING_THREADS` is no number.
    """
    stated = os.environ.get(THREADS_VARIABLE)
    if not stated:
        return os.cpu_count() or 1
    if not stated.isdecimal() or int(stated) == 0:
        raise ConfigurationError(
            f"{stated!r} is no number of threads", where=THREADS_VARIABLE, mend="Write 1 or more"
        )
    return int(stated)


def _confine(connection: sa.Connection, root: DataRoot) -> None:
    """Read and write nothing outside the data root, whatever a statement says."""
    connection.exec_driver_sql("SET TimeZone = 'UTC'")
    folder = str(root.path).replace("'", "''")  # SET takes no bound values
    connection.exec_driver_sql(f"SET allowed_directories = ['{folder}']")
    connection.exec_driver_sql("SET enable_external_access = false")
    connection.commit()


def _spare(connection: sa.Connection) -> None:
    """Leave vectors uncompressed.

    They grow by it (116,027 of them were 203 MB in place of 127) and take half as long again to
    write, at every checkpoint that joins row groups of them. In `connect_args` DuckDB 1.5.5 passes
    over this setting (2026-11-23).
    """
    connection.exec_driver_sql("SET disabled_compression_methods = 'alprd'")
    connection.commit()
