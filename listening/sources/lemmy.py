"""Lemmy: posts and comments that a server's search finds, newest first.

Written from the types of github.com/LemmyNet/lemmy-js-client (0.19, which 1.0 still answers as
`v3`, and 1.0, `v4`), join-lemmy.org/docs and LemmyNet/lemmy#5332, #6019 and lemmy-ui#3085; read
2026-11. No account.

A server says a rate limit as 429, older ones as 400 with `rate_limit_error`; a vanished post as
404, or with `couldnt_find_post`. Ids are of one server, and so are an answer's parent's, so one
server is listened to. What its author deleted or a moderator removed is served empty, and marked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final, Literal

from listening.contract import BrandFile, Item, Page
from listening.net.answer import DeniedError, GoneError
from listening.sources import Look, Settings, Target, source
from listening.sources._api import gone, hear, one_by_one
from listening.sources._lemmy import ask_api, walk
from listening.sources._queries import search_targets
from listening.sources._read import expect
from listening.sources.shape.lemmy import read_page

MISSING: Final = b"couldnt_find"


class Server(Settings):
    """`sources: {lemmy: {base_url: "https://lemmy.example"}}`; `api: v4` from 1.0 on."""

    base_url: str
    api: Literal["v3", "v4"] = "v3"


def targets(settings: Server, brands: BrandFile) -> list[Target]:
    """Return one target per query that covers Lemmy, else one for the brands' names."""
    return search_targets("lemmy", settings.base_url, brands, {"api": settings.api}, None)


def recount(look: Look, ids: Sequence[str]) -> Iterator[Page]:
    """Yield each post or comment as it stands now."""
    yield from one_by_one(ids, lambda one: _again(look, one))


@source(
    name="lemmy",
    relation="off_channel",
    hosts=(),
    auth="none",
    blind_to="What the server does not federate; comments without the words; edits older than a "
    "week, but those that a later look at the counts meets",
    verified="shape",
    settings=Server,
    targets=targets,
    pace=1.0,
    memory=timedelta(days=7),
    overlap=timedelta(days=7),
    horizon=timedelta(days=30),
    backfills=True,
    recount=recount,
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield the posts and comments of every wording, then what was deleted."""
    yield from hear(look, lambda text: _found(look, text), lambda one: _again(look, one))


def _found(look: Look, text: str) -> Iterator[Page]:
    for kind in ("post", "comment"):
        yield from walk(look, text, kind)


def _again(look: Look, native_id: str) -> Iterator[Item]:
    kind, number = native_id.rsplit("/", 2)[1:]
    try:
        url, answer = ask_api(look, kind, {"id": number})
    except GoneError:
        yield from gone(look, "lemmy", [native_id])
    except DeniedError as error:
        if MISSING not in error.body:
            raise
        yield from gone(look, "lemmy", [native_id])
    else:
        view = expect(answer, f"{kind}_view", dict, url)
        yield from read_page(look, [view], kind, url).items
