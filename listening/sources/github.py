"""GitHub: issues, pull requests, comments and discussions of repositories, or what a search finds.

Written from docs.github.com (REST 2022-11-28: issues, issue comments, search, rate limits;
GraphQL: discussions) and recorded answers, read 2026-11. No account; a token (the password of
the connection `github`) raises 60 requests an hour to 5,000 and opens discussions.

An id is the item's path in the API, so it can be asked for singly: 404 or 410 means deleted, and
one that answers under another path was transferred, which is a deletion here. `updated_at` of an
issue moves with every comment and label, so an issue's edit shows by its text alone. A search
reaches 1,000 hits; a wider one is halved by time. A list that did not change costs nothing (304).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

from listening.contract import BrandFile, Page
from listening.net.credential import find_credential
from listening.query.search import Dialect, compile_search
from listening.sources import Look, Settings, Target, source
from listening.sources._api import Heard, blind, one_by_one
from listening.sources._github_discussions import list_discussions
from listening.sources._github_lists import list_all, read_again
from listening.sources._github_search import search_all
from listening.sources._queries import queries_for
from listening.sources._read import api_target

API: Final = "https://api.github.com"
MOST_ASKED: Final = 50  # vanished items asked for in one crawl
# docs.github.com/rest/search: 256 characters without qualifiers, five operators.
WORDS: Final = Dialect(most=256, operators=5, groups=False)


class Repositories(Settings):
    """`sources: {github: {repos: [acme/kettle]}}`; without any, the queries are searched for."""

    base_url: str = API
    repos: tuple[str, ...] = ()
    connection: str = "github"


def targets(settings: Repositories, brands: BrandFile) -> list[Target]:
    """Return one target per repository, or per query; a brand's own account is its channel."""
    base, facts = settings.base_url, {"connection": settings.connection}
    owners = {
        handle.lstrip("@").lower(): brand
        for brand in brands.brands
        for handle in brand.handles.get("github", ())
    }
    found = []
    for repo in settings.repos:
        owner = owners.get(repo.split("/")[0].lower())
        owned = owner is not None and owner.role == "own"
        told = {"repo": repo.lower(), "brand": owner.id if owner else "", "owned": owned}
        relation = "owned" if owned else "off_channel"
        found.append(api_target(repo.lower(), base, {**facts, **told}, relation=relation))
    if found:
        return found
    return [
        api_target(name, base, {**facts, "texts": list(compile_search(q, WORDS))})
        for name, q in queries_for("github", brands).items()
    ]


def recount(look: Look, ids: Sequence[str]) -> Iterator[Page]:
    """Yield each issue and comment as it stands now; discussions are counted by the crawl."""
    yield from one_by_one(ids, lambda one: read_again(look, one))


@source(
    name="github",
    relation="off_channel",
    hosts=("api.github.com",),
    auth="none; a token for discussions and more than 60 requests an hour",
    blind_to="Reviews of code; deleted discussions; without a token every discussion; in a search, "
    "comments, and more than 1,000 hits in one second",
    verified="recorded",
    settings=Repositories,
    targets=targets,
    overlap=timedelta(days=7),
    recount=recount,
    backfills=True,
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield what was touched since the overlap, then what vanished; lists may be unchanged."""
    if not (look.settings.get("repo") or look.settings["texts"]):
        yield blind()
        return
    heard, tags, news = Heard(look), dict(look.cursor.get("tags", {})), False
    pages = _touched(look, heard, tags) if "repo" in look.settings else search_all(look)
    for page in heard.note(pages):
        news = True
        yield page
    lost = [one for one in heard.missing() if "/discussions/" not in one][:MOST_ASKED]
    vanished = tuple(item for one in lost for item in read_again(look, one))
    if news or vanished:  # else every list said that it did not change
        cursor = {**heard.cursor, **({"tags": tags} if tags else {})} if heard.cursor else None
        yield Page(vanished, len(vanished), cursor)


def _touched(look: Look, heard: Heard, tags: dict[str, Any]) -> Iterator[Page]:
    yield from list_all(look, heard, tags)
    if find_credential(look.settings["connection"]):
        yield from list_discussions(look)
