"""Asks the Stack Exchange API: lists page by page, its backoff, its quota."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from listening.contract import Coverage, ListeningError, Page
from listening.net.answer import DeniedError, RateLimitedError
from listening.net.credential import find_credential
from listening.sources import Look
from listening.sources._api import chunks
from listening.sources._counted import MOVED, Counted
from listening.sources._read import expect, page_of, text_id
from listening.sources.shape.stackexchange import KNOWN, NUMBER, id_of, read_post

API: Final = "https://api.stackexchange.com/2.3"
SIZE: Final = 100  # items of a page
PAGES: Final = 25  # without a key
DAY: Final = 86_400


def walk(
    look: Look, path: str, asked: Mapping[str, Any], dated: str
) -> Iterator[tuple[str, list[Any], Coverage | None]]:
    """Yield the pages of a list, newest first; past the last page it is asked for what is older.

    Raises:
        LoopError: more items of one second than the pages hold, or pages in a circle.
    """
    older, counted = dict[str, int](), Counted(path, SIZE)
    while window := counted.window:
        numbers = {"page": window.page, "pagesize": window.size}
        url, answer = _ask(look, path, {**asked, **older, **numbers})
        raws = expect(answer, "items", list, url)
        more = expect(answer, "has_more", bool, url)
        joined = counted.turn([_name(raw) for raw in raws], more)
        if raws:
            yield url, raws, None if joined else MOVED
        if raws and counted.window and counted.window.page > PAGES:
            older = {"max": expect(raws[-1], dated, int, url)}
            counted.restart()


def _name(raw: Any) -> str:
    """Return an item's kind and number; an answer that was found has its question's, too."""
    return "/".join((text_id(raw, "item_type"), *(text_id(raw, one) for one in NUMBER.values())))


def _ask(look: Look, path: str, asked: Mapping[str, Any]) -> tuple[str, Any]:
    url = f"{look.settings['base_url']}{path}"
    key = find_credential(look.settings["connection"])
    params = {"site": look.settings["site"], **asked}
    try:
        answer = look.http.get_json(url, {**params, "key": key.password} if key else params)
    except DeniedError as error:
        raise _explained(look, url, error) from error
    wait = float(expect(answer, "backoff", int, url)) if "backoff" in answer else 0.0
    if expect(answer, "quota_remaining", int, url) <= 0:
        wait = max(wait, DAY - look.started_at.timestamp() % DAY)
    if wait:
        look.http.rest(url, wait)
    return url, answer


def _explained(look: Look, url: str, error: DeniedError) -> ListeningError:
    """Return what a refusal says: the API words a rate limit as status 400, too."""
    try:
        told = json.loads(error.body)
        name, message = str(told["error_name"]), str(told.get("error_message", ""))
    except (ValueError, TypeError, KeyError):
        return error
    if name == "throttle_violation":
        found = re.search(r"(\d+) seconds", message)
        wait = float(found[1]) if found else DAY - look.started_at.timestamp() % DAY
        look.http.rest(url, wait)
        return RateLimitedError.of(url, wait)
    mend = "See api.stackexchange.com/docs/error-handling"
    return ListeningError(f"the API says {name}", where=url, mend=mend)


IDS: Final = 100  # of a request


def search(look: Look, found: dict[str, None]) -> Iterator[Page]:
    """Note the questions that the search finds, by their own words or an answer's.

    Yields what is to be said of its lists, which hold no mentions.
    """
    for text in look.settings["texts"]:
        asked = {"q": text, "filter": "default", **window_of(look)}
        for url, hits, told in walk(look, "/search/excerpts", asked, "last_activity_date"):
            found |= dict.fromkeys(str(expect(one, "question_id", int, url)) for one in hits)
            if told:
                yield Page((), 0, coverage=told)


def list_by_id(look: Look, kind: str, numbers: Sequence[str]) -> Iterator[Page]:
    """Yield posts or comments by their numbers."""
    for chunk in chunks(numbers, IDS):
        asked = {"sort": "creation", "order": "desc"}
        yield from list_posts(look, f"/{kind}/{';'.join(chunk)}", kind, asked)


def window_of(look: Look, sort: str = "activity") -> dict[str, Any]:
    """Return what asks for the time of a look."""
    until = {"max": int(look.until.timestamp())} if look.until else {}
    return {"sort": sort, "order": "desc", "min": int(look.since.timestamp()), **until}


def list_posts(look: Look, path: str, kind: str, asked: Mapping[str, Any]) -> Iterator[Page]:
    """Yield the posts or comments of a list."""
    dated = "last_activity_date" if asked["sort"] == "activity" else "creation_date"
    for url, raws, told in walk(look, path, {"filter": "withbody", **asked}, dated):
        yield page_of(
            "stackexchange",
            url,
            raws,
            lambda raw: read_post(raw, kind, look),
            lambda raw: id_of(look, kind, text_id(raw, NUMBER[kind])),
            KNOWN,
            told,
        )
