"""Reads the lists of Stack Exchange: what a search finds, posts and comments by number or path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from listening.contract import Page
from listening.sources import Look
from listening.sources._api import chunks
from listening.sources._read import expect, page_of, text_id
from listening.sources._stackexchange import walk
from listening.sources.shape.stackexchange import KNOWN, NUMBER, id_of, read_post

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


def window_of(look: Look, sort: str = "activity") -> dict[str, Any]:
    """Return what asks for the time of a look."""
    until = {"max": int(look.until.timestamp())} if look.until else {}
    return {"sort": sort, "order": "desc", "min": int(look.since.timestamp()), **until}
