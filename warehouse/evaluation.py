"""What `listening eval` measured, into `core.evaluation`: each file once, whole, or not at all."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from listening.contract import EVALUATION_SCHEMA, DataRoot, ListeningError
from warehouse.open import open_warehouse
from warehouse.script import reason
from warehouse.tables import quality


def load_evaluations(root: DataRoot) -> None:
    """Load every evaluation that is not in the warehouse yet.

    Raises:
        ListeningError: a file could not be loaded (the others were), or the disk refuses.
    """
    with open_warehouse(root) as connection:
        failures = merge_evaluations(connection, root)
    if failures:
        raise failures[0]


def merge_evaluations(connection: sa.Connection, root: DataRoot) -> list[ListeningError]:
    """Load pending evaluations, a transaction each; return what could not be loaded."""
    failures: list[ListeningError] = []
    with connection.begin():
        found = connection.execute(sa.select(quality.evaluation.c.evaluation_id).distinct())
        known: set[str] = set(found.scalars())
    for path in sorted(root.evaluations.glob("[!.]*.parquet")):
        if path.stem in known:
            continue
        try:
            table = pq.read_table(path, schema=EVALUATION_SCHEMA, partitioning=None)
            rows = [{**row, "evaluation_id": path.stem} for row in table.to_pylist()]
            with connection.begin():
                connection.execute(sa.insert(quality.evaluation), rows)
        except (OSError, pa.ArrowException, sa.exc.IntegrityError, sa.exc.DataError) as error:
            told = reason(error) if isinstance(error, sa.exc.DBAPIError) else str(error)
            mend = "Remove it and run: listening eval"
            failures.append(ListeningError(f"no evaluation: {told}", where=str(path), mend=mend))
    return failures
