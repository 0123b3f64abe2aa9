"""The models are built again to the same tables, not parsed again, and pass dbt's unit tests."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from listening import contract
from listening.contract import DataRoot
from tests.warehouse.models.core import rows
from tests.warehouse.models.month import NOW
from warehouse.model import FILE_VARIABLE, PROJECT, build_models
from warehouse.open import connect

pytestmark = pytest.mark.slow


def test_second_build_with_the_clock_held_changes_nothing(root):
    """The tables are a function of the core tables and the moment."""
    before = _everything(root)
    build_models(root)
    assert _everything(root) == before


def _everything(root: DataRoot) -> dict[str, list[tuple[Any, ...]]]:
    names = (  # `building` tells of builds, not of mentions
        "SELECT schema_name || '.' || table_name FROM duckdb_tables() "
        "WHERE schema_name <> 'core' AND table_name <> 'building'"
    )
    with connect(root, str(root.warehouse), read_only=True) as connection:
        return {
            table: rows(connection, f"SELECT t::VARCHAR FROM {table} AS t ORDER BY 1")  # noqa: S608
            for (table,) in rows(connection, names)
        }


def test_models_that_are_the_same_are_not_parsed_again(root, monkeypatch):
    """Whatever moment it is: parsing costs more than building a small warehouse."""
    from dbt.parser.manifest import ManifestLoader

    monkeypatch.setenv(contract.CLOCK_VARIABLE, "2031-01-01T00:00:00+00:00")
    monkeypatch.setattr(ManifestLoader, "get_full_manifest", None)
    build_models(root, select="staging.look", tested=False)


def test_unit_tests_of_the_models_hold(root, monkeypatch):
    """The unit tests of dbt: given rows, expected rows, for every metric with a trap."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    monkeypatch.setenv(FILE_VARIABLE, str(root.warehouse))
    try:
        outcome = dbtRunner().invoke(
            [
                "--quiet",
                "--log-path", str(root.path / "dbt" / "logs"),
                "test",
                "--select", "test_type:unit",
                "--project-dir", str(PROJECT),
                "--profiles-dir", str(PROJECT),
                "--target-path", str(root.path / "dbt" / "target"),
                "--vars", json.dumps({"now": datetime.fromisoformat(NOW).isoformat()}),
            ]
        )  # fmt: skip
    finally:
        DuckDBConnectionManager.close_all_connections()
    assert outcome.result is not None, outcome.exception
    told = {result.node.name: str(result.status) for result in outcome.result}
    assert len(told) >= 24
    assert {name: status for name, status in told.items() if status != "pass"} == {}
