"""One batch into the core tables, inside the caller's transaction."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, Final

import sqlalchemy as sa

from listening.contract import (
    BUCKETS,
    REFERENCE_TABLES,
    Batch,
    DataRoot,
    ListeningError,
    crash_at,
    now,
)
from warehouse.change import record_change, record_whole
from warehouse.cluster import update_clusters
from warehouse.decision import merge_decisions
from warehouse.pseudonym import pads
from warehouse.script import run_script
from warehouse.tables import METADATA, SCHEMA, log
from warehouse.tagging import TaggedFile, merge_tags, read_others

MARK_SHARE: Final = 0.02  # more of a batch unreadable than this, and the batch is marked
_MENTION_KINDS: Final = ("mention", "engagement", "tombstone")


def merge_batch(
    connection: sa.Connection, root: DataRoot, batch: Batch, key: bytes
) -> dict[str, int]:
    """Merge a batch and return its items per bucket; `key` makes the author keys.

    Raises:
        ListeningError: no loader for its kind; or a row that cannot be.
    """
    values = {**_values(root, batch), **pads(key)}
    tags = TaggedFile.read(root, batch.batch_id) if batch.kind == "mention" else None
    connection.execute(sa.insert(log.batch), _batch_row(batch, tags.model if tags else ""))
    if batch.kind != "decision":  # what people decided covers no interval of any source
        connection.execute(sa.insert(log.coverage), _coverage_row(batch))
    if batch.kind == "reference":
        _merge_reference(connection, values)
        record_whole(connection, batch.batch_id)
    elif batch.kind == "decision":
        merge_decisions(connection, values)
        record_change(connection, batch.batch_id)
    elif batch.kind in _MENTION_KINDS:
        _merge_mentions(connection, root, values, tags)
        record_change(connection, batch.batch_id)
    else:
        raise ListeningError(
            f"no loader for {batch.kind} batches",
            where=batch.batch_id,
            mend="Install the newer version of this project",
        )
    buckets = _buckets(connection, batch)
    crash_at("load:merge")
    _mark(connection, batch, buckets["quarantined"])
    row = {"batch_id": batch.batch_id, "served": batch.served, "loaded_at": now(), **buckets}
    connection.execute(sa.insert(log.receipt), row)
    crash_at("load:receipt")
    return buckets


def _values(root: DataRoot, batch: Batch) -> dict[str, Any]:
    return {
        "landed": [str(root.landed(batch.batch_id))],
        "batch_id": batch.batch_id,
        "stream": batch.stream,
        "source": batch.source,
        "fetched_at": batch.fetched_at,
        "now": now(),
    }


def _merge_mentions(
    connection: sa.Connection, root: DataRoot, values: dict[str, Any], tags: TaggedFile | None
) -> None:
    run_script(connection, "stage", values)
    run_script(connection, "merge", values)
    run_script(connection, "bucket", values)
    run_script(connection, "delete", values)
    run_script(connection, "forget")
    run_script(connection, "decision_stub")
    if tags:
        # Older contents may stand again; their tags are in the files of other batches.
        rows = run_script(connection, "returned", values)
        merge_tags(connection, [tags, *read_others(root, rows, but=tags.batch_id)])
    else:
        run_script(connection, "outdated")
    update_clusters(connection)
    run_script(connection, "author")
    run_script(connection, "follower")
    run_script(connection, "thread")
    run_script(connection, "changed")


def _merge_reference(connection: sa.Connection, values: dict[str, Any]) -> None:
    run_script(connection, "reference_stage", values)
    for name in REFERENCE_TABLES:
        run_script(connection, "reference", values, _reference_names(name))


def _reference_names(name: str) -> dict[str, str]:
    table = METADATA.tables[f"{SCHEMA}.{name}"]
    columns = [column for column in table.columns if column.name not in ("loaded_at", "batch_id")]
    keys = [column.name for column in table.primary_key]
    names = [column.name for column in columns]
    return {
        "table": name,
        "keys": ", ".join(keys),
        "columns": ", ".join(names),
        "typed": ", ".join(_typed(column) for column in columns),
        "old": ", ".join(f"old.{column}" for column in names),
        "new": ", ".join(f"incoming.{column}" for column in names),
    }


def _typed(column: sa.Column[Any]) -> str:
    """Return the SQL that reads a column from a row's JSON; an absent part of a key is empty."""
    kind = {sa.Date: "DATE", sa.Double: "DOUBLE", sa.String: "VARCHAR"}[type(column.type)]
    value = f"CAST(row ->> '$.{column.name}' AS {kind})"
    if column.primary_key:
        value = f"coalesce({value}, '')"
    return f"{value} AS {column.name}"


def _buckets(connection: sa.Connection, batch: Batch) -> dict[str, int]:
    rows = run_script(connection, "count")
    found = Counter({str(bucket): int(items) for bucket, items in rows})
    unknown = set(found) - set(BUCKETS)
    if unknown or found.total() != batch.served:
        raise ListeningError(
            f"{batch.served} items were served, but the buckets hold {dict(found)}",
            where=batch.batch_id,
            mend="Nothing of this batch was loaded; its file is not whole",
        )
    return {bucket: found[bucket] for bucket in BUCKETS}


def _mark(connection: sa.Connection, batch: Batch, quarantined: int) -> None:
    ((hidden,),) = run_script(connection, "hidden")
    if quarantined - hidden > MARK_SHARE * batch.served:
        own = log.batch.c.batch_id == batch.batch_id
        connection.execute(sa.update(log.batch).where(own).values(marked=True))


def _batch_row(batch: Batch, model: str) -> dict[str, Any]:
    return {
        "batch_id": batch.batch_id,
        "kind": batch.kind,
        "stream": batch.stream,
        "source": batch.source,
        "host": batch.host,
        "target": batch.target,
        "seq": batch.seq,
        "cursor_before": json.dumps(batch.cursor_before, sort_keys=True),
        "cursor_after": json.dumps(batch.cursor_after, sort_keys=True),
        "started_at": batch.started_at,
        "sealed_at": batch.sealed_at,
        "fetched_at": batch.fetched_at,
        "served": batch.served,
        "parser_version": batch.parser_version,
        "warc": batch.warc,
        "warc_sha256": batch.warc_sha256,
        "revision": batch.revision,
        "raw_partial": batch.raw_partial,
        "brand_files": list(batch.brand_files),
        "marked": False,
        "model": model,
    }


def _coverage_row(batch: Batch) -> dict[str, Any]:
    coverage = batch.coverage
    return {
        "batch_id": batch.batch_id,
        "stream": batch.stream,
        "source": batch.source,
        "host": batch.host,
        "target": batch.target,
        "state": coverage.state,
        "since": coverage.since,
        "until": coverage.until,
        "expected": coverage.expected,
        "got": coverage.got,
        "reason": coverage.reason,
    }
