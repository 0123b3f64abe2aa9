"""Runs the SQL files of this package with bound values."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

FOLDER: Final = Path(__file__).parent / "sql"


def run_script(
    connection: sa.Connection,
    name: str,
    values: Mapping[str, Any] | None = None,
    names: Mapping[str, str] | None = None,
) -> list[tuple[Any, ...]]:
    """Run every statement of `sql/<name>.sql`; return the rows of the last.

    Args:
        connection: an open warehouse; the caller holds the transaction.
        name: path below `sql/`, without suffix.
        values: bound as `$key`; a statement gets those it names.
        names: identifiers from our own metadata, put in place of `__key__`.
    """
    rows: list[tuple[Any, ...]] = []
    for query, wanted in _statements(name, tuple(sorted((names or {}).items()))):
        bound = {key: (values or {})[key] for key in sorted(wanted)}
        result = connection.exec_driver_sql(query, bound or None)
        rows = [tuple(row) for row in result] if result.returns_rows else []
    return rows


@functools.cache
def _statements(name: str, names: tuple[tuple[str, str], ...]) -> list[tuple[str, frozenset[str]]]:
    import duckdb

    text = (FOLDER / f"{name}.sql").read_text("utf-8")
    for key, value in names:
        text = text.replace(f"__{key}__", value)
    return [
        (statement.query, frozenset(statement.named_parameters))
        for statement in duckdb.extract_statements(text)
    ]


def reason(error: sa.exc.DBAPIError) -> str:
    """Return what the database said, on one line and without its stack trace."""
    return " ".join(str(error.orig).partition("Stack Trace:")[0].split())
