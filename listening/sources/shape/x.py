"""What posts of X look like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from listening.clean import UncleanError
from listening.contract import Coverage, Item, Mention, Page
from listening.sources import Look
from listening.sources._api import EPOCH, gone
from listening.sources._read import NOT_PUBLIC, expect, field, page_of, part, text_id, words
from listening.sources.shape._x_ids import id_of, moment_of, published_of

NO_LANGUAGE: Final = re.compile(r"und|zxx|q[a-z]{2}")  # as X marks links, tags, too little
EVERYWHERE: Final = frozenset(("XX", "XY"))  # withheld in all countries, or for copyright
KNOWN: Final = words(
    """article attachments author_id card_uri community_id context_annotations conversation_id
    created_at display_text_range edit_controls edit_history_tweet_ids entities geo id
    in_reply_to_user_id lang media_metadata note_tweet possibly_sensitive public_metrics
    referenced_tweets reply_settings scopes source suggested_source_links text withheld"""
)


def read_page(look: Look, answer: Mapping[str, Any], path: str) -> Page:
    """Return the posts of an answer; where a field is missing from all, it says so."""
    raws = expect({"data": [], **answer}, "data", list, path)
    lost = [
        name
        for name in ("created_at", "author_id", "public_metrics")
        if raws and not any(name in raw for raw in raws if isinstance(raw, Mapping))
    ]
    told = Coverage("partial", reason=f"no post has {', '.join(lost)}") if lost else None
    return page_of("x", path, raws, lambda raw: read_item(raw, answer, look), id_of, KNOWN, told)


def read_item(raw: Any, answer: Mapping[str, Any], look: Look) -> Item:
    """Return a post, or the deletion of one that we know and may no longer show."""
    try:
        return _mention(raw, answer, look)
    except UncleanError as error:
        if error.reason != NOT_PUBLIC or id_of(raw) not in look.recent(EPOCH):
            raise
        return gone(look, "x", [id_of(raw)])[0]


def _mention(raw: Any, answer: Mapping[str, Any], look: Look) -> Mention:
    latest, first = field(raw, "id", str), id_of(raw)
    withheld = part(raw, "withheld", dict)
    if withheld.get("copyright") or EVERYWHERE & set(withheld.get("country_codes", ())):
        raise UncleanError(NOT_PUBLIC, "X withholds it everywhere")
    author = _included(answer, "users", text_id(raw, "author_id"))
    if author.get("protected"):
        raise UncleanError(NOT_PUBLIC, "its author shows it to followers only")
    linked = part(raw, "referenced_tweets", list)
    refers = {text_id(one, "type"): text_id(one, "id") for one in linked}
    shared = refers.get("retweeted", "")
    # The counts of a retweet are those of what it shares.
    counts = {} if shared else part(raw, "public_metrics", dict)
    shares = [_whole(counts, name) for name in ("retweet_count", "quote_count")]
    edited = moment_of(latest) if latest != first else None
    return Mention(
        source="x",
        native_id=first,
        text=_text(_included(answer, "tweets", shared) or raw),
        url=f"https://x.com/i/status/{first}",
        author=str(author.get("username") or ""),
        author_id=text_id(raw, "author_id"),
        author_name=str(author.get("name") or ""),
        published_at=published_of(raw, first, edited),
        edited_at=edited,
        observed_at=look.started_at,
        kind="share" if shared else "comment" if refers.get("replied_to") else "post",
        channel="x",
        parent_native_id=shared or refers.get("replied_to", ""),
        thread_native_id=text_id(raw, "conversation_id"),
        lang="" if NO_LANGUAGE.fullmatch(text_id(raw, "lang")) else text_id(raw, "lang"),
        verified=field(author, "verified", bool) if "verified" in author else None,
        likes=_whole(counts, "like_count"),
        shares=sum(filter(None, shares)) if any(one is not None for one in shares) else None,
        comments=_whole(counts, "reply_count"),
        views=_whole(counts, "impression_count"),
        followers=_whole(part(author, "public_metrics", dict), "followers_count"),
        warnings=("withheld",) if withheld else (),
    )


def _whole(counts: Mapping[str, Any], name: str) -> int | None:
    return int(field(counts, name, int)) if name in counts else None


def _included(answer: Mapping[str, Any], kind: str, wanted: str) -> Mapping[str, Any]:
    listed = part(part(answer, "includes", dict), kind, list)
    return next((one for one in listed if wanted and text_id(one, "id") == wanted), {})


def _text(post: Mapping[str, Any]) -> str:
    """Return the whole text of a post, its short links spelled out."""
    whole = part(post, "note_tweet", dict) or post
    text: str = field(whole, "text", str)
    for link in part(part(whole, "entities", dict), "urls", list):
        if short := text_id(link, "url"):
            text = text.replace(short, text_id(link, "expanded_url") or short)
    return text
