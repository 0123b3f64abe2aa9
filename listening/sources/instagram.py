"""Instagram: an account's media, the comments below them, what tags it and what mentions it.

Written from developers.facebook.com/docs/instagram-platform (media, comments, tags,
mentioned_comment, mentioned_media; v23.0) and recorded answers, read 2026-11. The connection's
password is a token with instagram_basic and instagram_manage_comments.

Comments are read below media within the overlap, answers with them. Nobody can search for posts
that neither tag nor mention the account: the ledger says `blind_to`. Ids of mentions come by
webhook only: `spool` names the folder where such posts are kept (see `webhook`), signed with the
app's secret, the password of the connection `app`. What vanished is asked for by its id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from pydantic import Field

from listening.clean import UncleanError
from listening.contract import BrandFile, Item, Mention, Page, Reject
from listening.net.answer import GoneError
from listening.sources import Look, Settings, Target, source
from listening.sources._api import moments
from listening.sources._meta import API, AT_ONCE, ask, pages, recounted
from listening.sources._owned import channels, count, follow, inner, whose
from listening.sources._read import field, instant, page_of, part, tell_news, text_id, words
from listening.sources._spool import place, read_spool

SIZE: Final = 50
MEDIA: Final = "id,caption,media_type,permalink,timestamp,username,like_count,comments_count"
ANSWER: Final = "id,text,timestamp,username,like_count"
COMMENT: Final = f"{ANSWER},replies{{{ANSWER}}}"
BELOW: Final = "comments/"
MENTIONED: Final = ("mentioned_comment", "mentioned_media")
KNOWN: Final = words(
    """caption comments_count id like_count media media_type media_url owner parent_id permalink
    replies text timestamp username"""
)


class Account(Settings):
    """A professional account by its number at the Graph API, and the brand whose it is."""

    id: str = Field(pattern=r"^\d+$", coerce_numbers_to_str=True)
    brand: str


class Accounts(Settings):
    """`sources: {instagram: {accounts: [{id: "1784…", brand: acme}], spool: spool/meta}}`."""

    accounts: tuple[Account, ...] = Field(min_length=1)
    connection: str = "instagram"
    spool: str = ""  # relative to the brand file; mentions are read from there
    app: str = "meta_app"  # connection whose password is the app's secret
    base_url: str = API


def targets(settings: Accounts, brands: BrandFile) -> list[Target]:
    """Return one target per account."""
    spool = str(place(settings.spool, brands)) if settings.spool else ""
    return channels("instagram", settings, "accounts", "account", brands, speaks=False, spool=spool)


def recount(look: Look, ids: Sequence[str]) -> Iterator[Page]:
    """Yield the counts of media, then of comments, as they are now."""
    media = {one: one for one in ids if not one.startswith(BELOW)}
    comments = {one.removeprefix(BELOW): one for one in ids if one.startswith(BELOW)}
    yield from recounted(look, "instagram", media, MEDIA, _counts)
    yield from recounted(look, "instagram", comments, ANSWER, _counts)


@source(
    name="instagram",
    relation="owned",
    hosts=("graph.facebook.com",),
    auth="a token of the account",
    blind_to="Posts that neither tag nor mention the account, for there is no search; mentions "
    "without a webhook; comments on media older than two weeks; stories; private messages",
    verified="recorded",
    settings=Accounts,
    targets=targets,
    pace=0.5,
    overlap=timedelta(days=14),
    memory=timedelta(days=15),
    backfills=True,
    recount=recount,
    recount_size=AT_ONCE,
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield media, comments, what tags the account and what mentions it, then what vanished."""

    def again(native_id: str) -> Sequence[Item]:
        name = native_id.removeprefix(BELOW)
        fields = MEDIA if name == native_id else f"{ANSWER},parent_id,media{{id}}"
        raw = ask(look, name, {"fields": fields})
        media = text_id(inner(raw, "media"), "id")
        return _page(look, [(raw, media, text_id(raw, "parent_id"))], name).items

    yield from follow(look, "instagram", _said(look), again)


def _said(look: Look) -> Iterator[Page]:
    account = look.settings["account"]
    young = list[str]()
    for found in _listed(look, f"{account}/media", MEDIA):
        yield found
        young += [one.native_id for one in found.items if _is_young(one, look)]
    for media in dict.fromkeys(young):
        with suppress(GoneError):  # deleted since it was listed
            yield from _listed(look, f"{media}/comments", COMMENT, media)
    yield from _listed(look, f"{account}/tags", MEDIA)
    if look.settings["spool"]:
        yield from _mentions(look, account)


def _is_young(item: Item, look: Look) -> bool:
    return isinstance(item, Mention) and item.published_at >= look.since and item.comments != 0


def _listed(look: Look, path: str, fields: str, media: str = "") -> Iterator[Page]:
    """Yield a list, newest first, back to the overlap; comments with the answers to them."""
    for data in pages(look, path, {"fields": fields, "limit": SIZE}):
        told = [(one, media, "") for one in data]
        for one in data:
            answers = inner(inner(one, "replies"), "data")
            listed = answers if isinstance(answers, list) else []
            told += [(answer, media, text_id(one, "id")) for answer in listed]
        page = _page(look, told, path)
        yield page
        if max(moments(page.items), default=look.since) < look.since:
            return


def _mentions(look: Look, account: str) -> Iterator[Page]:
    """Yield what mentions the account, as webhooks told since the overlap."""
    for post in read_spool(Path(look.settings["spool"]), look.settings["app"], look.since):
        if post.fault:
            yield Page((Reject("instagram", post.name, "bad_signature", post.fault),), 1)
        for value in _told(post.payload, account):
            comment, media = text_id(value, "comment_id"), text_id(value, "media_id")
            what = MENTIONED[0] if comment else MENTIONED[1]
            fields = f"{ANSWER},media{{id}}" if comment else MEDIA
            which = f"comment_id({comment})" if comment else f"media_id({media})"
            try:
                answer = ask(look, account, {"fields": f"{what}.{which}{{{fields}}}"})
            except GoneError:  # taken back since
                continue
            raw = inner(answer, what)
            yield _page(look, [(raw, media if comment else "", "")], what)


def _told(payload: Any, account: str) -> Iterator[Mapping[str, Any]]:
    """Yield what a webhook tells of mentions of an account."""
    entries = inner(payload, "entry")
    for entry in entries if isinstance(entries, list) else ():
        changes = inner(entry, "changes") if text_id(entry, "id") == account else None
        for change in changes if isinstance(changes, list) else ():
            value = inner(change, "value")
            if inner(change, "field") == "mentions" and isinstance(value, Mapping):
                yield value


def _page(look: Look, told: list[tuple[Any, str, str]], where: str) -> Page:
    tell_news("instagram", (raw for raw, _, _ in told), KNOWN)
    return page_of(
        "instagram",
        where,
        told,
        lambda one: read_item(one[0], look, one[1], one[2], where),
        lambda one: f"{BELOW if one[1] else ''}{text_id(one[0], 'id')}",
    )


def read_item(raw: Any, look: Look, media: str = "", parent: str = "", where: str = "") -> Mention:
    """Return a post, or a comment below `media` that may answer the comment `parent`.

    What tags or mentions the account lies on another.

    Raises:
        UncleanError: a field is missing or odd.
    """
    name = field(raw, "id", str)
    if not name:
        raise UncleanError("missing_id", "the item has no id")
    elsewhere = {"owned": False} if where.endswith(("/tags", *MENTIONED)) else {}
    return Mention(
        source="instagram",
        native_id=f"{BELOW}{name}" if media else name,
        text=part(raw, "text" if media else "caption", str),
        url=part(raw, "permalink", str),
        author=part(raw, "username", str),
        published_at=instant(field(raw, "timestamp", str), "timestamp"),
        observed_at=look.started_at,
        kind="comment" if media else "post",
        channel="instagram",
        parent_native_id=f"{BELOW}{parent}" if parent else media,
        thread_native_id=media,
        **_counts(raw),
        **{**whose(look), **elsewhere},
    )


def _counts(raw: Any) -> dict[str, Any]:
    """Return what is counted of media, or of a comment, which lacks the second."""
    return {"likes": count(raw, "like_count"), "comments": count(raw, "comments_count")}
