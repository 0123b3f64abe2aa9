"""LinkedIn: what an organisation posts, and the comments below.

Written from learn.microsoft.com/linkedin/marketing/community-management (Posts API, Comments
API, Social Metadata API), read 2026-11; tested on documented shapes. The connection's password is
an access token with r_organization_social of somebody who administers the page. Versions end
after a year: `version`.

Comments are read below posts within the overlap, and the answers to them. LinkedIn tells who
commented by a number only; its terms limit how long members' data is kept (24 to 48 hours for
profiles; unverified), so no name is asked for. There is no search for a brand. What vanished is
asked for by its id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from pydantic import Field

from listening.clean import UncleanError
from listening.contract import BrandFile, Item, Mention, Page, Snapshot
from listening.net.answer import GoneError
from listening.net.credential import need_credential
from listening.sources import Look, Settings, Target, source
from listening.sources._api import gone
from listening.sources._counted import Window, turn_pages
from listening.sources._owned import channels, count, follow, inner, whose
from listening.sources._read import (
    expect,
    field,
    page_of,
    part,
    read_items,
    text_id,
    words,
)

API: Final = "https://api.linkedin.com/rest"
SIZE: Final = 50
GONE: Final = 404  # status of one id among several
KNOWN: Final = words(
    """$URN actor adContext agent author commentUrn commentary commentsSummary content
    contentCallToActionLabel contentLandingPage created createdAt distribution id
    isReshareDisabledByAuthor lastModified lastModifiedAt lifecycleState lifecycleStateInfo
    likesSummary message object parentComment publishedAt reshareContext visibility"""
)
MARKUP: Final = re.compile(
    r"@\[([^\]]*)\]\([^)]*\)|\{hashtag\|\\?#\|([^}]*)\}|\\([|{}@\[\]()<>#\\*_~])"
)
COMMENT: Final = re.compile(r"urn:li:comment:\((.+),(\d+)\)")


class Organisation(Settings):
    """An organisation by its number, and the brand whose it is."""

    id: str = Field(pattern=r"^\d+$", coerce_numbers_to_str=True)
    brand: str


class Organisations(Settings):
    """`sources: {linkedin: {organisations: [{id: "1234", brand: acme}], version: "202610"}}`."""

    organisations: tuple[Organisation, ...] = Field(min_length=1)
    version: str = Field("202610", pattern=r"^20\d{4}$", coerce_numbers_to_str=True)
    connection: str = "linkedin"
    base_url: str = API


def targets(settings: Organisations, brands: BrandFile) -> list[Target]:
    """Return one target per organisation."""
    return channels("linkedin", settings, "organisations", "organisation", brands)


def recount(look: Look, ids: Sequence[str]) -> Iterator[Page]:
    """Yield how often posts and comments were answered, and met with reactions, as it is now."""
    # Rest.li: the list's own signs stay as they are, those of an id are escaped.
    path = f"/socialMetadata?ids=List({','.join(quote(one, safe='') for one in ids)})"
    answer = _ask(look, path, {}, "BATCH_GET")
    found = expect(answer, "results", dict, path)
    statuses = part(answer, "statuses", dict)
    lost = gone(look, "linkedin", (one for one in ids if statuses.get(one) == GONE))
    items = read_items(
        "linkedin",
        path,
        [(one, found[one]) for one in ids if one in found],
        lambda pair: _recounted(look, *pair),
        lambda pair: pair[0],
    )
    yield Page((*items, *lost), len(items) + len(lost))


def _recounted(look: Look, name: str, raw: Any) -> Snapshot:
    reactions = field(raw, "reactionSummaries", dict).values()
    return Snapshot(
        "linkedin",
        name,
        look.started_at,
        likes=sum(count(one, "count") or 0 for one in reactions),
        comments=count(field(raw, "commentSummary", dict), "count"),
    )


@source(
    name="linkedin",
    relation="owned",
    hosts=("api.linkedin.com",),
    auth="an administrator's access token",
    blind_to="Whoever speaks of the brand elsewhere, for there is no search; comments on posts "
    "older than two weeks; names of members",
    verified="shape",
    settings=Organisations,
    targets=targets,
    pace=0.5,
    overlap=timedelta(days=14),
    memory=timedelta(days=15),
    backfills=True,
    recount=recount,
    recount_size=SIZE,
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield posts and the comments below them, newest first, then what vanished."""

    def again(native_id: str) -> Sequence[Item]:
        found = COMMENT.fullmatch(native_id)
        if not found:
            post = _ask(look, f"/posts/{quote(native_id, safe='')}", {})
            return _page(look, [post], native_id, "").items
        thread, number = found.groups()
        path = f"/socialActions/{quote(thread, safe='')}/comments/{number}"
        return _page(look, [_ask(look, path, {})], path, thread).items

    yield from follow(look, "linkedin", _said(look), again)


def _said(look: Look) -> Iterator[Page]:
    author = f"urn:li:organization:{look.settings['organisation']}"
    asked = {"q": "author", "author": author, "sortBy": "CREATED"}
    young = dict[str, None]()
    for page in _listed(look, "/posts", asked, ""):
        yield page
        posts = [one for one in page.items if isinstance(one, Mention)]
        fresh = [one.native_id for one in posts if one.published_at >= look.since]
        young |= dict.fromkeys(fresh)
        if len(fresh) < len(posts):
            break
    for thread in young:
        with suppress(GoneError):  # deleted since it was listed
            yield from _comments(look, thread, thread)


def _comments(look: Look, below: str, thread: str) -> Iterator[Page]:
    """Yield the comments below a post or comment, then the answers to them."""
    answered = dict[str, None]()
    for page in _listed(look, f"/socialActions/{quote(below, safe='')}/comments", {}, thread):
        yield page
        said = (one for one in page.items if isinstance(one, Mention))
        answered |= {one.native_id: None for one in said if one.comments and below == thread}
    for comment in answered:
        yield from _comments(look, comment, thread)


def _listed(look: Look, path: str, asked: Mapping[str, Any], thread: str) -> Iterator[Page]:
    def turn(window: Window) -> tuple[Page, bool]:
        method = "FINDER" if "q" in asked else ""
        told = {**asked, "start": window.start, "count": window.size}
        answer = _ask(look, path, told, method)
        raws = expect(answer, "elements", list, path)
        links = inner(inner(answer, "paging"), "links") or ()
        following = any(inner(one, "rel") == "next" for one in links)
        return _page(look, raws, path, thread), following or len(raws) >= window.size

    yield from turn_pages(path, SIZE, turn)


def _ask(look: Look, path: str, asked: Mapping[str, Any], method: str = "") -> Any:
    key = need_credential(look.settings["connection"], '{"password": "an access token"}')
    headers = {
        "Authorization": f"Bearer {key.password}",
        "LinkedIn-Version": look.settings["version"],
        "X-Restli-Protocol-Version": "2.0.0",
        **({"X-RestLi-Method": method} if method else {}),
    }
    return look.http.get_json(f"{look.settings['base_url']}{path}", asked, headers)


def _page(look: Look, raws: list[Any], where: str, thread: str) -> Page:
    return page_of(
        "linkedin",
        where,
        raws,
        lambda raw: read_comment(raw, look, thread) if thread else read_post(raw, look),
        lambda raw: _urn(raw, thread) if thread else text_id(raw, "id"),
        KNOWN,
    )


def read_post(raw: Any, look: Look) -> Mention:
    """Return a post of the organisation.

    Raises:
        UncleanError: a field is missing or odd.
    """
    name = field(raw, "id", str)
    at = _moment(raw, "publishedAt" if raw.get("publishedAt") else "createdAt")
    changed = inner(raw.get("lifecycleStateInfo"), "isEditedByAuthor") is True
    return Mention(
        source="linkedin",
        native_id=name,
        text=MARKUP.sub(_plain, part(raw, "commentary", str)),
        url=f"https://www.linkedin.com/feed/update/{name}/",
        author=look.settings["voice"],
        author_id=field(raw, "author", str),
        published_at=at,
        edited_at=_moment(raw, "lastModifiedAt") if changed else None,
        observed_at=look.started_at,
        channel="linkedin",
        **whose(look),
    )


def read_comment(raw: Any, look: Look, thread: str) -> Mention:
    """Return a comment below a post.

    Raises:
        UncleanError: a field is missing or odd.
    """
    created = field(raw, "created", dict)
    changed = part(raw, "lastModified", dict)
    at, later = _moment(created, "time"), _moment(changed, "time") if changed else None
    actor = field(raw, "actor", str)
    own = actor == f"urn:li:organization:{look.settings['organisation']}"
    return Mention(
        source="linkedin",
        native_id=_urn(raw, thread) or str(field(raw, "commentUrn", str)),
        text=part(part(raw, "message", dict), "text", str),
        url=f"https://www.linkedin.com/feed/update/{thread}/",
        author=look.settings["voice"] if own else "",
        author_id=actor,
        published_at=at,
        edited_at=later if later and later > at else None,
        observed_at=look.started_at,
        kind="comment",
        channel="linkedin",
        parent_native_id=part(raw, "parentComment", str) or thread,
        thread_native_id=thread,
        likes=count(raw.get("likesSummary"), "totalLikes"),
        comments=count(raw.get("commentsSummary"), "aggregatedTotalComments"),
        **whose(look),
    )


def _urn(raw: Any, thread: str) -> str:
    """Return a comment's full name: its number alone is one of its thread."""
    number = text_id(raw, "id")
    return text_id(raw, "commentUrn") or (f"urn:li:comment:({thread},{number})" if number else "")


def _moment(raw: Any, name: str) -> datetime:
    """Return an instant in milliseconds since 1970.

    Raises:
        UncleanError: it is none.
    """
    told = field(raw, name, int)
    try:
        return datetime.fromtimestamp(told / 1_000, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise UncleanError("bad_date", f"{name} {told} is no instant") from error


def _plain(found: re.Match[str]) -> str:
    """Return what people see of LinkedIn's markup: a name, a hashtag, a sign."""
    name, tag, sign = found.groups()
    return name if name is not None else f"#{tag}" if tag is not None else str(sign)
