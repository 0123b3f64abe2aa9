"""Drops: exports that people or other systems leave in a folder or a bucket, each read once.

Written for CSV, JSON lines and Parquet as `listening import` reads them (docs/imports.md),
2026-11. A file is known by the SHA-256 of its content: a copy under another name is not read
again, a longer version of the same file is. A file that is wrong as a whole is an error at
every crawl until it is mended or removed; the others are read all the same. An object of a bucket
is known by the hash its store gives it, so that nothing is fetched twice (see `_bucket.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from listening.contract import BrandFile, ListeningError, Page
from listening.sources import Look, Relation, Settings, Target, source
from listening.sources._drop import list_files, place
from listening.sources._read import target_name
from listening.sources.shape.drop import read_pages


class Folder(Settings):
    """One folder, or one bucket, of exports of one shape."""

    path: str | None = None  # relative to the brand file, or below LISTENING_DROP_ROOT
    bucket: str | None = None  # https://host/bucket/prefix
    region: str = "us-east-1"
    connection: str = "s3"  # login: access key, password: secret key
    map: dict[str, str] = Field(default_factory=dict)  # column -> field
    files: str = "*"  # a glob pattern
    source: str = Field(default="drop", pattern=r"^[a-z][a-z0-9_.-]{0,62}$")  # whose ids these are
    owned: bool = False  # exports of the brand's own channels: all of it is on topic
    private: bool = False  # messages and tickets: only legal and care read their words
    date_format: str | None = None
    tz: str | None = None
    coverage: Literal["complete", "partial", "capped"] = "complete"

    @model_validator(mode="after")
    def _check_place(self) -> Self:
        if (self.path is None) == (self.bucket is None):
            raise ValueError("a drop is either a path or a bucket")
        if self.bucket and not re.fullmatch(r"https?://[^/?#@]+/[^/?#]+[^?#]*", self.bucket):
            raise ValueError("write a bucket as https://host/bucket/prefix")
        return self


class Folders(Settings):
    """`sources: {drop: {folders: [{path: exports, map: {message_id: id, body: text}}]}}`."""

    folders: tuple[Folder, ...] = Field(min_length=1)


def targets(settings: Folders, brands: BrandFile) -> list[Target]:
    """Return one target per folder or bucket, and pattern."""
    return [_target(folder, brands) for folder in settings.folders]


def _target(folder: Folder, brands: BrandFile) -> Target:
    relation: Relation | None = "owned" if folder.owned else None
    facts = folder.model_dump()
    if folder.bucket:
        parts = urlsplit(folder.bucket)
        name = f"{parts.path}-{folder.files}".removesuffix("-*")
        return Target(target_name(name), parts.hostname or "", facts, relation=relation)
    path = folder.path or ""
    name = target_name(f"{path}-{folder.files}".removesuffix("-*"))
    return Target(name, "local", {**facts, "path": str(place(path, brands))}, relation=relation)


@source(
    name="drop",
    relation="off_channel",
    hosts=(),
    auth="none for folders; the keys of a bucket",
    blind_to="Everything nobody exports",
    verified="shape",
    uncounted="a later file may count again",
    settings=Folders,
    targets=targets,
    max_pages=10_000,
    max_bytes=200_000_000,  # an export of a bucket is read in one
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield the rows of every unread file, by name; the last page of a file moves the cursor."""
    read = list(look.cursor.get("files", []))
    wrong: ListeningError | None = None
    for known, fetched in list_files(look):
        if known in read:
            continue
        try:
            with fetched() as path:
                yield from read_pages(path, look, [*read, known])
        except ListeningError as error:
            wrong = wrong or error
        else:
            read.append(known)
    if wrong:
        raise wrong
