"""The invariants no key can state, as queries that return the rows which break them.

A batch is checked by what it wrote: the rows of its own transaction, which DuckDB numbers from
`WRITTEN` until they are committed, so that no table is looked through for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from listening.contract import DataRoot, ListeningError
from warehouse.open import open_warehouse
from warehouse.script import FOLDER, run_script

ASSERTIONS: Final = tuple(sorted(path.stem for path in (FOLDER / "assert").glob("*.sql")))
WRITTEN: Final = 36_028_797_018_960_000
"""DuckDB's MAX_ROW_ID: rows that are not committed yet are numbered from here (1.5.5)."""

_ROLLED_BACK: Final = (
    "Nothing of this batch was loaded. This is a fault of ours: report it with the batch's file"
)
_DAMAGED: Final = (
    "Something beside the load wrote into the file, or a fault of ours did: report it, and load "
    "the landing zone anew (docs/runbook.md, Rebuild the warehouse)"
)


def check_batch(connection: sa.Connection, batch_id: str) -> None:
    """Check what one batch touched and wrote, inside its transaction.

    Raises:
        ListeningError: an assertion found rows; names the batch, the assertion and the rows.
    """
    run_assertions(connection, batch_id, WRITTEN)


def check_warehouse(connection: sa.Connection) -> None:
    """Check every mention and author of the warehouse, and every row of the core tables.

    Raises:
        ListeningError: an assertion found rows.
    """
    run_script(connection, "everything")
    run_assertions(connection, "the whole warehouse", 0, mend=_DAMAGED)


def check_file(root: DataRoot) -> None:
    """Check the warehouse of a data root, as `check_warehouse` does.

    Raises:
        ListeningError: an assertion found rows, or there is no warehouse.
    """
    with open_warehouse(root, read_only=True):
        pass  # says so where there is none
    with open_warehouse(root) as connection:  # after an upgrade the schema comes first
        check_warehouse(connection)


def run_assertions(
    connection: sa.Connection,
    where: str,
    since: int,
    only: Sequence[str] = ASSERTIONS,
    mend: str = _ROLLED_BACK,
) -> None:
    """Run assertions on `touched`, `touched_author` and the rows numbered from `since` on.

    Raises:
        ListeningError: one found rows.
    """
    run_script(connection, "check", {"since": since})
    for name in only:
        rows = run_script(connection, f"assert/{name}", {"since": since})
        if rows:
            raise ListeningError(
                f"assertion {name!r} failed: {rows}",
                where=where,
                mend=mend,
            )
