"""What a night reads: the mentions of the last weeks as they stand now, near copies together.

Everything comes from sealed and tagged batches that were there at the end of the window, so
that a night can be made again from them.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from listening.contract import (
    EMBEDDING_WIDTH,
    FOOTER_KEY,
    Batch,
    DataRoot,
    ListeningError,
    batch_ids,
    read_batch,
)
from nlp.words import squeeze

_LOG: Final = logging.getLogger(__name__)
_LANDED: Final = (
    "bucket", "mention_id", "content_hash", "title", "text", "source", "author", "author_id",
    "published_at", "observed_at", "private",
)  # fmt: skip
_NEWER: Final = ("private",)  # the first batches lack it
_TAGGED: Final = ("mention_id", "content_hash", "intents", "brands", "bands", "embedding")
_RECENT: Final = timedelta(days=7)  # what is said now chooses the model
_SPAM: Final = 0.5
_MOST_CHARACTERS: Final = 2_000  # of a text are read for its words
Content = tuple[str, str]  # mention_id, content_hash


@dataclass(slots=True)
class Heard:
    """A mention about a brand, by somebody else than that brand."""

    mention_id: str
    content_hash: str
    text: str
    author: str  # source and author; the mention's own id where the source hides the author
    published_at: datetime
    names: frozenset[str]  # what matched a brand in it: no words of its own
    bands: tuple[int, ...]
    vector: NDArray[np.float32] | None  # None: made by another model than this night's
    copy_of: str | None = None  # the first of its near copies


@dataclass(frozen=True, slots=True)
class Window:
    """The mentions of a window, by mention_id; `model` made their vectors."""

    since: datetime
    until: datetime
    model: str
    heard: tuple[Heard, ...]

    @property
    def texts(self) -> list[Heard]:
        """Return one mention of each text, those that have a vector."""
        return [each for each in self.heard if each.copy_of is None and each.vector is not None]


def read_window(root: DataRoot, since: datetime, until: datetime) -> Window:
    """Read the mentions published in a window, without what was deleted, owned, private or spam.

    Batches that cannot be read are left out and named in the log; `listening tag` and the
    crawl mend them.
    """
    batches = list(_batches(root, since, until))
    model = _choose_model(root, batches, until)
    standing = _read_standing(root, batches, since, until)
    heard: dict[str, Heard] = {}
    for batch in batches:
        if batch.kind == "mention":
            for each in _read_tagged(root, batch, standing, model):
                known = heard.get(each.mention_id)
                if known is None or known.vector is None:
                    heard[each.mention_id] = each
    ordered = tuple(heard[mention_id] for mention_id in sorted(heard))
    mark_copies(ordered)
    return Window(since, until, model, ordered)


def mark_copies(heard: Iterable[Heard]) -> None:
    """Set `copy_of` where mentions share a MinHash band, or a text too short to have any."""
    listed = list(heard)
    root = list(range(len(listed)))
    first: dict[int | str, int] = {}
    members: dict[int, list[Heard]] = {}

    def find(number: int) -> int:
        while root[number] != number:
            root[number] = root[root[number]]
            number = root[number]
        return number

    for number, each in enumerate(listed):
        for mark in each.bands or (squeeze(each.text),):
            low, high = sorted((find(first.setdefault(mark, number)), find(number)))
            root[high] = low
    for number, each in enumerate(listed):
        members.setdefault(find(number), []).append(each)
    for group in members.values():
        head = min(
            group, key=lambda each: (each.vector is None, each.published_at, each.mention_id)
        )
        for each in group:
            each.copy_of = None if each is head else head.mention_id


def _batches(root: DataRoot, since: datetime, until: datetime) -> Iterator[Batch]:
    """Yield the batches sealed in a window, in the order of their sealing."""
    found = []
    for batch_id in batch_ids(root.landing):
        kind, _, day, _ = batch_id.split("/")
        if kind in {"mention", "tombstone"} and day >= since.date().isoformat():
            try:
                batch = read_batch(root.landed(batch_id))
            except ListeningError as error:
                _LOG.warning("%s is left out: %s", batch_id, error.what)
                continue
            if batch.sealed_at <= until:
                found.append(batch)
    yield from sorted(found, key=lambda batch: (batch.sealed_at, batch.batch_id))


def _choose_model(root: DataRoot, batches: Iterable[Batch], until: datetime) -> str:
    """Return the model of most recent vectors; "" where there are none. Models never mix."""
    recent: Counter[str] = Counter()
    older: Counter[str] = Counter()
    for batch in batches:
        if batch.kind == "mention" and (model := _model(root.tagged_batch(batch.batch_id))):
            rows = pq.read_metadata(root.tagged_batch(batch.batch_id)).num_rows
            (recent if batch.sealed_at > until - _RECENT else older)[model] += rows
    counts = recent or older
    return max(counts, key=lambda model: (counts[model], model), default="")


def _model(path: Path) -> str:
    try:
        return str(json.loads(pq.read_schema(path).metadata[FOOTER_KEY])["model"])
    except FileNotFoundError:
        return ""
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
        _LOG.warning("%s is left out: %s", path, error)
        return ""


def _read_standing(
    root: DataRoot, batches: Iterable[Batch], since: datetime, until: datetime
) -> dict[str, dict[str, Any]]:
    """Return the content that stands of every mention of the window: that of the latest look."""
    standing: dict[str, dict[str, Any]] = {}
    gone: set[str] = set()
    for batch in batches:
        for row in _rows(root.landed(batch.batch_id), _LANDED):
            mention_id = row["mention_id"]
            if row["bucket"] == "deleted":
                gone.add(mention_id)
            elif row["bucket"] == "kept" and row["published_at"] and row["content_hash"]:
                known = standing.get(mention_id)
                if known is None or row["observed_at"] >= known["observed_at"]:
                    standing[mention_id] = row
    return {
        mention_id: row
        for mention_id, row in standing.items()
        if mention_id not in gone
        and since <= row["published_at"] <= until
        and not row.get("private")  # a topic is named in words of its texts
    }


def _read_tagged(
    root: DataRoot, batch: Batch, standing: Mapping[str, dict[str, Any]], model: str
) -> Iterator[Heard]:
    path = root.tagged_batch(batch.batch_id)
    same = _model(path) == model
    for table in _tables(path, _TAGGED):
        usable = table.filter(pc.is_valid(table["embedding"]))
        vectors = _vectors(usable["embedding"])
        for row, vector in zip(usable.drop(["embedding"]).to_pylist(), vectors, strict=True):
            said = standing.get(row["mention_id"])
            if said and said["content_hash"] == row["content_hash"] and _is_feedback(row):
                yield _heard(said, row, vector if same else None)


def _is_feedback(row: Mapping[str, Any]) -> bool:
    """Tell whether a mention is about a brand, not the brand's own words, and no spam."""
    relations = {match["relation"] for match in row["brands"] or ()}
    spam = any(i["id"] == "spam" and (i["p"] or 0) >= _SPAM for i in row["intents"] or ())
    return bool(relations - {"owned"}) and not spam


def _heard(said: Mapping[str, Any], row: Mapping[str, Any], vector: Any) -> Heard:
    title, text = said["title"] or "", said["text"] or ""
    whole = text if text.startswith(title) else f"{title}\n{text}"
    author = said["author_id"] or said["author"]
    return Heard(
        said["mention_id"],
        said["content_hash"],
        whole[:_MOST_CHARACTERS],
        f"{said['source']}\x1f{author}" if author else said["mention_id"],
        said["published_at"],
        frozenset(match["matched"] for match in row["brands"] if match["matched"]),
        tuple(row["bands"] or ()),
        vector,
    )


def _vectors(column: pa.ChunkedArray) -> NDArray[np.float32]:
    parts = [np.asarray(chunk.flatten(), np.float32) for chunk in column.chunks]
    flat = np.concatenate(parts) if parts else np.empty(0, np.float32)
    return flat.reshape(-1, EMBEDDING_WIDTH)


def _rows(path: Path, columns: Iterable[str]) -> Iterator[dict[str, Any]]:
    for table in _tables(path, columns):
        yield from table.to_pylist()


def _tables(path: Path, columns: Iterable[str]) -> Iterator[pa.Table]:
    """Yield the table of a file; nothing, where it is absent or cannot be read."""
    try:
        held = pq.read_schema(path).names
        wanted = [name for name in columns if name in held or name not in _NEWER]
        yield pq.read_table(path, columns=wanted, partitioning=None)
    except FileNotFoundError:
        _LOG.info("%s waits for its tags", path)
    except (OSError, pa.ArrowException) as error:
        _LOG.warning("%s is left out: %s", path, error)
