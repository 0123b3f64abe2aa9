"""What videos and comments of YouTube look like."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from listening.clean import UncleanError
from listening.contract import Mention, Page
from listening.sources import Look
from listening.sources._read import field, instant, page_of, tell_news, whole, words
from listening.sources._youtube import item_id

KNOWN: Final = words(
    """authorChannelId authorChannelUrl authorDisplayName authorProfileImageUrl canRate categoryId
    channelId channelTitle defaultAudioLanguage defaultLanguage description etag id kind
    likeCount liveBroadcastContent localized moderationStatus parentId publishTime publishedAt
    replies snippet statistics tags textDisplay textOriginal thumbnails title updatedAt videoId
    viewerRating"""
)


def read_comments(look: Look, comments: Sequence[tuple[Any, str]]) -> Page:
    """Return comments, each with the video it is under."""
    seen, whose = look.started_at, whose_channel(look)
    return page_of(
        "youtube",
        "commentThreads",
        comments,
        lambda pair: read_comment(*pair, seen, **whose),
        lambda pair: item_id(pair[0]),
    )


def whose_channel(look: Look) -> dict[str, Any]:
    """Return whose channel it is, as fields of a mention."""
    owned = look.target.relation == "owned"
    return {"brand_id": look.settings.get("brand", ""), "owned": owned}


def read_video(item: Any, seen: datetime, **whose: Any) -> Mention:
    """Return a video, of `videos` or as a search shows it, as a mention.

    Raises:
        UncleanError: a field is missing or odd.
    """
    snippet, counts = field(item, "snippet", dict), item.get("statistics") or {}
    tell_news("youtube", (item, snippet), KNOWN)
    likes, views, comments = (
        whole(field(counts, name, str), name) if name in counts else None
        for name in ("likeCount", "viewCount", "commentCount")  # authors may hide them
    )
    name = item_id(item)
    if not name:
        raise UncleanError("missing_field", "field 'id' names no video")
    return Mention(
        source="youtube",
        native_id=name,
        title=html.unescape(field(snippet, "title", str)),  # a search escapes it
        text=html.unescape(field(snippet, "description", str)),
        url=f"https://www.youtube.com/watch?v={name}",
        author=field(snippet, "channelTitle", str),
        author_id=field(snippet, "channelId", str),
        published_at=instant(field(snippet, "publishedAt", str), "publishedAt"),
        observed_at=seen,
        channel="youtube",
        thread_native_id=name,
        lang=snippet.get("defaultAudioLanguage") or snippet.get("defaultLanguage") or "",
        likes=likes,
        views=views,
        comments=comments,
        **whose,
    )


def read_comment(item: Any, video: str, seen: datetime, **whose: Any) -> Mention:
    """Return a comment, or an answer to one, as a mention.

    Raises:
        UncleanError: a field is missing or odd.
    """
    snippet, name = field(item, "snippet", dict), field(item, "id", str)
    tell_news("youtube", (item, snippet), KNOWN)
    video = video or str(snippet.get("videoId") or "")
    said = "textOriginal" if "textOriginal" in snippet else "textDisplay"
    published = instant(field(snippet, "publishedAt", str), "publishedAt")
    updated = instant(field(snippet, "updatedAt", str), "updatedAt")
    address = f"watch?v={video}&lc={name}" if video else f"channel/{snippet.get('channelId', '')}"
    return Mention(
        source="youtube",
        native_id=name,
        text=field(snippet, said, str),
        url=f"https://www.youtube.com/{address}",
        author=field(snippet, "authorDisplayName", str),
        author_id=(snippet.get("authorChannelId") or {}).get("value") or "",
        published_at=published,
        edited_at=updated if updated > published else None,
        observed_at=seen,
        kind="comment",
        channel="youtube",
        parent_native_id=snippet.get("parentId") or video,
        thread_native_id=video,
        likes=field(snippet, "likeCount", int),
        **whose,
    )
