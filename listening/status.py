"""Says of every stream how it stands, from the landing zone alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from listening.archive import check_archive
from listening.contract import Batch, DataRoot, ListeningError, batch_ids, read_batch
from listening.net.meter import FOLDER, Meter
from listening.sealed import verify
from listening.sources import SOURCES


def stream_status(root: DataRoot, *, whole: bool = False) -> list[dict[str, Any]]:
    """Return one row a stream: stream, source, kind, last_batch_at, state, quarantined, batches.

    `state` is the coverage of the newest batch, or `corrupt` where one cannot be read;
    `quarantined` counts the items of all its batches. `whole` reads every byte of every batch and
    of its WARC against its hash, which takes as long as reading the disk does.
    """
    by_stream: dict[tuple[str, str], list[str]] = defaultdict(list)
    for batch_id in batch_ids(root.landing):
        kind, stream, *_ = batch_id.split("/")
        by_stream[stream, kind].append(batch_id)
    return [
        _row(root, stream, kind, ids, whole=whole)
        for (stream, kind), ids in sorted(by_stream.items())
    ]


def spend_status(root: DataRoot, caps: Mapping[str, float | None]) -> list[dict[str, Any]]:
    """Return what each metered source spent in its period; `caps` are those of the brand files."""
    metered = {name: source.budget for name, source in SOURCES.items() if source.budget}
    return [
        Meter(root, name, budget.limited(caps.get(name))).spent()
        for name, budget in metered.items()
        if name in caps or (root.path / FOLDER / f"{name}.json").exists()
    ]


def _row(root: DataRoot, stream: str, kind: str, ids: list[str], *, whole: bool) -> dict[str, Any]:
    read = _verify if whole else _read
    batches = [batch for batch in (read(root, batch_id) for batch_id in ids) if batch]
    whole_stream = len(batches) == len(ids)
    newest = max(batches, key=lambda batch: batch.seq, default=None)
    return {
        "stream": stream,
        "source": newest.source if newest else stream.split("--", maxsplit=1)[0],
        "kind": kind,
        "last_batch_at": newest.sealed_at.isoformat() if newest else None,
        "state": newest.coverage.state if newest and whole_stream else "corrupt",
        "quarantined": sum(batch.counts.get("quarantined", 0) for batch in batches),
        "batches": len(ids),
    }


def _read(root: DataRoot, batch_id: str) -> Batch | None:
    try:
        return read_batch(root.landed(batch_id))
    except ListeningError:
        return None


def _verify(root: DataRoot, batch_id: str) -> Batch | None:
    path = root.landed(batch_id)
    try:
        batch = verify(path)
        if batch.warc:
            check_archive(path.parent / batch.warc, batch.warc_sha256)
    except ListeningError:
        return None
    return batch
