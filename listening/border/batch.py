"""Sealed batches: what they say of themselves, and the columns of their rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

import pyarrow as pa

from listening.border.clock import slug
from listening.border.item import Coverage, Cursor

BatchKind = Literal["mention", "engagement", "tombstone", "decision", "reference"]
Bucket = Literal["kept", "duplicate", "deleted", "off_topic", "quarantined"]
BUCKETS: Final = (
    "inserted", "updated", "unchanged", "duplicate", "deleted", "off_topic", "quarantined",
)  # fmt: skip
# At the crawl a good item is `kept`; the load, which knows the warehouse, says whether
# that was inserted, updated or unchanged. The other buckets are final at the crawl.

REFERENCE_TABLES: Final = (
    "cost", "campaign", "experiment", "release", "recommendation", "goal_actual", "goal",
    "hr_figure",
)  # fmt: skip

INSTANT: Final = pa.timestamp("us", tz="UTC")
PICTURE_TYPE: Final = pa.list_(
    pa.struct([pa.field("url", pa.string()), pa.field("phash", pa.string())])
)
FOOTER_KEY: Final = b"listening"
ROW_GROUP: Final = 32_768
"""Rows of a row group of a batch: DuckDB reads several at once, and one with one thread."""

LANDING_SCHEMA: Final = pa.schema(
    [
        pa.field("item_no", pa.int64(), nullable=False),
        pa.field("bucket", pa.string(), nullable=False),
        pa.field("reason", pa.string()),  # code, for quarantined and off_topic
        pa.field("detail", pa.string()),
        pa.field("raw", pa.string()),  # quarantined items only
        pa.field("seen_before", pa.bool_(), nullable=False),  # same content, recent batch
        pa.field("mention_id", pa.string()),
        pa.field("source", pa.string(), nullable=False),
        pa.field("native_id", pa.string()),
        pa.field("content_hash", pa.string()),
        pa.field("kind", pa.string()),
        pa.field("channel", pa.string()),
        pa.field("title", pa.string()),
        pa.field("text", pa.string()),
        pa.field("url", pa.string()),
        pa.field("author", pa.string()),
        pa.field("author_id", pa.string()),
        pa.field("author_name", pa.string()),
        pa.field("published_at", INSTANT),
        pa.field("edited_at", INSTANT),
        pa.field("deleted_at", INSTANT),
        pa.field("observed_at", INSTANT),
        pa.field("parent_id", pa.string()),  # mention_id of the parent
        pa.field("thread_id", pa.string()),  # mention_id of the thread's first mention
        pa.field("lang", pa.string()),
        pa.field("region", pa.string()),
        pa.field("rating", pa.float64()),
        pa.field("verified", pa.bool_()),
        pa.field("likes", pa.int64()),
        pa.field("shares", pa.int64()),
        pa.field("comments", pa.int64()),
        pa.field("views", pa.int64()),
        pa.field("followers", pa.int64()),
        pa.field("brand_id", pa.string()),
        pa.field("campaign", pa.string()),
        pa.field("experiment", pa.string()),
        pa.field("arm", pa.string()),
        pa.field("owned", pa.bool_()),
        pa.field("query_ids", pa.list_(pa.string())),
        pa.field("warnings", pa.list_(pa.string())),
        pa.field("private", pa.bool_()),  # null: no; the first batches lack this column
        # Null: none was looked at; older batches lack this column.
        pa.field("pictures", PICTURE_TYPE),
    ]
)
"""Rows of `mention`, `engagement` and `tombstone` batches: one per served item, in order."""

REFERENCE_SCHEMA: Final = pa.schema(
    [
        pa.field("item_no", pa.int64(), nullable=False),
        pa.field("bucket", pa.string(), nullable=False),
        pa.field("reason", pa.string()),
        pa.field("detail", pa.string()),
        pa.field("raw", pa.string()),
        pa.field("table", pa.string(), nullable=False),  # one of REFERENCE_TABLES
        pa.field("key", pa.string()),  # the row's natural key, parts joined by "/"
        pa.field("row", pa.string()),  # the row as a JSON object, values validated
        pa.field("content_hash", pa.string()),
        pa.field("observed_at", INSTANT),
    ]
)
"""Rows of `reference` batches."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A sealed batch, as its Parquet footer tells it. `batch_id` is its path's stem."""

    batch_id: str  # <kind>/<stream>/<day>/<seq>
    kind: BatchKind
    stream: str
    source: str
    host: str
    target: str
    seq: int
    cursor_before: Cursor
    cursor_after: Cursor
    started_at: datetime
    sealed_at: datetime
    fetched_at: datetime
    served: int
    counts: Mapping[str, int]  # Bucket -> rows
    coverage: Coverage
    parser_version: str = "1"
    warc: str = ""  # file name beside the Parquet, "" where nothing was exchanged
    warc_sha256: str = ""
    revision: int = 0
    raw_partial: bool = False
    brand_files: tuple[str, ...] = ()

    def to_footer(self) -> bytes:
        """Return this batch as the JSON kept under `FOOTER_KEY` in the Parquet footer."""
        return json.dumps(_plain(self), sort_keys=True).encode()

    @classmethod
    def from_footer(cls, footer: bytes) -> Batch:
        """Read a batch back from its footer.

        Raises:
            KeyError, TypeError, ValueError: the footer is not one of ours.
        """
        data = json.loads(footer)
        for name in ("started_at", "sealed_at", "fetched_at"):
            data[name] = datetime.fromisoformat(data[name])
        coverage = data["coverage"]
        for name in ("since", "until"):
            coverage[name] = datetime.fromisoformat(coverage[name]) if coverage[name] else None
        data["coverage"] = Coverage(**coverage)
        data["brand_files"] = tuple(data["brand_files"])
        return cls(**data)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(inner) for inner in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value


def stream_id(source: str, host: str, target: str) -> str:
    """Return the path-safe name of a stream: source, host and target."""
    return "--".join((slug(source), slug(host), slug(target)))
