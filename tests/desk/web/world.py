"""Published files of a small month: as they are, emptied, and full of hostile texts."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

from listening import contract
from tests.desk.web.injections import TEXTS
from tests.warehouse.models.core import Core
from tests.warehouse.models.month import BRANDS, FILLERS, NOW

TOLD = ("readme", "metric", "use_case")  # what an empty world's file still says of itself
# What rows are joined by, and what is one of a fixed set of words.
_KEPT = {
    "mention_id", "thread_id", "parent_id", "cluster_id", "batch_id", "flag_id", "author_key",
    "content_hash", "sentiment", "state", "brand_role", "subject_id",
}  # fmt: skip


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The team files of the month, built once for all workers; copy them, never write to them."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    done = shared / "desk-world" / "published"
    with FileLock(shared / "desk-world.lock"):
        if not done.exists():
            _publish(shared / "desk-world.part")
            (shared / "desk-world.part").rename(done.parent)
    return done


def _publish(folder: Path) -> None:
    from warehouse.model import build_models
    from warehouse.open import open_warehouse
    from warehouse.publish import publish

    shutil.rmtree(folder, ignore_errors=True)
    root = contract.DataRoot(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(contract.CLOCK_VARIABLE, NOW)
        with open_warehouse(root) as connection:
            core = Core(connection)
            for fill in FILLERS:
                fill(core)
            connection.commit()
        build_models(root)
        publish(root, BRANDS)


@pytest.fixture
def root(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> contract.DataRoot:
    """A data root with the month's files, the clock held at its end."""
    monkeypatch.setenv(contract.CLOCK_VARIABLE, NOW)
    shutil.copytree(published, tmp_path / "published")
    return contract.DataRoot(tmp_path)


def files(root: contract.DataRoot) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open every team's file to be changed."""
    for team in contract.TEAMS:
        with duckdb.connect(root.published / f"{team}.duckdb") as connection:
            yield connection


def empty(root: contract.DataRoot) -> None:
    """Make every file that of a world in which nothing was heard yet."""
    for connection in files(root):
        for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            if name not in TOLD:
                connection.execute(f'DELETE FROM "{name}"')  # noqa: S608


def poison(root: contract.DataRoot) -> None:
    """Put hostile texts wherever a file holds a text: the same for the same, so joins hold."""
    literals = ", ".join("'" + text.replace("'", "''") + "'" for text in TEXTS)
    for connection in files(root):
        connection.execute(
            "CREATE TEMP MACRO hostile(value) AS "
            f"[{literals}][1 + (hash(value) % {len(TEXTS)})::INTEGER]"
        )
        columns = connection.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns()"
            " WHERE NOT internal AND data_type IN ('VARCHAR', 'VARCHAR[]')"
        ).fetchall()
        for table, column, kind in columns:
            if table in TOLD or column in _KEPT or column.endswith("_null_reason"):
                continue
            name = f'"{column}"'
            value = f"hostile({name})"
            if kind == "VARCHAR[]":
                value = f"list_transform({name}, lambda each: hostile(each))"
            connection.execute(f'UPDATE "{table}" SET {name} = {value}')  # noqa: S608
        if ("mention",) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            connection.execute(
                "UPDATE mention SET"
                " spans = list_transform(spans, lambda each:"
                " struct_update(each, name := hostile(each.name))),"
                " labels = list_transform(labels, lambda each: struct_update("
                "each, tagger := hostile(each.tagger), label := hostile(each.label),"
                " target := hostile(each.target), version := hostile(each.version)))"
            )
