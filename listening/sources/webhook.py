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

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from listening.contract import BrandFile, Page
from listening.sources import Look, Settings, Target, source
from listening.sources._owned import channel
from listening.sources._spool import place, read_spool
from listening.sources.shape.webhook import read_lines


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
        items = tuple(read_lines(look, post))
        yield Page(items, len(items), {"at": newest.isoformat()})
