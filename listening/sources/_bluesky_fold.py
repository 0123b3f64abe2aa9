"""Folds a page of Bluesky's stream: what is deleted in it, or concerns nobody here, is not kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from listening.contract import Deletion, Item, Mention, Page
from listening.query.search import topic_filter
from listening.sources import Look
from listening.sources._bluesky import hydrate
from listening.sources._bluesky_stream import Walk
from listening.sources._read import read_items
from listening.sources.shape.bluesky import POST, Event, moment_of, read_post, says_post, uri_of


def fold_page(look: Look, walk: Walk, heard: Sequence[tuple[bytes, Event]]) -> Page:
    """Return what some thousand messages amount to; what they delete themselves is not kept."""
    on_topic = topic_filter(look.brands, "bluesky", look.target.relation or "off_channel")
    base, items = look.settings["base_url"], list[Item]()
    places = defaultdict[str, list[int]](list)  # of what is kept, in `items`
    said = defaultdict[str, list[bytes]](list)  # messages of what is kept, by id
    kept: list[bytes] = []  # other messages to keep raw
    passed: list[Item] = []  # what concerns nobody here
    known = set(walk.known)  # the walk moves at the end: a page that breaks is read again
    posts = [event for _, event in heard if says_post(event)]
    seen = look.started_at
    read = iter(
        read_items("bluesky", base, posts, lambda event: read_post(event, seen, walk.own), uri_of)
    )
    for message, event in heard:
        if not says_post(event):
            for uri in _ended(event, known, walk.own):
                gone = Deletion("bluesky", uri, moment_of(event["time_us"]), seen)
                if uri in known:
                    items.append(gone)
                    kept.append(message)
                else:
                    passed.append(gone)
                for place in places.pop(uri, ()):
                    items[place] = gone
                said.pop(uri, None)
                known.discard(uri)
        elif isinstance(item := next(read), Mention):
            if not item.brand_id and on_topic(item) is None:
                passed.append(item)
                continue
            said[item.native_id].append(message)
            places[item.native_id].append(len(items))
            known.add(item.native_id)
            items.append(item)
        else:
            items.append(item)
            kept.append(message)
    hydrate(look, items)
    raw = [*(message for messages in said.values() for message in messages), *kept]
    for message in (*raw, b"") if raw else ():  # an empty one, so that it is read again by page
        look.http.recorder.resource(f"{base}/subscribe", message, seen, "application/json")
    moments = [event["time_us"] for _, event in heard]
    walk.first = walk.first or min(moments, default=0)
    walk.at = max(walk.at, *moments) if moments else walk.at
    items += walk.list_passed(passed)
    walk.known = known
    return Page(tuple(items), len(items), {"at": moment_of(walk.at).isoformat()})


def _ended(event: Event, known: set[str], own: dict[str, tuple[str, str]]) -> list[str]:
    """Return the posts that an event ends; follow the brands' own accounts to new handles."""
    did, kind = event["did"], event["kind"]
    if kind == "commit":
        deleted = event["commit"]["collection"] == POST
        return [uri_of(event)] if deleted else []
    if kind == "account" and event["account"].get("status") in ("deleted", "takendown"):
        return sorted(uri for uri in known if uri.startswith(f"at://{did}/"))
    if kind == "identity" and did in own:
        handle = (event.get("identity") or {}).get("handle") or own[did][0]
        own[did] = (handle, own[did][1])
    return []
