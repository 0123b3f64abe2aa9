"""Hears every stream once: crawls it and counts again what is young, hosts side by side.

One process does it for many streams, since a crawl mostly waits and a process costs seconds to
start. Several may share the hosts among them, each taking its part.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from listening.contract import BrandFile, DataRoot, ListeningError
from listening.crawl import Outcome, crawl_stream
from listening.recount import recount_stream
from listening.sidebyside import side_by_side
from listening.streams import Stream, streams


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of some streams: the batches they sealed, and what went wrong."""

    batch_ids: tuple[str, ...]
    errors: tuple[ListeningError, ...]

    def check(self) -> None:
        """Raise what went wrong, as one.

        Raises:
            ListeningError: a stream could not be heard whole.
        """
        if not self.errors:
            return
        first, *others = self.errors
        more = f" (and {len(others)} more: the log names them)" if others else ""
        raise ListeningError(f"{first.what}{more}", where=first.where, mend=first.mend)


def hear(root: DataRoot, brands: BrandFile, part: int = 0, parts: int = 1) -> Heard:
    """Crawl and count again every stream of the brand files, or of one part of their hosts.

    A stream that fails keeps no other from being heard.

    Raises:
        ConfigurationError: a source is unknown or its settings are wrong.
    """
    mine = share(streams(brands), part, parts)
    found: list[Outcome] = []

    def work(stream: Stream) -> list[Outcome]:
        return hear_stream(root, stream, brands, sparing=True)

    for _, outcomes in side_by_side(mine, work):
        found += outcomes
    batch_ids = (batch_id for outcome in found for batch_id in outcome.batch_ids)
    errors = tuple(outcome.error for outcome in found if outcome.error)
    return Heard(tuple(sorted(batch_ids)), errors)


def hear_stream(
    root: DataRoot,
    stream: Stream,
    brands: BrandFile,
    allow_hosts: Sequence[str] = (),
    *,
    sparing: bool = False,
) -> list[Outcome]:
    """Crawl one stream, then count again what is young; return what became of each."""
    crawled = crawl_stream(root, stream, brands, allow_hosts, sparing=sparing)
    again = recount_stream(root, stream, brands, allow_hosts)
    return [crawled, again] if again else [crawled]


def share(found: Sequence[Stream], part: int, parts: int) -> list[Stream]:
    """Return one part of the streams: all of a host's are in the same, and parts are even."""
    hosts: dict[str, list[Stream]] = defaultdict(list)
    for stream in found:
        hosts[stream.host].append(stream)
    shares: list[list[Stream]] = [[] for _ in range(parts)]
    for host in sorted(hosts, key=lambda one: (-len(hosts[one]), one)):
        min(shares, key=len).extend(hosts[host])
    return shares[part]
