"""What Jetstream says: events, and the posts in them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from listening.clean import UncleanError
from listening.contract import Mention
from listening.sources import SourceChanged
from listening.sources._api import EPOCH
from listening.sources._read import field as need
from listening.sources._read import instant, objects

POST: Final = "app.bsky.feed.post"
PICTURE: Final = "https://cdn.bsky.app/img/feed_thumbnail/plain/{did}/{cid}@jpeg"
Event = dict[str, Any]


def read_event(message: bytes, url: str) -> Event:
    """Return a message's value, its envelope checked: that is Jetstream's own word."""
    try:
        event: Event = json.loads(message)
        need(event, "did", str)
        need(event, "time_us", int)
        if need(event, "kind", str) == "commit":
            for name in ("collection", "rkey", "operation"):
                need(need(event, "commit", dict), name, str)
        elif event["kind"] == "account":
            need(need(event, "account", dict), "active", bool)
    except (ValueError, UncleanError) as error:
        detail = error.detail if isinstance(error, UncleanError) else "no JSON"
        raise SourceChanged(
            f"a message of another form: {detail}",
            where=url.partition("?")[0],
            mend="Compare Jetstream's documents with listening/sources/bluesky.py",
        ) from error
    return event


def says_post(event: Event) -> bool:
    """Tell whether an event is a post, new or changed."""
    commit = event.get("commit") or {}
    return commit.get("collection") == POST and commit.get("operation") in ("create", "update")


def read_post(event: Event, seen: datetime, own: Mapping[str, tuple[str, str]]) -> Mention:
    """Return a commit of a post as a mention, its author known by DID alone.

    Raises:
        UncleanError: a field is missing or odd.
    """
    did, commit, heard_at = event["did"], event["commit"], moment_of(event["time_us"])
    record = need(commit, "record", dict)
    reply = need(record, "reply", dict) if record.get("reply") else {}
    parent, root = (need(need(reply, name, dict), "uri", str) if reply else ""
                    for name in ("parent", "root"))  # fmt: skip
    langs = [lang for lang in record.get("langs") or () if isinstance(lang, str)]
    created = instant(need(record, "createdAt", str), "createdAt")
    return Mention(
        source="bluesky",
        native_id=uri_of(event),
        text="\n".join((need(record, "text", str), *_beside(record))),
        url=f"https://bsky.app/profile/{did}/post/{commit['rkey']}",
        author=own[did][0] if did in own else did,
        author_id=did,
        published_at=min(created, heard_at),  # as Bluesky sorts: a clock ahead is not believed
        edited_at=heard_at if commit["operation"] == "update" else None,
        observed_at=seen,
        kind="comment" if parent else "post",
        channel="bluesky",
        parent_native_id=parent,
        thread_native_id=root or uri_of(event),
        lang=langs[0] if langs else "",
        brand_id=own.get(parent.removeprefix("at://").partition("/")[0], ("", ""))[1],
        images=images_of(record, did),
    )


def images_of(record: Mapping[str, Any], did: str) -> tuple[str, ...]:
    """Return the small forms of a post's pictures, as Bluesky's own pages show them."""
    embed = record.get("embed")
    held = embed.get("media") if isinstance(embed, Mapping) and "media" in embed else embed
    images = objects(held.get("images")) if isinstance(held, Mapping) else []
    refs = [one.get("ref") for one in objects([one.get("image") for one in images])]
    links = [one.get("$link") for one in objects(refs)]
    return tuple(PICTURE.format(did=did, cid=cid) for cid in links if isinstance(cid, str))


def _beside(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield the whole links and the hidden tags: the text shortens or leaves them out."""
    facets = (one for one in record.get("facets") or () if isinstance(one, Mapping))
    features = [part for facet in facets for part in facet.get("features") or ()]
    card = (record.get("embed") or {}).get("external")
    links = [one.get("uri") for one in (*features, card) if isinstance(one, Mapping)]
    said = [*links, *(f"#{tag}" for tag in record.get("tags") or ())]
    text = record["text"]
    yield from (one for one in dict.fromkeys(said) if isinstance(one, str) and one not in text)


def uri_of(event: Event) -> str:
    """Return the address of what a commit is about, which is its id."""
    commit = event["commit"]
    return f"at://{event['did']}/{commit['collection']}/{commit['rkey']}"


def moment_of(micros: int) -> datetime:
    """Return an instant given in microseconds since 1970."""
    return EPOCH + timedelta(microseconds=micros)
