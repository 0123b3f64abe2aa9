"""Turns the pages of a list that is asked for by number, and tells when one of them moved.

Where an item vanishes from a page already read, all behind it move up, and the first of the next
page is on none that is read later. So each page is asked for in such a size that it begins at or
before the last item of the one before. If it holds nothing that was read, the list has moved by
more than that, and the walk steps back. Where the size of a page is not ours to choose, pages are
turned again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from listening.contract import Coverage, Page
from listening.sources._read import Pager

BACK: Final = 10  # steps back in one walk
TURNS: Final = 3  # of pages whose size is given
MOVED: Final = Coverage("partial", reason="the list moved while its pages were turned")


class Window(NamedTuple):
    """A page by its number, from 1 on, among pages of `size` items."""

    page: int
    size: int

    @property
    def start(self) -> int:
        """Return the position of its first item, from 0 on."""
        return (self.page - 1) * self.size

    @property
    def end(self) -> int:
        """Return the position behind its last item."""
        return self.page * self.size


def spanning(position: int, most: int) -> Window:
    """Return the page of at most so many items that holds a position and reaches furthest."""
    windows = (Window(position // size + 1, size) for size in range(1, most + 1))
    return max(windows, key=lambda window: (window.end, window.size))


class Counted:
    """Watches one walk through such a list, in an order that items do not change among themselves.

    `window` is the next page to ask for, None at the end.
    """

    def __init__(self, where: str, size: int) -> None:
        self._pager, self._size = Pager(where), size
        self._read = set[str]()  # what hangs together from the list's top on
        self._furthest = self._steps = self._misses = 0
        self._may_end = False  # the page before was the last, though the answer did not say so
        self.window: Window | None = spanning(0, size)

    def turn(self, ids: Sequence[str], more: bool | None) -> bool:
        """Note a page before it is yielded, and settle which is the next.

        Args:
            ids: of its items, in any order.
            more: whether the answer says that there are more; None: it does not tell.

        Returns:
            Whether the page hangs together with those before, or a step back will show it.

        Raises:
            LoopError: it is the second in a row that holds nothing new.
        """
        window, found = self.window or spanning(0, self._size), set(ids) - {""}
        if not ids and self._may_end:
            self.window = None
            return True
        if window.end > self._furthest:
            self._furthest = window.end
            self._pager.turn(found)
        joined = window.start == 0 or not found.isdisjoint(self._read)
        if not joined and self._steps < BACK:
            back = max(1, self._size // 2) << self._misses
            self._steps, self._misses = self._steps + 1, self._misses + 1
            self.window = spanning(max(0, window.start - back), self._size)
            return True
        self._may_end = len(ids) < window.size and (more is None or self._misses > 0)
        self._misses = 0
        self._read |= found
        goes_on = bool(ids) if more is None else more
        self.window = self._behind(window) if goes_on else None
        return joined

    def _behind(self, window: Window) -> Window:
        """Return the page that overlaps with another's end, or follows where no size does."""
        over = spanning(window.end - 1, self._size)
        return over if over.end > window.end else spanning(window.end, self._size)

    def restart(self) -> None:
        """Begin at the first page again, of a list that now begins with what was read last."""
        self._furthest, self.window = 0, spanning(0, self._size)


def turn_pages(
    where: str, size: int, ask: Callable[[Window], tuple[Page, bool | None]]
) -> Iterator[Page]:
    """Yield the pages of a list to its end; one that does not hang together says so.

    Args:
        where: names the list.
        size: items of a page, at most.
        ask: returns a page, and whether to go on behind it (as `Counted.turn` takes it).
    """
    counted = Counted(where, size)
    while counted.window:
        page, more = ask(counted.window)
        joined = counted.turn([item.native_id for item in page.items], more)
        yield page if joined else replace(page, coverage=MOVED)


class Turns:
    """Watches the turns of a list whose pages have a size of their own.

    They are turned again until a turn brings nothing new: what two miss has moved over the end of a
    page in both. One page is whole as it is.
    """

    def __init__(self) -> None:
        self._read = set[str]()
        self._turn = self._pages = 0
        self._news = False
        self.coverage: Coverage | None = None  # of a list that brings news to the last turn

    def begin(self) -> bool:
        """Begin the next turn; tell whether it is wanted."""
        whole = self._pages == 1 if self._turn == 1 else not self._news
        if self._turn and whole:
            return False
        if self._turn == TURNS:
            self.coverage = MOVED
            return False
        self._turn, self._pages, self._news = self._turn + 1, 0, False
        return True

    def note(self, ids: Iterable[str]) -> bool:
        """Note a page of this turn; tell whether anything on it is new, or it is the first turn."""
        fresh = set(ids) - self._read
        self._read |= fresh
        self._pages, self._news = self._pages + 1, self._news or bool(fresh)
        return bool(fresh) or self._turn == 1
