"""Counts tries to sign in, by name and by address, so that nobody can guess for long.

They lie in the desk's state, so that every process of the desk counts the same ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from desk.state import METADATA, Instant, Room, writing
from desk.web.wording import duration
from listening.contract import now

_LOCK_NUMBER: Final = 0x74726965  # "trie": PostgreSQL's advisory lock while tries are counted

sign_in_try: Final = sa.Table(
    "sign_in_try",
    METADATA,
    sa.Column("try_id", sa.Integer, primary_key=True),
    sa.Column("at", Instant, nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Index("sign_in_try_by_name", "name", "at"),
    sa.Index("sign_in_try_by_address", "address", "at"),
)
ROOM: Final = Room("tries", [sign_in_try])


@dataclass(frozen=True, slots=True)
class Limit:
    """So many tries in so long a time, of those who share these columns."""

    most: int
    within: timedelta
    by: tuple[str, ...]


# By name from one address, so that a stranger cannot lock somebody out from elsewhere; by name
# from everywhere, against many addresses; by address, against many names.
LIMITS: Final = (
    Limit(5, timedelta(minutes=5), ("name", "address")),
    Limit(50, timedelta(hours=1), ("name",)),
    Limit(30, timedelta(minutes=10), ("address",)),
)
_LONGEST: Final = max(limit.within for limit in LIMITS)


def begin(engine: sa.Engine, name: str, address: str) -> str:
    """Count a try and return ""; or, where it has to wait, for how long, in words.

    It is counted before the password is looked at: of many at once no more than the limit are.
    """
    moment, given = now(), {"name": name, "address": address}
    tries = sign_in_try.c
    waits = []
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK_NUMBER)))
        connection.execute(sign_in_try.delete().where(tries.at <= moment - _LONGEST))
        for limit in LIMITS:
            alike = [tries[column] == given[column] for column in limit.by]
            asked = sa.select(tries.at).where(*alike, tries.at > moment - limit.within)
            asked = asked.order_by(tries.at.desc()).limit(limit.most)
            newest: Sequence[datetime] = connection.scalars(asked).all()
            if len(newest) == limit.most:
                waits.append(newest[-1] + limit.within - moment)
        if not waits:
            connection.execute(sign_in_try.insert().values(at=moment, **given))
    return duration(max(1.0, *(wait.total_seconds() for wait in waits))) if waits else ""


def entered(engine: sa.Engine, name: str, address: str) -> None:
    """Forget the tries of somebody who got in."""
    with writing(engine) as connection:
        connection.execute(
            sign_in_try.delete().where(sign_in_try.c.name == name, sign_in_try.c.address == address)
        )
