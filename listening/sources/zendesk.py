"""Zendesk: tickets and what is said in them. Private: only legal and care read the words.

Written from developer.zendesk.com/api-reference/ticketing (incremental exports by cursor, ticket
comments), read 2026-11, and the exports recorded in the tests of github.com/facetoe/zenpy; of its
comments one was recorded. The connection's login is an agent's email address, its password an API
token.

The export tells of every ticket that changed, deleted ones too, but not of its last minute; it
may be asked ten times a minute. The comments of a changed ticket are read as a whole. The oldest
one is the ticket's own description. Internal notes and email addresses are not kept. An agent's
words are the brand's: they are by its handle, so `handles: {zendesk: [acme]}` tells them apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from listening.contract import BrandFile, Page
from listening.net.answer import GoneError
from listening.net.credential import need_credential
from listening.sources import Look, Settings, Target, source
from listening.sources._api import EPOCH, basic
from listening.sources._owned import channel, inner
from listening.sources._read import Pager, expect, text_id
from listening.sources.shape.zendesk import changed_at, name_of, read_comments, read_deleted

SIZE: Final = 100
GONE: Final = "deleted"
WHAT: Final = '{"login": "an agent\'s address", "password": "an API token"}'


class Desk(Settings):
    """`sources: {zendesk: {base_url: https://acme.zendesk.com, brand: acme}}`."""

    base_url: str
    brand: str
    connection: str = "zendesk"


def targets(settings: Desk, brands: BrandFile) -> list[Target]:
    """Return the one desk."""
    facts = {"base_url": settings.base_url.rstrip("/"), "connection": settings.connection}
    return [channel("zendesk", "tickets", settings.brand, brands, facts)]


@source(
    name="zendesk",
    relation="owned",
    hosts=(),
    auth="an agent's API token",
    blind_to="Internal notes; attachments; calls; chats that became no ticket; tickets archived "
    "before the first crawl's 90 days",
    verified="recorded",
    uncounted="tickets have no counts",
    private=True,
    settings=Desk,
    targets=targets,
    pace=0.3,
    overlap=timedelta(hours=1),
    memory=timedelta(days=90),
    backfills=True,
    max_pages=5_000,
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield each changed ticket with its comments, the earliest change first."""
    base = look.settings["base_url"]
    url, known = f"{base}/api/v2/incremental/tickets/cursor.json", look.recent(EPOCH)
    asked: dict[str, Any] = {"start_time": int(look.since.timestamp()), "per_page": SIZE}
    pager, newest = Pager(url), look.since
    while True:
        answer = _ask(look, url, asked)
        tickets = expect(answer, "tickets", list, url)
        pager.turn(f"{text_id(one, 'id')} {text_id(one, 'updated_at')}" for one in tickets)
        for ticket in tickets:
            yield from _ticket(look, ticket, known)
            newest = max(newest, changed_at(ticket, newest))
        yield Page((), 0, {"at": newest.isoformat()} if tickets else None)
        if expect(answer, "end_of_stream", bool, url):
            return
        asked = {"cursor": expect(answer, "after_cursor", str, url), "per_page": SIZE}


def _ask(look: Look, url: str, asked: Mapping[str, Any]) -> Any:
    key = need_credential(look.settings["connection"], WHAT)
    return look.http.get_json(url, asked, basic(f"{key.login}/token", key.password))


def _ticket(look: Look, ticket: Any, known: Mapping[str, datetime]) -> Iterator[Page]:
    """Yield a ticket and its comments, or that they were deleted."""
    name = name_of(ticket)
    if inner(ticket, "status") == GONE:
        yield read_deleted(look, ticket, name, known)
        return
    url = f"{look.settings['base_url']}/api/v2/{name}/comments.json"
    asked: dict[str, Any] = {"include": "users", "page[size]": SIZE}
    pager, first = Pager(url), True
    while True:
        try:
            answer = _ask(look, url, asked)
        except GoneError:  # since it was listed; the export will tell
            return
        comments = expect(answer, "comments", list, url)
        pager.turn(text_id(one, "id") for one in comments)
        yield read_comments(look, ticket, comments, answer, first=first)
        first, meta = False, expect(answer, "meta", dict, url)
        if not expect(meta, "has_more", bool, url):
            return
        asked["page[after]"] = expect(meta, "after_cursor", str, url)
