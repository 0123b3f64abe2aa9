"""Writes the core tables as SQL, for a migration to freeze: `python -m warehouse.tables.ddl`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from duckdb_sqlalchemy import Dialect
from sqlalchemy.schema import CreateTable, SetColumnComment, SetTableComment

from warehouse.tables import METADATA


def statements() -> Iterator[str]:
    """Yield the statements that create every table and its comments, parents first."""
    dialect = Dialect()
    for table in METADATA.sorted_tables:
        yield str(CreateTable(table).compile(dialect=dialect)).strip()
        yield str(SetTableComment(table).compile(dialect=dialect))
        for column in table.columns:
            yield str(SetColumnComment(column).compile(dialect=dialect))


if __name__ == "__main__":
    sys.stdout.write("".join(f"{statement};\n" for statement in statements()))
