"""Tag what was sealed, batch by batch, and any file of texts.

A tagged batch is whole or absent, and says in its footer which taggers made it.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from listening.contract import (
    FOOTER_KEY,
    TAG_FIELDS,
    TAGGED_SCHEMA,
    TARGET_FIELDS,
    BrandFile,
    ConfigurationError,
    DataRoot,
    ListeningError,
    ServiceHours,
    batch_ids,
    now,
    read_batch,
    registered_hash,
)
from nlp.chunk import Tagged, tag_chunk, to_table
from nlp.frame import Frame, Row, check_suffix, read_frame, reader, write_frame, write_sealed
from nlp.light import import_spacy

if TYPE_CHECKING:
    from spacy.language import Language

    from nlp.said import Said
    from nlp.workers import Brands, Workers

    Tagging: TypeAlias = Language | Workers

_log: Final = logging.getLogger(__name__)
_TRUSTED: Final = timedelta(days=2)  # tagged files older than this are not looked into each run
_CHUNK: Final = 4096  # rows tagged before the next are read
_READ: Final = (
    "mention_id", "content_hash", "title", "text", "url", "author", "author_name", "source",
    "channel", "lang", "brand_id", "owned", "pictures",
)  # fmt: skip
_NEWER: Final = ("pictures",)  # older batches lack it


def tag_batch(root: DataRoot, batch_id: str, brands: BrandFile) -> Path:
    """Tag the kept, new mentions of one sealed batch and return the tagged file.

    A batch that is tagged already is left as it is.

    Raises:
        ListeningError: the batch is missing or corrupt, holds no mentions, the model is
            missing, or the file cannot be written.
    """
    with Lender(brands) as lender:
        return _tag_sealed(root, batch_id, lender)


def tag_pending(root: DataRoot, brands: BrandFile) -> list[str]:
    """Tag every sealed batch of mentions that is not tagged yet; return their ids, in order.

    A batch that cannot be read does not keep the others from being tagged.

    Raises:
        ListeningError: after all others, what the first such batch raised.
    """
    errors: list[ListeningError] = []
    done: list[str] = []
    with Lender(brands) as lender:
        for batch_id in _pending(root, errors):
            try:
                _tag_sealed(root, batch_id, lender)
            except ConfigurationError:
                raise
            except ListeningError as error:
                errors.append(error)
                continue
            done.append(batch_id)
    if errors:
        raise errors[0]
    return done


def tag_file(
    source: Path,
    out: Path,
    *,
    text: str = "text",
    target: str | None = None,
    brands: Brands = None,
    author: str | None = None,
    url: str | None = None,
    workers: int | None = None,
) -> dict[str, Any]:
    """Tag a CSV, JSONL or Parquet file: one row out per row in, in order, columns kept.

    Args:
        source: the file; its suffix says the format.
        out: where to write, in the format of its suffix.
        text: the column of the text.
        target: the column of what somebody wants the sentiment towards: a name that stands in
            the text, or not. Adds TARGET_FIELDS, null where a row names none.
        brands: names, topics and works to look for, or what reads them: worker processes
            start meanwhile.
        author: the column of the author's handle.
        url: the column of the address of the text.
        workers: how many processes tag a large file (see `nlp.workers`).

    Returns:
        `rows`, `seconds`, `failed` (rows of which something failed) and `model` (SHA-256).

    Raises:
        ConfigurationError: a column is missing, or has the name of one to be added; a
            format is unknown.
        ListeningError: the file cannot be read or written.
    """
    begun = time.monotonic()
    check_suffix(out)
    frame = read_frame(source)
    cells = {
        "text": reader(frame, text, "--text", source),
        "author": reader(frame, author, "--author", source),
        "url": reader(frame, url, "--url", source),
        "target": reader(frame, target, "--target", source),
    }
    schema = pa.schema([*TAG_FIELDS, *(TARGET_FIELDS if target is not None else ())])
    _refuse(frame, source, schema)
    with Lender(brands, workers) as lender:
        tagging = lender.borrow(len(frame.rows))
        added, failed = _tag_rows(tagging, _said(frame, cells), schema)
    write_frame(out, frame, _fail_broken(frame, added))
    return {
        "rows": len(frame.rows),
        "seconds": round(time.monotonic() - begun, 3),
        "failed": len(failed | frame.broken),
        "model": _model(),
    }


def _refuse(frame: Frame, source: Path, schema: pa.Schema) -> None:
    """Raise where the tags would overwrite a column."""
    clash = sorted(set(frame.names) & set(schema.names))
    if clash:
        raise ConfigurationError(
            f"has columns that tagging adds: {', '.join(clash)}",
            where=str(source),
            mend="Rename or drop them first",
        )


def _said(frame: Frame, cells: Mapping[str, Any]) -> Iterable[Said]:
    from nlp.said import Said

    for row in frame.rows:
        values = {name: cell(row) for name, cell in cells.items()}
        yield Said(**{**values, "target": values["target"].strip()})


def _fail_broken(frame: Frame, added: pa.Table) -> pa.Table:
    """Return tags in which rows that could not be read have failed."""
    if not frame.broken:
        return added
    _log.warning("%d rows could not be read whole; they are kept untagged", len(frame.broken))
    rows = added.to_pylist()
    failed = {"abstained": "failed", "target_abstained": "failed"}
    for number in frame.broken:
        rows[number] = {name: failed.get(name) for name in added.column_names}
    return pa.Table.from_pylist(rows, schema=added.schema)


def _pending(root: DataRoot, errors: list[ListeningError]) -> list[str]:
    """Return the ids of untagged batches of mentions, in the order of their sealing."""
    sealed = [one for one in batch_ids(root.landing) if one.startswith("mention/")]
    young = max((_day(one) for one in sealed), default=date.max) - _TRUSTED
    waiting = []
    for batch_id in sealed:
        if _day(batch_id) < young and root.tagged_batch(batch_id).exists():
            continue  # was read whole on the days before; the load reads it once more
        if not _is_tagged(root, batch_id):
            try:
                waiting.append((read_batch(root.landed(batch_id)).sealed_at, batch_id))
            except ListeningError as error:
                errors.append(error)
    return [batch_id for _, batch_id in sorted(waiting)]


def _day(batch_id: str) -> date:
    return date.fromisoformat(batch_id.split("/")[2])


def _is_tagged(root: DataRoot, batch_id: str) -> bool:
    return read_footer(root, batch_id) is not None


def read_footer(root: DataRoot, batch_id: str) -> dict[str, Any] | None:
    """Return what the tagged file of a batch says of itself; None without one that can be read."""
    path = root.tagged_batch(batch_id)
    try:
        footer: dict[str, Any] = json.loads(pq.read_schema(path).metadata[FOOTER_KEY])
    except FileNotFoundError:
        return None
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError):
        _log.warning("%s is no tagged batch; it is made again", path)
        return None
    return footer if footer.get("batch_id") == batch_id else None


class Lender:
    """Has the pipeline built, or workers started, for the first batch that needs it."""

    def __init__(self, brands: Brands, workers: int | None = None) -> None:
        from nlp.workers import count_workers

        self._brands, self._count = brands, count_workers(workers)
        self._pipeline: Language | None = None
        self._workers: Workers | None = None

    @cached_property
    def digest(self) -> str:
        """What the taggers read of the brand file, as a short hash."""
        return digest_brands(self._brands() if callable(self._brands) else self._brands)

    def borrow(self, rows: int) -> Tagging:
        """Return what tags a batch of so many mentions."""
        from nlp.workers import WORTH, Workers

        if self._count == 1 or rows < WORTH:
            self._pipeline = self._pipeline or _build(self._brands)
            return self._pipeline
        if self._workers is None or self._workers.closed:
            self._workers = Workers(self._brands, self._count)
        return self._workers

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._workers is not None:
            self._workers.close()


def _tag_sealed(root: DataRoot, batch_id: str, lender: Lender) -> Path:
    path = root.tagged_batch(batch_id)
    if not _is_tagged(root, batch_id):
        write_tags(root, batch_id, lender, now())
    return path


def write_tags(
    root: DataRoot, batch_id: str, lender: Lender, tagged_at: datetime
) -> tuple[int, int]:
    """Tag a sealed batch from its landed file, and put its tags in place whole.

    Returns:
        Rows, and rows of which something failed.

    Raises:
        ListeningError: the batch is missing or corrupt, holds no mentions, or the file cannot
            be written.
    """
    batch = read_batch(root.landed(batch_id))
    if batch.kind != "mention":
        raise ListeningError(
            f"a batch of kind {batch.kind!r} has nothing to tag",
            where=batch_id,
            mend="Tag batches of kind 'mention'",
        )
    rows = _read_new(root.landed(batch_id))
    tagging = lender.borrow(rows.num_rows)
    said = (_to_said(row) for row in rows.to_pylist())
    keys = rows.select(["mention_id", "content_hash"])
    tags, failed = _tag_rows(tagging, said, TAGGED_SCHEMA, keys)
    footer = {
        "batch_id": batch_id,
        "taggers": tagger_versions(tagging),
        "brands": lender.digest,
        "model": _model(),
        "rows": tags.num_rows,
        "failed": len(failed),
        "tagged_at": tagged_at.astimezone(UTC).isoformat(),
    }
    write_sealed(root.tagged_batch(batch_id), tags, json.dumps(footer, sort_keys=True).encode())
    return tags.num_rows, len(failed)


def _read_new(path: Path) -> pa.Table:
    """Return the mentions of a batch that need tags, in order."""
    try:
        held = pq.read_schema(path).names
        wanted = [name for name in _READ if name in held or name not in _NEWER]
        table = pq.read_table(path, columns=[*wanted, "bucket", "seen_before"])
    except (OSError, pa.ArrowException) as error:
        raise ListeningError(
            f"cannot be read: {error}", where=str(path), mend="Crawl this stream again"
        ) from error
    new = pc.and_(pc.equal(table["bucket"], "kept"), pc.invert(table["seen_before"]))
    return table.filter(new).select(wanted)


def _to_said(row: Row) -> Said:
    from nlp.said import Said

    known = {name: row[name] or "" for name in _READ[2:-2]}
    pictures = tuple(one["phash"] for one in row.get("pictures") or ())
    return Said(**known, owned=bool(row["owned"]), pictures=pictures)


def _build(brands: Brands) -> Language:
    import_spacy()
    from nlp.pipeline import build

    return build(brands() if callable(brands) else brands)


def _tag_rows(
    tagging: Tagging, said: Iterable[Said], schema: pa.Schema, keys: pa.Table | None = None
) -> tuple[pa.Table, frozenset[int]]:
    """Return the tags of mentions as a table, and the numbers of rows that failed somewhere."""
    own = [field for field in schema if keys is None or field.name not in keys.column_names]
    tables = [to_table([], own)]
    failed: set[int] = set()
    rows = 0
    for table, missed in _chunks(tagging, said, own):
        failed |= {rows + number for number in missed}
        rows += table.num_rows
        tables.append(table)
    whole = pa.concat_tables(tables)
    if keys is not None:
        for place, name in enumerate(keys.column_names):
            whole = whole.add_column(place, schema.field(name), keys.column(name))
    return whole.cast(schema), frozenset(failed)


def _chunks(tagging: Tagging, said: Iterable[Said], fields: Sequence[pa.Field]) -> Iterator[Tagged]:
    from nlp.workers import Workers

    if isinstance(tagging, Workers):
        yield from tagging.tag(said, fields)
        return
    each = iter(said)
    while chunk := list(islice(each, _CHUNK)):
        yield tag_chunk(tagging, chunk, fields)


def digest_brands(brands: BrandFile | None) -> str:
    """Return a short hash of what taggers read of the brand file, from names to pictures."""
    if brands is None:
        return ""
    unread = ServiceHours()
    told = [asdict(replace(brand, service=unread, competitors=None)) for brand in brands.brands]
    for brand in told:
        if not brand["marks"]:  # newer than most tagged batches, which lack nothing without
            del brand["marks"]
    read: list[Any] = [
        told, *([asdict(each) for each in part] for part in (brands.topics, brands.works))
    ]  # fmt: skip
    if brands.sought_images:  # newer, too
        read.append([(one.id, registered_hash(one)) for one in brands.sought_images])
    return sha256(json.dumps(read, sort_keys=True, default=str).encode()).hexdigest()[:16]


def tagger_versions(tagging: Tagging) -> dict[str, str]:
    """Return the version of every tagger, by name."""
    from nlp.workers import Workers

    if isinstance(tagging, Workers):
        return dict(tagging.versions)
    from nlp.pipeline import versions

    return versions(tagging)


def _model() -> str:
    """Return the SHA-256 of the weights."""
    from nlp.encoder import MODEL
    from nlp.manifest import Manifest

    return Manifest.read(MODEL / "manifest.json").files["model.onnx"]
