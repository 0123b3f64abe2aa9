"""A planted world: sealed and tagged batches as files, said by invented people at known hours."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from listening.brand.alerts import AlertModel
from listening.contract import (
    FOOTER_KEY,
    LANDING_SCHEMA,
    TAGGED_SCHEMA,
    TOPIC_SCHEMA,
    AlertRule,
    Batch,
    Brand,
    BrandFile,
    Coverage,
    DataRoot,
    Mention,
    Product,
    ServiceHours,
    Topic,
    mention_id,
)

NOW = datetime(2026, 11, 4, 12, tzinfo=UTC)  # a Wednesday
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
Row = dict[str, Any]
HOURS = ServiceHours("UTC", (0, 1, 2, 3, 4), time(9), time(17), (), 30)


def brands(*rules: AlertRule) -> BrandFile:
    """Return a brand file of ours and a rival, with rules."""
    own = Brand(
        "acme",
        "Acme",
        "own",
        handles={"mastodon": ("@acme@a.example",), "hackernews": ("acme_eng",)},
        domains=("acme.example",),
        products=(Product("k2", "Acme K2"),),
        service=HOURS,
        competitors=("rival",),
    )
    topics = (Topic("leak", "Leaks"), Topic("price", "Price"))
    return BrandFile((own, Brand("rival", "Rival", "competitor")), topics=topics, alerts=rules)


def rule(kind: str, *, id: str = "", **more: Any) -> AlertRule:  # noqa: A002
    """Return a rule of a kind with the defaults of the brand file; limits by name."""
    keys = set(AlertModel.model_fields)
    stated: dict[str, Any] = {
        "id": id or kind, "kind": kind, "owner": "pr", "channels": ["desk"],
        "action": "Look at it.", "cool_down_minutes": 60,
    }  # fmt: skip
    stated |= {key: value for key, value in more.items() if key in keys}
    limits = {key: value for key, value in more.items() if key not in keys}
    return AlertModel(when=limits, **stated).rule()


def said(name: str, at: datetime, author: str = "", **more: Any) -> Row:
    """Return what somebody said: a landing row, with its tags under `tags`.

    Tags: sentiment, intents, topics, flags (kinds), bands, brand (None: none), relation, product.
    """
    tags = {
        "sentiment": more.pop("sentiment", "neutral"),
        "intents": more.pop("intents", ()),
        "topics": more.pop("topics", ()),
        "flags": more.pop("flags", ()),
        "bands": more.pop("bands", ()),
        "brand": more.pop("brand", "acme"),
        "relation": more.pop("relation", "untagged"),
        "product": more.pop("product", None),
    }
    seen = more.pop("seen", at)
    source = more.pop("source", "mastodon")
    for key in ("parent_native_id", "thread_native_id"):
        more.setdefault(key, "")
    one = Mention(
        source, name, more.pop("text", f"words of {name}"), at, seen, author=author or f"by-{name}",
        channel=more.pop("channel", source), url=more.pop("url", f"https://a.example/{name}"),
        **more,
    )  # fmt: skip
    names = set(LANDING_SCHEMA.names) & set(Mention.__dataclass_fields__)
    row = {key: getattr(one, key) for key in names if key != "warnings"}
    parent, thread = one.parent_native_id, one.thread_native_id
    return {
        **row,
        "bucket": "kept",
        "seen_before": False,
        "mention_id": one.mention_id,
        "content_hash": one.content_hash,
        "parent_id": mention_id(source, parent) if parent else None,
        "thread_id": mention_id(source, thread) if thread else None,
        "tags": tags,
    }


def counted(name: str, at: datetime, source: str = "mastodon", **counts: int) -> Row:
    """Return a later look at the counts of a mention."""
    return {
        "bucket": "kept", "seen_before": True, "source": source, "native_id": name,
        "mention_id": mention_id(source, name), "observed_at": at, **counts,
    }  # fmt: skip


def deleted(name: str, at: datetime, source: str = "mastodon") -> Row:
    """Return the marker that a mention is gone."""
    return {
        "bucket": "deleted", "seen_before": False, "source": source, "native_id": name,
        "mention_id": mention_id(source, name), "observed_at": at, "deleted_at": at,
    }  # fmt: skip


@dataclass
class World:
    """A data root that batches are sealed into."""

    root: DataRoot
    streams: Counter[str] = field(default_factory=Counter)
    rows: Sequence[Row] = ()  # what a test is about, before it is landed

    def land(
        self,
        rows: Sequence[Row],
        since: datetime,
        until: datetime,
        *,
        stream: str = "mastodon--a.example--main",
        state: str = "complete",
        reason: str = "",
        kind: str = "mention",
    ) -> str:
        """Seal and tag what a stream served of an interval; return the batch's id."""
        self.streams[kind + stream] += 1
        seq = self.streams[kind + stream]
        batch_id = f"{kind}/{stream}/{until:%Y-%m-%d}/{seq:08d}"
        coverage = Coverage(state, since, until, reason=reason)  # type: ignore[arg-type]
        source = stream.split("--", maxsplit=1)[0]
        batch = Batch(
            batch_id, kind, stream, source, "a.example", "main", seq, {}, {},  # type: ignore[arg-type]
            until, until, until, len(rows), dict(Counter(row["bucket"] for row in rows)), coverage,
        )  # fmt: skip
        plain = [
            {key: value for key, value in row.items() if key != "tags"} | {"item_no": number}
            for number, row in enumerate(rows)
        ]
        _write(self.root.landed(batch_id), plain, LANDING_SCHEMA, batch.to_footer())
        if kind == "mention":
            footer = json.dumps(
                {"batch_id": batch_id, "taggers": {}, "model": "", "tagged_at": until.isoformat()}
            ).encode()
            told = [_tags(row) for row in rows if "tags" in row]
            _write(self.root.tagged_batch(batch_id), told, TAGGED_SCHEMA, footer)
        return batch_id

    def night(
        self,
        until: datetime,
        topics: Mapping[str, Sequence[Row]],
        *,
        names: Mapping[str, str] = MappingProxyType({}),
        merged: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Seal what a night discovered: of each topic its mentions, and which one took in which."""
        rows = [
            {"mention_id": row["mention_id"], "content_hash": row["content_hash"],
             "topic_id": topic, "nearness": 0.7}
            for topic, said in topics.items() for row in said
        ]  # fmt: skip
        footer = {
            "night": f"{until:%Y-%m-%d}", "until": until.isoformat(),
            "topics": [{"id": topic, "name": names.get(topic, topic)} for topic in topics],
            "lineage": [{"kind": "merge", "from": one, "to": other, "share": 1.0}
                        for one, other in merged.items()],
        }  # fmt: skip
        path = self.root.topics / f"{until:%Y-%m-%d}.parquet"
        _write(path, rows, TOPIC_SCHEMA, json.dumps(footer).encode())

    def days(self, rows: Iterable[Row], first: datetime, last: datetime, **more: Any) -> None:
        """Seal rows in batches of five days from `first` to `last`, all of it wholly seen."""
        told = sorted(rows, key=lambda row: row["published_at"])
        day = first
        while day < last:
            end = min(day + 5 * DAY, last)
            self.land([row for row in told if day <= row["published_at"] < end], day, end, **more)
            day = end


def chatter(first: datetime, last: datetime, *, every: timedelta = HOUR, **more: Any) -> list[Row]:
    """Return what is usual: somebody else each time, at a steady pace."""
    rows, at, number = [], first, 0
    prefix = more.pop("prefix", "usual")
    while at < last:
        rows.append(said(f"{prefix}{number}", at + timedelta(minutes=7), **more))
        at, number = at + every, number + 1
    return rows


def _tags(row: Mapping[str, Any]) -> Row:
    tags = row["tags"]
    mood = tags["sentiment"]
    match = {"brand_id": tags["brand"], "product_id": tags["product"], "relation": tags["relation"]}
    return {
        "mention_id": row["mention_id"],
        "content_hash": row["content_hash"],
        "sentiment": "neutral" if mood == "abstained" else mood,
        "abstained": "short" if mood == "abstained" else None,
        "intents": [{"id": one, "p": 0.9} for one in tags["intents"]],
        "topics": [{"id": one, "p": 0.8} for one in tags["topics"]],
        "flags": [
            {"kind": one, "start": 0, "end": 1, "p": 0.8, "rule": "r", "reason": f"says {one}"}
            for one in tags["flags"]
        ],
        "brands": [match] if tags["brand"] else [],
        "bands": list(tags["bands"]),
    }


def _write(path: Any, rows: Sequence[Row], schema: pa.Schema, footer: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pylist(list(rows), schema=schema)
    pq.write_table(table.replace_schema_metadata({FOOTER_KEY: footer}), path)
