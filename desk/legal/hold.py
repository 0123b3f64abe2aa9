"""Legal holds: what they keep, for how long, and what the platforms' own rules say against it.

A hold keeps the evidence copy of a case's mentions from being erased, and nothing else: tables,
landing zone and published files lose them as they would without one. It ends by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

from desk.legal.case import Case, Hold, act, read_cases
from listening.contract import DataRoot, now

RULES: Final[Mapping[str, str]] = {
    "x": "X: deleted or changed posts must be deleted or changed within 24 hours of a request, "
    "unless the law forbids it, and then only with the express written permission of X.",
    "reddit": "Reddit: what was deleted there must be removed, with title, text and addresses, and "
    "of a deleted account also its ids (Data API Wiki, support.reddithelp.com, article "
    "16160319875092, a copy read 2026-11-22; the Data API Terms themselves were not).",
    "bluesky": "Bluesky: a delete message of the stream must be followed by those who keep copies.",
    "mastodon": "Mastodon and other servers of the fediverse: a Delete activity asks every server "
    "that holds a copy to remove it; each server has rules of its own.",
    "youtube": "YouTube: what the API gave without a user's authorisation may be stored for 30 "
    "calendar days, then it must be deleted or fetched anew (API Services Developer Policies, "
    "III.E.4.d, developers.google.com/youtube/terms, as others quoted it until 2026-11-22; not "
    "read there).",
}
"""What a source's own rule says of what it deleted, shown whenever a hold is placed."""
UNKNOWN: Final = "{}: its rule on deleted content is not known here; read its terms."
LAW: Final = (
    "A hold rests on a legal claim (GDPR Art. 17(3)(e)) and ends with it; whether it holds is for "
    "a lawyer to say, not for this program."
)
_SAME: Final = {"twitter": "x"}


def warnings(sources: Collection[str]) -> list[str]:
    """Return the rule of each source a hold is about, and what the hold rests on."""
    names = sorted({_SAME.get(name, name) for name in sources})
    return [*(RULES.get(name) or UNKNOWN.format(name) for name in names), LAW]


def held(root: DataRoot, mentions: Collection[str] | None = None) -> dict[str, Hold]:
    """Return the mentions whose evidence a hold keeps today, of some or of all."""
    found: dict[str, Hold] = {}
    for case in read_cases(root).values():
        if case.hold is None or not case.is_held:
            continue
        for one in case.mentions:
            if mentions is None or one in mentions:
                before = found.get(one)
                if before is None or before.expires_on < case.hold.expires_on:
                    found[one] = case.hold
    return found


def end_holds(root: DataRoot, on: date | None = None) -> list[Case]:
    """Note in the chain which holds ran out; return their cases."""
    day = on or now().date()
    over = [one for one in read_cases(root).values() if one.hold and not one.hold.stands(day)]
    for case in over:
        last = case.hold.expires_on if case.hold else None
        act(root, case.id, "hold_ended", "clock", f"its last day was {last}", expires_on=str(last))
    return over
