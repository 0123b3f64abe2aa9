"""What a review in the Play Console looks like: a list of comments, of the user and of us."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from listening.clean import UncleanError
from listening.contract import Mention
from listening.sources import Look
from listening.sources._owned import count, dated, inner, whose
from listening.sources._read import epoch, field, part, tell_news, whole, words

KNOWN: Final = words("authorName comments reviewId")
SAID: Final = words(
    """androidOsVersion appVersionCode appVersionName device deviceMetadata lastModified
    originalText reviewerLanguage starRating text thumbsDownCount thumbsUpCount"""
)


def newest_comment(review: Any, name: str) -> Any:
    """Return the newest of a review's comments of one kind."""
    listed = inner(review, "comments")
    found = [inner(one, name) for one in listed] if isinstance(listed, list) else []
    return next((one for one in found if one is not None), None)


def modified_at(comment: Any) -> datetime:
    """Return when a comment was last changed; int64 is served as text (JSON of proto3)."""
    seconds = field(field(comment, "lastModified", dict), "seconds", str, int)
    return epoch(whole(str(seconds), "seconds"), "lastModified")


def read_review(review: Any, look: Look) -> Mention:
    """Return what the user said last."""
    name = field(review, "reviewId", str)
    field(review, "comments", list)
    said = newest_comment(review, "userComment")
    if said is None:
        raise UncleanError("missing_field", "no comment is a userComment")
    tell_news("googleplay", [said], SAID)
    title, tab, text = (part(said, "originalText", str) or field(said, "text", str)).partition("\t")
    app = look.settings["app"]
    return Mention(
        source="googleplay",
        native_id=name,
        text=text if tab else title,
        title=title if tab else "",
        url=f"https://play.google.com/store/apps/details?id={app}&reviewId={quote(name)}",
        author_name=part(review, "authorName", str),
        **dated(look, name, modified_at(said)),  # type: ignore[arg-type]
        observed_at=look.started_at,
        kind="review",
        channel="googleplay",
        lang=part(said, "reviewerLanguage", str).replace("_", "-"),
        rating=float(field(said, "starRating", int)),
        likes=count(said, "thumbsUpCount"),
        **whose(look),
    )
