"""Discovered topics into the warehouse: each night once, whole, or not at all, in their order.

A mention that is not in `core.mention` (deleted, or not loaded yet) has no topic here,
whatever the file says; the next night lists what was loaded meanwhile.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from listening.contract import FOOTER_KEY, DataRoot, ListeningError, now
from warehouse.change import record_change
from warehouse.check import check_batch
from warehouse.script import reason, run_script
from warehouse.tables import topic as tables

_MEND = "Restore the file; or remove it and all later ones, and discover the topics again"


def merge_topics(connection: sa.Connection, root: DataRoot) -> list[ListeningError]:
    """Load the nights that are not in the warehouse yet, or whose newest was made again.

    Returns:
        What could not be loaded: the first such night, for each goes on from the one before.
    """
    with connection.begin():
        known = {
            row.night: row.sha256
            for row in connection.execute(sa.select(tables.topic_night)).mappings()
        }
    for path in sorted(root.topics.glob("[0-9]*.parquet")):
        try:
            _merge_night(connection, path, known)
        except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
            return [ListeningError(f"no night of topics: {error}", where=str(path), mend=_MEND)]
        except (sa.exc.IntegrityError, sa.exc.DataError, sa.exc.ProgrammingError) as error:
            return [ListeningError(reason(error), where=str(path), mend=_MEND)]
        except ListeningError as error:
            return [error]
    return []


def _merge_night(connection: sa.Connection, path: Path, known: dict[date, str]) -> None:
    night = date.fromisoformat(path.stem)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    if known.get(night) == sha256:
        return
    if known and night < max(known):
        raise ListeningError(
            "was made, or made again, after a later night was loaded",
            where=str(path),
            mend="Move the warehouse away and load again: landing/ and tagged/ hold everything",
        )
    told = json.loads(pq.read_schema(path).metadata[FOOTER_KEY])
    values = {
        "file": [str(path)],
        "night": night,
        "since": datetime.fromisoformat(told["since"]),
        "until": datetime.fromisoformat(told["until"]),
    }
    with connection.begin():
        run_script(connection, "topic_undo", values)
        _insert(connection, tables.topic_lineage, _lineage(night, told))
        _insert(connection, tables.discovered_topic, _topics(night, told))
        run_script(connection, "topic_night", values)
        record_change(connection)
        row = _night(told, sha256, pq.read_metadata(path).num_rows)
        connection.execute(sa.insert(tables.topic_night), {**values, **row})
        check_batch(connection, str(path))
    known[night] = sha256


def _insert(connection: sa.Connection, table: sa.Table, rows: Iterator[dict[str, Any]]) -> None:
    """Write rows; a topic known from earlier nights is replaced."""
    listed = list(rows)
    if not listed:
        return
    if table is tables.discovered_topic:
        ids = [row["topic_id"] for row in listed]
        connection.execute(sa.delete(table).where(table.c.topic_id.in_(ids)))
    connection.execute(sa.insert(table), listed)


def _lineage(night: date, told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for move in told["lineage"]:
        yield {
            "night": night,
            "kind": move["kind"],
            "from_id": move["from"],
            "to_id": move["to"],
            "share": move["share"],
        }


def _topics(night: date, told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for each in told["topics"]:
        yield {
            "topic_id": each["id"],
            "name": each["name"],
            "words": each["words"],
            "born_on": date.fromisoformat(each["born"]),
            "last_on": night,
            "counts_as": each["id"],
        }


def _night(told: Mapping[str, Any], sha256: str, mentions: int) -> dict[str, Any]:
    return {
        "model": told["model"],
        "topics": len(told["topics"]),
        "mentions": mentions,
        "texts": told["texts"],
        "left_out": told["left_out"],
        "sha256": sha256,
        "loaded_at": now(),
    }
