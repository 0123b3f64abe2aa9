"""The App Store's customer review feed, with its ten pages and its odd shapes."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from bench.replay.answer import Answer, Request, in_json
from bench.replay.mastodon import account_id
from bench.replay.timeline import Look, Review, grown, look
from bench.replay.world import Site

FEED: Final = re.compile(
    r"^/(?P<country>[a-z]{2})/rss/customerreviews/(?:page=(?P<page>[0-9]+)/)?"
    r"id=(?P<app>[0-9]+)/(?:sortby=most[a-z]+/)?json$"
)


def answer(site: Site, request: Request) -> Answer | None:
    """Return a page of reviews; None where the path is no review feed."""
    found = FEED.match(request.path)
    if not found:
        return None
    page = int(found["page"] or 1)
    if not 1 <= page <= site.settings.pages:
        said = f"CustomerReviews RSS page depth is limited to {site.settings.pages}"
        return in_json({"errorMessage": said}, status=400)
    reviews = [
        (review, seen)
        for review in site.items
        if (review.app, review.country) == (found["app"], found["country"])
        and (seen := look(review, request.at))
    ]
    reviews.sort(key=lambda pair: (pair[1].changed_at, pair[0].id), reverse=True)
    size = site.settings.page_size
    entries = [
        _entry(site.host, review, seen, request.at)
        for review, seen in reviews[(page - 1) * size : page * size]
    ]
    return in_json({"feed": _feed(request, found, len(reviews), size, entries)})


def _feed(
    request: Request, found: re.Match[str], total: int, size: int, entries: list[dict[str, Any]]
) -> dict[str, Any]:
    country, app, page = found["country"], found["app"], int(found["page"] or 1)
    last = max(1, -(-total // size))

    def link(rel: str, number: int) -> dict[str, Any]:
        path = f"/{country}/rss/customerreviews/page={number}/id={app}/sortby=mostrecent/json"
        return {"attributes": {"rel": rel, "href": f"{request.base}{path}"}}

    feed: dict[str, Any] = {
        "author": {"name": _label("iTunes Store")},
        "updated": _label(request.at.isoformat()),
        "title": _label("iTunes Store: Customer Reviews"),
        "id": _label(f"{request.base}{request.path}"),
        "link": [
            link("self", page), link("first", 1), link("last", last),
            link("previous", max(1, page - 1)), link("next", min(last, page + 1)),
        ],
    }  # fmt: skip
    if entries:  # one entry is an object, several are a list, none is no key at all
        feed["entry"] = entries if len(entries) > 1 else entries[0]
    return feed


def _entry(host: str, review: Review, seen: Look, at: datetime) -> dict[str, Any]:
    votes = grown(review.likes, review, at)
    return {
        "author": {
            "uri": _label(f"http://{host}/reviewer/{account_id(review.author)}"),
            "name": _label(review.author),
            "label": "",
        },
        "updated": _label(seen.changed_at.isoformat()),
        "im:rating": _label(str(review.rating)),
        "im:version": _label(review.version),
        "id": _label(review.id),
        "title": _label(seen.title),
        "content": {"label": seen.text, "attributes": {"type": "text"}},
        "link": {"attributes": {"rel": "related", "href": review.url}},
        "im:voteSum": _label(str(votes)),
        "im:contentType": {"attributes": {"term": "Application", "label": "Application"}},
        "im:voteCount": _label(str(votes)),
    }


def _label(text: str) -> dict[str, str]:
    return {"label": text}
