"""Writes the warehouse's file anew, for DuckDB keeps the bytes of what was deleted or updated."""

from __future__ import annotations

import sqlalchemy as sa

from listening.contract import DataRoot
from warehouse.migrations import migrate
from warehouse.open import replace_warehouse
from warehouse.script import run_script
from warehouse.tables import METADATA, SCHEMA


def rebuild_file(root: DataRoot) -> None:
    """Write the core tables into a new file, and put it in the place of the old one.

    Tables that are made of these are left out: the next build of the models makes all of them.

    Raises:
        ListeningError: the disk refuses; the file is as it was.
    """
    replace_warehouse(root, lambda copy: _copy(root, copy))


def _copy(root: DataRoot, copy: sa.Connection) -> None:
    migrate(copy)
    with copy.begin():  # migrations write rows of their own
        for table in reversed(METADATA.sorted_tables):
            copy.execute(sa.delete(table))
    file = str(root.warehouse).replace("'", "''")
    copy.exec_driver_sql(f"ATTACH '{file}' AS old (READ_ONLY)")
    copy.commit()
    with copy.begin():
        for table in METADATA.sorted_tables:
            # Names of our own metadata; the order is that of the keys between them.
            copy.exec_driver_sql(
                f"INSERT INTO {SCHEMA}.{table.name} BY NAME SELECT * FROM old.{SCHEMA}.{table.name}"  # noqa: S608
            )
    ((last,),) = run_script(copy, "erase_sequence")
    copy.exec_driver_sql(
        f"CREATE OR REPLACE SEQUENCE {SCHEMA}.change_no START WITH {int(last) + 1}"
    )
    copy.commit()
    copy.exec_driver_sql("DETACH old")
    copy.commit()
