"""Sealed and tagged batches with flags in them, and the exchanges that brought them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from desk.legal.chain import Line
from listening.bucket import Bucketer
from listening.contract import (
    FOOTER_KEY,
    TAGGED_SCHEMA,
    Batch,
    Coverage,
    DataRoot,
    Mention,
    stream_id,
)
from listening.landing import Draft, Landing
from listening.net.warc import Recorder

NOON = datetime(2026, 10, 8, 12, tzinfo=UTC)
TAGGERS = {"counterfeit": "3+m1", "trademark": "2+m1", "doxxing": "2+m1", "impersonation": "3+m1"}


def flag(kind: str, words: str = "", text: str = "", p: float = 0.75) -> dict[str, Any]:
    """Return a flag as a tagger raises it."""
    start = text.find(words) if words else None
    return {
        "kind": kind, "start": start, "end": None if start is None else start + len(words),
        "p": p, "rule": "offer", "reason": f"words for {kind}",
    }  # fmt: skip


def body(line: Line | None) -> Mapping[str, Any]:
    """Return what a line says, which is there and was not erased."""
    assert line is not None
    assert line.body is not None
    return line.body


def post(number: str, text: str, **more: Any) -> Mention:
    """Return a mention of the social network."""
    said: dict[str, Any] = {
        "source": "mastodon", "channel": "mastodon", "author": "@ann@social.example",
        "author_id": "7", "url": f"https://social.example/@ann/{number}", "followers": 12,
        "published_at": NOON, "observed_at": NOON,
    } | more  # fmt: skip
    return Mention(native_id=number, text=text, **said)


@dataclass
class Exchange:
    """One answer: its address, what it says, and as which type."""

    url: str
    body: str
    kind: str = "application/json"


@dataclass
class World:
    """A data root into which a test puts what was heard and tagged."""

    root: DataRoot
    flags: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def hear(
        self,
        mentions: Sequence[Mention],
        exchanges: Sequence[Exchange] | None = None,
        source: str = "mastodon",
        target: str = "tag",
        flags: dict[str, list[dict[str, Any]]] | None = None,
    ) -> Batch:
        """Seal a batch with its exchanges, and tag it with these flags, by native id."""
        landing, stream = Landing(self.root), stream_id(source, "social.example", target)
        rows = Bucketer()
        rows.extend(mentions)
        if exchanges is None:
            said = [{"id": one.native_id, "content": one.text} for one in mentions]
            exchanges = [Exchange("https://social.example/api/tag", json.dumps(said))]
        with landing.lock("mention", stream):
            warc = self._record(landing.scratch("mention", stream), exchanges)
            draft = Draft(
                kind="mention", stream=stream, source=source, host="social.example",
                target=target, served=len(rows), coverage=Coverage("complete"),
                cursor_after={"seen": mentions[-1].native_id}, parser_version="4",
            )  # fmt: skip
            batch = landing.seal(draft, rows.table(), warc)
        self.tag(batch, flags or {})
        return batch

    def tag(self, batch: Batch, flags: dict[str, list[dict[str, Any]]], at: str = "") -> Path:
        """Write the tagged batch, with these flags by native id."""
        rows = [
            {
                "mention_id": row["mention_id"],
                "content_hash": row["content_hash"],
                "flags": flags.get(row["native_id"], []),
                "failures": [],
            }
            for row in pq.read_table(
                self.root.landed(batch.batch_id), partitioning=None
            ).to_pylist()
            if row["bucket"] == "kept" and not row["seen_before"]
        ]
        footer = {
            "batch_id": batch.batch_id, "taggers": TAGGERS, "model": "c0ffee", "failed": 0,
            "rows": len(rows), "tagged_at": at or NOON.isoformat(),
        }  # fmt: skip
        path = self.root.tagged_batch(batch.batch_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        table = pa.Table.from_pylist(rows, TAGGED_SCHEMA)
        meta = {FOOTER_KEY: json.dumps(footer).encode()}
        pq.write_table(table.replace_schema_metadata(meta), path)
        return path

    @staticmethod
    def _record(path: Path, exchanges: Sequence[Exchange]) -> Path | None:
        recorder = Recorder(path)
        for one in exchanges:
            body = one.body.encode()
            head = f"HTTP/1.1 200 OK\r\nContent-Type: {one.kind}\r\n"
            received = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
            asked = one.url.removeprefix("https://").partition("/")[2]
            sent = f"GET /{asked} HTTP/1.1\r\nHost: social.example\r\n\r\n".encode()
            recorder.write(one.url, sent, received, NOON, "127.0.0.1")
        recorder.close()
        return recorder.written
