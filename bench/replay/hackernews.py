"""Hacker News: the Algolia search with its cap, and the Firebase items."""

from __future__ import annotations

import html
import math
import operator
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from bench.replay.answer import Answer, Request, in_json
from bench.replay.timeline import Look, Post, gone, grown, look
from bench.replay.words import matches
from bench.replay.world import Site

SEARCHES: Final = ("/api/v1/search_by_date", "/api/v1/search")
ITEM: Final = re.compile(r"^/v0/item/([0-9]+)\.json$")
FILTER: Final = re.compile(r"^(created_at_i|points|num_comments)(<=|>=|!=|<|>|=)(-?[0-9]+)$")
COMPARE: Final[Mapping[str, Callable[[int, int], bool]]] = {
    "<": operator.lt, "<=": operator.le, "=": operator.eq, "!=": operator.ne, ">=": operator.ge,
    ">": operator.gt,
}  # fmt: skip
MOST_PER_PAGE: Final = 1000


def answer(site: Site, request: Request) -> Answer | None:
    """Return a search page or an item; None where the path is neither."""
    if request.path in SEARCHES:
        return _search(site, request)
    if found := ITEM.match(request.path):
        return in_json(_item(site, found[1], request.at))
    if request.path == "/v0/maxitem.json":
        return in_json(
            max((int(p.id) for p in site.items if p.published_at <= request.at), default=0)
        )
    return None


def _search(site: Site, request: Request) -> Answer:
    per_page = min(_number(request, "hitsPerPage", 20), MOST_PER_PAGE)
    page = _number(request, "page", 0)
    filters = [part for part in request.one("numericFilters").split(",") if part]
    if wrong := [part for part in filters if not FILTER.match(part.strip())]:
        return in_json({"message": f"invalid filter: {wrong[0]}", "status": 400}, status=400)
    hits = [hit for post in reversed(site.items) if (hit := _hit(site, post, request.at))]
    hits = [hit for hit in hits if _wanted(hit, request, filters)]
    reach = min(len(hits), site.settings.cap)
    shown = hits[:reach][page * per_page : (page + 1) * per_page] if per_page else []
    return in_json(
        {
            "exhaustive": {"nbHits": True, "typo": True},
            "exhaustiveNbHits": True,
            "exhaustiveTypo": True,
            "hits": shown,
            "hitsPerPage": per_page,
            "nbHits": len(hits),
            "nbPages": math.ceil(reach / per_page) if per_page else 0,
            "page": page,
            "params": "&".join(f"{name}={values[-1]}" for name, values in request.query.items()),
            "processingTimeMS": 1,
            "query": request.one("query"),
            "serverTimeMS": 2,
        }
    )


def _number(request: Request, name: str, default: int) -> int:
    value = request.one(name)
    return int(value) if value.isdecimal() else default


def _wanted(hit: Mapping[str, Any], request: Request, filters: list[str]) -> bool:
    texts = (
        hit.get(name) or "" for name in ("title", "story_text", "comment_text", "author", "url")
    )
    plain = html.unescape(re.sub(r"<[^>]+>", " ", " \n ".join(texts)))
    return (
        _tagged(request.one("tags"), hit["_tags"])
        and all(_passes(hit, part.strip()) for part in filters)
        and matches(request.one("query"), plain, typos=request.one("typoTolerance") != "false")
    )


def _tagged(tags: str, has: list[str]) -> bool:
    # Comma is AND; inside brackets it is OR: "(story,comment),author_x".
    groups = re.findall(r"\(([^)]*)\)|([^,()]+)", tags)
    return all(
        any(tag.strip() in has for tag in (either or single).split(","))
        for either, single in groups
    )


def _passes(hit: Mapping[str, Any], part: str) -> bool:
    name, sign, value = FILTER.match(part).groups()  # type: ignore[union-attr] # checked before
    return COMPARE[sign](hit[name] or 0, int(value))


def _hit(site: Site, post: Post, at: datetime) -> dict[str, Any] | None:
    seen = look(post, at)
    if seen is None:
        return None
    story = _story(site, post)
    told = look(story, at)
    is_story = story is post
    created = post.published_at.astimezone(UTC)
    return {
        "created_at": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "title": seen.title if is_story else None,
        "url": (post.url or None) if is_story else None,
        "author": post.author,
        "points": _score(post, at) if is_story else None,
        "story_text": (_markup(seen.text) or None) if is_story else None,
        "comment_text": None if is_story else _markup(seen.text),
        "num_comments": len(_below(site, post, at)) if is_story else None,
        "story_id": int(story.id),
        "story_title": None if is_story else (told.title if told else None),
        "story_url": None if is_story else (story.url or None),
        "parent_id": None if is_story else int(post.reply_to),
        "created_at_i": int(created.timestamp()),
        "_tags": [
            "story" if is_story else "comment", f"author_{post.author}", f"story_{story.id}",
        ],
        "objectID": post.id,
    }  # fmt: skip


def _item(site: Site, number: str, at: datetime) -> dict[str, Any] | None:
    post = next((post for post in site.items if post.id == number), None)
    if post is None or post.published_at > at:
        return None
    is_story = not post.reply_to
    item: dict[str, Any] = {
        "id": int(post.id),
        "time": int(post.published_at.timestamp()),
        "type": "story" if is_story else "comment",
    }
    if not is_story:
        item["parent"] = int(post.reply_to)
    if gone(post, at):
        return {**item, "deleted": True}
    seen = look(post, at)
    kids = [int(kid.id) for kid in site.items if kid.reply_to == post.id and look(kid, at)]
    return {**item, "by": post.author, "kids": kids, **_inside(site, post, seen, at)}


def _inside(site: Site, post: Post, seen: Look | None, at: datetime) -> dict[str, Any]:
    text = _markup(seen.text if seen else "")
    if post.reply_to:
        return {"text": text}
    always = {
        "title": seen.title if seen else "",
        "score": _score(post, at),
        "descendants": len(_below(site, post, at)),
    }
    perhaps = {"text": text, "url": post.url}
    return always | {name: value for name, value in perhaps.items() if value}


def _score(post: Post, at: datetime) -> int:
    return max(1, grown(post.likes, post, at))  # its author's own point is there from the start


def _story(site: Site, post: Post) -> Post:
    posts = {other.id: other for other in site.items}
    while post.reply_to:
        post = posts[post.reply_to]
    return post


def _below(site: Site, post: Post, at: datetime) -> list[Post]:
    # Deleted comments stay in the count, as on the real site, so it never shrinks.
    below, known = [], {post.id}
    for other in site.items:
        if other.reply_to in known and other.published_at <= at:
            known.add(other.id)
            below.append(other)
    return below


def _markup(text: str) -> str:
    escaped = html.escape(text).replace("/", "&#x2F;")
    return "<p>".join(part for part in escaped.split("\n") if part)
