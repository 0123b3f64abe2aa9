"""Writes down who saw, exported or changed what, and when. Rows are added, never changed."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from desk.state import METADATA, Instant, Room, reading, writing
from listening.contract import now

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
    engine: sa.Engine, *, account: str = "", limit: int = 200
) -> list[sa.Row[tuple[object, ...]]]:
    """Return the newest rows, of one account or of all."""
    asked = sa.select(audit).order_by(audit.c.audit_id.desc()).limit(limit)
    if account:
        asked = asked.where(audit.c.account == account)
    with reading(engine) as connection:
        return list(connection.execute(asked))
