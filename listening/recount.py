"""Looks again at young mentions, ever more rarely, so that their counts are a history.

Each stream has an `engagement` stream of the same name. Who is due is told by `watch`; what the
source's `recount` yields is sealed: counts as an engagement batch; what was edited or deleted
meanwhile as a batch of the mention stream, whose cursor it leaves where it is.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

from listening.bucket import Bucketer
from listening.clean import UncleanError, clean_mention
from listening.contract import (
    Batch,
    BatchKind,
    BrandFile,
    Coverage,
    DataRoot,
    Deletion,
    Item,
    ListeningError,
    Mention,
    Page,
    Snapshot,
    explained,
    now,
)
from listening.crawl import HEARTBEAT, Outcome, earlier_contents, open_door, open_meter
from listening.http import Http
from listening.landing import Draft, Landing
from listening.net.pace import Clock
from listening.pictures import Pictures
from listening.query.search import topic_filter
from listening.sources import SOURCES, Look, source_failed
from listening.streams import Stream
from listening.watch import AGES, Watch

MOST_CALLS: Final = 200  # of one run; what is still due then is looked at by the next

log = logging.getLogger(__name__)


def recount_stream(
    root: DataRoot,
    stream: Stream,
    brands: BrandFile,
    allow_hosts: Sequence[str] = (),
    *,
    clock: Clock | None = None,
) -> Outcome | None:
    """Look again at the mentions of one stream that are due; None where none is.

    Nothing of the source's or the disk's making is raised: the outcome tells it.
    """
    if SOURCES[stream.source].recount is None:
        return None
    landing = Landing(root)
    try:
        stream.refuse_erased(root)
        with landing.lock("engagement", stream.id):
            watch = Watch.open(landing, stream.id, now())
            due = watch.due(now())
            if not due:
                watch.save()
                return None
            run = _Recount(landing, stream, brands, watch, now(), len(due))
            return run.run(due, allow_hosts, clock or Clock())
    except ListeningError as error:
        return Outcome(stream.id, Coverage("blocked", reason=error.what), error=error)


@dataclass
class _Recount:
    """One look at the due mentions of one stream, under the lock of its engagement stream."""

    landing: Landing
    stream: Stream
    brands: BrandFile
    watch: Watch
    started_at: datetime
    due: int
    asked: int = 0
    served: int = 0
    counts: Bucketer = field(default_factory=Bucketer)
    changed: Bucketer = field(default_factory=Bucketer)
    look: Look | None = None
    pictures: Pictures | None = None

    def run(self, due: Sequence[str], allow_hosts: Sequence[str], clock: Clock) -> Outcome:
        """Ask, sort what came, and seal it."""
        warc = self.landing.scratch("engagement", self.stream.id)
        try:
            with open_door(
                self.landing, self.stream, self.brands, allow_hosts, warc, clock
            ) as http:
                error = self._read(http, due)
            coverage = self._coverage(error)
            batch_ids = self._seal(coverage, http.recorder.written)
        finally:
            with explained(warc):
                warc.unlink(missing_ok=True)
        self.watch.save()
        log.info("counted %s again: %d of %d due", self.stream.id, self.asked, self.due)
        buckets = {str(bucket): count for bucket, count in self.counts.counts.items()}
        return Outcome(self.stream.id, coverage, None, error, self.served, buckets, also=batch_ids)

    def _read(self, http: Http, due: Sequence[str]) -> ListeningError | None:
        source, look = SOURCES[self.stream.source], self._look(http)
        self.look = look
        self.pictures = pictures = Pictures.of(self.brands, http)
        self.changed = Bucketer(
            topic_filter(self.brands, self.stream.source, self.stream.relation),
            private=source.private,
            look_at=pictures.look if pictures else None,
        )
        recount = source.recount
        assert recount is not None  # noqa: S101 - recount_stream asked
        waiting = iter(due)
        try:
            for _ in range(MOST_CALLS):
                ids = list(islice(waiting, source.recount_size))
                if not ids:
                    break
                for page in recount(look, ids):
                    self._take(page)
                self.asked += len(ids)
                for native_id in ids:
                    self.watch.looked(native_id, self.started_at)
        except ListeningError as error:
            return error
        except Exception as error:  # one stream's boundary: the others go on
            log.exception("%s could not be counted again", self.stream.id)
            return source_failed(error, self.stream.source, self.stream.id)
        return None

    def _look(self, http: Http) -> Look:
        return Look(
            http=http,
            target=self.stream.as_target,
            brands=self.brands,
            cursor={},
            since=self.started_at - AGES[-1],
            started_at=self.started_at,
            recent=self._recent,
            meter=open_meter(self.landing.root, self.stream),
        )

    def _recent(self, since: datetime) -> dict[str, datetime]:
        known = ((one, young.published) for one, young in self.watch.young.items())
        zone = self.started_at.tzinfo
        return {
            native_id: datetime.fromtimestamp(published, zone)
            for native_id, published in known
            if published >= since.timestamp()
        }

    def _take(self, page: Page) -> None:
        if page.served != len(page.items):
            raise ListeningError(
                f"{page.served} items were served, and {len(page.items)} accounted for",
                where=self.stream.id,
                mend="`recount` must yield one item, or one reject, for each item served",
            )
        self.served += page.served
        for item in page.items:
            if isinstance(item, Deletion) or (isinstance(item, Mention) and self._is_new(item)):
                self.changed.extend([*self._earlier(item), item])
            else:
                self.counts.add(_counts_of(item) if isinstance(item, Mention) else item)

    def _earlier(self, item: Item) -> list[Mention]:
        known = self.watch.young.get(item.native_id)
        if not isinstance(item, Mention) or known is None or self.look is None:
            return []
        return earlier_contents(self.look, SOURCES[self.stream.source], item, known.content)

    def _is_new(self, mention: Mention) -> bool:
        known = self.watch.young.get(mention.native_id)
        try:
            content = clean_mention(mention).content_hash
        except UncleanError:
            return True  # the mention stream's bucketer says why
        return known is None or not content.startswith(known.content)

    def _coverage(self, error: ListeningError | None) -> Coverage:
        told = Coverage("complete")
        if error:
            state = "partial" if self.asked else "blocked"
            told = Coverage(state, reason=f"{error.where}: {error.what}")  # type: ignore[arg-type]
        elif self.asked < self.due:
            left = self.due - self.asked
            told = Coverage("capped", reason=f"{left} looks were left to the next run")
        missed = self.pictures.note if self.pictures else ""
        told = replace(told, reason=". ".join(filter(None, (told.reason, missed))))
        return replace(told, until=self.started_at, expected=self.due, got=self.asked)

    def _seal(self, coverage: Coverage, warc: Path | None) -> tuple[str, ...]:
        """Seal what changed first: counts may be of a mention that came back."""
        changed = self._seal_changed() if len(self.changed) else None
        newest = self.landing.newest("engagement", self.stream.id)
        again = (
            newest is not None
            and newest.coverage.state == coverage.state == "blocked"
            and self.started_at - newest.sealed_at < HEARTBEAT
        )
        if again:
            return ()
        draft = self._draft("engagement", coverage, len(self.counts))
        draft = replace(
            draft,
            cursor_before=newest.cursor_after if newest else {},
            cursor_after={"at": self.started_at.isoformat()},
            follows=changed,
        )
        counted = self.landing.seal(draft, self.counts.table(), warc)
        return (*((changed.batch_id,) if changed else ()), counted.batch_id)

    def _seal_changed(self) -> Batch:
        rows = self.changed
        with self.landing.lock("mention", self.stream.id):
            newest = self.landing.newest("mention", self.stream.id)
            cursor = newest.cursor_after if newest else {}
            # Without an interval it says nothing of what the stream could see.
            state = newest.coverage.state if newest else "complete"
            draft = self._draft("mention", Coverage(state, got=len(rows)), len(rows))
            draft = replace(draft, cursor_before=cursor, cursor_after=cursor)
            return self.landing.seal(draft, rows.table())

    def _draft(self, kind: BatchKind, coverage: Coverage, served: int) -> Draft:
        stream = self.stream
        return Draft(
            kind=kind,
            stream=stream.id,
            source=stream.source,
            host=stream.host,
            target=stream.name,
            served=served,
            coverage=coverage,
            started_at=self.started_at,
            fetched_at=now(),
            parser_version=SOURCES[stream.source].parser,
            brand_files=self.brands.files,
        )


def _counts_of(mention: Mention) -> Snapshot:
    names = ("source", "native_id", "observed_at", "likes", "shares", "comments", "views",
             "followers")  # fmt: skip
    return Snapshot(**{name: getattr(mention, name) for name in names})
