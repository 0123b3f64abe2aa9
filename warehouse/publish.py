"""Gives every team its own file: built fresh, tested, and renamed into place.

The file is the access boundary: DuckDB has no users. Whoever has the old file open keeps
reading it; nobody ever waits for a publish, or makes it wait.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from listening.contract import (
    EMBEDDING_WIDTH,
    TEAMS,
    BrandFile,
    ConfigurationError,
    DataRoot,
    ListeningError,
    crash_at,
    flush_folder,
    now,
)
from warehouse.archive import archive_months
from warehouse.fault import read_faults
from warehouse.integrity import check_team_file
from warehouse.load import record_run
from warehouse.lock import file_lock, warehouse_lock
from warehouse.open import connect, open_warehouse
from warehouse.script import reason, run_script

PUBLISH_POINTS: Final = ("publish:build", "publish:month", "publish:replace")
_MODE: Final = 0o640
_OPEN: Final = ("legal", "care")  # teams that read every text
_COMMON: Final = {
    "readme": "Start here: when this file was built, from what, and what is in it",
    "metric": "Metrics of this team: formula, denominator, and why one may be NULL",
    "use_case": "What organisations listen for, and the team, tables and metrics that answer it",
    "topic": "Topics the brand files declare, those that nobody has spoken of among them",
    "coverage": "How much every stream could see, by interval",
    "alert_act": "Who took, escalated, closed or quieted this team's alerts, and when",
}
_AUTHOR: Final = {
    "author_handle": "Handle of who wrote it. NULL: hidden by the source.",
    "author_name": "Name they go by. NULL: unknown.",
}


@dataclass(slots=True)
class Build:
    """A team's files under their temporary names, and what they must hold."""

    team: str
    file: Path
    rows: dict[str, int] = field(default_factory=dict)  # table -> rows in the file
    months: set[Path] = field(default_factory=set)  # what lies beside it, old and new
    archive: dict[Path, Path] = field(default_factory=dict)  # the new: final -> temporary
    fault: ListeningError | None = None


def publish(
    root: DataRoot, brands: BrandFile, teams: Sequence[str] = TEAMS, *, gated: bool = True
) -> list[Path]:
    """Publish the team tables of the last model run; return the team files.

    Tables with the columns mention_id and published_at hold the last `publish_days` days;
    their older rows lie beside as `published/<team>/<table>/<YYYY-MM>.parquet`, of which those
    are written whose rows changed. After an erasure nothing but a file's own integrity may keep
    the last good one in place, for that holds what was erased: then `gated` is False.

    Raises:
        ConfigurationError: an unknown team.
        ListeningError: a team's file could not be built or failed a test, or a model or test
            of its tables did. Its last good file stays, and the other teams are published.
    """
    if unknown := [team for team in teams if team not in TEAMS]:
        raise ConfigurationError(
            f"unknown team {unknown[0]!r}", where="teams", mend=f"One of {', '.join(TEAMS)}"
        )
    started = now()
    # Temporary names are fixed, so one publish at a time; the warehouse is held only to copy.
    with file_lock(root.published / ".lock"):
        _sweep(root)
        builds = _build_all(root, brands, teams, gated=gated)
        crash_at("publish:build")
        for build in builds:
            if build.fault is None:
                _finish(root, build)
        _sweep(root)
    faults = [build.fault for build in builds if build.fault]
    done = [build.team for build in builds if not build.fault]
    with open_warehouse(root) as connection:
        detail = "; ".join([f"published {', '.join(done) or 'nothing'}", *map(str, faults)])
        record_run(connection, "publish", started, detail, faults)
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise ListeningError(faults[0].what + more, where=faults[0].where, mend=faults[0].mend)
    return [team_file(root, team) for team in teams]


def team_file(root: DataRoot, team: str) -> Path:
    """Return where a team's file lies."""
    return root.published / f"{team}.duckdb"


def _sweep(root: DataRoot) -> None:
    """Remove what a publish that died, or a test that failed, left behind."""
    for path in list(root.published.rglob(".*.tmp*")):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _build_all(
    root: DataRoot, brands: BrandFile, teams: Sequence[str], *, gated: bool
) -> list[Build]:
    """Copy everything out of the warehouse while holding it: the only part that locks it."""
    with warehouse_lock(root):
        if not root.warehouse.exists():
            raise ListeningError(
                "there is no warehouse yet",
                where=str(root.warehouse),
                mend="Load something first, for instance with: listening run",
            )
        with connect(root, ":memory:") as connection:
            source = f"ATTACH {_literal(root.warehouse)} AS source (READ_ONLY)"
            with _attached(connection, source, "DETACH source"):
                faults = read_faults(root) if gated else {}
                if gated:
                    _check_days(connection, brands)
                values = {"horizon": now() - timedelta(days=brands.publish_days)}
                width = {"width": str(EMBEDDING_WIDTH)}
                run_script(connection, "publish_vector_table", values, width)
                return [_build(connection, root, brands, team, faults.get(team)) for team in teams]


def _check_days(connection: sa.Connection, brands: BrandFile) -> None:
    """Check that the models hold what is told of mentions for as long as is to be published."""
    ((held,),) = run_script(connection, "publish_days")
    if held is not None and brands.publish_days > held:
        raise ListeningError(
            f"`publish_days` is {brands.publish_days}, and the models hold {held} days",
            where="the brand file",
            mend="Load it and build the models first: listening run",
        )


@contextmanager
def _attached(connection: sa.Connection, attach: str, detach: str) -> Iterator[None]:
    """Attach a file, commit what was done with it, and close it again."""
    connection.exec_driver_sql(attach)
    connection.commit()
    try:
        yield
        connection.commit()
    finally:
        connection.rollback()
        connection.exec_driver_sql(detach)
        connection.commit()


def _build(
    connection: sa.Connection,
    root: DataRoot,
    brands: BrandFile,
    team: str,
    fault: ListeningError | None,
) -> Build:
    build = Build(team, root.published / f".{team}.duckdb.tmp", fault=fault)
    if fault:
        return build
    try:
        with _attached(connection, f"ATTACH {_literal(build.file)} AS team", "DETACH team"):
            _copy(connection, root, brands, build)
    except ListeningError as error:
        build.fault = error
    except sa.exc.DBAPIError as error:
        build.fault = _unreadable(build.team, error)
    except OSError as error:
        build.fault = _disk(error, build.file)
    return build


def _copy(connection: sa.Connection, root: DataRoot, brands: BrandFile, build: Build) -> None:
    horizon = now() - timedelta(days=brands.publish_days)
    values = {
        "team": build.team,
        "now": now(),
        "horizon": horizon,
        "publish_days": brands.publish_days,
    }
    for name, comment, is_mention_table, ordered, hashed, shape in run_script(
        connection, "publish_tables", values
    ):
        names = {"table": quoted(name), "schema": quoted(build.team), "ordered": ordered}
        script = "publish_recent" if is_mention_table else "publish_table"
        (build.rows[name],) = run_script(connection, script, values, names)[0]
        older = 0
        if is_mention_table:
            folder = root.published / build.team / name
            names |= {"hashed": hashed, "shape": shape}
            beside = archive_months(connection, folder, names, horizon)
            build.months |= beside.months
            build.archive |= beside.written
            older = beside.rows
        _check_split(connection, build, name, build.rows[name] + older)
        _comment(connection, build.team, name, comment)
    values["open"] = build.team in _OPEN
    for (name,) in run_script(connection, "publish_told"):
        run_script(connection, "publish_vectors", values, {"table": quoted(name)})
    _copy_mentions(connection, values)
    run_script(connection, "publish_common", values)
    for name, comment in _COMMON.items():
        connection.exec_driver_sql(f"COMMENT ON TABLE team.main.{name} IS {_literal(comment)}")
    for name in ("metric", "use_case"):
        _comment(connection, "mart", name, _COMMON[name])
    _comment(connection, "core", "coverage", _COMMON["coverage"])


def _copy_mentions(connection: sa.Connection, values: Mapping[str, Any]) -> None:
    """Give a file that names mentions what there is to read of each."""
    tables = [quoted(name) for (name,) in run_script(connection, "publish_named")]
    if not tables:
        return
    if not run_script(connection, "publish_rows_known"):  # by the first team, for all
        run_script(connection, "publish_masked")
        _make_rows(connection, into="told_mention", wanted="source.mart.mention_told")
        connection.commit()  # DuckDB 1.5.5 reads what is not committed with one thread
    named = " UNION ".join(f"SELECT mention_id FROM team.main.{table}" for table in tables)  # noqa: S608 (names of our own tables)
    ((older,),) = run_script(connection, "publish_older", names={"named": named})
    if older:
        _make_rows(connection, into="older_mention", wanted="older")
    author = "handle AS author_handle, name AS author_name," if values["open"] else ""
    run_script(connection, "publish_mention", values, {"author": author})
    for column, told in _AUTHOR.items() if values["open"] else ():
        connection.exec_driver_sql(
            f"COMMENT ON COLUMN team.main.mention.{column} IS {_literal(told)}"
        )


def _make_rows(connection: sa.Connection, *, into: str, wanted: str) -> None:
    run_script(connection, "publish_mention_rows", names={"into": into, "wanted": wanted})


def _check_split(connection: sa.Connection, build: Build, table: str, copied: int) -> None:
    """Check that every row went into the file or into a month beside it."""
    names = {"table": f"{quoted(build.team)}.{quoted(table)}"}
    ((whole,),) = run_script(connection, "publish_whole", None, names)
    if copied != whole:
        raise ListeningError(
            f"test 'row_count' failed: {copied} rows of {table} were copied of {whole}",
            where=f"published/{build.team}.duckdb",
            mend="The last good file stays; does a row of the model lack its published_at?",
        )


def _comment(connection: sa.Connection, schema: str, table: str, comment: str | None) -> None:
    target = f"team.main.{quoted(table)}"
    if comment:
        connection.exec_driver_sql(f"COMMENT ON TABLE {target} IS {_literal(comment)}")
    values = {"schema": schema, "table": table}
    for column, told in run_script(connection, "publish_columns", values):
        connection.exec_driver_sql(
            f"COMMENT ON COLUMN {target}.{quoted(column)} IS {_literal(told)}"
        )


def _finish(root: DataRoot, build: Build) -> None:
    """Test the built file and put it in place, its older months first; or keep the last one."""
    try:
        check_team_file(root, build.team, build.file, build.rows)
        _add_macros(root, build)
        for final, temporary in build.archive.items():
            _place(temporary, final)
            crash_at("publish:month")
        crash_at("publish:replace")
        _place(build.file, team_file(root, build.team))
        for path in (root.published / build.team).glob("*/*.parquet"):
            if path not in build.months:
                path.unlink()
    except (ListeningError, sa.exc.DBAPIError) as error:
        build.fault = error if isinstance(error, ListeningError) else _unreadable(build.team, error)
    except OSError as error:
        build.fault = _disk(error, build.file)


def _add_macros(root: DataRoot, build: Build) -> None:
    """Give a tested file the team's macros; they are bound to its own tables."""
    with connect(root, str(build.file)) as connection:
        run_script(connection, f"macro/{build.team}")
        run_script(connection, "publish_macros")
        connection.commit()


def _place(temporary: Path, final: Path) -> None:
    temporary.chmod(_MODE)
    with temporary.open("rb") as written:
        os.fsync(written.fileno())
    temporary.replace(final)
    flush_folder(final.parent)


def quoted(identifier: str) -> str:
    """Return a name as SQL takes it."""
    return '"' + identifier.replace('"', '""') + '"'


def _literal(text: object) -> str:
    """Return a text as SQL takes it where no value can be bound: ATTACH and COMMENT."""
    return "'" + str(text).replace("'", "''") + "'"


def _unreadable(team: str, error: sa.exc.DBAPIError) -> ListeningError:
    return ListeningError(
        f"could not be built: {reason(error)}",
        where=f"published/{team}.duckdb",
        mend="The last good file stays in place; mend the cause and publish again",
    )


def _disk(error: OSError, path: Path) -> ListeningError:
    return ListeningError(
        f"the disk refused: {error.strerror or error}",
        where=str(path),
        mend="Mend the disk or its rights and publish again; the last good files stay in place",
    )
