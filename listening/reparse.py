"""Reads kept exchanges again with today's parsers: `listening reparse`.

What a newer parser makes of them otherwise is sealed as one more batch of the stream, each row of
the moment it was first looked at; the older batches stay as they are. A second run finds nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from listening.archive import ArchivedHttp, read_archive
from listening.bucket import Bucketer
from listening.contract import (
    LANDING_SCHEMA,
    Batch,
    BrandFile,
    Coverage,
    DataRoot,
    ListeningError,
    now,
    read_batch,
)
from listening.landing import Draft, Landing, Seen
from listening.net.meter import Bill, Budget, Meter
from listening.pictures import Pictures
from listening.query.search import topic_filter
from listening.sources import SOURCES, Look
from listening.streams import Stream

_BUCKETS: Final = ("kept", "duplicate", "deleted")
_PASSING: Final = (  # of a row: not what the source said
    "item_no", "bucket", "reason", "detail", "raw", "seen_before", "query_ids", "warnings",
)  # fmt: skip


@dataclass
class Reparsed:
    """What came of reading one stream's exchanges again."""

    stream: str
    batches: int = 0  # that were read again
    rows: int = 0  # that are other than they were
    batch_id: str | None = None
    errors: list[ListeningError] = field(default_factory=list)


def reparse_stream(
    root: DataRoot, stream: Stream, brands: BrandFile, *, every: bool = False
) -> Reparsed:
    """Read a stream's exchanges again: those an older parser read, or `every` one.

    A batch that cannot be read again costs nobody else's; its error is told.
    """
    landing = Landing(root)
    done = Reparsed(stream.id)
    try:
        with landing.lock("mention", stream.id):
            _reparse(landing, stream, brands, done, every=every)
    except ListeningError as error:
        done.errors.append(error)
    return done


def with_backfills(root: DataRoot, stream: Stream) -> list[Stream]:
    """Return a stream and its backfills that have landed something."""
    lead = f"{stream.id}-backfill-"
    folders = sorted((root.landing / "mention").glob(f"{lead}????-??-??"))
    return [stream, *(replace(stream, backfill=one.name.removeprefix(lead)) for one in folders)]


def _reparse(
    landing: Landing, stream: Stream, brands: BrandFile, done: Reparsed, *, every: bool
) -> None:
    parser = SOURCES[stream.source].parser
    known: set[str] = set()
    stale: list[tuple[Batch, Batch | None]] = []
    before: Batch | None = None
    for path in landing.sealed_since("mention", stream.id, 0):
        try:
            batch = read_batch(path)
            known.update(map(_digest, _told(pq.read_table(path, partitioning=None))))
        except (ListeningError, OSError, pa.ArrowException):  # damaged: the crawl sets it aside
            continue
        # Of what was erased from, only a part could be read again.
        if batch.warc and not batch.raw_partial and (every or batch.parser_version != parser):
            stale.append((batch, before))
        before = batch
    changed: list[dict[str, Any]] = []
    for batch, previous in stale:
        try:
            rows = _read_again(landing, stream, brands, batch, previous)
        except ListeningError as error:
            done.errors.append(error)
            continue
        done.batches += 1
        fresh = {_digest(row): row for row in rows}
        changed += [row for digest, row in fresh.items() if digest not in known]
        known |= fresh.keys()
    done.rows = len(changed)
    if changed:
        done.batch_id = _seal(landing, stream, brands, changed).batch_id


def _read_again(
    landing: Landing, stream: Stream, brands: BrandFile, batch: Batch, before: Batch | None
) -> Sequence[dict[str, Any]]:
    """Return the rows that today's parser makes of a batch's exchanges.

    Raises:
        ListeningError: its WARC is damaged, or today's parser fails on it.
    """
    path = landing.root.landed(batch.batch_id).parent / batch.warc
    source = SOURCES[stream.source]
    http = ArchivedHttp(landing.root, (), answers=read_archive(path, batch.warc_sha256))
    on_topic = topic_filter(brands, stream.source, stream.relation)
    seen = _seen_before(landing, batch, before, source.memory)
    with http:
        look = Look(
            http=http,
            target=stream.as_target,
            brands=brands,
            cursor={} if stream.backfill else batch.cursor_before,
            since=batch.coverage.since or batch.started_at - source.horizon,
            started_at=batch.started_at,
            recent=_recent(seen),
            until=batch.coverage.until if stream.backfill else None,
            meter=_Free(landing.root, stream.source, Budget({})),
        )
        pictures = Pictures.of(brands, http, seen, look.folder)
        look_at = pictures.look if pictures else None
        rows = Bucketer(on_topic, private=source.private, look_at=look_at)
        try:
            for page in source.crawl(look):
                rows.extend(page.items)
        except ListeningError as error:
            # A crawl that was cut short ends here as it did then.
            if not len(rows) or batch.coverage.state not in ("partial", "blocked"):
                raise ListeningError(
                    f"cannot be parsed again: {error.what}", where=batch.batch_id, mend=error.mend
                ) from error
        except Exception as error:  # one batch's boundary: the others are read
            raise ListeningError(
                f"cannot be parsed again: {type(error).__name__}: {error}",
                where=batch.batch_id,
                mend=f"This is a fault in listening/sources/{stream.source}.py",
            ) from error
    return list(_told(rows.table()))


def _seen_before(
    landing: Landing, batch: Batch, before: Batch | None, memory: timedelta
) -> Mapping[str, Seen]:
    """Return what the crawl of a batch knew of the stream."""
    since = (before or batch).sealed_at - memory
    return landing.recent("mention", batch.stream, since, below=batch.seq)


def _recent(seen: Mapping[str, Seen]) -> Callable[[datetime], Mapping[str, datetime]]:
    def recent(since: datetime) -> dict[str, datetime]:
        moments = ((native_id, one.published_at) for native_id, one in seen.items())
        return {native_id: moment for native_id, moment in moments if moment and moment >= since}

    return recent


def _told(table: pa.Table) -> Iterator[dict[str, Any]]:
    return (row for row in table.to_pylist() if row["bucket"] in _BUCKETS)


def _digest(row: Mapping[str, Any]) -> str:
    told = [row.get(name) for name in LANDING_SCHEMA.names if name not in _PASSING]
    return hashlib.sha256(repr(told).encode("utf-8", "replace")).hexdigest()


def _seal(
    landing: Landing, stream: Stream, brands: BrandFile, rows: Sequence[dict[str, Any]]
) -> Batch:
    newest = landing.newest("mention", stream.id)
    cursor = newest.cursor_after if newest else {}
    state = newest.coverage.state if newest else "complete"
    numbered = [{**row, "item_no": number} for number, row in enumerate(rows)]
    draft = Draft(
        kind="mention",
        stream=stream.id,
        source=stream.source,
        host=stream.host,
        target=stream.name,
        served=len(rows),
        # Without an interval it says nothing of what the stream could see.
        coverage=Coverage(state, got=len(rows), reason="kept exchanges, parsed again"),
        cursor_before=cursor,
        cursor_after=cursor,
        fetched_at=now(),
        parser_version=SOURCES[stream.source].parser,
        brand_files=brands.files,
    )
    return landing.seal(draft, pa.Table.from_pylist(numbered, schema=LANDING_SCHEMA))


class _Free(Meter):
    """A meter that counts nothing: nothing is asked for."""

    @contextmanager
    def pay(self, **most: int) -> Iterator[Bill]:
        """Let it pass."""
        yield Bill(most)
