"""Intercom: conversations and what is said in them. Private: only legal and care read the words.

Written from developers.intercom.com (conversations; 2.11) and its examples, read 2026-11; tested
on documented shapes. An access token is the password of the connection.

The search tells which conversations changed, the earliest change first; each is then read with
all its parts, of which the API shows 500 at most. Notes of the staff and email addresses are not
kept. A part that was redacted is deleted. What an admin or a bot says is the brand's: it is by
its handle, so `handles: {intercom: [acme]}` tells it apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from listening.contract import BrandFile, Page
from listening.net.answer import GoneError, read_json
from listening.net.credential import need_credential
from listening.sources import Look, Settings, Target, source
from listening.sources._api import EPOCH
from listening.sources._owned import channel, inner
from listening.sources._read import Pager, expect, text_id
from listening.sources.shape.intercom import changed_at, read_conversation

API: Final = "https://api.intercom.io"
VERSION: Final = "2.11"
SIZE: Final = 100


class Inbox(Settings):
    """`sources: {intercom: {brand: acme}}`; elsewhere than in the US with its own `base_url`."""

    brand: str
    connection: str = "intercom"
    base_url: str = API


def targets(settings: Inbox, brands: BrandFile) -> list[Target]:
    """Return the one inbox."""
    facts = {"base_url": settings.base_url.rstrip("/"), "connection": settings.connection}
    return [channel("intercom", "conversations", settings.brand, brands, facts)]


@source(
    name="intercom",
    relation="owned",
    hosts=("api.intercom.io",),
    auth="an access token",
    blind_to="Notes of the staff; attachments; more than 500 parts of one conversation; "
    "conversations that were deleted as a whole",
    verified="shape",
    uncounted="conversations have no counts",
    private=True,
    settings=Inbox,
    targets=targets,
    pace=0.1,
    overlap=timedelta(hours=1),
    memory=timedelta(days=90),
    backfills=True,
    max_pages=5_000,
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield each changed conversation with its parts, the earliest change first."""
    url = f"{look.settings['base_url']}/conversations/search"
    known, pager, after, newest = look.recent(EPOCH), Pager(url), "", look.since
    while True:
        answer = look.http.fetch(url, read_json, headers=_headers(look), json=_asked(look, after))
        listed = expect(answer, "conversations", list, url)
        pager.turn(f"{text_id(one, 'id')} {text_id(one, 'updated_at')}" for one in listed)
        for one in listed:
            yield from _conversation(look, expect(one, "id", str, url), known)
            newest = max(newest, changed_at(one, newest))
        yield Page((), 0, {"at": newest.isoformat()} if listed else None)
        after = str(inner(inner(inner(answer, "pages"), "next"), "starting_after") or "")
        if not after:
            return


def _headers(look: Look) -> dict[str, str]:
    key = need_credential(look.settings["connection"], '{"password": "an access token"}')
    return {"Authorization": f"Bearer {key.password}", "Intercom-Version": VERSION}


def _asked(look: Look, after: str) -> dict[str, Any]:
    since = {"field": "updated_at", "operator": ">", "value": int(look.since.timestamp())}
    more = {"starting_after": after} if after else {}
    return {
        "query": {"operator": "AND", "value": [since]},
        "sort": {"field": "updated_at", "order": "ascending"},
        "pagination": {"per_page": SIZE, **more},
    }


def _conversation(look: Look, number: str, known: Mapping[str, datetime]) -> Iterator[Page]:
    """Yield what began a conversation, and its parts that say something."""
    url = f"{look.settings['base_url']}/conversations/{number}"
    try:
        answer = look.http.get_json(url, None, _headers(look))
    except GoneError:  # deleted since it was listed
        return
    yield read_conversation(look, number, answer, url, known)
