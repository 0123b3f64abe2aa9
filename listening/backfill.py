"""Crawls the past of a stream from a day on, as a stream of its own, slice by slice.

A source that bounds its search by an end is asked for one slice of time after the other; each
slice is a batch, and the next run goes on behind the last whole one. Others are asked in one go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Final

from listening.contract import (
    Batch,
    BrandFile,
    ConfigurationError,
    Coverage,
    DataRoot,
    ListeningError,
    now,
)
from listening.crawl import SETTLING, Crawl, Outcome, Window
from listening.landing import Landing
from listening.net.pace import Clock
from listening.sources import SOURCES, cursor_instant
from listening.streams import Stream

NO_PAST: Final = "Its crawl takes in all that it serves"


def backfill_stream(
    root: DataRoot,
    stream: Stream,
    brands: BrandFile,
    since: date,
    allow_hosts: Sequence[str] = (),
    *,
    clock: Clock | None = None,
) -> Iterator[Outcome]:
    """Crawl a stream's past from midnight UTC of a day on; yield an outcome for each slice.

    Stops after the first error, which its outcome tells; the next run goes on there. A backfill
    ends five minutes before it was first started, where the stream's own crawl takes over.

    Raises:
        ConfigurationError: the source cannot be asked for its past, or the day is to come.
    """
    _check(stream, since)
    back = replace(stream, backfill=since.isoformat())
    landing = Landing(root)
    try:
        stream.refuse_erased(root)
        with landing.lock("mention", back.id):
            for window in _windows(landing, back):
                crawl = Crawl(landing, back, brands, allow_hosts, clock or Clock(), window)
                outcome = crawl.run()
                yield outcome
                if outcome.error:
                    return
    except ListeningError as error:
        yield Outcome(back.id, Coverage("blocked", reason=error.what), error=error)


def _check(stream: Stream, since: date) -> None:
    source = SOURCES[stream.source]
    if not (source.backfills or source.slice):
        raise ConfigurationError(
            f"{source.name} cannot be asked for its past",
            where="--since",
            mend=f"{source.no_past or NO_PAST}; import an export for what is older",
        )
    if datetime.combine(since, time(), UTC) >= now() - SETTLING:
        raise ConfigurationError(
            f"{since} is not past", where="--since", mend="Name a day before today"
        )


def _windows(landing: Landing, back: Stream) -> Iterator[Window]:
    """Yield what is left of the backfill, oldest first."""
    newest = landing.newest("mention", back.id)
    at = datetime.combine(date.fromisoformat(back.backfill), time(), UTC)
    end = now() - SETTLING
    if newest:
        at = cursor_instant(newest.cursor_after) or at
        end = _end(newest) or end
    size = SOURCES[back.source].slice or end - at
    while at < end:
        until = min(at + size, end)
        yield Window(at, until, end)
        at = until


def _end(batch: Batch) -> datetime | None:
    """Return where the backfill ends, as its first whole slice wrote it down."""
    end = batch.cursor_after.get("end")
    return datetime.fromisoformat(end) if end else None
