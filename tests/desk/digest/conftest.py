"""Published files with the columns that the models promise, and the rows a test gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from listening.contract import DataRoot

MODELS = Path(__file__).parents[3] / "warehouse" / "models"
EVERYWHERE = """
    CREATE TABLE coverage (source VARCHAR, host VARCHAR, state VARCHAR, reason VARCHAR,
      since TIMESTAMPTZ, until TIMESTAMPTZ);
    CREATE TABLE readme (section VARCHAR, item VARCHAR, text VARCHAR);
    INSERT INTO readme VALUES ('built', 'at', '2026-10-30T12:00:00Z');
    INSERT INTO coverage VALUES ('rss', 'news.example', 'complete', '',
      TIMESTAMPTZ '2026-10-01T00:00:00Z', TIMESTAMPTZ '2026-10-30T12:00:00Z');
"""
Publish = Callable[..., DataRoot]


@pytest.fixture
def publish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Publish:
    """Return what writes a team's file; the clock stands half a day behind its build."""
    root = DataRoot(tmp_path)
    root.published.mkdir()
    monkeypatch.setenv("LISTENING_DATA", str(tmp_path))
    monkeypatch.setenv("LISTENING_NOW", "2026-10-30T18:00:00Z")
    monkeypatch.delenv("LISTENING_BRANDS", raising=False)

    def write(team: str, also: str = "", **rows: Sequence[Mapping[str, Any]]) -> DataRoot:
        models = yaml.safe_load((MODELS / team / f"{team}.yml").read_text())["models"]
        with duckdb.connect(root.published / f"{team}.duckdb") as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute(EVERYWHERE)
            for model in models:
                columns = ", ".join(f'"{c["name"]}" {c["data_type"]}' for c in model["columns"])
                connection.execute(f"CREATE TABLE {model['name']} ({columns})")
            for table, given in rows.items():
                for row in given:
                    names, marks = ", ".join(row), ", ".join("?" * len(row))
                    connection.execute(
                        f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608
                        list(row.values()),
                    )
            if also:
                connection.execute(also)
        return root

    return write
