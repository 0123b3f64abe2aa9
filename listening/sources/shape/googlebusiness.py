"""What a review of a place looks like, and its answer."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from listening.clean import UncleanError
from listening.contract import Coverage, Mention, Page
from listening.sources import Look
from listening.sources._owned import inner, review_page, whose
from listening.sources._read import field, instant, part, words

STARS: Final = {"ONE": 1.0, "TWO": 2.0, "THREE": 3.0, "FOUR": 4.0, "FIVE": 5.0}
UNRATED: Final = "STAR_RATING_UNSPECIFIED"
KNOWN: Final = words(
    "comment createTime name reviewId reviewMediaItems reviewReply reviewer starRating updateTime"
)


def read_page(look: Look, reviews: list[Any], url: str, told: Coverage | None = None) -> Page:
    """Return reviews with their answers."""
    page = review_page(
        look, "googlebusiness", url, reviews,
        id_field="reviewId",
        review=lambda one: read_review(one, look),
        reply_of=lambda one: inner(one, "reviewReply"),
        reply=_reply,
        known=KNOWN,
    )  # fmt: skip
    return Page(page.items, page.served, coverage=told)


def read_review(review: Any, look: Look) -> Mention:
    """Return a review."""
    reviewer = part(review, "reviewer", dict)
    created = instant(field(review, "createTime", str), "createTime")
    updated = instant(field(review, "updateTime", str), "updateTime")
    return Mention(
        source="googlebusiness",
        native_id=field(review, "reviewId", str),
        text=_original(part(review, "comment", str)),
        author_name="" if reviewer.get("isAnonymous") else part(reviewer, "displayName", str),
        published_at=created,
        edited_at=updated if updated > created else None,
        observed_at=look.started_at,
        kind="review",
        channel="googlebusiness",
        region=look.settings["region"],
        rating=_stars(field(review, "starRating", str)),
        **whose(look),
    )


def _stars(word: str) -> float | None:
    """Return a rating that is told in words.

    Raises:
        UncleanError: a word we do not know (bad_rating).
    """
    if word not in STARS and word != UNRATED:
        raise UncleanError("bad_rating", f"starRating {word[:60]!r} is none we know")
    return STARS.get(word)


def _original(comment: str) -> str:
    """Return what was written: Google puts its translation before or behind it."""
    if found := re.search(r"\(Original\)\s*(.+)", comment, re.DOTALL):
        return found[1].strip()
    return comment.partition("(Translated by Google)")[0].strip() or comment


def _reply(said: Any) -> tuple[str, datetime]:
    return field(said, "comment", str), instant(field(said, "updateTime", str), "updateTime")
