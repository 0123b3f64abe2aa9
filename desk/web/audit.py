"""Writes down who saw, exported or changed what, and when. Rows are added, never changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import sqlalchemy as sa

from desk.state import METADATA, Instant, Room, reading, writing
from listening.contract import now

_AT_ONCE: Final = 5000
LONGEST: Final = 2000  # characters of what a browser sent

audit = sa.Table(
    "audit",
    METADATA,
    sa.Column("audit_id", sa.Integer, primary_key=True),
    sa.Column("at", Instant, nullable=False, index=True),
    sa.Column("account", sa.Text, nullable=False),  # its name then; "" where nobody is signed in
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),  # see, export, change, sign_in, refuse, …
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
)
ROOM: Final = Room("audit", [audit])


def record(
    engine: sa.Engine, *, account: str, address: str, action: str, path: str, detail: str = ""
) -> None:
    """Add one row. What cannot be written down is not shown: this raises, and the page fails."""
    with writing(engine) as connection:
        connection.execute(
            audit.insert().values(
                at=now(),
                account=account[:LONGEST],
                address=address[:LONGEST],
                action=action,
                path=path[:LONGEST],
                detail=detail[:LONGEST],
            )
        )


def read_audit(
    engine: sa.Engine, asked: Mapping[str, Any] | None = None, *, before: int = 0, limit: int = 200
) -> Sequence[sa.RowMapping]:
    """Return the newest rows.

    Args:
        engine: the desk's state.
        asked: `account`, `action`, `since` and `until` (days in UTC, both included); any of them.
        before: only rows older than this audit_id; 0: the newest.
        limit: at most so many.
    """
    query = sa.select(audit).order_by(audit.c.audit_id.desc()).limit(limit)
    for name, value in (asked or {}).items():
        if name == "since":
            query = query.where(audit.c.at >= _midnight(value))
        elif name == "until":
            query = query.where(audit.c.at < _midnight(value + timedelta(days=1)))
        else:
            query = query.where(audit.c[name] == value)
    query = query.where(audit.c.audit_id < before) if before else query
    with reading(engine) as connection:
        return connection.execute(query).mappings().all()


def read_all(engine: sa.Engine, asked: Mapping[str, Any]) -> Iterator[Sequence[sa.RowMapping]]:
    """Yield every row, the newest first, some thousands at a time."""
    before = 0
    while rows := read_audit(engine, asked, before=before, limit=_AT_ONCE):
        yield rows
        before = rows[-1]["audit_id"]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
