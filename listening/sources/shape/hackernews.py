"""What Algolia finds at Hacker News, and what Firebase counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from listening.clean import strip_html
from listening.contract import Mention, Page, Snapshot
from listening.sources import Look
from listening.sources._read import NOTHING, epoch, field, page_of, words

KNOWN: Final = words(
    """_highlightResult _tags author children comment_text created_at created_at_i job_text
    num_comments objectID options parent_id parts points relevancy_score story_id story_text
    story_title story_url title updated_at url"""
)


def read_counts(item: Any, seen: datetime) -> Snapshot:
    """Return what Firebase counts of an item."""
    # A story nobody has answered may lack `descendants`; a comment has its direct answers.
    is_comment = field(item, "type", str) == "comment"
    return Snapshot(
        source="hackernews",
        native_id=str(field(item, "id", int)),
        observed_at=seen,
        likes=None if is_comment else field(item, "score", int),
        comments=len(item.get("kids", ())) if is_comment else item.get("descendants", 0),
    )


def created_of(hit: Any) -> int:
    """Return the second a hit was made, 0 where it does not tell."""
    moment = hit.get("created_at_i") if isinstance(hit, Mapping) else None
    return moment if isinstance(moment, int) else 0


def read_page(look: Look, answer: Mapping[str, Any]) -> Page:
    """Return the hits of an answer."""
    where, seen = look.settings["base_url"], look.started_at
    return page_of(
        "hackernews", where, answer["hits"], lambda hit: _mention(hit, seen), "objectID", KNOWN
    )


def _mention(hit: Any, seen: datetime) -> Mention:
    tags = field(hit, "_tags", list)
    is_comment = "comment" in tags
    native_id, story = field(hit, "objectID", str), str(field(hit, "story_id", int, NOTHING))
    created = epoch(field(hit, "created_at_i", int), "created_at_i")
    text = strip_html(
        field(hit, "comment_text", str) if is_comment else hit.get("story_text") or ""
    )
    link = "" if is_comment else hit.get("url") or ""  # what a story points at, it also says
    return Mention(
        source="hackernews",
        native_id=native_id,
        text="\n".join(part for part in (text, link) if part),
        title="" if is_comment else strip_html(field(hit, "title", str)),
        url=f"https://news.ycombinator.com/item?id={native_id}",
        author=field(hit, "author", str),
        published_at=created,
        observed_at=seen,
        kind="comment" if is_comment else "post",
        channel="hackernews",
        parent_native_id=str(field(hit, "parent_id", int)) if is_comment else "",
        thread_native_id=story if story != "None" else native_id,
        likes=None if is_comment else field(hit, "points", int, NOTHING),
        comments=None if is_comment else field(hit, "num_comments", int, NOTHING),
    )
