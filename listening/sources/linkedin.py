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
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final
from urllib.parse import quote

from pydantic import Field

from listening.contract import BrandFile, Item, Page
from listening.sources import Look, Settings, Target, source
from listening.sources._api import gone
from listening.sources._linkedin import SIZE, ask_api, list_said
from listening.sources._owned import channels, follow
from listening.sources._read import expect, part, read_items
from listening.sources.shape.linkedin import read_counts, read_page

API: Final = "https://api.linkedin.com/rest"
GONE: Final = 404  # status of one id among several
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
    answer = ask_api(look, path, {}, "BATCH_GET")
    found = expect(answer, "results", dict, path)
    statuses = part(answer, "statuses", dict)
    lost = gone(look, "linkedin", (one for one in ids if statuses.get(one) == GONE))
    items = read_items(
        "linkedin",
        path,
        [(one, found[one]) for one in ids if one in found],
        lambda pair: read_counts(look, *pair),
        lambda pair: pair[0],
    )
    yield Page((*items, *lost), len(items) + len(lost))


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
            post = ask_api(look, f"/posts/{quote(native_id, safe='')}", {})
            return read_page(look, [post], native_id, "").items
        thread, number = found.groups()
        path = f"/socialActions/{quote(thread, safe='')}/comments/{number}"
        return read_page(look, [ask_api(look, path, {})], path, thread).items

    yield from follow(look, "linkedin", list_said(look), again)
