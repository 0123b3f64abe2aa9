"""What photos and comments of Flickr look like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from listening.clean import UncleanError, strip_html
from listening.contract import Mention
from listening.sources import Look
from listening.sources._read import epoch, field, part, whole, words

KNOWN: Final = words(
    """_content author author_is_deleted authorname count_comments count_faves datecreate
    datetakenunknown dateupload description farm iconfarm iconserver id isfamily isfriend
    ispublic owner ownername path_alias pathalias permalink realname secret server tags title
    views"""
)


def read_photo(raw: Any, look: Look) -> Mention:
    """Return a photo by its words; its tags stand in its text."""
    number, owner = field(raw, "id", str), field(raw, "owner", str)
    said = strip_html(part(part(raw, "description", dict), "_content", str))
    tags = " ".join(f"#{tag}" for tag in part(raw, "tags", str).split())
    title = part(raw, "title", str)
    if not (said or tags or title):
        raise UncleanError("no_text", "the photo has neither title, description nor tags")
    return Mention(
        source="flickr",
        native_id=number,
        text="\n".join(filter(None, (said, tags))),
        title=title,
        url=f"https://www.flickr.com/photos/{raw.get('pathalias') or owner}/{number}/",
        author=raw.get("pathalias") or owner,
        author_id=owner,
        author_name=part(raw, "ownername", str),
        published_at=epoch(whole(field(raw, "dateupload", str), "dateupload"), "dateupload"),
        observed_at=look.started_at,
        channel="flickr",
        thread_native_id=number,
        likes=_count(raw, "count_faves"),
        comments=_count(raw, "count_comments"),
        views=_count(raw, "views"),
    )


def _count(raw: Mapping[str, Any], name: str) -> int | None:
    """Return a count, which is served as a number or as text, or not at all."""
    value = raw.get(name)
    return None if value is None else whole(str(value), name)


def read_comment(raw: Any, photo: str, look: Look) -> Mention:
    """Return what somebody said under a photo."""
    created = whole(field(raw, "datecreate", str), "datecreate")
    return Mention(
        source="flickr",
        native_id=field(raw, "id", str),
        text=strip_html(field(raw, "_content", str)),
        url=field(raw, "permalink", str),
        author=raw.get("path_alias") or field(raw, "author", str),
        author_id=field(raw, "author", str),
        author_name=part(raw, "authorname", str),
        published_at=epoch(created, "datecreate"),
        observed_at=look.started_at,
        kind="comment",
        channel="flickr",
        parent_native_id=photo,
        thread_native_id=photo,
    )
