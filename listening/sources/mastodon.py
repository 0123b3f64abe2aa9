"""Mastodon: hashtags, the public timeline and the search, as one server sees them, newest first.

Written from docs.joinmastodon.org (methods/timelines, entities/Status, api/rate-limits) and
from answers recorded on Mastodon 4.x, read 2026-11. The search needs an account's token, and some
servers serve tags only to their own users: that is an error here, not an empty tag.

Ids are the server's own. What it no longer serves is asked for singly: 404 means deleted. Young
posts are counted again by `/api/v1/statuses?id[]=` (since 4.3), and singly by older servers.
People who opted out of being found (`noindex`) are not stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any, Final, Self
from urllib.parse import quote

from pydantic import model_validator

from listening.contract import BrandFile, Mention, Page
from listening.net.credential import need_credential
from listening.query.search import Dialect, compile_search
from listening.sources import Look, Settings, SourceSilent, Target, source
from listening.sources._api import Heard, blind
from listening.sources._mastodon import LIMIT, history, read_again, recount, search, turn_back
from listening.sources._read import api_target

# Its search is Elasticsearch's simple query (docs.joinmastodon.org/methods/search, read 2026-11):
# words and phrases, all of which must be there; it stems, so nothing is left out by it.
SEARCH: Final = Dialect(most=400, any_of=None, groups=False)


class Server(Settings):
    """`sources: {mastodon: {base_url: "https://…", tags: [acme]}}`."""

    base_url: str
    tags: tuple[str, ...] = ()
    public: bool = False  # all the server shows in public, held to the queries
    search: bool = False  # what its search finds; needs an account
    connection: str = "mastodon"  # password: an access token of the server's

    @model_validator(mode="after")
    def _check_some(self) -> Self:
        if not (self.tags or self.public or self.search):
            raise ValueError("name tags, or set public or search to true")
        return self


def targets(settings: Server, brands: BrandFile) -> list[Target]:
    """Return one target per hashtag, one for all that is public, one per query to search for."""
    facts = {"connection": settings.connection}
    named: dict[str, dict[str, Any]] = {
        tag: {"tag": tag} for tag in (tag.lstrip("#") for tag in settings.tags)
    }
    if settings.public:
        named["public timeline"] = {"public": True}
    if settings.search:
        queries = [q for q in brands.queries if not q.sources or "mastodon" in q.sources]
        found = {f"search {q.id}": compile_search(q.q, SEARCH) for q in queries}
        implied = tuple(f'"{brand.name}"' for brand in brands.brands)
        for name, texts in (found or {"search implied": implied}).items():
            named[name] = {"texts": list(texts)}
    return [api_target(name, settings.base_url, {**facts, **told}) for name, told in named.items()]


@source(
    name="mastodon",
    relation="off_channel",
    hosts=(),
    auth="none; an access token for the search",
    blind_to="Posts without the hashtag, where only tags are heard; posts the server does not "
    "federate or search; people who opted out of being indexed",
    verified="recorded",
    settings=Server,
    targets=targets,
    pace=1.0,
    overlap=timedelta(days=7),
    backfills=True,
    history=history,
    recount=recount,
    recount_size=20,  # Mastodon's default page (unverified)
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield what is new back to the overlap, then what vanished from it."""
    base, facts, heard = look.settings["base_url"], look.settings, Heard(look)
    if "texts" in facts:
        if not facts["texts"]:
            yield blind()
            return
        need_credential(facts["connection"], "an access token of the server, as password")
        for text in facts["texts"]:
            yield from heard.note(search(look, text))
    elif facts.get("public"):
        url = f"{base}/api/v1/timelines/public?limit={LIMIT}"
        yield from heard.note(turn_back(look, url))
    else:
        url = f"{base}/api/v1/timelines/tag/{quote(facts['tag'], safe='')}?limit={LIMIT}"
        yield from heard.note(turn_back(look, url))
    vanished = heard.vanished(partial(read_again, look))
    if not heard.served and any(isinstance(item, Mention) for item in vanished.items):
        raise SourceSilent(
            "nothing was served, yet the posts are still there",
            where=base,
            mend="The server may serve this to its own users only; name another one",
        )
    yield vanished
