"""Webhooks: signed posts that a web server put aside for us in a folder, of any JSON shape.

Written for the shape below, 2026-11; it is ours, so there is no foreign document. A file of the
folder is one post: `received_at`, `body` (as it came), `signature` (HMAC-SHA256 of the body by
the password of `connection`); see docs/sources.md for a handler that writes such files. A body
is an object, or a list of them below `items`; `map` names its fields, by dots where they lie
deeper. They are read by the rules of imports (docs/imports.md).

Posts are read from an hour behind the newest one known, so late files are not lost; those older
than a week may be removed. `private: true` is for messages and tickets: only legal and care read
their words.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from pydantic import Field, model_validator

from listening.contract import BrandFile, Item, Mention, Page, Reject
from listening.sources import Look, Settings, Target, source
from listening.sources._owned import channel
from listening.sources._read import RAW, state
from listening.sources._spool import Post, place, read_spool


class Spool(Settings):
    """A folder of posts of one shape, and the brand whose channel they are of."""

    path: str  # relative to the brand file
    brand: str
    name: str = Field(default="webhook", pattern=r"^[a-z][a-z0-9_.-]{0,62}$")  # whose ids they are
    items: str = ""  # where in the body the items are; empty: it is the item, or a list of them
    map: dict[str, str] = Field(default_factory=dict)  # place in an item -> field
    private: bool = False
    connection: str = "webhook"

    @model_validator(mode="after")
    def _check_map(self) -> Self:
        from listening.imports.row import FIELDS

        if strange := sorted(set(self.map.values()) - {*FIELDS}):
            raise ValueError(f"unknown field {strange[0]!r}; fields are {', '.join(FIELDS)}")
        return self


class Spools(Settings):
    """`sources: {webhook: {folders: [{path: spool, brand: acme, map: {msg.id: id}}]}}`."""

    folders: tuple[Spool, ...] = Field(min_length=1)


def targets(settings: Spools, brands: BrandFile) -> list[Target]:
    """Return one target per folder."""
    found = []
    for one in settings.folders:
        facts = {**one.model_dump(), "path": str(place(one.path, brands))}
        told = channel("webhook", one.path, one.brand, brands, facts, speaks=False)
        found.append(replace(told, host="local"))
    return found


@source(
    name="webhook",
    relation="owned",
    hosts=(),
    auth="the secret that signs the posts",
    blind_to="Whatever nobody posts; posts that are not signed",
    verified="shape",
    uncounted="a later post may count again",
    settings=Spools,
    targets=targets,
    overlap=timedelta(hours=1),
    max_pages=100_000,
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield the items of every post since the overlap, in the order they came."""
    facts = look.settings
    newest = look.since
    for post in read_spool(Path(facts["path"]), facts["connection"], look.since):
        newest = max(newest, post.at)
        items = tuple(_items(look, post))
        yield Page(items, len(items), {"at": newest.isoformat()})


def _items(look: Look, post: Post) -> Iterator[Item]:
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
