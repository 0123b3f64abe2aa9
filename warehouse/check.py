"""The invariants no key can state, as queries that return the rows which break them."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from listening.contract import ListeningError
from warehouse.script import FOLDER, run_script

ASSERTIONS: Final = tuple(sorted(path.stem for path in (FOLDER / "assert").glob("*.sql")))


def check_batch(connection: sa.Connection, batch_id: str) -> None:
    """Check what one batch touched, inside its transaction.

    Raises:
        ListeningError: an assertion found rows; names the batch, the assertion and the rows.
    """
    for name in ASSERTIONS:
        rows = run_script(connection, f"assert/{name}")
        if rows:
            raise ListeningError(
                f"assertion {name!r} failed: {rows}",
                where=batch_id,
                mend="Nothing of this batch was loaded. This is a fault of ours: report it "
                "with the batch's file",
            )


def check_warehouse(connection: sa.Connection) -> None:
    """Check every mention and author of the warehouse.

    Raises:
        ListeningError: an assertion found rows.
    """
    run_script(connection, "everything")
    check_batch(connection, "the whole warehouse")
