"""Facebook: a page's posts, what visitors say on it and below it, and posts that tag it.

Written from developers.facebook.com/docs/graph-api/reference (page feed, page tagged, comments;
v23.0) and recorded answers, read 2026-11. The connection's password is a token of the page with
pages_read_engagement and pages_read_user_content; other people's pages need Meta's consent.

Comments are read below posts within the overlap, all levels at once. Who commented is told only
to the page, and often not at all. What vanished is asked for by its id: "no such object" means
deleted, or hidden from the page. What the page says is by its handle in the brand file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final

from pydantic import Field

from listening.contract import BrandFile, Item, Page
from listening.net.answer import GoneError
from listening.sources import Look, Settings, Target, source
from listening.sources._api import is_past
from listening.sources._meta import API, AT_ONCE, BELOW, ask, discussed, pages, recounted_all
from listening.sources._owned import channels, follow
from listening.sources.shape.facebook import (
    COMMENT,
    POST,
    comment_counts,
    post_counts,
    post_of,
    read_page,
)

SIZE: Final = 50  # more, and Meta asks for less


class FacebookPage(Settings):
    """A page by its number, and the brand whose it is."""

    id: str = Field(pattern=r"^\d+$", coerce_numbers_to_str=True)
    brand: str
    connection: str = ""  # where it has a token of its own


class Pages(Settings):
    """`sources: {facebook: {pages: [{id: "1234", brand: acme}]}}`."""

    pages: tuple[FacebookPage, ...] = Field(min_length=1)
    connection: str = "facebook"
    base_url: str = API


def targets(settings: Pages, brands: BrandFile) -> list[Target]:
    """Return one target per page."""
    return channels("facebook", settings, "pages", "page", brands)


def recount(look: Look, ids: Sequence[str]) -> Iterator[Page]:
    """Yield the counts of posts, then of comments, as they are now."""
    above, below = (POST, post_counts), (COMMENT, comment_counts)
    yield from recounted_all(look, "facebook", ids, above, below)


@source(
    name="facebook",
    relation="owned",
    hosts=("graph.facebook.com",),
    auth="a token of the page",
    blind_to="Comments on posts older than two weeks; who speaks, mostly; private messages; posts "
    "that do not tag the page; hidden comments; shares by others",
    verified="recorded",
    settings=Pages,
    targets=targets,
    pace=0.5,
    overlap=timedelta(days=14),
    memory=timedelta(days=15),
    backfills=True,
    recount=recount,
    recount_size=AT_ONCE,
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield the page's posts, the comments below them and posts that tag it, then what vanished."""

    def again(native_id: str) -> Sequence[Item]:
        name = native_id.removeprefix(BELOW)
        fields = POST if name == native_id else COMMENT
        post = "" if name == native_id else post_of(look, name)
        return read_page(look, [ask(look, name, {"fields": fields})], name, post).items

    yield from follow(look, "facebook", _said(look), again)


def _said(look: Look) -> Iterator[Page]:
    page = look.settings["page"]
    young = dict[str, None]()
    for edge in ("feed", "tagged"):
        for found in _listed(look, f"{page}/{edge}", POST, ""):
            yield found
            young |= discussed(look, found)
    for post in young:
        with suppress(GoneError):  # deleted since it was listed
            yield from _listed(look, f"{post}/comments", COMMENT, post)


def _listed(look: Look, path: str, fields: str, post: str) -> Iterator[Page]:
    """Yield a list, newest first, back to the overlap."""
    more = {"filter": "stream", "order": "reverse_chronological"} if post else {}
    for data in pages(look, path, {"fields": fields, "limit": SIZE, **more}):
        page = read_page(look, data, path, post)
        yield page
        if is_past(look, page):
            return
