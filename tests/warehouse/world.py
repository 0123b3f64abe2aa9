"""Sealed and tagged batches as files, straight from the contract's schemas."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from listening.contract import (
    FOOTER_KEY,
    INTENTS,
    LANDING_SCHEMA,
    REFERENCE_SCHEMA,
    TAGGED_SCHEMA,
    Batch,
    Brand,
    BrandFile,
    Coverage,
    DataRoot,
    Mention,
    Product,
    Query,
    Topic,
    mention_id,
)
from warehouse.open import open_warehouse
from warehouse.tables import METADATA

T0 = datetime(2026, 10, 1, 12, tzinfo=UTC)
BRANDS = BrandFile(
    brands=(
        Brand(
            "acme",
            "Acme",
            "own",
            aliases=("AcmeCo",),
            handles={"mastodon": ("@acme@a.example",)},
            domains=("acme.example",),
            products=(Product("k2", "Acme K2", ("K2",)),),
        ),
        Brand("rival", "Rival", "competitor"),
    ),
    queries=(Query("main", "acme"), Query("other", "acme")),
    topics=(Topic("late", "Late", ("came late",)),),
)
RUN_COLUMNS = {"fetched_at", "loaded_at", "batch_id"}
RUN_TABLES = {"batch", "receipt", "coverage", "run", "change"}
Row = dict[str, Any]


def at(hours: float) -> datetime:
    """Return a moment, in hours after the world began."""
    return T0 + timedelta(hours=hours)


def said(native_id: str, text: str, seen: float = 24, **more: Any) -> Row:
    """Return a kept landing row: somebody said `text`, and we looked at hour `seen`."""
    special = {
        name: more.pop(name) for name in ("bucket", "seen_before", "query_ids") if name in more
    }
    given = {"source": "import", "published_at": at(0), "author": "ann", **more}
    mention = Mention(native_id=native_id, text=text, observed_at=at(seen), **given)
    columns = set(LANDING_SCHEMA.names)
    row = {
        name: getattr(mention, name)
        for name in Mention.__dataclass_fields__
        if name in columns and name != "warnings"
    }
    return {
        **row,
        "bucket": "kept",
        "seen_before": False,
        "mention_id": mention.mention_id,
        "content_hash": mention.content_hash,
        "query_ids": ["main"],
        "warnings": list(mention.warnings),
        **special,
    }


def again(row: Row, seen: float, **counts: int) -> Row:
    """Return the landing row of the same content, served again in the same batch."""
    names = ("source", "native_id", "mention_id", "content_hash")
    kept = {name: row[name] for name in names}
    return {**kept, **counts, "bucket": "duplicate", "seen_before": False, "observed_at": at(seen)}


def counted(native_id: str, seen: float, **counts: int) -> Row:
    """Return the landing row of a look at the counts alone."""
    return _item("kept", native_id, observed_at=at(seen), **counts)


def deleted(native_id: str, when: float) -> Row:
    """Return the landing row of a deletion marker."""
    return _item("deleted", native_id, observed_at=at(when), deleted_at=at(when))


def off_topic(native_id: str) -> Row:
    """Return the landing row of an item no query covers."""
    return _item("off_topic", native_id, url=f"https://x.example/{native_id}")


def bad(native_id: str, raw: str = "?") -> Row:
    """Return the landing row of an item that could not be read."""
    row = _item("quarantined", native_id, reason="bad_date", detail="no date", raw=raw)
    return {**row, "mention_id": None}


def _item(bucket: str, native_id: str, **more: Any) -> Row:
    return {
        "bucket": bucket,
        "seen_before": False,
        "source": "import",
        "native_id": native_id,
        "mention_id": mention_id("import", native_id),
        **more,
    }


@dataclass
class World:
    """A data root that batches are written into, one after another."""

    root: DataRoot
    sealed: int = 0
    streams: Counter[str] = field(default_factory=Counter)

    def land(
        self,
        rows: Sequence[Row],
        *,
        kind: str = "mention",
        stream: str = "import--file--a",
        tagged: bool = True,
        source: str = "import",
        served: int | None = None,
    ) -> str:
        """Seal a batch, and tag it where it holds mentions; return its id."""
        self.sealed += 1
        self.streams[stream] += 1
        seq = self.streams[stream]
        batch_id = f"{kind}/{stream}/2026-10-02/{seq:08d}"
        schema = REFERENCE_SCHEMA if kind == "reference" else LANDING_SCHEMA
        numbered = [{**row, "item_no": number} for number, row in enumerate(rows)]
        moment = at(24 + self.sealed)
        batch = Batch(
            batch_id, kind, stream, source, "", "a", seq, {}, {"page": seq},  # type: ignore[arg-type]
            moment, moment, moment, len(rows) if served is None else served,
            dict(Counter(row["bucket"] for row in rows)), Coverage("complete", at(0), moment),
        )  # fmt: skip
        _write(self.root.landed(batch_id), numbered, schema, batch.to_footer())
        if tagged and kind == "mention":
            self.tag(batch_id, rows)
        return batch_id

    def tag(self, batch_id: str, rows: Sequence[Row], **changes: Any) -> None:
        """Write the tags of a batch."""
        wanted = {
            (row["mention_id"], row["content_hash"]): {**tags(row), **changes}
            for row in rows
            if row["bucket"] == "kept" and row.get("content_hash") and not row["seen_before"]
        }
        taggers = {"sentiment": "s1", "language": "l1"}
        footer = {
            "batch_id": batch_id, "taggers": taggers, "model": "0123456789abcdef",
            "tagged_at": at(24).isoformat(),
        }  # fmt: skip
        path = self.root.tagged_batch(batch_id)
        _write(path, list(wanted.values()), TAGGED_SCHEMA, json.dumps(footer).encode())


def tags(row: Row) -> Row:
    """Tag by the words of the text: `acme`, `k2`, `late`; `copyN` are bands in common."""
    words = row["text"].lower().split()
    negative = 0.8 if "bad" in words else 0.1
    towards = {"sentiment": "negative", "p_negative": 0.5, "p_neutral": 0.25, "p_positive": 0.25}
    brands = [
        {"brand_id": "acme", "product_id": product, "relation": "untagged", "start": 0, "end": 4,
         "matched": word, **(towards if f"not-{word}" in words else {})}
        for word, product in (("acme", None), ("k2", "k2"))
        if word in words
    ]  # fmt: skip
    return {
        "mention_id": row["mention_id"],
        "content_hash": row["content_hash"],
        "language": "en",
        "sentiment": "negative" if negative > 0.5 else "positive",
        "p_negative": negative,
        "p_neutral": 0.1,
        "p_positive": 0.9 - negative,
        "abstained": "short" if len(words) < 2 else None,
        "emotion": "anger",
        "p_emotion": 0.5,
        "p_irony": 0.25,
        "p_offensive": 0.75,
        "intents": [{"id": name, "p": 0.9 if name in words else 0.1} for name in INTENTS],
        "topics": [{"id": "late", "p": 0.75}] if "late" in words else [],
        "entities": [{"start": 0, "end": 4, "text": words[0], "type": "ORG", "canonical": None}],
        "flags": [
            {"kind": kind, "start": 0, "end": 6, "p": 0.5, "rule": "word", "reason": "says so"}
            for word, kind in (("threat", "threat"), ("street", "doxxing"))
            if word in words
        ],
        "brands": brands,
        "embedding": [float(len(row["text"]))] * 384,
        "bands": [int(word.removeprefix("copy")) for word in words if word.startswith("copy")],
        "failures": [{"tagger": "emotion", "reason": "timeout"}] if "slow" in words else [],
    }


def reference(table: str, key: str, row: Mapping[str, Any], bucket: str = "kept") -> Row:
    """Return a landing row of a reference batch."""
    told = json.dumps(row) if bucket == "kept" else None
    return {"bucket": bucket, "table": table, "key": key, "row": told, "observed_at": at(24),
            "reason": None if bucket == "kept" else "bad_number", "raw": key}  # fmt: skip


def _write(path: Any, rows: list[Row], schema: pa.Schema, footer: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    full = [{name: row.get(name) for name in schema.names} for row in rows]
    table = pa.Table.from_pylist(full, schema=schema)
    pq.write_table(table.replace_schema_metadata({FOOTER_KEY: footer}), path)


def contents(connection: sa.Connection, *, whole: bool = False) -> dict[str, list[tuple[Any, ...]]]:
    """Return every core table as sorted rows, without what may differ between equal runs."""
    found = {}
    for table in METADATA.sorted_tables:
        if table.name in RUN_TABLES and not whole:
            continue
        columns = [column for column in table.columns if whole or column.name not in RUN_COLUMNS]
        rows = connection.execute(sa.select(*columns)).all()
        found[table.name] = sorted((tuple(map(_plain, row)) for row in rows), key=repr)
    return found


def stored(root: DataRoot, *, whole: bool = False) -> dict[str, list[tuple[Any, ...]]]:
    """Return `contents` of a data root's warehouse."""
    with open_warehouse(root, read_only=True) as connection:
        return contents(connection, whole=whole)


def rows_of(root: DataRoot, query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query on a data root's warehouse."""
    with open_warehouse(root, read_only=True) as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def _plain(value: Any) -> Any:
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping):
        return tuple(map(_plain, value))
    return json.dumps(value, sort_keys=True) if isinstance(value, Mapping) else value


SMALL_WORLD = [
    said(
        str(n),
        f"acme {('bad late complaint', 'good praise', 'threat k2')[n % 3]} copy{n % 5}",
        published_at=at(n * 12),
        author=f"person{n % 7}",
        author_name=f"Canary {n % 7}",
        likes=n,
        followers=100 + n,
    )
    for n in range(50)
]
