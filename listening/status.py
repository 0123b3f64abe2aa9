"""Says of every stream how it stands, from the landing zone alone."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from listening.contract import Batch, DataRoot, ListeningError, batch_ids, read_batch


def stream_status(root: DataRoot) -> list[dict[str, Any]]:
    """Return one row a stream: stream, source, kind, last_batch_at, state, quarantined, batches.

    `state` is the coverage of the newest batch, or `corrupt` where one cannot be read;
    `quarantined` counts the items of all its batches.
    """
    by_stream: dict[tuple[str, str], list[str]] = defaultdict(list)
    for batch_id in batch_ids(root.landing):
        kind, stream, *_ = batch_id.split("/")
        by_stream[stream, kind].append(batch_id)
    return [_row(root, stream, kind, ids) for (stream, kind), ids in sorted(by_stream.items())]


def _row(root: DataRoot, stream: str, kind: str, ids: list[str]) -> dict[str, Any]:
    batches = [batch for batch in (_read(root, batch_id) for batch_id in ids) if batch]
    newest = max(batches, key=lambda batch: batch.seq, default=None)
    whole = len(batches) == len(ids)
    return {
        "stream": stream,
        "source": newest.source if newest else stream.split("--", maxsplit=1)[0],
        "kind": kind,
        "last_batch_at": newest.sealed_at.isoformat() if newest else None,
        "state": newest.coverage.state if newest and whole else "corrupt",
        "quarantined": sum(batch.counts.get("quarantined", 0) for batch in batches),
        "batches": len(ids),
    }


def _read(root: DataRoot, batch_id: str) -> Batch | None:
    try:
        return read_batch(root.landed(batch_id))
    except ListeningError:
        return None
