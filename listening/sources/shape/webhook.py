"""What lies in a spool: envelopes of a webhook, and the rows in them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from listening.contract import Item, Mention, Reject
from listening.sources import Look
from listening.sources._read import RAW, state
from listening.sources._spool import Post


def read_lines(look: Look, post: Post) -> Iterator[Item]:
    """Yield what a post says; one that cannot be read is one reject."""
    facts = look.settings
    if post.fault:
        yield Reject(facts["name"], post.name, "bad_signature", post.fault)
        return
    told = _inside(post.payload, facts["items"])
    rows = told if isinstance(told, list) else [told]
    if not rows or not all(isinstance(row, Mapping) for row in rows):
        where = facts["items"] or "the body"
        raw = "" if facts["private"] else json.dumps(post.payload)[:RAW]
        yield Reject(facts["name"], post.name, "bad_type", f"{where} holds no objects", raw)
        return
    for item in _read(look, rows):
        known = state(item, owned=facts["owned"], private=facts["private"])
        if isinstance(known, Mention):
            known = replace(known, brand_id=known.brand_id or facts["brand"])
        yield known


def _read(look: Look, rows: list[Any]) -> Iterator[Item]:
    from listening.imports.dates import DateReader
    from listening.imports.row import FIELDS, RowReader, brand_index
    from listening.imports.sheet import Row

    facts = look.settings
    mapped = {field: column for column, field in facts["map"].items()}
    fields = {name: mapped.get(name, name) for name in FIELDS}
    dates = DateReader()
    dates.settle(facts["path"])  # ISO and seconds since 1970; other orders are refused
    reader = RowReader(facts["name"], fields, dates, brand_index(look.brands), look.started_at)
    for number, row in enumerate(rows, start=1):
        values = {column: _inside(row, column) for column in fields.values()}
        yield reader.read(Row(number, values))


def _inside(value: Any, path: str) -> Any:
    """Return what lies at a place, names joined by dots; None where nothing does."""
    for name in filter(None, path.split(".")):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
