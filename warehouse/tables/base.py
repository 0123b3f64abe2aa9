"""The words the table modules share: metadata, column helpers, CHECKs and common columns.

Foreign keys stand only where the parent row is never changed or removed (`core.batch`).
DuckDB 1.5.5 refuses to delete a parent in the transaction that deleted its children, and to
update a list column of a parent with children (tried 2026-11-21), so everywhere else the
assertion queries in `warehouse/sql/assert/` stand in, inside the load's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import sqlalchemy as sa
from duckdb_sqlalchemy.datatypes import Struct

SCHEMA: Final = "core"
METADATA: Final = sa.MetaData(schema=SCHEMA)

INSTANT: Final = sa.DateTime(timezone=True)
TEXTS: Final = sa.ARRAY(sa.String)
SCORED: Final = sa.ARRAY(Struct([("id", sa.String), ("p", sa.REAL)]))


def table(name: str, comment: str, *items: sa.schema.SchemaItem) -> sa.Table:
    """Declare a core table."""
    return sa.Table(name, METADATA, *items, comment=comment)


def key(name: str, kind: Any, comment: str) -> sa.Column[Any]:
    """Declare a column of the primary key."""
    # Never autoincrement: SQLAlchemy would make an integer key SERIAL.
    return sa.Column(name, kind, primary_key=True, autoincrement=False, comment=comment)


def grain(name: str, kind: Any, comment: str) -> sa.Column[Any]:
    """Declare a column of the grain of a table that grows with every mention, without an index.

    The merge and `sql/assert/grain.sql` keep its rows unique; docs/decisions.md tells why.
    """
    return sa.Column(name, kind, nullable=False, info={"grain": True}, comment=comment)


def grain_of(table: sa.Table) -> tuple[str, ...]:
    """Return the columns that tell the rows of a table apart, whether an index keeps them so."""
    stated = tuple(column.name for column in table.columns if column.info.get("grain"))
    return stated or tuple(column.name for column in table.primary_key)


def need(name: str, kind: Any, comment: str, *items: Any) -> sa.Column[Any]:
    """Declare a column that always holds a value."""
    return sa.Column(name, kind, *items, nullable=False, comment=comment)


def may(name: str, kind: Any, comment: str) -> sa.Column[Any]:
    """Declare a column that may be unknown (NULL)."""
    return sa.Column(name, kind, nullable=True, comment=comment)


def one_of(column: str, values: Iterable[str]) -> sa.CheckConstraint:
    """Allow a fixed list of codes."""
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})")


def share(column: str) -> sa.CheckConstraint:
    """Allow 0 to 1."""
    return sa.CheckConstraint(f"{column} BETWEEN 0 AND 1")


def counts(columns: Sequence[str]) -> list[sa.CheckConstraint]:
    """Refuse negative counts."""
    return [sa.CheckConstraint(f"{column} >= 0") for column in columns]


def mention_key() -> sa.Column[Any]:
    """Declare the column of the grain that names a mention."""
    return grain("mention_id", sa.String, "The mention, see core.mention")


def batch_column() -> sa.Column[Any]:
    """Declare the batch that wrote a row; differs between equal runs, so compare without it."""
    return need("batch_id", sa.String, "Sealed batch this row comes from")


def loaded_column() -> sa.Column[Any]:
    """Declare when a row was written; differs between equal runs, so compare without it."""
    return need("loaded_at", INSTANT, "When the load last wrote this row")
