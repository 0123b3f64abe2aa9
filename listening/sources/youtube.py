"""YouTube: the videos a query finds or a channel shows, and what is said under them.

Written from developers.google.com/youtube/v3 (search, videos, playlistItems, commentThreads,
comments, quota) and recorded answers, read 2026-11. An API key is the password of the
connection. It bears 10,000 units a day, counted in Pacific time: a list costs 1, a search 100,
so a query is searched anew every few hours only, and a channel is cheaper than a query.

Comments are listed by the age of their thread; a thread younger than the overlap is read again
with its answers. Nothing tells of a deletion: what vanished is asked for by id, and absence
means deleted, or private. Policy: stored data is to be refreshed or deleted after 30 days.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from pydantic import Field

from listening.contract import BrandFile, Page
from listening.net.meter import Budget
from listening.query.dialect import Dialect
from listening.query.search import compile_search
from listening.sources import Look, Settings, Target, source
from listening.sources._api import Heard, blind, chunks, is_due, searched
from listening.sources._owned import find_brand
from listening.sources._queries import queries_for
from listening.sources._read import api_target
from listening.sources._youtube import PACIFIC
from listening.sources._youtube_comments import count_comments, list_threads
from listening.sources._youtube_lists import PER_CALL, find_videos, read_videos

API: Final = "https://www.googleapis.com"
SEARCH: Final = Dialect(most=500, any_of="|", groups=False)
VIDEO_ID: Final = 11  # letters; a comment's id has more


class Channel(Settings):
    """A channel by its id; a brand's own channel is owned, and all said there is on topic."""

    id: str = Field(pattern=r"^UC[\w-]{22}$")
    brand: str = ""


class Videos(Settings):
    """`sources: {youtube: {channels: [{id: UC…, brand: acme}], search: true}}`."""

    channels: tuple[Channel, ...] = ()
    search: bool = True
    search_hours: float = Field(6, ge=0)  # between two searches for one query
    connection: str = "youtube"
    cap: float | None = Field(None, ge=0)  # units a day, where the project has more or fewer
    base_url: str = API


def targets(settings: Videos, brands: BrandFile) -> list[Target]:
    """Return one target per channel, and one per query; raises as `find_brand` does."""
    base, facts = settings.base_url, settings.model_dump(include={"connection", "cap"})
    found = []
    for one in settings.channels:
        owner = find_brand("youtube", one.id, one.brand, brands) if one.brand else None
        told = {**facts, "channel": one.id, "brand": one.brand}
        relation = "owned" if owner and owner.role == "own" else None
        found.append(api_target(f"c-{one.id}", base, told, relation=relation))
    for name, q in (queries_for("youtube", brands) if settings.search else {}).items():
        texts = {"texts": list(compile_search(q, SEARCH)), "hours": settings.search_hours}
        found.append(api_target(name, base, {**facts, **texts}))
    return found


def recount(look: Look, ids: Sequence[str]) -> Iterator[Page]:
    """Yield videos and the counts of comments as they are now; what is absent is gone."""
    yield read_videos(look, [one for one in ids if len(one) == VIDEO_ID])
    yield count_comments(look, [one for one in ids if len(one) != VIDEO_ID])


@source(
    name="youtube",
    relation="off_channel",
    hosts=("www.googleapis.com",),
    auth="an API key",
    blind_to="What is said aloud; answers in threads older than a week; comments held back or "
    "switched off; private videos; more than 250 videos of one wording between two searches; how "
    "many shared or disliked",
    verified="recorded",
    settings=Videos,
    targets=targets,
    pace=0.2,
    overlap=timedelta(days=7),
    horizon=timedelta(days=30),
    memory=timedelta(days=8),
    recount=recount,
    recount_size=PER_CALL,
    slice=timedelta(days=30),
    budget=Budget({"list": 1, "search": 100}, "units", "day", cap=10_000, zone=PACIFIC),
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield videos, then what is said under them, then what vanished."""
    channel = look.settings.get("channel")
    if not (channel or look.settings["texts"]):
        yield blind()
        return
    if not is_due(look):
        return
    found, told = find_videos(look)
    if told:
        yield Page((), 0, coverage=told)
    known = [one for one in look.recent(look.since) if len(one) == VIDEO_ID]
    videos, heard = sorted({*known, *found}), Heard(look)
    parts = chunks(videos, PER_CALL)
    yield from heard.note(read_videos(look, part, found) for part in parts)
    if not channel:  # paid for: not again at once, whatever happens below
        yield Page((), 0, searched(look, None))
    places = [{"videoId": one} for one in videos if one in heard.served]
    for where in [{"allThreadsRelatedToChannelId": channel}] if channel else places:
        yield from heard.note(list_threads(look, where))
    lost = [one for one in heard.missing() if len(one) != VIDEO_ID][:PER_CALL]
    last = count_comments(look, lost)
    yield Page(last.items, last.served, searched(look, {"at": look.started_at.isoformat()}))
