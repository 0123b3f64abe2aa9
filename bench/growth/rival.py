"""What the load is measured beside: DuckDB's own COPY of the same rows into the same tables."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa

from listening.contract import DataRoot
from warehouse.open import open_warehouse
from warehouse.tables import METADATA, brand

_STATED: Final = {each.name for each in vars(brand).values() if isinstance(each, sa.Table)}
"""Tables the brand file fills, not a batch."""


def copy_rows(loaded: DataRoot, empty: DataRoot) -> Mapping[str, Any]:
    """Write what a batch made of one warehouse as Parquet, and COPY it into another, timed.

    `seconds` is that of copying in, with the keys and checks of the tables, from opening the file
    to closing it, as the load's is; writing the Parquet is not counted.
    """
    tables = [table.name for table in METADATA.sorted_tables if table.name not in _STATED]
    made, copied = loaded.path / "rows", empty.path / "rows"
    made.mkdir()
    with open_warehouse(loaded, read_only=True) as connection:
        rows = {
            name: connection.exec_driver_sql(
                f"COPY core.{name} TO '{made / name}.parquet'"
            ).scalar()
            for name in tables
        }
    # A connection touches nothing outside its own data root.
    shutil.copytree(made, copied)
    begun, worked = time.perf_counter(), time.process_time()
    with open_warehouse(empty) as connection:
        for name in tables:
            connection.exec_driver_sql(f"COPY core.{name} FROM '{copied / name}.parquet'")
        connection.commit()
    seconds, cpu = time.perf_counter() - begun, time.process_time() - worked
    return {"seconds": seconds, "cpu": cpu, "rows": sum(rows.values())}
