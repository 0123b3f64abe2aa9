"""Asks Reddit with an app's account: listings, searches, threads, things by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from listening.contract import Coverage, Page
from listening.net.answer import DeniedError, GoneError, read_json
from listening.net.credential import find_credential
from listening.sources import Look
from listening.sources._api import basic, moments
from listening.sources._counted import MOVED
from listening.sources._read import Pager, expect, expect_list
from listening.sources._reddit_feed import capped
from listening.sources.shape.reddit import read_page

LIMIT: Final = 100
CAP: Final = 1_000  # things of one listing, about
BACK: Final = 5  # last things of a page behind which the next is asked for


def log_in(look: Look) -> dict[str, str] | None:
    """Return the header of an app's token, None where there is no app."""
    app = find_credential(look.settings["connection"])
    if app is None:
        return None
    url = f"{look.settings['site_url']}/api/v1/access_token"
    form, headers = {"grant_type": "client_credentials"}, basic(app.login, app.password)
    answer = look.http.fetch(url, read_json, headers=headers, form=form, secret=True)
    return {"Authorization": f"Bearer {expect(answer, 'access_token', str, url)}"}


def list_things(look: Look, said: dict[str, str], text: str) -> Iterator[Page]:
    """Yield one listing, newest first, back to where it is known.

    Behind a thing that has left the listing meanwhile nothing is served (`builder.py` of
    reddit-archive/reddit, read 2026-11), so the ones before it are tried.
    """
    url = f"{look.settings['base_url']}{look.settings['path']}"
    asked = {"limit": LIMIT, "raw_json": 1, **search_terms(text, look)}
    pager, pages, behind, lost = Pager(url), 0, [""], False
    while behind:
        after = behind.pop()
        answer = look.http.get_json(url, {**asked, "after": after} if after else asked, said)
        data = expect(answer, "data", dict, url)
        things = expect(data, "children", list, url)
        if after and not things:
            lost = True
            continue
        page = read_page(look, things, url)
        names = [item.native_id for item in page.items]
        pages, news = pages + 1, pager.turn(names)
        yield page
        ages = moments(page.items)
        after = data["after"] or "" if "after" in data else expect(data, "after", str, url)
        ended = lost and not news  # the thing is still there, and nothing behind it
        if not things or ended or max(ages, default=look.started_at) < look.since:
            return
        if not after:
            if pages * LIMIT >= CAP:
                yield Page((), 0, coverage=capped(min(ages, default=None)))
            return
        before = [name for name in names[-BACK:] if name not in ("", after)]
        behind, lost = [*before, after], False
    yield Page((), 0, coverage=MOVED)


def read_thread(look: Look, said: dict[str, str], name: str) -> Page:
    """Return the comments of a post that a search found; a search finds none itself."""
    url = f"{look.settings['base_url']}/comments/{name.removeprefix('t3_')}"
    try:
        answer = look.http.get_json(url, {"limit": 500, "sort": "new", "raw_json": 1}, said)
    except (GoneError, DeniedError):  # closed since the search
        return Page((), 0)
    things, hidden = list[Any](), 0
    waiting = [*expect_list(answer, url, "a thread")[1:]]
    while waiting:
        for child in expect(expect(waiting.pop(), "data", dict, url), "children", list, url):
            data = expect(child, "data", dict, url)
            if child.get("kind") == "more":
                hidden += expect(data, "count", int, url)
                continue
            things.append(child)
            waiting += [data["replies"]] if isinstance(data.get("replies"), Mapping) else []
    reason = f"{hidden} comments of {name} are folded away"
    told = Coverage("capped", reason=reason) if hidden else None
    return read_page(look, things, url, told)


def search_terms(text: str, look: Look) -> dict[str, str]:
    """Return what makes a listing a search, of the shortest time that reaches back far enough."""
    if not text:
        return {}
    age = look.started_at - look.since
    days = {"day": 1, "week": 7, "month": 30, "year": 365}
    span = next((name for name, most in days.items() if age < timedelta(days=most)), "all")
    return {"q": text, "sort": "new", "type": "link", "t": span}


def read_named(look: Look, said: dict[str, str], names: Sequence[str]) -> Page:
    """Return things as they are now."""
    url = f"{look.settings['base_url']}/api/info"
    answer = look.http.get_json(url, {"id": ",".join(names), "raw_json": 1}, said)
    things = expect(expect(answer, "data", dict, url), "children", list, url)
    return read_page(look, things, url)
