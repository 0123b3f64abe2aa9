"""The tables as declared are the tables as migrated, and each says what it is."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from listening.contract import DataRoot, ListeningError
from tests.warehouse.world import BRANDS, World, rows_of, said
from warehouse import migrations
from warehouse.load import load_pending
from warehouse.migrations import head, migrate
from warehouse.open import connect, open_warehouse
from warehouse.tables import METADATA, SCHEMA
from warehouse.tables.base import grain_of
from warehouse.tables.ddl import statements

CATALOG = """
SELECT t.table_name, t.comment, c.column_name, c.data_type, c.is_nullable, c.comment
FROM duckdb_tables() AS t JOIN duckdb_columns() AS c USING (schema_name, table_name)
WHERE schema_name = 'core' AND table_name <> 'alembic_version' ORDER BY ALL
"""
CONSTRAINTS = """
SELECT table_name, constraint_type, constraint_text FROM duckdb_constraints()
WHERE schema_name = 'core' AND table_name <> 'alembic_version' ORDER BY ALL
"""


def catalog(connection: sa.Connection) -> list[list[tuple[Any, ...]]]:
    """Return columns with types and comments, and constraints."""
    return [
        [tuple(row) for row in connection.exec_driver_sql(query)]
        for query in (CATALOG, CONSTRAINTS)
    ]


def test_a_migrated_warehouse_is_the_metadata(tmp_path: Path) -> None:
    """Columns, types, keys, checks and comments are equal; a change needs a migration."""
    root = DataRoot(tmp_path)
    with connect(root, ":memory:") as connection:
        migrate(connection)
        migrated = catalog(connection)
    with connect(root, ":memory:") as connection:
        connection.execute(sa.schema.CreateSchema(SCHEMA))
        METADATA.create_all(connection)
        assert migrated == catalog(connection)
    assert len({row[0] for row in migrated[0]}) == len(METADATA.tables)


def test_the_frozen_baseline_can_be_written_again() -> None:
    """What `python -m warehouse.tables.ddl` writes creates every table and comment."""
    written = list(statements())
    created = [text for text in written if text.startswith("CREATE TABLE")]
    assert len(created) == len(METADATA.tables)


@pytest.mark.parametrize("table", METADATA.sorted_tables, ids=lambda table: table.name)
def test_every_table_has_a_grain_and_says_what_it_is(table: sa.Table) -> None:
    """A comment on the table, with its grain, and on each column."""
    assert grain_of(table)
    assert "Grain: " in (table.comment or "")
    assert all(column.comment for column in table.columns)
    told = (table.comment or "").partition("Grain: ")[2]
    assert all(column in told for column in grain_of(table))


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("INSERT INTO core.receipt VALUES ('b', 3, 1, 0, 0, 0, 0, 1, 0, now())", "CHECK"),
        ("INSERT INTO core.receipt VALUES ('x', 1, 1, 0, 0, 0, 0, 0, 0, now())", "foreign key"),
        ("INSERT INTO core.mention_topic VALUES ('m', 't', 1.5, '1')", "CHECK"),
        ("INSERT INTO core.mention_brand VALUES ('m', 'b', '', 'near', 0, 1, 'x')", "CHECK"),
        ("INSERT INTO core.author_follower VALUES ('a', now(), -1)", "CHECK"),
        ("INSERT INTO core.tombstone VALUES ('m', 's', NULL, now(), 'b')", "NOT NULL"),
    ],
)
def test_the_engine_refuses_what_cannot_be(world: World, statement: str, fault: str) -> None:
    """Keys, codes, ranges and the receipt's sum hold without our code."""
    batch = dict.fromkeys(METADATA.tables["core.batch"].columns.keys(), "")
    moments = {name: sa.func.now() for name in batch if name.endswith("_at")}
    numbers = {"seq": 1, "served": 1, "revision": 0}
    rest = {
        "batch_id": "b",
        "kind": "mention",
        "raw_partial": False,
        "brand_files": [],
        "marked": False,
    }
    with open_warehouse(world.root) as connection:
        row = {**batch, **moments, **numbers, **rest}
        connection.execute(sa.insert(METADATA.tables["core.batch"]).values(row))
        with pytest.raises(sa.exc.DBAPIError, match=f"(?i){fault}"):
            connection.exec_driver_sql(statement)


def test_a_newer_schema_is_refused_and_left_alone(world: World) -> None:
    """Old code on a new file: a clear refusal, reading and writing, and no change."""
    with open_warehouse(world.root) as connection, connection.begin():
        connection.exec_driver_sql("UPDATE core.alembic_version SET version_num = '9999_future'")
    for read_only in (True, False):
        with (
            pytest.raises(ListeningError, match="'9999_future' is newer than this code"),
            open_warehouse(world.root, read_only=read_only),
        ):
            pass
    with pytest.raises(ListeningError, match="newer"):
        load_pending(world.root, BRANDS)


def test_a_migration_that_fails_half_way_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step and its record are one transaction: neither stays, and the next try completes."""
    root = DataRoot(tmp_path)
    read = Path.read_text

    def cut(path: Path, *given: Any, **named: Any) -> str:
        text = read(path, *given, **named)
        return text + "CREATE TABLE core.broken (;\n" if path.name == "0001_baseline.sql" else text

    monkeypatch.setattr(Path, "read_text", cut)
    with pytest.raises(ListeningError, match="schema"), open_warehouse(root):
        pass
    assert not root.warehouse.exists()
    with connect(root, ":memory:") as connection:
        with pytest.raises(ListeningError, match="schema"):
            migrate(connection)
        left = connection.exec_driver_sql("SELECT count(*) FROM duckdb_tables()").scalar()
        assert left == 0
    monkeypatch.undo()
    with open_warehouse(root):
        pass
    assert rows_of(root, "SELECT version_num FROM core.alembic_version") == [(head(),)]


def test_an_older_file_is_migrated_and_keeps_its_rows(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A new step runs once on a file with rows; a reader of the old one is not locked out."""
    world.land([said("1", "acme")])
    load_pending(world.root, BRANDS)
    folder = tmp_path / "migrations"
    shutil.copytree(migrations.FOLDER, folder)
    (folder / "versions" / "9000_note.py").write_text(
        f'from alembic import op\nrevision, down_revision = "9000_note", "{head()}"\n'
        "def upgrade():\n"
        '    op.execute("ALTER TABLE core.receipt ADD COLUMN note VARCHAR")\n'
    )
    monkeypatch.setattr(migrations, "FOLDER", folder)
    with open_warehouse(world.root) as connection:
        assert connection.exec_driver_sql("SELECT served, note FROM core.receipt").all() == [
            (1, None)
        ]
    assert rows_of(world.root, "SELECT version_num FROM core.alembic_version") == [("9000_note",)]
    left = [path.name for path in world.root.path.iterdir() if "migrating" in path.name]
    assert left == []


def test_the_newest_steps_are_taken_with_rows(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A file of version 0011 with a mention in it: DuckDB refuses some steps where rows are."""
    root, folder = DataRoot(tmp_path / "data"), tmp_path / "migrations"
    shutil.copytree(migrations.FOLDER, folder)
    for path in (folder / "versions").glob("*.py"):
        if "0011" < path.name < "9" and not path.name.startswith("0011"):
            path.unlink()
    row = (
        "'m' AS mention_id, 's' AS source, '1' AS native_id, 'post' AS kind, '' AS channel, "
        "'' AS title, 'acme' AS text, '' AS url, 'a' AS author_key, now() AS published_at, "
        "now() AS observed_at, '' AS lang, '' AS region, false AS owned, 'h' AS content_hash, "
        "1 AS version_no, ['no_zone'] AS warnings, now() AS fetched_at, now() AS loaded_at, "
        "'b' AS batch_id"
    )
    with monkeypatch.context() as older:
        older.setattr(migrations, "FOLDER", folder)
        with open_warehouse(root) as connection, connection.begin():
            connection.exec_driver_sql(f"INSERT INTO core.mention BY NAME SELECT {row}")
        assert rows_of(root, "SELECT version_num FROM core.alembic_version") == [("0011_thread",)]
    with open_warehouse(root) as connection:
        told = connection.exec_driver_sql("SELECT mention_id, text, private FROM core.mention")
        assert [tuple(one) for one in told] == [("m", "acme", False)]
    assert rows_of(root, "SELECT version_num FROM core.alembic_version") == [(head(),)]
