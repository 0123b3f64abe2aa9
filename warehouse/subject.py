"""What the warehouse holds about an author's mentions: every row of every core table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from listening.contract import DataRoot
from warehouse.open import open_warehouse
from warehouse.tables import METADATA, mention

_PART = 500


def read_subject(root: DataRoot, mentions: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows of these mentions and of their author, each with the name of its table.

    Vectors and bands are left out: numbers made of the text. Empty without a warehouse.

    Raises:
        ListeningError: another process holds the warehouse.
    """
    if not root.warehouse.exists():
        return []
    found: list[dict[str, Any]] = []
    with open_warehouse(root) as connection:  # after an upgrade the schema comes first
        authors: set[str] = set()
        for table in METADATA.sorted_tables:
            if "mention_id" in table.c and table.name not in ("embedding", "mention_band"):
                rows = _of(connection, table, "mention_id", mentions)
                found += rows
                if table is mention.mention:
                    authors = {row["author_key"] for row in rows if row["author_key"]}
        for table in (mention.author, mention.author_follower):
            found += _of(connection, table, "author_key", sorted(authors))
    return found


def _of(
    connection: sa.Connection, table: sa.Table, column: str, values: Sequence[str]
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for start in range(0, len(values), _PART):
        part = table.c[column].in_(values[start : start + _PART])
        rows = connection.execute(sa.select(table).where(part)).mappings()
        found += [{"table": table.name, **dict(row)} for row in rows]
    return found
