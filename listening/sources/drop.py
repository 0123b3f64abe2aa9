"""Drops: exports that people or other systems leave in a folder or a bucket, each read once.

Written for CSV, JSON lines and Parquet as `listening import` reads them (docs/imports.md),
2026-11. A file is known by the SHA-256 of its content: a copy under another name is not read
again, a longer version of the same file is. A file that is wrong as a whole is an error at
every crawl until it is mended or removed; the others are read all the same. An object of a bucket
is known by the hash its store gives it, so that nothing is fetched twice (see `_bucket.py`).
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from fnmatch import fnmatchcase
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from listening.contract import (
    BrandFile,
    ConfigurationError,
    Coverage,
    Item,
    ListeningError,
    Page,
)
from listening.net.credential import find_credential
from listening.sources import Look, Relation, Settings, Target, source
from listening.sources._bucket import Bucket
from listening.sources._read import state, target_name

ROOT: Final = "LISTENING_DROP_ROOT"
ROWS: Final = 20_000  # of one page


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


def place(path: str, brands: BrandFile) -> Path:
    """Return where a folder lies.

    Raises:
        ConfigurationError: it is outside `LISTENING_DROP_ROOT`.
    """
    root = os.environ.get(ROOT)
    if root:
        place = (Path(root) / path).resolve()
        if not place.is_relative_to(Path(root).resolve()):
            raise ConfigurationError(
                f"{path} is outside {ROOT}", where="sources: drop", mend="Name a folder below it"
            )
        return place
    places = [(Path(file).parent / path).resolve() for file in brands.files or (".",)]
    return next((place for place in places if place.exists()), places[0])


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
    for known, fetched in _files(look):
        if known in read:
            continue
        try:
            with fetched() as path:
                yield from _pages(path, look, [*read, known])
        except ListeningError as error:
            wrong = wrong or error
        else:
            read.append(known)
    if wrong:
        raise wrong


def _files(look: Look) -> Iterator[tuple[str, Callable[[], AbstractContextManager[Path]]]]:
    """Yield each file's hash, by name, and what opens it."""
    if look.settings.get("bucket"):
        yield from _objects(look)
        return
    folder = Path(look.settings["path"])
    if not folder.is_dir():
        raise ListeningError(
            "no such folder", where=str(folder), mend="Make it, or mend sources: drop"
        )
    for path in sorted(folder.glob(look.settings["files"])):
        if not path.name.startswith(".") and path.is_file():
            yield _sha256(path), partial(_lying, path)


def _lying(path: Path) -> AbstractContextManager[Path]:
    return nullcontext(path)


def _objects(look: Look) -> Iterator[tuple[str, Callable[[], AbstractContextManager[Path]]]]:
    facts = look.settings
    parts = urlsplit(facts["bucket"])
    name, _, prefix = parts.path.lstrip("/").partition("/")
    bucket = Bucket(
        look.http,
        f"{parts.scheme}://{parts.netloc}/{name}",
        facts["region"],
        find_credential(facts["connection"]),
    )
    for one in bucket.list(prefix):
        last = one.key.rpartition("/")[2]
        if last and not last.startswith(".") and fnmatchcase(last, facts["files"]):
            yield f"etag:{one.etag}", partial(_fetched, bucket, one.key)


@contextmanager
def _fetched(bucket: Bucket, key: str) -> Iterator[Path]:
    """Hold an object as a file of its name, for as long as it is read."""
    with TemporaryDirectory(prefix="listening-drop-") as folder:
        path = Path(folder) / key.rpartition("/")[2]
        path.write_bytes(bucket.read(key))
        yield path


def _pages(path: Path, look: Look, read: list[str]) -> Iterator[Page]:
    coverage = Coverage(look.settings["coverage"], reason="as stated in the brand file")
    rows = _items(path, look)
    while chunk := tuple(islice(rows, ROWS)):
        yield Page(chunk, len(chunk), coverage=coverage)
    yield Page((), 0, {"files": read}, coverage)


def _items(path: Path, look: Look) -> Iterator[Item]:
    """Read a file's rows; its dates are looked through first, for they decide each other.

    Raises:
        ListeningError: the file is wrong as a whole.
    """
    from listening.imports.dates import DateReader, read_zone
    from listening.imports.row import DATES, RowReader, brand_index, plan
    from listening.imports.sheet import open_sheet

    facts = look.settings
    sheet = open_sheet(path)
    fields = plan(sheet.columns, facts["map"], str(path))
    dates = DateReader(facts["date_format"], read_zone(facts["tz"]) if facts["tz"] else None)
    columns = [fields[name] for name in DATES if name in fields]
    for row in sheet:
        for value in (row.values.get(column) for column in columns):
            if isinstance(value, str):
                dates.learn(value.strip(), row.line)
    dates.settle(str(path))
    index = brand_index(look.brands)
    reader = RowReader(facts["source"], fields, dates, index, look.started_at)
    return (
        state(reader.read(row), owned=facts["owned"], private=facts["private"]) for row in sheet
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
