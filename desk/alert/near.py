"""Joins near copies: mentions with a band in common, and theirs, are one cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from desk.alert.hear import Heard
from desk.alert.state import BAND, MENTION

_CHUNK: Final = 500


def join_copies(connection: sa.Connection, heard: Sequence[Heard], own: Mapping[str, str]) -> None:
    """Give near copies one `cluster_id`, the smallest of them; the order they come in is no matter.

    `own`: the cluster that each mention has by now.
    """
    bands = sorted({band for one in heard for band in one.bands})
    if not bands:
        return
    known: dict[str, str] = {}
    for start in range(0, len(bands), _CHUNK):
        part = BAND.c.band.in_(bands[start : start + _CHUNK])
        rows = connection.execute(sa.select(BAND.c.band, BAND.c.cluster_id).where(part))
        known |= {row.band: row.cluster_id for row in rows}
    joined: dict[str, str] = {}
    for one in heard:
        mine = own.get(one.mention_id, one.mention_id)
        for band in one.bands:
            _join(joined, mine, known.setdefault(band, mine))
    for old in list(joined):
        new = _root(joined, old)
        if new != old:
            for table in (MENTION, BAND):
                moved = sa.update(table).where(table.c.cluster_id == old)
                connection.execute(moved.values(cluster_id=new))
    row = insert(BAND)
    connection.execute(
        row.on_conflict_do_update(
            index_elements=["band"],
            set_={
                "cluster_id": row.excluded.cluster_id,
                "last_at": sa.func.max(BAND.c.last_at, row.excluded.last_at),
            },
        ),
        [
            {"band": band, "cluster_id": _root(joined, known[band]), "last_at": one.published_at}
            for one in heard
            for band in one.bands
        ],
    )


def _root(joined: dict[str, str], one: str) -> str:
    while joined.setdefault(one, one) != one:
        one = joined[one]
    return one


def _join(joined: dict[str, str], one: str, other: str) -> None:
    first, second = sorted((_root(joined, one), _root(joined, other)))
    joined[second] = first
