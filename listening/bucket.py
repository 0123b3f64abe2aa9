"""Every served item becomes one landing row in one bucket, for crawls and imports alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import singledispatchmethod
from types import MappingProxyType
from typing import Any, Final

import pyarrow as pa

from listening.clean import (
    LIMITS,
    RAW_LIMIT,
    UncleanError,
    check_counts,
    clean_mention,
    clean_text,
)
from listening.contract import (
    LANDING_SCHEMA,
    Bucket,
    Deletion,
    Item,
    Mention,
    Picture,
    Reject,
    Snapshot,
    mention_id,
    now,
)
from listening.landing import Seen

TopicFilter = Callable[[Mention], tuple[str, ...] | None]  # None: off topic
LookAt = Callable[[Mention], Sequence[Picture]]
CLOCK_SLACK: Final = timedelta(minutes=5)  # source clocks run ahead by seconds, not by minutes
_CHUNK: Final = 20_000
_COUNTS: Final = ("likes", "shares", "comments", "views", "followers")
_COPIED: Final = (  # columns named as the field of a mention
    "source", "native_id", "kind", "channel", "title", "text", "url", "author", "author_id",
    "author_name", "published_at", "edited_at", "observed_at", "lang", "region", "rating",
    "verified", *_COUNTS, "brand_id", "campaign", "experiment", "arm", "owned",
)  # fmt: skip


class Bucketer:
    """Sorts the items of one batch into buckets and holds their rows, in order.

    Args:
        on_topic: names the queries a mention matches, or None; no filter keeps everything.
        recent: the last content per native id of recent batches of the stream.
        private: every mention is; nothing of what cannot be read is kept then.
        look_at: returns the pictures of a mention that is kept.
    """

    def __init__(
        self,
        on_topic: TopicFilter | None = None,
        recent: Mapping[str, Seen] = MappingProxyType({}),
        *,
        private: bool = False,
        look_at: LookAt | None = None,
    ) -> None:
        self._private = private
        self._look_at = look_at
        self._on_topic = on_topic
        self._recent = recent
        self._latest: dict[str, str] = {}  # mention_id -> content hash, within this batch
        self._snapshots: dict[tuple[str, datetime], Snapshot] = {}
        self._horizon = now() + CLOCK_SLACK
        self._rows: list[dict[str, Any]] = []
        self._chunks: list[pa.RecordBatch] = []
        self.counts: Counter[Bucket] = Counter()

    def __len__(self) -> int:
        return self.counts.total()

    def extend(self, items: Iterable[Item]) -> None:
        """Add items in the order served."""
        for item in items:
            self.add(item)

    def add(self, item: Item, raw: Callable[[], str] | None = None) -> Bucket:
        """Add one item and return its bucket; what must not be stored is quarantined.

        `raw` gives the item as served, for the quarantine; without it the parsed item is kept.
        """
        try:
            row = self._row(item)
        except UncleanError as error:
            served = raw() if raw else repr(item)
            row = self._row(Reject(item.source, item.native_id, error.reason, error.detail, served))
        row["item_no"] = len(self)
        row.setdefault("seen_before", False)
        self._rows.append(row)
        self.counts[row["bucket"]] += 1
        if len(self._rows) >= _CHUNK:
            self._flush()
        bucket: Bucket = row["bucket"]
        return bucket

    def table(self) -> pa.Table:
        """Return the rows so far, in `LANDING_SCHEMA`."""
        self._flush()
        return pa.Table.from_batches(self._chunks, LANDING_SCHEMA)

    def _flush(self) -> None:
        if self._rows:
            columns = [
                pa.array([row.get(field.name) for row in self._rows], field.type)
                for field in LANDING_SCHEMA
            ]
            self._chunks.append(pa.RecordBatch.from_arrays(columns, schema=LANDING_SCHEMA))
            self._rows.clear()

    @singledispatchmethod
    def _row(self, item: Item) -> dict[str, Any]:
        raise TypeError(f"no item: {item!r}")

    @_row.register
    def _mention(self, item: Mention) -> dict[str, Any]:
        mention = clean_mention(item)
        identity, content = mention.mention_id, mention.content_hash
        if self._latest.get(identity) == content:
            return self._duplicate(mention, identity, content)
        queries = self._on_topic(mention) if self._on_topic else ()
        if queries is None and not mention.brand_id:
            return _off_topic(mention, identity)
        self._latest[identity] = content
        seen = self._recent.get(mention.native_id)
        return {
            **{name: getattr(mention, name) for name in _COPIED},
            "bucket": "kept",
            "seen_before": seen is not None and seen[:2] == (identity, content),
            "mention_id": identity,
            "content_hash": content,
            "parent_id": _other(mention, mention.parent_native_id),
            "thread_id": _other(mention, mention.thread_native_id),
            "query_ids": list(queries or ()),
            "warnings": self._warnings(mention),
            "private": self._private or mention.private or None,
            "pictures": self._pictures(mention),
        }

    def _pictures(self, mention: Mention) -> list[dict[str, str]] | None:
        if self._look_at is None or self._private or not mention.images:
            return None
        return [asdict(one) for one in self._look_at(mention)] or None

    def _duplicate(self, mention: Mention, identity: str, content: str) -> dict[str, Any]:
        """Keep of a repeated item what may be new: its counts at another moment."""
        return {
            **{name: getattr(mention, name) for name in ("verified", "observed_at", *_COUNTS)},
            "bucket": "duplicate",
            "source": mention.source,
            "native_id": mention.native_id,
            "mention_id": identity,
            "content_hash": content,
        }

    def _warnings(self, mention: Mention) -> list[str]:
        ahead = mention.published_at > self._horizon
        return [*mention.warnings, *(["future"] if ahead else [])]

    @_row.register
    def _snapshot(self, item: Snapshot) -> dict[str, Any]:
        check_counts(item)
        key = (item.native_id, item.observed_at)
        again = self._snapshots.get(key) == item
        self._snapshots[key] = item
        return {
            **{name: getattr(item, name) for name in _COUNTS},
            **_identity(item, item.observed_at),
            "bucket": "duplicate" if again else "kept",
            "seen_before": True,  # it has no text, so there is nothing to tag
        }

    @_row.register
    def _deletion(self, item: Deletion) -> dict[str, Any]:
        self._latest.pop(mention_id(item.source, item.native_id), None)
        return {
            **_identity(item, item.observed_at),
            "bucket": "deleted",
            "deleted_at": item.deleted_at,
        }

    @_row.register
    def _reject(self, item: Reject) -> dict[str, Any]:
        return {
            "bucket": "quarantined",
            "source": item.source,
            "native_id": clean_text(item.native_id)[: LIMITS["native_id"]] or None,
            "reason": item.reason,
            "detail": clean_text(item.detail)[:RAW_LIMIT],
            "raw": "" if self._private else clean_text(item.raw)[:RAW_LIMIT],
        }


def _identity(item: Snapshot | Deletion, observed_at: datetime) -> dict[str, Any]:
    native_id = clean_text(item.native_id).strip()
    if not native_id:
        raise UncleanError("missing_id", "the item has no id")
    return {
        "source": item.source,
        "native_id": native_id,
        "mention_id": mention_id(item.source, native_id),
        "observed_at": observed_at,
    }


def _off_topic(mention: Mention, identity: str) -> dict[str, Any]:
    return {
        "bucket": "off_topic",
        "reason": "no_query_matches",
        "source": mention.source,
        "native_id": mention.native_id,
        "mention_id": identity,
        "url": mention.url,
    }


def _other(mention: Mention, native_id: str) -> str | None:
    return mention_id(mention.source, native_id) if native_id else None
