"""Turns the lists of YouTube that hold videos: searches, uploads, and videos by their ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from listening.contract import Coverage, Page
from listening.sources import Look
from listening.sources._api import gone, stamp
from listening.sources._read import expect, read_items
from listening.sources._youtube import ask, item_id, lists
from listening.sources.shape.youtube import read_video, whose_channel

PER_CALL: Final = 50
SEARCH_PAGES: Final = 5  # of one wording, at 100 units each


def find_videos(look: Look) -> tuple[dict[str, Any], Coverage | None]:
    """Return the videos of a channel, or of a search, and what is to be said of their list."""
    if channel := look.settings.get("channel"):
        return dict.fromkeys(_uploads(look, channel)), None
    return _search(look)


def _search(look: Look) -> tuple[dict[str, Any], Coverage | None]:
    """Return what a query's wordings find by video, and what is to be said if there was more."""
    found: dict[str, Any] = {}
    capped = False
    for text in look.settings["texts"]:
        asked = {"part": "snippet", "type": "video", "order": "date", "maxResults": PER_CALL,
                 "publishedAfter": stamp(look.since), "q": text}  # fmt: skip
        asked |= {"publishedBefore": stamp(look.until)} if look.until else {}
        for number, answer in enumerate(lists(look, "search", asked), start=1):
            found |= {item_id(one): one for one in answer["items"]}
            if number == SEARCH_PAGES:
                capped = capped or bool(answer.get("nextPageToken"))
                break
    reason = f"a search found more than {SEARCH_PAGES * PER_CALL} videos"
    return found, Coverage("capped", reason=reason) if capped else None


def _uploads(look: Look, channel: str) -> Iterator[str]:
    """Yield the videos of a channel, newest first, back to the overlap."""
    asked = {"part": "contentDetails", "maxResults": PER_CALL, "playlistId": f"UU{channel[2:]}"}
    for answer in lists(look, "playlistItems", asked):
        for item in answer["items"]:
            details = expect(item, "contentDetails", dict, "playlistItems")
            published = details.get("videoPublishedAt")
            if published and datetime.fromisoformat(published) < look.since:
                return
            if published and look.until and datetime.fromisoformat(published) > look.until:
                continue
            yield expect(details, "videoId", str, "playlistItems")


def read_videos(look: Look, ids: Sequence[str], found: Mapping[str, Any] | None = None) -> Page:
    """Return videos with their counts; those absent are gone, or as the search showed them."""
    if not ids:
        return Page((), 0)
    asked = {"part": "snippet,statistics", "id": ",".join(ids), "maxResults": PER_CALL}
    answer = ask(look, "videos", asked)["items"]
    there = {item_id(one) for one in answer}
    told = [*answer, *(one for name, one in (found or {}).items()
                       if one and name in ids and name not in there)]  # fmt: skip
    seen, whose = look.started_at, whose_channel(look)
    items = read_items(
        "youtube", "videos", told, lambda one: read_video(one, seen, **whose), item_id
    )
    shown = there | set(found or {})
    lost = gone(look, "youtube", (one for one in ids if one not in shown))
    return Page((*items, *lost), len(told) + len(lost))
