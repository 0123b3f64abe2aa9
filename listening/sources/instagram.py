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

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final

from pydantic import Field

from listening.contract import BrandFile, Item, Page
from listening.net.answer import GoneError
from listening.sources import Look, Settings, Target, source
from listening.sources._api import is_past
from listening.sources._instagram import read_mentions
from listening.sources._meta import API, AT_ONCE, BELOW, ask, discussed, pages, recounted_all
from listening.sources._owned import channels, follow, inner
from listening.sources._read import text_id
from listening.sources._spool import place
from listening.sources.shape import instagram as shape

SIZE: Final = 50


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
    above, below = (shape.MEDIA, shape.read_counts), (shape.ANSWER, shape.read_counts)
    yield from recounted_all(look, "instagram", ids, above, below)


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
        fields = shape.MEDIA if name == native_id else f"{shape.ANSWER},parent_id,media{{id}}"
        raw = ask(look, name, {"fields": fields})
        media = text_id(inner(raw, "media"), "id")
        return shape.read_page(look, [(raw, media, text_id(raw, "parent_id"))], name).items

    yield from follow(look, "instagram", _said(look), again)


def _said(look: Look) -> Iterator[Page]:
    account = look.settings["account"]
    young = dict[str, None]()
    for found in _listed(look, f"{account}/media", shape.MEDIA):
        yield found
        young |= discussed(look, found)
    for media in young:
        with suppress(GoneError):  # deleted since it was listed
            yield from _listed(look, f"{media}/comments", shape.COMMENT, media)
    yield from _listed(look, f"{account}/tags", shape.MEDIA)
    if look.settings["spool"]:
        yield from read_mentions(look, account)


def _listed(look: Look, path: str, fields: str, media: str = "") -> Iterator[Page]:
    """Yield a list, newest first, back to the overlap; comments with the answers to them."""
    for data in pages(look, path, {"fields": fields, "limit": SIZE}):
        page = shape.read_page(look, shape.with_answers(data, media), path)
        yield page
        if is_past(look, page):
            return
