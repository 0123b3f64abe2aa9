"""Whether what was heard is all there was: the streams a figure rests on, and their gaps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final

import numpy as np

from desk.alert.facts import DAY, HOUR, Facts, StreamSeen
from desk.alert.finding import instant
from desk.alert.window import Rows

SETTLING: Final = 1.5 * HOUR  # a stream without news says so once an hour
GONE: Final = 7 * DAY  # not seen wholly for so long: told as silent, and waited for no more
YOUNG: Final = 5 * DAY  # a stream that is younger cannot say what is usual


class Hearing:
    """Answers for one moment; what it reckons out is kept."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._whole: dict[str, list[tuple[float, float]]] = {}

    @cached_property
    def _bringers(self) -> dict[str | None, dict[str, str]]:
        found: dict[str | None, dict[str, str]] = defaultdict(dict)
        said, window = self.facts.spoken, self.facts.spoken.window
        brands, streams = window.coded("brand_id"), window.coded("stream")
        pairs = brands.codes[said.places] * len(streams.names) + streams.codes[said.places]
        for place in np.unique(pairs, return_index=True)[1].tolist():
            one = said[place]
            found[one.brand_id][one.stream] = one.source
        return found

    def whole(self, stream: str) -> list[tuple[float, float]]:
        """Return the intervals a stream was seen wholly in."""
        if stream not in self._whole:
            self._whole[stream] = self.facts.streams[stream].whole(self.facts.now)
        return self._whole[stream]

    def concerned(
        self, brand_ids: Iterable[str | None], sources: Sequence[str] = ()
    ) -> list[StreamSeen]:
        """Return the streams that bring mentions of brands, of a rule's sources."""
        names = {
            stream
            for brand_id in brand_ids
            for stream, source in self._bringers.get(brand_id, {}).items()
            if not sources or source in sources
        }
        return [self.facts.streams[name] for name in sorted(names & set(self.facts.streams))]

    def grown(self, streams: Sequence[StreamSeen], before: float) -> list[StreamSeen]:
        """Return the streams that were heard long enough before a moment to compare with."""
        return [
            one
            for one in streams
            if (whole := self.whole(one.stream)) and whole[0][0] <= before - YOUNG
        ]

    def gap(self, streams: Sequence[StreamSeen], since: float, until: float) -> str:
        """Say which stream was not seen wholly in an interval, and since when; empty: all were.

        An export speaks of its own rows and is expected no more; a stream that was not seen
        wholly for a week is not waited for, a rule of kind source_silent tells of it.
        """
        for one in streams:
            if one.goes_on and (lacking := self._lacking(one, since, until)):
                return lacking
        return ""

    def _lacking(self, stream: StreamSeen, since: float, until: float) -> str:
        whole = self.whole(stream.stream)
        if not whole or whole[-1][1] < until - GONE:
            return ""
        if whole[-1][0] <= since and until <= whole[-1][1]:
            return ""  # as a rule: asked thousands of times
        until = min(until, self.facts.now - SETTLING)
        since = max(since, whole[0][0])
        start = next((end for begin, end in whole if begin <= since <= end), since)
        if start >= until:
            return ""
        told = [
            one
            for one in stream.told
            if one.state != "complete" and one.until > start and one.since < until
        ]
        start = max((end for _, end in whole if end <= start), default=start)
        why = f"{told[-1].state}: {told[-1].reason}" if told else "not looked at"
        return f"{stream.stream} from {instant(start):%Y-%m-%d %H:%M} UTC, {why}"


def only(streams: Sequence[StreamSeen], rows: Rows) -> Rows:
    """Return the rows that these streams brought."""
    return rows.where(rows.window.coded("stream").isin(one.stream for one in streams))
