"""Writes the core tables as SQL, for a migration to freeze: `python -m warehouse.tables.ddl`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from duckdb_sqlalchemy import Dialect
from sqlalchemy.schema import CreateSequence, CreateTable, SetColumnComment, SetTableComment

from warehouse.tables import METADATA


def statements() -> Iterator[str]:
    """Yield the statements that create every sequence and table with comments, parents first."""
    dialect = Dialect()
    for sequence in METADATA._sequences.values():  # noqa: SLF001  # SQLAlchemy lists them nowhere else
        yield str(CreateSequence(sequence).compile(dialect=dialect))
    for table in METADATA.sorted_tables:
        yield str(CreateTable(table).compile(dialect=dialect)).strip()
        yield str(SetTableComment(table).compile(dialect=dialect))
        for column in table.columns:
            yield str(SetColumnComment(column).compile(dialect=dialect))


if __name__ == "__main__":
    sys.stdout.write("".join(f"{statement};\n" for statement in statements()))
