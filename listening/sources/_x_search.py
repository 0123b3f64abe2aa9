"""Searches X, and holds what it served against what it counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from listening.contract import Coverage, Page
from listening.sources import Look
from listening.sources._api import stamp
from listening.sources._read import expect
from listening.sources._x_api import fetch, turn_pages

REACH: Final = timedelta(days=7) - timedelta(minutes=1)  # of a search without `archive`
SHORT: Final = 0.9  # counts include what may not be shown: only less than this share is a gap


def search(look: Look) -> Iterator[Page]:
    """Yield what each search finds; counted first, so that a gap is seen."""
    archive = look.settings["archive"]
    since = look.since if archive else max(look.since, look.started_at - REACH)
    until = {"end_time": stamp(look.until)} if look.until else {}
    where = "all" if archive else "recent"
    for text in look.settings["texts"]:
        window = {"query": text, "start_time": stamp(since), **until}
        expected = _count(look, f"/tweets/counts/{where}", window)  # None: not to be asked
        got = set[str]()
        for page in turn_pages(look, f"/tweets/search/{where}", window, "next_token"):
            got |= {item.native_id for item in page.items}
            yield page
        told = Coverage("complete", expected=expected, got=len(got))
        if expected and len(got) < SHORT * expected:
            reason = f"X counts {expected} posts and served {len(got)}"
            told = replace(told, state="partial", reason=reason)
        if since > look.since:
            told = replace(told, state="capped", reason="a search reaches back seven days")
        yield Page((), 0, coverage=told)


def _count(look: Look, path: str, window: Mapping[str, str]) -> int | None:
    if not look.settings["count"]:
        return None
    with look.pay(count=1):
        answer = fetch(look, path, params={**window, "granularity": "day"})
    url = f"{look.settings['base_url']}{path}"
    return expect(expect(answer, "meta", dict, url), "total_tweet_count", int, url)
