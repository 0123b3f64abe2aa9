"""Writes the warehouse's file anew, for DuckDB keeps the bytes of what was deleted or updated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import sqlalchemy as sa

from listening.contract import DataRoot
from warehouse.migrations import migrate
from warehouse.open import replace_warehouse
from warehouse.script import run_script
from warehouse.tables import METADATA, SCHEMA

_TOLD: Final = {
    "stream": "stream_now(stream)",
    "batch_id": "batch_now(batch_id)",
    "host": "if(stream_now(stream) = stream, host, '')",
    "target": "if(stream_now(stream) = stream, target, split_part(stream_now(stream), '--', 3))",
}
"""Columns that name a stream, and what stands there once it is called otherwise."""


def rebuild_file(root: DataRoot, streams: Mapping[str, str] | None = None) -> None:
    """Write the core tables into a new file, and put it in the place of the old one.

    Tables that are made of these are left out: the next build of the models makes all of them.

    Args:
        root: the data root.
        streams: streams that are called otherwise from now on, by their old names.

    Raises:
        ListeningError: the disk refuses; the file is as it was.
    """
    replace_warehouse(root, lambda copy: _copy(root, copy, streams or {}))


def _copy(root: DataRoot, copy: sa.Connection, streams: Mapping[str, str]) -> None:
    migrate(copy)
    with copy.begin():  # migrations write rows of their own
        for table in reversed(METADATA.sorted_tables):
            copy.execute(sa.delete(table))
    file = str(root.warehouse).replace("'", "''")
    copy.exec_driver_sql(f"ATTACH '{file}' AS old (READ_ONLY)")
    copy.commit()
    with copy.begin():
        run_script(copy, "rename", {"old": list(streams), "new": list(streams.values())})
        for table in METADATA.sorted_tables:
            # Names of our own metadata; the order is that of the keys between them.
            copy.exec_driver_sql(
                f"INSERT INTO {SCHEMA}.{table.name} BY NAME "  # noqa: S608
                f"SELECT *{_renamed(table) if streams else ''} FROM old.{SCHEMA}.{table.name}"
            )
        run_script(copy, "rename_left")
    ((last,),) = run_script(copy, "erase_sequence")
    copy.exec_driver_sql(
        f"CREATE OR REPLACE SEQUENCE {SCHEMA}.change_no START WITH {int(last) + 1}"
    )
    copy.commit()
    copy.exec_driver_sql("DETACH old")
    copy.commit()


def _renamed(table: sa.Table) -> str:
    """Return the columns of a table that name a stream, by its name of now."""
    named = [name for name in _TOLD if name in table.c]
    if "stream" not in named:  # a host or target of its own
        named = [name for name in named if name == "batch_id"]
    told = ", ".join(f"{_TOLD[name]} AS {name}" for name in named)
    return f" REPLACE ({told})" if told else ""
