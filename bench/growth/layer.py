"""Makes a large world out of a smaller one that is built: so many layers of it, row beside row.

`python -m bench.growth.layer FROM TO LAYERS`. Every layer has mentions, authors, threads, words and
near copies of its own, at the moments of the first, under the ids that a load would give them: who
is edited or spoken to later is known. Core tables and the models' tables that are kept by mention,
thread or author are written in the order of the smaller world, so row groups lie in the order of
the loads; sums by day and brand stay those of one layer until a build takes them up. A tenth of the
time that filling and building so many takes.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import sqlalchemy as sa

from bench.growth.fill import MEMORY, held_clock, run
from listening.contract import DataRoot, ListeningError
from warehouse.open import MEMORY_VARIABLE, open_warehouse
from warehouse.pseudonym import open_key, pads
from warehouse.publish import quoted

OWN: Final = {
    "own_mention": {
        "mention_id", "parent_id", "thread_id", "cluster_id", "reply_id", "next_mention_id",
    },
    "own_author": {"author_key", "parent_author_key"},
    "own_id": {"content_hash", "flag_id", "decision_id", "correction_id", "quarantine_id"},
    "own_name": {"native_id", "url", "case_id", "takedown_id"},
    "own_text": {"text", "title"},
    "own_handle": {"handle", "author_handle", "first_author_handle"},
    "own_band": {"band"},
    "own_subject": {"subject_id"},
    "own_evidence": {"evidence_ref"},
    "own_wordings": {"wordings"},
}  # fmt: skip
"""Columns of which a layer has values of its own, by the macro that makes them."""

KNOWN: Final = {
    "own_mention": ("known_mention", "{}"),
    "own_subject": ("known_mention", "{}"),
    "own_evidence": ("known_mention", "split_part({}, ':', 2)"),
    "own_wordings": ("known_mention", "{}[2]"),
    "own_author": ("known_author", "{}"),
}
"""Macros that ask how a row is named by its source: where, and by what of the column."""

TIMES: Final = frozenset({
    "served", "inserted", "updated", "unchanged", "duplicate", "deleted", "off_topic",
    "quarantined",
})  # fmt: skip
"""Columns of batches and receipts that count what a layer has of its own."""

_OF_LAYER: Final = frozenset({"mention_id", "author_key", "thread_id", "cluster_id", "reply_id"})
"""A table with one of these holds rows of each layer."""


class Table(NamedTuple):
    """A table of the smaller world, with its columns and what is said of them."""

    schema: str
    name: str
    columns: Sequence[tuple[str, str | None]]

    @property
    def is_layered(self) -> bool:
        """Whether each layer has rows of its own."""
        if self.name == "change":  # nothing, or that everything is to be built
            return False
        names = {name for name, _ in self.columns}
        return bool(names & _OF_LAYER) or self.name == "quarantine"


def layer(small: DataRoot, large: DataRoot, layers: int) -> None:
    """Write a world of so many layers of a built one into an empty root.

    Raises:
        ListeningError: there is a world already, or the disk has no room for it.
    """
    if large.warehouse.exists():
        raise ListeningError("holds a world", where=str(large.path), mend="Name an empty folder")
    large.path.mkdir(parents=True, exist_ok=True)
    _check_room(small, large, layers)
    _copy(small.path.with_name(f"{small.path.name}.keys"),
          large.path.with_name(f"{large.path.name}.keys"))  # fmt: skip
    # A connection touches nothing outside its own data root. Nobody may write to it meanwhile.
    source = large.path / "small.duckdb"
    source.hardlink_to(small.warehouse)
    with open_warehouse(large) as connection:
        connection.exec_driver_sql("SET preserve_insertion_order = true")
        # So does what is looked up beside a row: the table in hand is always the one read along.
        connection.exec_driver_sql("SET disabled_optimizers = 'join_order,build_side_probe_side'")
        connection.exec_driver_sql(f"ATTACH '{source}' AS small (READ_ONLY)")
        for name, pad in pads(open_key(connection, small)).items():
            connection.exec_driver_sql(f"SET VARIABLE {name}_pad = unhex('{pad.hex()}')")
        run(connection, "layer")
        for table in list(_tables(connection)):
            _write(connection, table, layers)
            connection.commit()
    source.unlink()
    _copy(small.path / "dbt", large.path / "dbt")


def _copy(folder: Path, target: Path) -> None:
    if folder.exists():
        shutil.copytree(folder, target, dirs_exist_ok=True)


def _check_room(small: DataRoot, large: DataRoot, layers: int) -> None:
    needed = small.warehouse.stat().st_size * layers
    free = shutil.disk_usage(large.path).free
    if needed > free:
        raise ListeningError(
            f"{needed / 1e9:.0f} GB are needed, {free / 1e9:.0f} are free",
            where=str(large.path),
            mend="Free the disk, or take fewer layers",
        )


def _tables(connection: sa.Connection) -> Iterator[Table]:
    rows = connection.exec_driver_sql(
        "SELECT schema_name, table_name, list(column_name ORDER BY column_index) AS columns, "
        "list(comment ORDER BY column_index) AS comments FROM duckdb_columns() "
        "SEMI JOIN (SELECT schema_oid, table_oid FROM duckdb_tables() "
        "WHERE database_name = 'small') AS tables USING (schema_oid, table_oid) "
        "WHERE database_name = 'small' AND table_name <> 'alembic_version' "
        "GROUP BY schema_name, table_name ORDER BY schema_name, table_name"
    ).all()
    for row in rows:
        columns = list(zip(row.columns, row.comments, strict=True))
        yield Table(row.schema_name, row.table_name, columns)


def _write(connection: sa.Connection, table: Table, layers: int) -> None:
    source = f"small.{quoted(table.schema)}.{quoted(table.name)}"
    target = f"{quoted(table.schema)}.{quoted(table.name)}"
    if table.is_layered:
        rows = ", ".join(_own(table, name) for name, _ in table.columns)
        source = _layers(table, source, layers)
    else:
        counted = TIMES if table.name in ("batch", "receipt") else frozenset()
        rows = ", ".join(
            quoted(name) + (f" * {layers} AS {quoted(name)}" if name in counted else "")
            for name, _ in table.columns
        )
    read = f"SELECT {rows} FROM {source}"  # noqa: S608
    if table.schema == "core":
        connection.exec_driver_sql(f"DELETE FROM {target}")  # noqa: S608
        connection.exec_driver_sql(f"INSERT INTO {target} BY NAME {read}")
        return
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {quoted(table.schema)}")
    connection.exec_driver_sql(f"CREATE OR REPLACE TABLE {target} AS {read}")
    for name, comment in table.columns:
        if comment:
            said = comment.replace("'", "''")
            connection.exec_driver_sql(f"COMMENT ON COLUMN {target}.{quoted(name)} IS '{said}'")


def _layers(table: Table, source: str, layers: int) -> str:
    """Return the SQL of a table's rows once for each layer, with what their columns name."""
    told, joins = ["t.*"], [f"{source} AS t"]
    for name, _ in table.columns:
        macro = _macro(table, name)
        if macro in KNOWN:
            known, asked = KNOWN[macro]
            found = quoted(f"{name} as told")
            told.append(f"{found}.told AS {found}")
            asked = asked.format(f"t.{quoted(name)}")
            joins.append(f"LEFT JOIN {known} AS {found} ON {found}.id = {asked}")
    told.append(f"unnest(range({layers}))::INTEGER AS layer")
    return f"(SELECT {', '.join(told)} FROM {' '.join(joins)})"  # noqa: S608


def _own(table: Table, name: str) -> str:
    """Return the SQL of a column's value in one layer."""
    column, macro = quoted(name), _macro(table, name)
    if not macro:
        return column
    told = f", {quoted(f'{name} as told')}" if macro in KNOWN else ""
    return f"{macro}({column}{told}, layer) AS {column}"


def _macro(table: Table, name: str) -> str:
    if (table.name, name) == ("entity", "text"):
        return ""
    return next((macro for macro, names in OWN.items() if name in names), "")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write a layered world; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.growth.layer", description=__doc__)
    parser.add_argument("small", type=Path, help="a data root that is filled and built")
    parser.add_argument("large", type=Path, help="an empty folder on the same disk")
    parser.add_argument("layers", type=int, help="how many")
    options = parser.parse_args(arguments)
    os.environ.setdefault(MEMORY_VARIABLE, MEMORY)
    with held_clock():
        layer(DataRoot(options.small.resolve()), DataRoot(options.large.resolve()), options.layers)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ListeningError as error:
        print(f"error: {error}", flush=True)  # noqa: T201
        sys.exit(error.exit_code)
