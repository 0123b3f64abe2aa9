"""What a customer review looks like (JSON:API), and the answer beside it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from listening.contract import Mention, Page
from listening.sources import Look
from listening.sources._owned import dated, inner, review_page, whose
from listening.sources._read import field, instant, part, tell_news, text_id, words

SHOWN: Final = "PUBLISHED"
KNOWN: Final = words("body createdDate rating reviewerNickname territory title")


def read_page(look: Look, reviews: list[Any], answer: Any, url: str) -> Page:
    """Return reviews, each with its answer where that is shown."""
    said = inner(answer, "included")
    answers = {text_id(one, "id"): one for one in (said if isinstance(said, list) else ())}

    def reply_of(review: Any) -> Any:
        link = inner(inner(inner(review, "relationships"), "response"), "data")
        found = inner(answers.get(text_id(link, "id")), "attributes")
        return found if inner(found, "state") in (None, SHOWN) else None  # a draft is unsaid

    return review_page(
        look, "appstoreconnect", url, reviews,
        id_field="id",
        review=lambda one: read_review(one, look),
        reply_of=reply_of,
        reply=_reply,
    )  # fmt: skip


def read_review(review: Any, look: Look) -> Mention:
    """Return a review."""
    told = field(review, "attributes", dict)
    tell_news("appstoreconnect", [told], KNOWN)
    name = field(review, "id", str)
    return Mention(
        source="appstoreconnect",
        native_id=name,
        text=part(told, "body", str),
        title=part(told, "title", str),
        url=f"https://apps.apple.com/app/id{look.settings['app']}",
        author_name=part(told, "reviewerNickname", str),
        **dated(look, name, instant(field(told, "createdDate", str), "createdDate")),  # type: ignore[arg-type]
        observed_at=look.started_at,
        kind="review",
        channel="appstore",
        region=part(told, "territory", str),  # of three letters: DEU
        rating=float(field(told, "rating", int)),
        **whose(look),
    )


def _reply(said: Any) -> tuple[str, datetime]:
    at = instant(field(said, "lastModifiedDate", str), "lastModifiedDate")
    return field(said, "responseBody", str), at
