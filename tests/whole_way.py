"""The whole way on a small world, as the commands and the DAGs take it, for child processes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

# Imported here so that a forkserver pays for them once, not each of its children.
import alembic.command  # noqa: F401
import dbt.adapters.duckdb
import dbt.cli.main  # noqa: F401
import duckdb
import lingua  # noqa: F401
import onnxruntime  # noqa: F401
import presidio_analyzer.predefined_recognizers  # noqa: F401
import sqlalchemy  # noqa: F401
from transformers import PreTrainedTokenizerFast  # noqa: F401

import nlp.pipeline
from listening.contract import DataRoot, ListeningError
from listening.sources import SOURCES

nlp.pipeline.discover()
list(SOURCES)

# What these say is the story of the runs themselves, which a kill is part of.
RUN_TABLES = {"batch", "receipt", "coverage", "run"}
RUN_COLUMNS = {"fetched_at", "loaded_at", "batch_id"}


def take(brand: Path) -> None:
    """Crawl, take in reference files, tag, load, model and publish once.

    Raises:
        ListeningError: a stream could not be crawled, or a step failed.
    """
    from listening.brand.load import load_brands
    from listening.crawl import crawl_stream, streams
    from listening.imports.reference import import_references
    from nlp.tag import tag_pending
    from warehouse.load import load_pending
    from warehouse.model import build_models
    from warehouse.publish import publish

    root, brands = DataRoot.from_environment(), load_brands([brand])
    errors = [
        error for stream in streams(brands) if (error := crawl_stream(root, stream, brands).error)
    ]
    import_references(root, brands)
    tag_pending(root, brands)
    load_pending(root, brands)
    build_models(root)
    publish(root, brands)
    if errors:
        raise errors[0]


def warehouse_rows(root: DataRoot) -> dict[str, list[tuple[Any, ...]]]:
    """Return every table's rows, sorted, without what tells of the runs themselves."""
    with duckdb.connect(root.warehouse, read_only=True) as connection:
        return {
            f"{schema}.{table}": _rows(connection, schema, table)
            for schema, table in connection.execute(
                "SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL"
            ).fetchall()
            if not (schema == "core" and table in RUN_TABLES) and "coverage" not in table
        }


def _rows(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> list[tuple[Any, ...]]:
    columns = [
        name
        for (name,) in connection.execute(
            "SELECT column_name FROM duckdb_columns() WHERE schema_name = ? AND table_name = ?",
            [schema, table],
        ).fetchall()
        if name not in RUN_COLUMNS
    ]
    if not columns:
        raise ListeningError("a table of run columns only", where=f"{schema}.{table}")
    listed = ", ".join(f'"{name}"' for name in columns)
    sql = f'SELECT {listed} FROM "{schema}"."{table}"'  # noqa: S608 (names from the catalogue)
    return sorted(connection.execute(sql).fetchall(), key=repr)
