"""Works on the streams of different hosts at once, and on those of one host one by one.

A crawl mostly waits: for a host's turn, for its answer. So threads do, and the pace of each host
is kept by `pace`, as it is between processes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Final, TypeVar

from listening.streams import Stream

WORKERS: Final = 32

T = TypeVar("T")


def side_by_side(
    streams: Iterable[Stream], work: Callable[[Stream], T], workers: int = WORKERS
) -> Iterator[tuple[Stream, T]]:
    """Yield each stream and what `work` returned for it, as hosts are done with.

    What `work` raises is raised here; it ought to return its errors.
    """
    hosts: dict[str, list[Stream]] = defaultdict(list)
    for stream in streams:
        hosts[stream.host].append(stream)
    if len(hosts) <= 1:
        for stream in (one for group in hosts.values() for one in group):
            yield stream, work(stream)
        return
    with ThreadPoolExecutor(min(workers, len(hosts)), thread_name_prefix="crawl") as pool:

        def work_off(group: list[Stream]) -> list[tuple[Stream, T]]:
            return [(stream, work(stream)) for stream in group]

        # The longest row first: it decides when all is done.
        groups = sorted(hosts.values(), key=len, reverse=True)
        for future in as_completed([pool.submit(work_off, group) for group in groups]):
            yield from future.result()
