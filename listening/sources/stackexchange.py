"""Stack Exchange: questions that a query or a tag finds on a site, their answers and comments.

Written from api.stackexchange.com/docs (2.3: search/excerpts, questions, answers, comments,
throttle, wrapper), read 2026-11; tested on documented shapes. No account; a key (the password of
the connection `stackexchange`) raises the day's quota from 300 to 10,000 requests.

`backoff` is waited for by every process of the machine, a spent quota until midnight UTC. Pages
end at the 25th without a key, so a longer list goes on from its oldest item. What was deleted is
not served: an id that the API no longer knows is deleted. Ids are of one site, whose posts share
theirs: `stackoverflow/11`, `stackoverflow/comment/7`. Texts are CC BY-SA: name and link authors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

from listening.contract import BrandFile, Page
from listening.query.search import Dialect, compile_search
from listening.sources import Look, Settings, Target, source
from listening.sources._api import Heard, blind, chunks, gone
from listening.sources._queries import queries_for
from listening.sources._read import api_target
from listening.sources._stackexchange import API
from listening.sources._stackexchange_lists import IDS, list_by_id, list_posts, search, window_of
from listening.sources.shape.stackexchange import NUMBER

WORDS: Final = Dialect(most=200, any_of=None, groups=False)  # length unverified


class Sites(Settings):
    """`sources: {stackexchange: {sites: [stackoverflow], tags: [acme]}}`; or the queries' words."""

    base_url: str = API
    sites: tuple[str, ...] = ("stackoverflow",)
    tags: tuple[str, ...] = ()  # without any, each query that covers this source is asked
    connection: str = "stackexchange"


def targets(settings: Sites, brands: BrandFile) -> list[Target]:
    """Return one target per site and tag, or per site and query."""
    facts = {"connection": settings.connection}
    asked: dict[str, dict[str, Any]] = {f"tag/{tag}": {"tag": tag} for tag in settings.tags}
    if not asked:
        queries = queries_for("stackexchange", brands).items()
        asked = {name: {"texts": list(compile_search(q, WORDS))} for name, q in queries}
    return [
        api_target(f"{site}/{name}", settings.base_url, {**facts, **what, "site": site})
        for site in (
            site.removesuffix(".com").removesuffix(".stackexchange") for site in settings.sites
        )
        for name, what in asked.items()
    ]


def recount(look: Look, ids: Sequence[str]) -> Iterator[Page]:
    """Yield each post and comment as it stands now; what the API no longer knows is deleted."""
    left = dict.fromkeys(ids)
    for kind in NUMBER:
        asked = [one for one in left if ("/comment/" in one) == (kind == "comments")]
        for page in list_by_id(look, kind, sorted(one.rsplit("/", 1)[1] for one in asked)):
            for item in page.items:
                left.pop(item.native_id, None)
            yield page
    yield Page(gone(look, "stackexchange", left), len(left))


@source(
    name="stackexchange",
    relation="off_channel",
    hosts=("api.stackexchange.com",),
    auth="none; a key for more than 300 requests a day",
    blind_to="Answers and questions without the words or the tag; comments on questions where "
    "nothing else happened for a week; votes below zero, which count as none",
    verified="shape",
    settings=Sites,
    targets=targets,
    pace=0.5,
    overlap=timedelta(days=7),
    recount=recount,
    recount_size=IDS,
    slice=timedelta(days=30),
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield questions with news, their answers and comments, then what was deleted."""
    if not (look.settings.get("tag") or look.settings["texts"]):
        yield blind()
        return
    heard = Heard(look)
    yield from heard.note(_threads(look, heard))
    for chunk in chunks(heard.missing(), IDS):
        yield from recount(look, chunk)
    yield Page((), 0, heard.cursor)


def _threads(look: Look, heard: Heard) -> Iterator[Page]:
    """Yield questions, then the young answers to them, then the young comments on both."""
    if tag := look.settings.get("tag"):
        yield from list_posts(look, "/questions", "questions", {"tagged": tag, **window_of(look)})
    else:
        found = dict[str, None]()
        yield from search(look, found)
        yield from list_by_id(look, "questions", list(found))
    for chunk in chunks([one.rsplit("/", 1)[1] for one in heard.served], IDS):
        path = f"/questions/{';'.join(chunk)}/answers"
        yield from list_posts(look, path, "answers", window_of(look))
    for chunk in chunks([one.rsplit("/", 1)[1] for one in heard.served], IDS):
        path = f"/posts/{';'.join(chunk)}/comments"
        yield from list_posts(look, path, "comments", window_of(look, "creation"))
