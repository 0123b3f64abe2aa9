"""What happened: batches, receipts, runs, coverage, and what did not become a mention."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from listening.contract import BUCKETS
from warehouse.tables.base import (
    INSTANT,
    TEXTS,
    batch_column,
    counts,
    grain,
    key,
    loaded_column,
    may,
    need,
    one_of,
    table,
)

BATCH_KINDS: Final = ("mention", "engagement", "tombstone", "decision", "reference")
COVERAGE_STATES: Final = ("complete", "partial", "capped", "blocked", "blind")
_BUCKET_MEANING: Final = {
    "inserted": "Items that made a new row",
    "updated": "Items that changed a known row",
    "unchanged": "Items that told nothing new, or whose mention is deleted at the source",
    "duplicate": "Items served again with the same content in the same batch",
    "deleted": "Deletion markers",
    "off_topic": "Items no query covers",
    "quarantined": "Items that could not be read or placed",
}

batch = table(
    "batch",
    "One row per loaded batch, as its file tells it. Grain: batch_id.",
    key("batch_id", sa.String, "Path below landing/, without suffix: kind/stream/day/sequence"),
    need("kind", sa.String, "mention, engagement, tombstone, decision or reference"),
    need("stream", sa.String, "Source, host and target: what one cursor belongs to"),
    need("source", sa.String, "Name of the source"),
    need("host", sa.String, "Host it was served by, empty for files"),
    need("target", sa.String, "Feed, tag, app or query id"),
    need("seq", sa.BigInteger, "Number of the batch in its stream"),
    need("cursor_before", sa.String, "Cursor the crawl began at, as JSON"),
    need("cursor_after", sa.String, "Cursor the next crawl begins at, as JSON"),
    need("started_at", INSTANT, "When the crawl began"),
    need("sealed_at", INSTANT, "When the batch was sealed"),
    need("fetched_at", INSTANT, "When its last page was fetched"),
    need("served", sa.BigInteger, "Items served, counted before any was parsed"),
    need("parser_version", sa.String, "Version of the source's parser"),
    need("warc", sa.String, "File of the raw exchanges beside the batch, empty where none"),
    need("warc_sha256", sa.String, "SHA-256 of that file"),
    need("revision", sa.BigInteger, "How often something was erased from the batch"),
    need("raw_partial", sa.Boolean, "The raw exchanges were cut"),
    need("brand_files", TEXTS, "Brand files the crawl used"),
    need("marked", sa.Boolean, "More than 2 percent of its items could not be read"),
    need("model", sa.String, "SHA-256 of the weights its tags came from, empty where untagged"),
    one_of("kind", BATCH_KINDS),
    *counts(["seq", "served", "revision"]),
)

receipt = table(
    "receipt",
    "Proof that a batch was loaded, written in the transaction that loaded it. Every served "
    "item is in exactly one of the seven buckets. Grain: batch_id.",
    sa.Column(
        "batch_id",
        sa.String,
        sa.ForeignKey(batch.c.batch_id),
        primary_key=True,
        comment="The batch, see core.batch",
    ),
    need("served", sa.BigInteger, "Items served"),
    *[need(bucket, sa.BigInteger, _BUCKET_MEANING[bucket]) for bucket in BUCKETS],
    loaded_column(),
    sa.CheckConstraint(f"served = {' + '.join(BUCKETS)}"),
    *counts(BUCKETS),
)

retag = table(
    "retag",
    "Proof that a batch's tags were loaded again, made anew by other versions of the taggers. "
    "Nothing was served again: the receipt stands. Grain: batch_id, tagged_at.",
    sa.Column(
        "batch_id",
        sa.String,
        sa.ForeignKey(batch.c.batch_id),
        primary_key=True,
        comment="The batch, see core.batch",
    ),
    key("tagged_at", INSTANT, "When it was tagged again"),
    need("taggers", sa.String, "Versions of the taggers by their names, as JSON"),
    loaded_column(),
)

run = table(
    "run",
    "One row per step that was run. Grain: run_id.",
    key("run_id", sa.String, "Random id of the run"),
    need("step", sa.String, "load, model or publish"),
    need("started_at", INSTANT, "When it began"),
    may("finished_at", INSTANT, "When it ended"),
    need("status", sa.String, "done or failed"),
    need("detail", sa.String, "What it did, or why it failed"),
    one_of("status", ("done", "failed")),
)

coverage = table(
    "coverage",
    "How much of an interval a stream could see. Grain: batch_id.",
    sa.Column(
        "batch_id",
        sa.String,
        sa.ForeignKey(batch.c.batch_id),
        primary_key=True,
        comment="The batch that tells it, see core.batch",
    ),
    need("stream", sa.String, "Source, host and target"),
    need("source", sa.String, "Name of the source"),
    need("host", sa.String, "Host it was served by"),
    need("target", sa.String, "Feed, tag, app or query id"),
    need("state", sa.String, "complete, partial, capped, blocked or blind"),
    may("since", INSTANT, "Begin of the interval, where known"),
    may("until", INSTANT, "End of the interval, where known"),
    may("expected", sa.BigInteger, "Items the source said there are"),
    may("got", sa.BigInteger, "Items it served"),
    need("reason", sa.String, "Why it is not complete, empty where it is"),
    one_of("state", COVERAGE_STATES),
)

quarantine = table(
    "quarantine",
    "Served items that could not be read or placed. Grain: quarantine_id; the same bad item "
    "served twice is one row.",
    key("quarantine_id", sa.String, "Hash of source, native_id, reason and raw"),
    need("source", sa.String, "Name of the source"),
    need("native_id", sa.String, "The source's own id, empty where unreadable"),
    need("reason", sa.String, "Fixed code, such as bad_date"),
    need("detail", sa.String, "Field, value and mend, for people"),
    need("raw", sa.String, "The item as served, cut at 4,000 characters"),
    need("batch_id", sa.String, "Sealed batch that first held it", sa.ForeignKey(batch.c.batch_id)),
)

off_topic = table(
    "off_topic",
    "Items no query covers: ids only, no text. A mention that later becomes on topic leaves. "
    "Grain: mention_id.",
    grain("mention_id", sa.String, "Id the mention would have"),
    need("source", sa.String, "Name of the source"),
    need("native_id", sa.String, "The source's own id"),
    need("url", sa.String, "Where it is, empty where unknown"),
    batch_column(),
)
