"""Tag what was sealed, batch by batch, and any file of texts.

A tagged batch is whole or absent, and says in its footer which taggers made it.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from listening.contract import (
    FOOTER_KEY,
    TAG_FIELDS,
    TAGGED_SCHEMA,
    BrandFile,
    ConfigurationError,
    DataRoot,
    ListeningError,
    batch_ids,
    now,
    read_batch,
)
from nlp.frame import Frame, Row, check_suffix, read_frame, reader, replacing, write_frame

if TYPE_CHECKING:
    from spacy.language import Language

    from nlp.tagger import Said

_log: Final = logging.getLogger(__name__)
_CHUNK: Final = 4096  # rows tagged before the next are read
_TAGS: Final = pa.schema(list(TAG_FIELDS))
_READ: Final = (
    "mention_id", "content_hash", "title", "text", "url", "author", "author_name", "source",
    "channel", "lang", "brand_id", "owned",
)  # fmt: skip


def tag_batch(root: DataRoot, batch_id: str, brands: BrandFile) -> Path:
    """Tag the kept, new mentions of one sealed batch and return the tagged file.

    A batch that is tagged already is left as it is.

    Raises:
        ListeningError: the batch is missing or corrupt, holds no mentions, the model is
            missing, or the file cannot be written.
    """
    return _tag_sealed(root, batch_id, _Lender(brands))


def tag_pending(root: DataRoot, brands: BrandFile) -> list[str]:
    """Tag every sealed batch of mentions that is not tagged yet; return their ids, in order.

    A batch that cannot be read does not keep the others from being tagged.

    Raises:
        ListeningError: after all others, what the first such batch raised.
    """
    lender = _Lender(brands)
    errors: list[ListeningError] = []
    done: list[str] = []
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
    brands: BrandFile | None = None,
    author: str | None = None,
    url: str | None = None,
) -> dict[str, Any]:
    """Tag a CSV, JSONL or Parquet file: one row out per row in, in order, columns kept.

    Args:
        source: the file; its suffix says the format.
        out: where to write, in the format of its suffix.
        text: the column of the text.
        target: the column of what the sentiment is about.
        brands: names, topics and works to look for.
        author: the column of the author's handle.
        url: the column of the address of the text.

    Returns:
        `rows`, `seconds`, `failed` (rows of which something failed) and `model` (SHA-256).

    Raises:
        ConfigurationError: a column is missing, or has the name of one to be added; a
            format is unknown; the model has no head for `target`.
        ListeningError: the file cannot be read or written.
    """
    begun = time.monotonic()
    check_suffix(out)
    frame = read_frame(source)
    cells = {
        "text": reader(frame, text, "--text", source),
        "author": reader(frame, author, "--author", source),
        "url": reader(frame, url, "--url", source),
    }
    reader(frame, target, "--target", source)
    _refuse(frame, source, target)
    pipeline = _build(brands)
    added, failed = _tag_rows(pipeline, _said(frame, cells), _TAGS)
    write_frame(out, frame, _fail_broken(frame, added))
    return {
        "rows": len(frame.rows),
        "seconds": round(time.monotonic() - begun, 3),
        "failed": len(failed | frame.broken),
        "model": _model(),
    }


def _refuse(frame: Frame, source: Path, target: str | None) -> None:
    """Raise where the tags would overwrite a column, or cannot be made."""
    clash = sorted(set(frame.names) & set(_TAGS.names))
    if clash:
        raise ConfigurationError(
            f"has columns that tagging adds: {', '.join(clash)}",
            where=str(source),
            mend="Rename or drop them first",
        )
    if target is not None:
        raise ConfigurationError(
            "the model has no head for sentiment towards a target yet",
            where="--target",
            mend="Leave it out: `sentiment` is that of the whole text",
        )


def _said(frame: Frame, cells: Mapping[str, Any]) -> Iterable[Said]:
    from nlp.tagger import Said

    for row in frame.rows:
        yield Said(**{name: cell(row) for name, cell in cells.items()})


def _fail_broken(frame: Frame, added: pa.Table) -> pa.Table:
    """Return tags in which rows that could not be read have failed."""
    if not frame.broken:
        return added
    _log.warning("%d rows could not be read whole; they are kept untagged", len(frame.broken))
    rows = added.to_pylist()
    for number in frame.broken:
        rows[number] = {**dict.fromkeys(added.column_names), "abstained": "failed"}
    return pa.Table.from_pylist(rows, schema=added.schema)


def _pending(root: DataRoot, errors: list[ListeningError]) -> list[str]:
    """Return the ids of untagged batches of mentions, in the order of their sealing."""
    waiting = []
    for batch_id in batch_ids(root.landing):
        if batch_id.startswith("mention/") and not _is_tagged(root, batch_id):
            try:
                waiting.append((read_batch(root.landed(batch_id)).sealed_at, batch_id))
            except ListeningError as error:
                errors.append(error)
    return [batch_id for _, batch_id in sorted(waiting)]


def _is_tagged(root: DataRoot, batch_id: str) -> bool:
    """Tell whether a batch has a tagged file that can be read."""
    path = root.tagged_batch(batch_id)
    try:
        footer = json.loads(pq.read_schema(path).metadata[FOOTER_KEY])
    except FileNotFoundError:
        return False
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError):
        _log.warning("%s is no tagged batch; it is made again", path)
        return False
    return bool(footer.get("batch_id") == batch_id)


class _Lender:
    """Builds the pipeline for the first batch that needs it, and lends it to the next."""

    def __init__(self, brands: BrandFile) -> None:
        self._brands = brands
        self._pipeline: Language | None = None

    def borrow(self) -> Language:
        """Return the pipeline."""
        if self._pipeline is None:
            self._pipeline = _build(self._brands)
        return self._pipeline


def _tag_sealed(root: DataRoot, batch_id: str, lender: _Lender) -> Path:
    path = root.tagged_batch(batch_id)
    if _is_tagged(root, batch_id):
        return path
    batch = read_batch(root.landed(batch_id))
    if batch.kind != "mention":
        raise ListeningError(
            f"a batch of kind {batch.kind!r} has nothing to tag",
            where=batch_id,
            mend="Tag batches of kind 'mention'",
        )
    rows = _read_new(root.landed(batch_id))
    pipeline = lender.borrow()
    said = (_to_said(row) for row in rows.to_pylist())
    keys = rows.select(["mention_id", "content_hash"])
    tags, failed = _tag_rows(pipeline, said, TAGGED_SCHEMA, keys)
    _write_tagged(path, tags, _footer(batch_id, pipeline, len(failed), tags.num_rows))
    return path


def _read_new(path: Path) -> pa.Table:
    """Return the mentions of a batch that need tags, in order."""
    try:
        table = pq.read_table(path, columns=[*_READ, "bucket", "seen_before"])
    except (OSError, pa.ArrowException) as error:
        raise ListeningError(
            f"cannot be read: {error}", where=str(path), mend="Crawl this stream again"
        ) from error
    wanted = pc.and_(pc.equal(table["bucket"], "kept"), pc.invert(table["seen_before"]))
    return table.filter(wanted).select(list(_READ))


def _to_said(row: Row) -> Said:
    from nlp.tagger import Said

    known = {name: row[name] or "" for name in _READ[2:-1]}
    return Said(**known, owned=bool(row["owned"]))


def _build(brands: BrandFile | None) -> Language:
    from nlp.pipeline import build

    return build(brands)


def _tag_rows(
    pipeline: Language, said: Iterable[Said], schema: pa.Schema, keys: pa.Table | None = None
) -> tuple[pa.Table, frozenset[int]]:
    """Return the tags of mentions as a table, and the numbers of rows that failed somewhere."""
    from nlp.pipeline import tag

    chunks: list[pa.Table] = []
    failed: set[int] = set()
    held: list[dict[str, Any]] = []
    own = [field for field in schema if keys is None or field.name not in keys.column_names]
    for number, row in enumerate(tag(pipeline, said)):
        if row["failures"]:
            failed.add(number)
        held.append(row)
        if len(held) >= _CHUNK:
            chunks.append(_to_table(held, own))
            held = []
    chunks.append(_to_table(held, own))
    table = pa.concat_tables(chunks)
    if keys is not None:
        for place, name in enumerate(keys.column_names):
            table = table.add_column(place, schema.field(name), keys.column(name))
    return table.cast(schema), frozenset(failed)


def _to_table(rows: Sequence[Row], fields: Sequence[pa.Field]) -> pa.Table:
    columns = [pa.array([row.get(each.name) for row in rows], each.type) for each in fields]
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def _footer(batch_id: str, pipeline: Language, failed: int, rows: int) -> bytes:
    from nlp.pipeline import versions

    footer = {
        "batch_id": batch_id,
        "taggers": versions(pipeline),
        "model": _model(),
        "rows": rows,
        "failed": failed,
        "tagged_at": now().astimezone(UTC).isoformat(),
    }
    return json.dumps(footer, sort_keys=True).encode()


def _model() -> str:
    """Return the SHA-256 of the weights."""
    from nlp.encoder import MODEL, Manifest

    return Manifest.read(MODEL / "manifest.json").files["model.onnx"]


def _write_tagged(path: Path, tags: pa.Table, footer: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ListeningError(
            f"cannot be made: {error}", where=str(path.parent), mend="Is there space?"
        ) from error
    with replacing(path) as partial:
        pq.write_table(
            tags.replace_schema_metadata({FOOTER_KEY: footer}), partial, compression="zstd"
        )
