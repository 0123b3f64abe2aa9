"""Turns the lists of YouTube that hold comments: threads, their answers, and counts by id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from listening.contract import Item, Page, Snapshot
from listening.net.answer import DeniedError, GoneError
from listening.sources import Look
from listening.sources._api import gone, moments
from listening.sources._read import expect
from listening.sources._youtube import ask, item_id, lists, reason_of
from listening.sources.shape.youtube import read_comments

PER_PAGE: Final = 100


def list_threads(look: Look, where: Mapping[str, str]) -> Iterator[Page]:
    """Yield comment threads, newest first, back to the overlap, each with all its answers."""
    asked = {"part": "snippet,replies", "order": "time", "maxResults": PER_PAGE,
             "textFormat": "plainText", **where}  # fmt: skip
    try:
        for answer in lists(look, "commentThreads", asked):
            comments: list[tuple[Any, str]] = []
            for thread in answer["items"]:
                comments += read_thread(look, thread)
            page = read_comments(look, comments)
            yield page
            tops = moments(item for item in page.items if "." not in item.native_id)
            if max(tops, default=look.started_at) < look.since:
                return
    except GoneError:
        return  # the video went meanwhile: the next look at it tells
    except DeniedError as error:
        if reason_of(error) != "commentsDisabled":
            raise


def read_thread(look: Look, thread: Any) -> Iterator[tuple[Any, str]]:
    """Yield the comments of a thread, each with the video they are under."""
    snippet = expect(thread, "snippet", dict, "commentThreads")
    top = expect(snippet, "topLevelComment", dict, "commentThreads")
    video = str(snippet.get("videoId") or "")
    yield top, video
    replies = (thread.get("replies") or {}).get("comments") or []
    total = snippet.get("totalReplyCount") or 0
    if total > len(replies):
        asked = {"part": "snippet", "parentId": item_id(top), "maxResults": PER_PAGE,
                 "textFormat": "plainText"}  # fmt: skip
        replies = [one for answer in lists(look, "comments", asked) for one in answer["items"]]
    yield from ((one, video) for one in replies)


def count_comments(look: Look, ids: Sequence[str]) -> Page:
    """Return the counts of comments by their ids; those absent are gone."""
    if not ids:
        return Page((), 0)
    answer = ask(look, "comments", {"part": "snippet", "id": ",".join(ids)})["items"]
    looks: list[Item] = []
    for one in answer:
        likes = expect(expect(one, "snippet", dict, "comments"), "likeCount", int, "comments")
        looks.append(Snapshot("youtube", item_id(one), look.started_at, likes=likes))
    there = {item.native_id for item in looks}
    lost = gone(look, "youtube", (one for one in ids if one not in there))
    return Page((*looks, *lost), len(looks) + len(lost))
