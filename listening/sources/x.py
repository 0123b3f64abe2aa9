"""X: what a query finds in the last seven days, or all that mentions an account, newest first.

Written from docs.x.com (API v2: search, counts, mentions, post lookup, edits, withheld content,
batch compliance, pricing), recorded answers and the developer policy, read 2026-11. It takes an
app's bearer token (the password of the connection `x`) and costs money: `cap` says how many USD a
month may cost, and nothing is asked before it says so.

A post keeps the id of its first version when it is edited; that is its id here. Answers lack a
field that is empty, and ids tell the moment to the millisecond, so only the id and the text are
sure to be there. Retweets are shares, with the text of what they share. Posts that were deleted,
or whose accounts were closed or locked, are found by the counts and by a compliance job a day,
for the policy wants them deleted here, too. Counts must not be used to measure X itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Final

from pydantic import Field

from listening.contract import BrandFile, Coverage, Page
from listening.net.meter import Budget
from listening.query.search import Dialect, compile_search
from listening.sources import Look, Settings, Target, source
from listening.sources._api import Heard, blind, chunks, stamp
from listening.sources._queries import queries_for
from listening.sources._read import api_target
from listening.sources._x import comply
from listening.sources._x_api import API, SIZE, fetch, read_again, turn_pages
from listening.sources._x_search import REACH, search

MOST_MENTIONS: Final = 800  # that the mentions of an account reach back to
RECENT: Final = Dialect(most=496, none_of="-", fields={"author": "from:", "lang": "lang:"})
ARCHIVE: Final = replace(RECENT, most=1_008)  # 512 and 1,024, less what `retweets: false` takes


Account = Annotated[str, Field(pattern=r"^\d{1,19}$", coerce_numbers_to_str=True)]


class Posts(Settings):
    """`sources: {x: {cap: 50}}`: the queries; `accounts: ["783214"]`: all that mentions these."""

    base_url: str = API
    connection: str = "x"
    cap: float = Field(default=0.0, ge=0)  # USD a month
    accounts: tuple[Account, ...] = ()  # the brand's, by id
    archive: bool = False  # search everything since 2006, where the access includes it
    retweets: bool = True
    count: bool = True  # ask before each search how much there is, at the price of a request
    recount: bool = True  # look at counts again, at the price of a post each


def targets(settings: Posts, brands: BrandFile) -> list[Target]:
    """Return one target per account, and one per query that covers X."""
    base = settings.base_url
    facts = settings.model_dump(include={"connection", "cap", "archive", "count", "recount"})
    found = [
        api_target(f"mentions/{one}", base, {**facts, "account": one}, relation="owned")
        for one in settings.accounts
    ]
    dialect = ARCHIVE if settings.archive else RECENT
    less = "" if settings.retweets else " -is:retweet"
    for name, q in queries_for("x", brands).items():
        texts = [f"({text}){less}" if less else text for text in compile_search(q, dialect)]
        found.append(api_target(name, base, {**facts, "texts": texts}))
    return found


def recount(look: Look, ids: Sequence[str]) -> Iterator[Page]:
    """Yield each post as its latest version stands now; what is gone or closed is deleted."""
    if look.settings["recount"]:
        yield from read_again(look, ids)


@source(
    name="x",
    relation="off_channel",
    hosts=("api.x.com", "storage.googleapis.com"),
    auth="the bearer token of an app; paid by use",
    blind_to="Posts of locked accounts and what is withheld everywhere; without `archive` posts "
    "older than seven days; of an account's mentions all but the newest 800",
    verified="recorded",
    settings=Posts,
    targets=targets,
    overlap=timedelta(hours=1),  # a post can be edited for so long; reading again costs
    horizon=REACH,
    memory=timedelta(days=30),
    backfills=True,
    recount=recount,
    recount_size=SIZE,
    budget=Budget(prices={"post": 0.005, "user": 0.010, "count": 0.005}),
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield the posts back to the overlap, what vanished of them, and what compliance tells."""
    if not (look.settings.get("account") or look.settings["texts"]):
        yield blind()
        return
    heard = Heard(look)
    yield from heard.note(_mentions(look) if "account" in look.settings else search(look))
    for chunk in chunks(heard.missing(), SIZE):
        yield from read_again(look, chunk)
    cursor, before = {"at": heard.newest.isoformat()}, look.cursor.get("compliance", {})
    if heard.served:  # what was paid for is not asked again, whatever becomes of the job
        yield Page((), 0, {**cursor, "compliance": before} if before else cursor)
    ended, state = comply(look, lambda path, **said: fetch(look, path, **said))
    if ended or state != before:
        yield Page(ended, len(ended), {**cursor, "compliance": state})


def _mentions(look: Look) -> Iterator[Page]:
    path, got = f"/users/{look.settings['account']}/mentions", 0
    for page in turn_pages(look, path, {"start_time": stamp(look.since)}, "pagination_token"):
        got += page.served
        yield page
    if got >= MOST_MENTIONS:
        reason = f"an account's mentions reach back {MOST_MENTIONS} posts"
        yield Page((), 0, coverage=Coverage("capped", got=got, reason=reason))
