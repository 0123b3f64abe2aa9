"""Crawls a stream: whole pages from its cursor on become one sealed batch, and that moves it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from listening.bucket import Bucketer
from listening.clean import UncleanError, clean_mention
from listening.contract import (
    Batch,
    BrandFile,
    Coverage,
    CoverageState,
    DataRoot,
    Item,
    ListeningError,
    Mention,
    Page,
    Picture,
    explained,
    now,
)
from listening.http import Http
from listening.landing import Draft, Landing, Seen
from listening.net.meter import Meter
from listening.net.pace import Clock
from listening.pictures import Pictures
from listening.query.search import topic_filter
from listening.quiet import moved, says_nothing_new
from listening.sources import (
    SOURCES,
    Look,
    Source,
    SourceSilent,
    cursor_instant,
    source_failed,
)
from listening.streams import Stream, streams

__all__ = [
    "Crawl", "Outcome", "Stream", "Window", "crawl_stream", "earlier_contents", "open_door",
    "open_meter", "streams",
]  # fmt: skip

SETTLING: Final = timedelta(minutes=5)  # a source may still be adding to its last minutes
HEARTBEAT: Final = timedelta(hours=1)
MOST_HISTORIES: Final = 50  # edited mentions whose history is asked for in one crawl
BACKFILL_PAGES: Final = 20  # times as many pages as a crawl may read
_WORST: Final[Sequence[CoverageState]] = ("complete", "blind", "capped", "partial", "blocked")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a crawl came to. An error may stand beside a batch: what was read before it is kept."""

    stream: str
    coverage: Coverage
    batch_id: str | None = None
    error: ListeningError | None = None
    served: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    also: tuple[str, ...] = ()  # other batches it sealed

    @property
    def batch_ids(self) -> tuple[str, ...]:
        """Return every batch it sealed."""
        return (*self.also, *((self.batch_id,) if self.batch_id else ()))


def crawl_stream(
    root: DataRoot,
    stream: Stream,
    brands: BrandFile,
    allow_hosts: Sequence[str] = (),
    *,
    clock: Clock | None = None,
    most_pages: int | None = None,
    sparing: bool = False,
) -> Outcome:
    """Crawl one stream once and seal what it served; holds the stream's lock meanwhile.

    With `most_pages` it stops after so many, as a partial look; `sparing` seals no look that
    tells no more than the newest batch. Nothing of the source's or the disk's making is raised:
    the outcome tells it, and the other streams go on. A crawl killed anywhere leaves the cursor
    where it was.
    """
    landing = Landing(root)
    try:
        stream.refuse_erased(root)
        with landing.lock("mention", stream.id):
            crawl = Crawl(landing, stream, brands, allow_hosts, clock or Clock())
            crawl.stop_after, crawl.sparing = most_pages, sparing
            return crawl.run()
    except ListeningError as error:
        return Outcome(stream.id, Coverage("blocked", reason=error.what), error=error)


def open_door(
    landing: Landing,
    stream: Stream,
    brands: BrandFile,
    allow_hosts: Sequence[str],
    warc: Path,
    clock: Clock,
) -> Http:
    """Return the door to the hosts of one stream, at its source's pace."""
    source = SOURCES[stream.source]
    own = [brand for brand in brands.brands if brand.role == "own"]
    domain = next((domain for brand in own for domain in brand.domains), "")
    return Http(
        landing.root,
        {stream.host, *stream.hosts, *source.hosts},
        allow_hosts=allow_hosts,
        pace=source.pace,
        contact=f"https://{domain}/" if domain else "",
        warc=warc,
        max_bytes=source.max_bytes,
        clock=clock,
    )


def open_meter(root: DataRoot, stream: Stream) -> Meter | None:
    """Return what counts the costs of a stream's source; None where it asks for nothing."""
    budget = SOURCES[stream.source].budget
    if budget is None:
        return None
    return Meter(root, stream.source, budget.limited(stream.settings.get("cap")))


def earlier_contents(look: Look, source: Source, edited: Mention, known: str) -> list[Mention]:
    """Return what an edited mention said in between: neither what is known nor what it says now.

    Without that the edit stands all the same, so a history that cannot be had is only logged.
    """
    if source.history is None or edited.edited_at is None:
        return []
    try:
        told = {known, clean_mention(edited).content_hash[: len(known)]}
        if len(told) == 1:  # it says what it said
            return []
        versions = [
            (clean_mention(one).content_hash[: len(known)], one)
            for one in source.history(look, edited)
        ]
    except (ListeningError, UncleanError) as error:
        log.warning("no history of %s %s: %s", edited.source, edited.native_id, error)
        return []
    return [one for content, one in versions if content not in told]


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the past that one batch of a backfill is of."""

    since: datetime
    until: datetime
    end: datetime  # of the whole backfill


class Crawl:
    """One crawl of one stream, under its lock; of a window of the past, or from the cursor on."""

    def __init__(
        self,
        landing: Landing,
        stream: Stream,
        brands: BrandFile,
        allow_hosts: Sequence[str],
        clock: Clock,
        window: Window | None = None,
    ) -> None:
        self.landing, self.stream, self.brands, self.window = landing, stream, brands, window
        self.allow_hosts, self.clock = allow_hosts, clock
        self.source = SOURCES[stream.source]
        self.started_at = now()
        self.newest = landing.newest("mention", stream.id)
        self.before = dict(self.newest.cursor_after) if self.newest else {}
        self.after = dict(self.before)
        self.since = window.since if window else self._behind()
        self.most_pages = self.source.max_pages * (BACKFILL_PAGES if window else 1)
        self.seen = self._seen()
        on_topic = topic_filter(brands, stream.source, stream.relation)
        private = self.source.private
        self.rows = Bucketer(on_topic, self.seen, private=private, look_at=self._look_at)
        self.pictures: Pictures | None = None
        self.served = self.pages = 0
        self.told: list[Coverage] = []
        self.stop_after: int | None = None  # pages
        self.sparing = False
        self.histories = MOST_HISTORIES if self.source.history else 0
        self.look: Look | None = None

    def _look_at(self, mention: Mention) -> list[Picture]:
        return self.pictures.look(mention) if self.pictures else []

    def _behind(self) -> datetime:
        at = cursor_instant(self.before)
        return at - self.source.overlap if at else self.started_at - self.source.horizon

    def run(self) -> Outcome:
        """Read, sort into buckets, and seal."""
        warc = self.landing.scratch("mention", self.stream.id)
        try:
            with open_door(
                self.landing, self.stream, self.brands, self.allow_hosts, warc, self.clock
            ) as http:
                error = self._read(http)
            coverage = self._coverage(error)
            batch = self._seal(coverage, http.recorder.written)
        finally:
            with explained(warc):
                warc.unlink(missing_ok=True)
        log.info("crawled %s: served %d, %s", self.stream.id, self.served, coverage.state)
        return Outcome(
            self.stream.id,
            coverage,
            batch.batch_id if batch else None,
            error,
            self.served,
            {str(bucket): count for bucket, count in self.rows.counts.items()},
        )

    def _seen(self) -> dict[str, Seen]:
        if self.newest is None:
            return {}
        since = self.newest.sealed_at - self.source.memory
        return self.landing.recent("mention", self.stream.id, since)

    def _look(self, http: Http) -> Look:
        return Look(
            http=http,
            target=self.stream.as_target,
            brands=self.brands,
            cursor={} if self.window else self.before,
            since=self.since,
            started_at=self.started_at,
            recent=self._recent,
            until=self.window.until if self.window else None,
            meter=open_meter(self.landing.root, self.stream),
        )

    def _recent(self, since: datetime) -> dict[str, datetime]:
        moments = ((native_id, seen.published_at) for native_id, seen in self.seen.items())
        return {native_id: moment for native_id, moment in moments if moment and moment >= since}

    def _read(self, http: Http) -> ListeningError | None:
        """Take the source's pages; return what went wrong, the whole pages before it are kept."""
        try:
            self.look = self._look(http)
            self.pictures = Pictures.of(self.brands, http, self.seen, self.look.folder)
            for page in self.source.crawl(self.look):
                self._take(page)
                if self.pages == self.stop_after:
                    self.told.append(Coverage("partial", reason="only the first pages were read"))
                    return None
            if self.window:
                at = {"at": self.window.until.isoformat(), "end": self.window.end.isoformat()}
                self.after = at
            else:
                self._check_silence()
        except ListeningError as error:
            return error
        except Exception as error:  # one stream's boundary: the others go on
            log.exception("%s failed", self.stream.id)
            return source_failed(error, self.stream.source, self.stream.id)
        return None

    def _take(self, page: Page) -> None:
        self.pages += 1
        if self.pages > self.most_pages:
            raise ListeningError(
                f"more than {self.most_pages} pages",
                where=self.stream.id,
                mend="Narrow the query, or raise max_pages in the source; the pages so far are "
                "kept",
            )
        self.served += page.served
        for item in page.items:
            for version in self._earlier(item):
                self.rows.add(version)
                self.served += 1
            self.rows.add(item)
        if page.coverage:
            self.told.append(page.coverage)
        if page.cursor is not None and not self.window:
            self.after = self._settled(dict(page.cursor))

    def _earlier(self, item: Item) -> list[Mention]:
        known = self.seen.get(item.native_id)
        if not (isinstance(item, Mention) and known and self.look and self.histories):
            return []
        earlier = earlier_contents(self.look, self.source, item, known.content_hash)
        self.histories -= bool(earlier)
        return earlier

    def _settled(self, cursor: dict[str, Any]) -> dict[str, Any]:
        """Keep a cursor's instant from going back, or past what the source has settled."""
        at, before = cursor_instant(cursor), cursor_instant(self.after)
        if at is None:
            return cursor
        at = min(at, self.started_at - SETTLING)
        return {**cursor, "at": max(at, before or at).isoformat()}

    def _check_silence(self) -> None:
        """A source that reads again behind its cursor must find there what it served before."""
        if self.source.overlap and self.pages and not self.served and self._recent(self.since):
            raise SourceSilent(
                "nothing at all was served, where there was something before",
                where=self.stream.id,
                mend="Ask it in a browser: a login wall, a block, or a changed search",
            )

    def _coverage(self, error: ListeningError | None) -> Coverage:
        told = max(self.told, key=_badness, default=Coverage("complete"))
        if error:
            kept = self.served or self.after != self.before
            told = Coverage("partial" if kept else "blocked", reason=f"{error.where}: {error.what}")
        elif aside := self.landing.set_aside("mention", self.stream.id):
            names = ", ".join(one.batch_id for one in aside)
            lost = Coverage("partial", reason=f"read again from before the damaged {names}")
            told = max(told, lost, key=_badness)
        expected = [one.expected for one in self.told if one.expected is not None]
        got = [one.got for one in self.told if one.got is not None]
        missed = self.pictures.note if self.pictures else ""
        return replace(
            told,
            reason=". ".join(filter(None, (told.reason, missed))),
            since=self.since,
            until=self.window.until if self.window else self.started_at,
            expected=sum(expected) if expected else None,
            got=sum(got) if got else self.served,
        )

    def _seal(self, coverage: Coverage, warc: Path | None) -> Batch | None:
        if not (self.served or self.after != self.before or self._due(coverage)):
            return None
        rows, stream = self.rows.table(), self.stream
        if self.sparing and self._is_quiet(rows, coverage):
            return None
        draft = Draft(
            kind="mention",
            stream=stream.id,
            source=stream.source,
            host=stream.host,
            target=stream.name,
            served=self.served,
            coverage=coverage,
            cursor_before=self.before,
            cursor_after=self.after,
            started_at=self.started_at,
            fetched_at=now(),
            parser_version=self.source.parser,
            brand_files=self.brands.files,
        )
        return self.landing.seal(draft, rows, warc)

    def _is_quiet(self, rows: pa.Table, coverage: Coverage) -> bool:
        newest = self.newest
        if newest is None or self._due(coverage) or moved(self.before, self.after):
            return False
        return says_nothing_new(rows, self.landing.root.landed(newest.batch_id))

    def _due(self, coverage: Coverage) -> bool:
        """Tell whether an empty batch is due: the first, a new state, or a sign of life."""
        newest = self.newest
        return (
            newest is None
            or newest.coverage.state != coverage.state
            or self.started_at - newest.sealed_at >= HEARTBEAT
        )


def _badness(coverage: Coverage) -> int:
    return _WORST.index(coverage.state)
