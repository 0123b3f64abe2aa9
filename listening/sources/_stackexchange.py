"""Asks the Stack Exchange API: lists page by page, its backoff, its quota."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from listening.contract import Coverage, ListeningError
from listening.net.answer import DeniedError, RateLimitedError
from listening.net.credential import find_credential
from listening.sources import Look
from listening.sources._counted import MOVED, Counted
from listening.sources._read import expect, text_id
from listening.sources.shape.stackexchange import NUMBER

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
