"""What an alert shows of the mentions behind it: handles and all for legal and care alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

import sqlalchemy as sa

from desk.alert.finding import Finding
from desk.alert.state import MENTION

SHOWN: Final = 20  # mentions of an alert
NAMING: Final = ("legal", "care")  # teams whose files hold handles
_CHUNK: Final = 500
_READ: Final = (
    "mention_id", "published_at", "source", "channel", "url", "author", "said", "withheld",
    "native_id",
)  # fmt: skip
_MASKED: Final = re.compile(r"@\w[\w.\-]*(@[\w.\-]+)?")  # as mask_handles() of the warehouse


def show(
    connection: sa.Connection, findings: Sequence[tuple[str, Finding]]
) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of `alert_mention` of each alert, the most telling mention first."""
    shown = {
        alert_id: [one.mention_id for one in found.behind][:SHOWN] for alert_id, found in findings
    }
    ids = sorted({one for each in shown.values() for one in each})
    rows: dict[str, Any] = {}
    for start in range(0, len(ids), _CHUNK):
        part = MENTION.c.mention_id.in_(ids[start : start + _CHUNK])
        query = sa.select(*(MENTION.c[name] for name in _READ)).where(part)
        rows |= {row["mention_id"]: row for row in connection.execute(query).mappings()}
    return {
        alert_id: [
            {"alert_id": alert_id, **_shown(rows[one], place, found)}
            for place, one in enumerate(shown[alert_id])
            if one in rows
        ]
        for alert_id, found in findings
    }


def _shown(row: Any, place: int, found: Finding) -> dict[str, Any]:
    naming = found.rule.owner in NAMING
    note = found.notes.get(row["mention_id"], "")
    url = row["url"] or None
    if not naming and (row["withheld"] or _names(url, row["author"])):
        url = None
    return {
        "mention_id": row["mention_id"],
        "place": place,
        "published_at": row["published_at"],
        "source": row["source"],
        "channel": row["channel"],
        "url": url,
        "reply_link": _reply_link(row, url),
        "author": row["author"] or None if naming else None,
        "said": row["said"] if naming else _MASKED.sub("@…", row["said"]),
        "note": note if naming else _MASKED.sub("@…", note),
    }


def _names(url: str | None, author: str) -> bool:
    """Tell whether a link names the author: as public_url() of the warehouse."""
    if not url:
        return False
    name = author.lstrip("@").partition("@")[0].lower()
    return "/@" in url or bool(name and name in url.lower())


def _reply_link(row: Any, url: str | None) -> str | None:
    if row["source"] == "hackernews":
        return f"https://news.ycombinator.com/reply?id={quote(row['native_id'])}"
    return url
