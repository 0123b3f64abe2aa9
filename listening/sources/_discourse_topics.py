"""Finds the topics of a forum that have news, or hold some words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final

from listening.contract import Coverage, Page
from listening.sources import Look
from listening.sources._api import blind
from listening.sources._counted import Turns
from listening.sources._discourse import ask_forum, read_topics
from listening.sources._read import Pager, expect, instant, text_id

SEARCH_PAGES: Final = 10  # search_controller.rb, PAGE_LIMIT


def note_bumped(look: Look, topics: dict[int, None]) -> Coverage | None:
    """Note the topics with news since the overlap; pinned ones stand above them, however old.

    Returns what is to be said of their list.
    """
    turns = Turns()
    while turns.begin():
        number, fresh, pager = 0, True, Pager(look.settings["base_url"])
        while fresh:
            url, answer = ask_forum(look, "/latest.json", {"order": "activity", "page": number})
            listed = expect(expect(answer, "topic_list", dict, url), "topics", list, url)
            bumped = {expect(one, "id", int, url): _moment(one, "bumped_at", url) for one in listed}
            recent = [one for one in listed if bumped[one["id"]] >= look.since]
            pager.turn(str(one["id"]) for one in recent)
            topics.update(dict.fromkeys(one["id"] for one in recent))
            # One that is bumped meanwhile goes to the top, and is no sign of a list that moved up.
            turns.note(str(one["id"]) for one in recent if bumped[one["id"]] <= look.started_at)
            fresh, number = any(not one.get("pinned") for one in recent), number + 1
    return turns.coverage


def _moment(one: Any, name: str, url: str) -> datetime:
    return instant(expect(one, name, str, url), name)


def search_days(
    look: Look, text: str, first: date, last: date, topics: dict[int, None]
) -> Iterator[Coverage]:
    """Note the topics found between two days, halved until each part is below the search's cap.

    Yields what is to be said of a day that is still above it, or of pages that moved.
    """
    asked, turns = f'"{text}" order:latest after:{first} before:{last}', Turns()
    while turns.begin():
        for number in range(1, SEARCH_PAGES + 1):
            url, answer = ask_forum(look, "/search.json", {"q": asked, "page": number})
            told = expect(answer, "grouped_search_result", dict, url)
            hits = expect(answer, "posts", list, url)
            found = expect(answer, "topics", list, url) if hits else []
            topics.update(dict.fromkeys(expect(one, "id", int, url) for one in found))
            turns.note(text_id(one, "id") for one in hits)
            if not told.get("more_full_page_results"):
                break
        else:
            middle = first + (last - first) // 2
            if middle in (first, last):
                reason = f"more topics on {first} than {SEARCH_PAGES} pages of the search"
                yield Coverage("capped", reason=reason)
            else:
                yield from search_days(look, text, middle, last, topics)
                yield from search_days(look, text, first, middle, topics)
            return
    if turns.coverage:
        yield turns.coverage


def read_found(look: Look) -> Iterator[Page]:
    """Yield the posts of the topics that a search finds."""
    if not look.settings["texts"]:
        yield blind()
        return
    topics, days = dict[int, None](), (look.since.date(), look.started_at.date() + timedelta(1))
    for text in look.settings["texts"]:
        for told in search_days(look, text, *days, topics):
            yield Page((), 0, coverage=told)
    yield from read_topics(look, topics)
