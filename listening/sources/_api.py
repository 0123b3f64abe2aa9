"""What a crawl of a paged API keeps in mind: what was served, what is missing, where to go on."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from listening.contract import Coverage, Cursor, Deletion, Item, Mention, Page
from listening.net.answer import DeniedError, RateLimitedError
from listening.net.credential import find_credential
from listening.sources import Look

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MOST_ASKED: Final = 100  # vanished items asked for in one crawl

Answer = TypeVar("Answer")
Again = Callable[[str], Iterable[Item]]  # what is there now of an id


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

    def vanished(self, again: Again | None) -> Page:
        """Return what is there now of the missing ones, asked for singly, and the cursor.

        None asks for nothing: the source cannot be asked so.
        """
        missing = self.missing()[:MOST_ASKED] if again else []
        items = tuple(item for one in missing if again for item in again(one))
        return Page(items, len(items), self.cursor)

    @property
    def cursor(self) -> Cursor | None:
        """Return the newest moment as a cursor; None where nothing was served."""
        return {"at": self.newest.isoformat()} if self.served else None


def hear(
    look: Look, found: Callable[[str], Iterator[Page]], again: Again | None = None
) -> Iterator[Page]:
    """Yield what a search finds for each of its `texts`, then what vanished, asked for singly.

    The cursor moves with the last page. A search that no words bound is blind; one that is not
    due yet (see `is_due`) says nothing.
    """
    if not is_due(look):
        return
    if not look.settings["texts"]:
        yield blind()
        return
    heard = Heard(look)
    for text in look.settings["texts"]:
        yield from heard.note(found(text))
    last = heard.vanished(again)
    yield replace(last, cursor=searched(look, last.cursor))


def is_due(look: Look) -> bool:
    """Tell whether the `hours` that the settings want between two searches are over."""
    before, hours = look.cursor.get("searched"), look.settings.get("hours", 0)
    return not before or look.started_at - datetime.fromisoformat(before) >= timedelta(hours=hours)


def searched(look: Look, cursor: Cursor | None) -> Cursor | None:
    """Return a cursor that also knows when this search was, if the settings ask for that."""
    if "hours" not in look.settings:
        return cursor
    return {**look.cursor, **(cursor or {}), "searched": look.started_at.isoformat()}


def halve(
    look: Look,
    ask: Callable[[datetime, datetime], Answer],
    over: Callable[[Answer], str],
    least: timedelta,
) -> Iterator[tuple[Answer, Coverage | None]]:
    """Ask for all of the look's time, then for its halves, until none is above the search's cap.

    Yields every answer, for each was served; with what is to be said of one that is above the cap
    though its time is too short (`least`) to be halved again.

    Args:
        look: tells the time to ask for.
        ask: asks for what lies between two instants.
        over: returns how an answer is above the cap, "" where it is not.
        least: time that is not halved.
    """
    waiting = [(look.since, look.until or look.started_at)]
    while waiting:
        since, until = waiting.pop()
        answer = ask(since, until)
        short, reason = until - since <= least, over(answer)
        yield answer, Coverage("capped", reason=reason) if reason and short else None
        if reason and not short:
            middle = (since + (until - since) / 2).replace(microsecond=0)
            waiting += [(since, middle), (middle, until)]


@contextmanager
def disguised(url: str, words: Mapping[bytes, float]) -> Iterator[None]:
    """Take a refusal for the rate limit it is, if it holds one of these words.

    Args:
        url: what is asked.
        words: of a refusal that means a limit, and how many seconds it lasts.

    Raises:
        RateLimitedError: in place of such a refusal.
    """
    try:
        yield
    except DeniedError as error:
        seconds = next((words[word] for word in words if word in error.body), None)
        if seconds is None:
            raise
        raise RateLimitedError.of(url, seconds) from error


def one_by_one(ids: Iterable[str], again: Again) -> Iterator[Page]:
    """Yield what is there now of each id, asked for singly."""
    for one in ids:
        items = tuple(again(one))
        yield Page(items, len(items))


def bearer(connection: str) -> dict[str, str]:
    """Return the header of a token, the password of a connection; none where it has none."""
    found = find_credential(connection) if connection else None
    return {"Authorization": f"Bearer {found.password}"} if found and found.password else {}


def basic(login: str, password: str) -> dict[str, str]:
    """Return the header of a login (RFC 7617)."""
    pair = base64.b64encode(f"{login}:{password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


def moments(items: Iterable[Item]) -> list[datetime]:
    """Return when the mentions among items were published."""
    return [item.published_at for item in items if isinstance(item, Mention)]


def is_past(look: Look, page: Page) -> bool:
    """Tell whether a page lies before the overlap as a whole."""
    return max(moments(page.items), default=look.since) < look.since


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
