"""The public API of Bluesky: handles of DIDs, counts of posts, and who wants to be left out.

Written from docs.bsky.app (getPosts, getProfiles), read 2026-11. No account.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from listening.contract import Item, Mention, Reject
from listening.net.answer import GoneError
from listening.sources import Look
from listening.sources._api import chunks
from listening.sources._read import NOT_PUBLIC, expect

API: Final = "https://public.api.bsky.app"
PER_CALL: Final = 25  # posts or profiles the API takes at once
HIDDEN: Final = "!no-unauthenticated"  # an author's wish not to be shown to strangers

log = logging.getLogger(__name__)


def own_accounts(look: Look) -> dict[str, tuple[str, str]]:
    """Return the accounts of the brand file by DID: a stream knows no handles."""
    brands = {
        handle.lstrip("@").casefold(): brand.id
        for brand in look.brands.brands
        for handle in brand.handles.get("bluesky", ())
    }
    found = _ask(look, "app.bsky.actor.getProfiles", "actors", sorted(brands), "profiles")
    profiles = [(expect(one, "did", str, API), expect(one, "handle", str, API)) for one in found]
    return {did: (handle, brands.get(handle.casefold(), "")) for did, handle in profiles}


def hydrate(look: Look, items: list[Item]) -> None:
    """Fill in handles and counts; leave out who does not want to be shown to strangers."""
    wanted = [item.native_id for item in items if isinstance(item, Mention)]
    views = {expect(view, "uri", str, API): view for view in posts(look, wanted)}
    for place, item in enumerate(items):
        if not isinstance(item, Mention) or not (view := views.get(item.native_id)):
            continue  # not indexed yet, or gone again: the stream will tell
        author = expect(view, "author", dict, API)
        if any(label.get("val") == HIDDEN for label in author.get("labels") or ()):
            detail = "its author does not want it shown to strangers"
            items[place] = Reject("bluesky", item.native_id, NOT_PUBLIC, detail)
            continue
        items[place] = replace(
            item,
            author=expect(author, "handle", str, API),
            author_name=author.get("displayName") or "",
            **counts(view),
        )


def counts(view: Mapping[str, Any]) -> dict[str, Any]:
    likes, replies, reposts, quotes = (
        expect(view, name, int, API) if name in view else None
        for name in ("likeCount", "replyCount", "repostCount", "quoteCount")
    )
    shares = None if reposts is None else reposts + (quotes or 0)
    return {"likes": likes, "comments": replies, "shares": shares}


def posts(look: Look, uris: Sequence[str]) -> Iterator[Any]:
    return _ask(look, "app.bsky.feed.getPosts", "uris", list(dict.fromkeys(uris)), "posts")


def _ask(look: Look, method: str, name: str, values: Sequence[str], answer: str) -> Iterator[Any]:
    """Yield what the public API knows of these."""
    url = f"{look.settings['api_base_url']}/xrpc/{method}"
    for chunk in chunks(values, PER_CALL):
        try:
            told = look.http.get_json(url, {name: chunk})
        except GoneError as error:
            if look.settings["api_base_url"] == API:
                raise
            log.warning("no counts and handles here: %s", error)  # a Jetstream without an API
            return
        yield from expect(told, answer, list, API)
