"""Apple's App Store: the newest reviews of an app in one country's store.

Written from the customer reviews feed as its consumers describe it (there is no document of
Apple's for it), read 2026-11; tested on recorded reviews of 2018. No account, no key.

The feed ends after ten pages of fifty (unverified). `entry` is a list, one object, or absent,
and the first may be the app itself. `updated` is the only date, older answers lack it, and an
edited review gets a new one: the first date seen stays the day of publication.

Reviews of an own app are the brand's channel: people turn to the brand there, and it can
answer. A competitor's app is listened to in the same way, but nobody here answers there: its
reviews are off-channel, mapped to the competitor so that shares of voice compare like to like.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from pydantic import Field

from listening.contract import BrandFile, Coverage, Mention, Page
from listening.sources import Look, Settings, Target, source
from listening.sources._api import EPOCH
from listening.sources._counted import Turns
from listening.sources._owned import channel
from listening.sources._read import Pager, expect
from listening.sources.shape.appstore import PAGES, last_page, read_page, reviews_of

PER_PAGE: Final = 50


class App(Settings):
    """An app in one country's store, and the brand whose app it is."""

    id: str = Field(pattern=r"^\d+$", coerce_numbers_to_str=True)
    country: str = Field(default="us", pattern=r"^[a-z]{2}$")
    brand: str


class Apps(Settings):
    """`sources: {appstore: {apps: [{id: "123", country: de, brand: acme}]}}`."""

    base_url: str = "https://itunes.apple.com"
    apps: tuple[App, ...] = Field(min_length=1)


def targets(settings: Apps, brands: BrandFile) -> list[Target]:
    """Return one target per app and country; a competitor's app is off-channel.

    Raises:
        ConfigurationError: an app names a brand that the file does not have.
    """
    found = []
    for app in settings.apps:
        facts = {"base_url": settings.base_url.rstrip("/"), "app": app.id, "country": app.country}
        name = f"{app.country}-{app.id}"
        found.append(channel("appstore", name, app.brand, brands, facts, speaks=False))
    return found


@source(
    name="appstore",
    relation="owned",
    hosts=("itunes.apple.com",),
    auth="none",
    blind_to="All but the newest 500 reviews of a country; ratings without a text; deletions; "
    "answers of the developer",
    verified="recorded",
    uncounted="the store is asked by page only; each crawl counts the newest 500 reviews again",
    settings=Apps,
    targets=targets,
    pace=1.0,
    overlap=timedelta(days=14),
    horizon=timedelta(days=3650),
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield the pages back to the overlap; the cursor moves with the last one."""
    known, dates, turns, full = look.recent(EPOCH), dict[str, datetime](), Turns(), False
    while turns.begin():
        pager, number, last, full = Pager(look.target.name), 1, PAGES, True
        while number <= last and full:
            url = _url(look, number)
            feed = expect(look.http.get_json(url), "feed", dict, url)
            page = read_page(look, reviews_of(feed, url), url, known)
            full = bool(page.items)
            ids = [item.native_id for item in page.items]
            pager.turn(ids)
            if turns.note(ids):
                yield page
            said = [item for item in page.items if isinstance(item, Mention)]
            moments = {one.native_id: one.edited_at or one.published_at for one in said}
            full = full and max(moments.values(), default=look.since) >= look.since
            dates |= moments
            number, last = number + 1, min(PAGES, last_page(feed))
    told = _capped(look, dates, full=full and last == PAGES) or turns.coverage
    yield Page((), 0, {"at": max(dates.values()).isoformat()} if dates else None, told)


def _capped(look: Look, dates: Mapping[str, datetime], *, full: bool) -> Coverage | None:
    """Say so where the feed ends before what was read the last time."""
    reached = look.cursor and dates and min(dates.values()) <= look.since
    if not full or len(dates) < PAGES * PER_PAGE or reached:
        return None
    reason = f"the feed ends after {PAGES * PER_PAGE} reviews"
    return Coverage("capped", got=len(dates), reason=reason)


def _url(look: Look, number: int) -> str:
    facts = look.settings
    return (
        f"{facts['base_url']}/{facts['country']}/rss/customerreviews/page={number}"
        f"/id={facts['app']}/sortby=mostrecent/json"
    )
