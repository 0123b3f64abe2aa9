"""What a review of a business looks like, and its answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from listening.contract import Mention, Page, Snapshot
from listening.sources import Look
from listening.sources._owned import count, inner, review_page, whose
from listening.sources._read import field, instant, part, text_id, words

KNOWN: Final = words(
    """businessUnit businessUnitHistory companyReply complianceLabels consumer
    countsTowardsLocationTrustScore countsTowardsTrustScore createdAt experiencedAt id invitation
    isVerified language links location numberOfLikes reportData reviewVerificationLevel source
    stars status text title updatedAt"""
)


def read_counts(review: Any, look: Look) -> Snapshot:
    """Return how many found a review useful."""
    likes = count(review, "numberOfLikes")
    return Snapshot("trustpilot", field(review, "id", str), look.started_at, likes=likes)


def read_page(look: Look, reviews: list[Any], url: str) -> Page:
    """Return reviews with their answers."""
    return review_page(
        look, "trustpilot", url, reviews,
        id_field="id",
        review=lambda one: read_review(one, look),
        reply_of=lambda one: inner(one, "companyReply"),
        reply=_reply,
        known=KNOWN,
    )  # fmt: skip


def read_review(review: Any, look: Look) -> Mention:
    """Return a review."""
    consumer = part(review, "consumer", dict)
    name = field(review, "id", str)
    edited = field(review, "updatedAt", str) if review.get("updatedAt") else ""
    return Mention(
        source="trustpilot",
        native_id=name,
        text=part(review, "text", str),
        title=part(review, "title", str),
        url=f"https://www.trustpilot.com/reviews/{name}",
        author_id=text_id(consumer, "id"),
        author_name=part(consumer, "displayName", str),
        published_at=instant(field(review, "createdAt", str), "createdAt"),
        edited_at=instant(edited, "updatedAt") if edited else None,
        observed_at=look.started_at,
        kind="review",
        channel="trustpilot",
        lang=part(review, "language", str),
        region=part(consumer, "displayLocation", str),
        rating=float(field(review, "stars", int)),
        likes=count(review, "numberOfLikes"),
        **whose(look),
    )


def _reply(said: Any) -> tuple[str, datetime]:
    at = part(said, "updatedAt", str) or field(said, "createdAt", str)
    return field(said, "text", str), instant(at, "createdAt")
