"""What a crawl of a paged API keeps in mind: what was served, what is missing, where to go on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from listening.contract import Coverage, Cursor, Deletion, Item, Mention, Page
from listening.sources import Look

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Heard:
    """What one crawl was served so far, and the cursor that follows from it."""

    def __init__(self, look: Look) -> None:
        self.served: dict[str, None] = {}  # ids, in the order they came
        self.newest = look.since
        self._look = look

    def note(self, pages: Iterable[Page]) -> Iterator[Page]:
        """Yield pages as they come, their ids and moments noted."""
        for page in pages:
            self.add(item.native_id for item in page.items)
            self.newest = max([self.newest, *moments(page.items)])
            yield page

    def add(self, ids: Iterable[str]) -> None:
        """Note ids as served, without a moment."""
        self.served |= dict.fromkeys(ids)

    def missing(self) -> list[str]:
        """Return the ids known from this window that were not served, oldest first."""
        return self._look.missing(set(self.served))

    @property
    def cursor(self) -> Cursor | None:
        """Return the newest moment as a cursor; None where nothing was served."""
        return {"at": self.newest.isoformat()} if self.served else None


def moments(items: Iterable[Item]) -> list[datetime]:
    """Return when the mentions among items were published."""
    return [item.published_at for item in items if isinstance(item, Mention)]


def gone(look: Look, source: str, ids: Iterable[str]) -> tuple[Deletion, ...]:
    """Return ids as deleted, found so by this look."""
    return tuple(Deletion(source, one, look.started_at, look.started_at) for one in ids)


def blind() -> Page:
    """Return what a search comes to that no word bounds."""
    return Page((), 0, coverage=Coverage("blind", reason="the query bounds nothing by words"))


def chunks(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Yield items as many at once as a call takes."""
    yield from (items[start : start + size] for start in range(0, len(items), size))


def stamp(moment: datetime) -> str:
    """Return an instant in UTC to the second, as `2026-11-22T09:30:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
