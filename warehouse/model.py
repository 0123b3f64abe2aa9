"""Builds the team tables: dbt, in this process, under the warehouse's lock.

dbt writes its logs and its working files below the data root, never into the tree, and reads
the clock from the variable `now`, so that a held clock builds the same tables again.

A build takes up only what `core.change` says has changed since the last one, where that is little
of much, the models are the same and that build was good; else everything. Both give the same.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from listening.contract import DataRoot, ListeningError, now
from warehouse.change import forget_changes, newest_change
from warehouse.fault import Fault, ModelError, find_faults, keep_faults
from warehouse.load import record_run
from warehouse.lock import warehouse_lock
from warehouse.open import MEMORY_VARIABLE, THREADS_VARIABLE, connect, open_warehouse, threads
from warehouse.parsed import keep_parsed, read_parsed
from warehouse.script import run_script

if TYPE_CHECKING:
    import sqlalchemy as sa
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest

PROJECT: Final = Path(__file__).parent
FILE_VARIABLE: Final = "LISTENING_WAREHOUSE"
_CHECKPOINT_VARIABLE: Final = "LISTENING_CHECKPOINT"  # of warehouse/profiles.yml
MEMORY_SHARE: Final = 0.8
"""What DuckDB may take of the machine's memory to build, where `LISTENING_MEMORY` says nothing."""

LARGE: Final = 50_000  # mentions; of fewer, everything is built about as fast
LITTLE: Final = 0.1  # of all mentions; of more, everything is built about as fast


def build_models(
    root: DataRoot,
    select: str | None = None,
    *,
    whole: bool | None = None,
    tested: bool = True,
) -> None:
    """Build and test every model, or those `select` names in dbt's selection syntax.

    A table whose model fails keeps its last content; its tests run right after it is built.
    The teams it concerns keep their last good file (`warehouse.fault`). `whole` builds everything
    anew, or only what changed where that can be told; None: what is quicker. `tested` False leaves
    out the tests of the data: for an erasure, which waits for none, and for worlds made to try
    something else.

    Raises:
        ModelError: a model or test failed, named with its message.
        ListeningError: there is no warehouse, or dbt could not start.
    """
    started = now()
    with open_warehouse(root):
        pass  # brings the schema up to date and lets go of the file, which dbt opens itself
    with warehouse_lock(root):
        with connect(root, str(root.warehouse)) as connection:
            newest = newest_change(connection)
            first_rows = _begin(connection, started, whole=True if select else whole)
        faults = _build(root, select, first_rows, tested=tested)
        failures = [fault.error for fault in faults]
        with connect(root, str(root.warehouse)) as connection:
            if not select and not failures:
                _take_in(connection, newest)
            built = select or ("all models" if first_rows is None else "what changed")
            detail = "; ".join(map(str, failures)) or f"built {built}"
            record_run(connection, "model", started, detail, failures)
    if failures:
        more = f" (and {len(failures) - 1} more)" if len(failures) > 1 else ""
        raise ModelError(failures[0].what + more, where=failures[0].where, mend=failures[0].mend)


def write_docs(root: DataRoot) -> Path:
    """Write dbt's pages on the models as they are built, and return the one to open.

    Raises:
        ListeningError: there is no warehouse, or dbt could not write them.
    """
    with open_warehouse(root, read_only=True):
        pass
    with warehouse_lock(root):
        outcome = _invoke(root, ["docs", "generate", *_options(root)])
    if not outcome.success:
        told = outcome.exception or "see the log"
        raise ListeningError(f"dbt wrote no pages: {told}", where=str(PROJECT), mend=_see(root))
    return _target(root) / "index.html"


def _begin(
    connection: sa.Connection, started: datetime, *, whole: bool | None
) -> dict[str, int] | None:
    """Write down that a build begins; None: it is of everything, else `_count_rows`."""
    state = run_script(connection, "built", {"models": _digest()})
    ((built, is_whole, changed, mentions),) = state
    run_script(connection, "building", {"since": started})
    connection.commit()
    is_little = mentions >= LARGE and changed <= LITTLE * mentions
    if whole or is_whole or not built or (whole is None and not is_little):
        return None
    return _count_rows(connection)


def _take_in(connection: sa.Connection, newest: int) -> None:
    """Write down that the models hold every change up to `newest`."""
    with connection.begin():
        run_script(connection, "built_now", {"models": _digest()})
        forget_changes(connection, newest)


def _count_rows(connection: sa.Connection) -> dict[str, int]:
    """Return, for each table of the models, where the rows begin that are written from now on.

    Row numbers change with a checkpoint, so there is one now, and none until the build is done.
    """
    connection.exec_driver_sql("CHECKPOINT")
    tables: Iterable[str] = connection.exec_driver_sql(
        "SELECT schema_name || '.' || table_name FROM duckdb_tables() "
        "WHERE database_name = current_database() AND schema_name NOT IN ('core', 'main')"
    ).scalars()
    count = "SELECT '{0}', coalesce(max(rowid) + 1, 0) FROM {0}"
    counts = connection.exec_driver_sql(" UNION ALL ".join(map(count.format, tables))).all()
    connection.commit()
    return {row[0]: row[1] for row in counts}


def _digest() -> str:
    """Return what the models are made by: other models build everything anew."""
    makers = ("dbt-core", "dbt-adapters", "dbt-duckdb", "duckdb")
    hashed = hashlib.sha256(" ".join(map(version, makers)).encode())
    for folder in ("models", "macros"):
        for path in sorted((PROJECT / folder).rglob("*.*")):
            hashed.update(path.read_bytes())
    for name in ("dbt_project.yml", "profiles.yml", "selectors.yml"):
        hashed.update((PROJECT / name).read_bytes())
    return hashed.hexdigest()


def _build(
    root: DataRoot, select: str | None, first_rows: dict[str, int] | None, *, tested: bool
) -> list[Fault]:
    """Build; only what changed where it is known where the new rows begin."""
    partial = first_rows is not None
    chosen = ["--select", select] if select else []
    refresh = [] if partial else ["--full-refresh"]
    # Unit tests prove the SQL, not the data.
    left_out = ["unit_test"] if tested else ["unit_test", "test"]
    options = [*(f"--exclude-resource-type={kind}" for kind in left_out), *refresh, *chosen]
    models = f"{_digest()}-{'partial' if partial else 'whole'}"
    known = read_parsed(root, models)
    outcome = _invoke(
        root, ["build", *_options(root, first_rows), *options], known, partial=partial
    )
    if known is None and outcome.exception is None:
        keep_parsed(root, models, _target(root))
    if outcome.result is None:
        raise ListeningError(
            f"dbt could not start: {outcome.exception}", where=str(PROJECT), mend=_see(root)
        )
    faults = find_faults(outcome.result, _see(root))
    keep_faults(root, [result.node.unique_id for result in outcome.result], faults)
    return faults


def _invoke(
    root: DataRoot,
    arguments: Sequence[str],
    parsed: Manifest | None = None,
    *,
    partial: bool = False,
) -> dbtRunnerResult:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    with _environment(
        {FILE_VARIABLE: str(root.warehouse), "DO_NOT_TRACK": "1", **_engine(partial)}
    ):
        try:
            return dbtRunner(parsed).invoke([*_quiet(root), *arguments])
        finally:
            # dbt-duckdb keeps its connection, and with it DuckDB's lock, for the process's life.
            DuckDBConnectionManager.close_all_connections()


def _engine(partial: bool) -> dict[str, str]:
    """Return what the profile asks the environment for.

    What a partial build writes is found by row numbers, which a checkpoint changes: there is none
    before its end.
    """
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    memory = os.environ.get(MEMORY_VARIABLE) or f"{MEMORY_SHARE * whole / 2**20:.0f}MiB"
    kept = {_CHECKPOINT_VARIABLE: "1TB"} if partial else {}
    return {THREADS_VARIABLE: str(threads()), MEMORY_VARIABLE: memory, **kept}


def _quiet(root: DataRoot) -> Sequence[str]:
    return [
        "--quiet",
        "--no-use-colors",
        "--log-level", "none",
        "--log-level-file", "info",
        "--log-path", str(root.path / "dbt" / "logs"),
        "--no-send-anonymous-usage-stats",
    ]  # fmt: skip


def _options(root: DataRoot, first_rows: dict[str, int] | None = None) -> Sequence[str]:
    told = {
        "now": now().isoformat(),
        "partial": first_rows is not None,
        "first_rows": first_rows or {},
    }
    return [
        "--project-dir", str(PROJECT),
        "--profiles-dir", str(PROJECT),
        "--target-path", str(_target(root)),
        "--vars", json.dumps(told),
    ]  # fmt: skip


def _target(root: DataRoot) -> Path:
    return root.path / "dbt" / "target"


def _see(root: DataRoot) -> str:
    return f"The log says more: {root.path / 'dbt' / 'logs' / 'dbt.log'}"


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """Set environment variables for a while: dbt's profile knows no other way."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
