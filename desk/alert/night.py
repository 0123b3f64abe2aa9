"""Topics that were discovered by night: which mention was of which, as the sealed nights tell."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from listening.contract import FOOTER_KEY, DataRoot, ListeningError


@dataclass(frozen=True, slots=True)
class Night:
    """What one night knows."""

    path: Path
    until: float  # seconds since 1970: what was said later has no topic yet
    names: Mapping[str, str]  # topic_id -> its name
    formerly: Mapping[str, Sequence[str]]  # topic_id -> topics that were merged into it by then

    def read(self) -> dict[str, str]:
        """Return the topic of each mention that has one.

        Raises:
            ListeningError: the file is damaged.
        """
        try:
            table = pq.read_table(
                self.path, columns=["mention_id", "topic_id"], partitioning=None
            ).to_pydict()
        except (OSError, pa.ArrowException) as error:
            raise _damaged(self.path, error) from error
        return dict(zip(table["mention_id"], table["topic_id"], strict=True))


@dataclass
class Nights:
    """The sealed nights, the oldest first; the topics of one are kept in memory."""

    sealed: Sequence[Night] = ()
    _read: tuple[Night | None, dict[str, str]] = field(default=(None, {}))

    def at(self, moment: float) -> Night | None:
        """Return the newest night that was over at a moment."""
        return next((one for one in reversed(self.sealed) if one.until <= moment), None)

    def topics(self, night: Night) -> dict[str, str]:
        """Return the topic of each mention, as a night tells.

        Raises:
            ListeningError: its file is damaged.
        """
        if self._read[0] is not night:
            self._read = (night, night.read())
        return self._read[1]


def read_nights(root: DataRoot, start: float, now: float) -> tuple[Nights, list[ListeningError]]:
    """Return the nights that were over by now, and what could not be read.

    Of those before `start` the newest alone is read, so that a poll does not cost more each night:
    what was merged before is no story of this window. A damaged night costs no other: the one
    before it stands in.
    """
    found, errors = list[Night](), list[ListeningError]()
    merged: dict[str, str] = {}
    paths = sorted(root.topics.glob("[0-9]*.parquet"))
    first = datetime.fromtimestamp(start, UTC).date().isoformat()
    older = bisect_left([path.stem for path in paths], first)
    for path in paths[max(0, older - 1) :]:
        try:
            night = _read_footer(path, merged)
        except ListeningError as error:
            errors.append(error)
            continue
        if night.until <= now:
            found.append(night)
    nights = Nights(found)
    while newest := nights.at(now):
        try:
            nights.topics(newest)
            break
        except ListeningError as error:
            errors.append(error)
            nights = Nights([one for one in nights.sealed if one is not newest])
    return nights, errors


def _read_footer(path: Path, merged: dict[str, str]) -> Night:
    """Read what a night says of itself; what it merged is added to what was merged before."""
    try:
        told = json.loads(pq.read_schema(path).metadata[FOOTER_KEY])
        until = datetime.fromisoformat(told["until"]).timestamp()
        names = {each["id"]: each["name"] for each in told["topics"]}
        moves = {each["from"]: each["to"] for each in told["lineage"] if each["kind"] == "merge"}
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise _damaged(path, error) from error
    merged.update(moves)
    formerly: dict[str, list[str]] = defaultdict(list)
    for before in merged:
        topic, seen = before, set[str]()
        while topic in merged and topic not in seen:
            seen.add(topic)
            topic = merged[topic]
        formerly[topic].append(before)
    return Night(path, until, names, formerly)


def _damaged(path: Path, error: Exception) -> ListeningError:
    return ListeningError(
        f"no night of topics: {error}",
        where=str(path),
        mend="Restore the file; or remove it and all later ones, and discover again",
    )
