"""dbt's own pages build, and know every model and column as the warehouse has them."""

from __future__ import annotations

import json

from listening.contract import DataRoot
from warehouse.model import write_docs


def test_dbt_docs_tell_every_column(root: DataRoot) -> None:
    """One page to open; its catalog holds each model with each of its described columns."""
    page = write_docs(root)
    assert page.stat().st_size > 100_000
    catalog = json.loads((page.parent / "catalog.json").read_text("utf-8"))["nodes"]
    manifest = json.loads((page.parent / "manifest.json").read_text("utf-8"))["nodes"]
    models = {name: node for name, node in manifest.items() if node["resource_type"] == "model"}
    assert set(models) <= set(catalog)
    for name, node in models.items():
        assert node["description"], name
        described = {
            column.lower() for column, told in node["columns"].items() if told["description"]
        }
        assert described == {column.lower() for column in catalog[name]["columns"]}, name
