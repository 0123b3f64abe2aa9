"""The log of what changed: written by every load, read and forgotten by whoever builds on it."""

from __future__ import annotations

import sqlalchemy as sa

from warehouse.script import run_script
from warehouse.tables.change import change


def record_change(connection: sa.Connection, batch_id: str | None = None) -> None:
    """Write down the mentions this transaction changed, as its temporary tables tell them.

    They are in the temporary table `changed`.
    """
    run_script(connection, "change", {"batch_id": batch_id})


def record_whole(connection: sa.Connection, batch_id: str | None = None) -> None:
    """Write down that everything may have changed: brands, or a reference table."""
    run_script(connection, "change_whole", {"batch_id": batch_id})


def newest_change(connection: sa.Connection) -> int:
    """Return the number of the newest change that is not forgotten, 0 where there is none."""
    newest: int | None = connection.execute(sa.select(sa.func.max(change.c.change_no))).scalar()
    return newest or 0


def forget_changes(connection: sa.Connection, up_to: int) -> None:
    """Delete the changes up to a number, which the models have taken in."""
    connection.execute(sa.delete(change).where(change.c.change_no <= up_to))
