"""A night as a file: `tagged/topics/<day>.parquet`, whole or absent, and never made twice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from listening.contract import FOOTER_KEY, TOPIC_SCHEMA, DataRoot, ListeningError
from nlp.discover.grow import Move
from nlp.discover.naming import Topic
from nlp.frame import write_sealed

DIGITS: Final = 4
"""Digits of a nearness that are kept."""


@dataclass(frozen=True, slots=True)
class Member:
    """A mention and its topic."""

    mention_id: str
    content_hash: str
    topic_id: str
    nearness: float | None
    copy_of: str | None
    example: int | None


@dataclass(frozen=True, slots=True)
class Night:
    """What a night found."""

    night: date
    since: datetime
    until: datetime
    model: str
    method: str
    previous: date | None
    topics: tuple[Topic, ...]
    lineage: tuple[Move, ...]
    members: tuple[Member, ...]
    read: int  # mentions of the window
    texts: int  # that could be compared, near copies once
    left_out: int  # mentions whose vectors another model made

    def count(self, kind: str) -> int:
        """Return how many events of a kind there were."""
        return sum(move.kind == kind for move in self.lineage)


def night_path(root: DataRoot, night: date) -> Path:
    """Return the file of a night."""
    return root.topics / f"{night.isoformat()}.parquet"


def nights(root: DataRoot) -> list[date]:
    """Return the sealed nights, in order."""
    paths = root.topics.glob("[0-9]*.parquet")
    return sorted(date.fromisoformat(path.stem) for path in paths)


def seal_night(root: DataRoot, night: Night) -> Path:
    """Write a night, whole or not at all.

    Raises:
        ListeningError: the disk refuses.
    """
    rows = [asdict(member) for member in night.members]
    table = pa.Table.from_pylist(rows, schema=TOPIC_SCHEMA)
    footer = json.dumps(_footer(night), sort_keys=True, ensure_ascii=False).encode()
    path = night_path(root, night.night)
    write_sealed(path, table, footer)
    return path


def read_night(root: DataRoot, night: date) -> Night:
    """Read a sealed night.

    Raises:
        ListeningError: the file is damaged.
    """
    path = night_path(root, night)
    try:
        table = pq.read_table(path, schema=TOPIC_SCHEMA, partitioning=None)
        told = json.loads(pq.read_schema(path).metadata[FOOTER_KEY])
        return _night(told, tuple(map(_member, table.to_pylist())))
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise ListeningError(
            f"no night of topics: {error}",
            where=str(path),
            mend="Restore the file; or remove it and all later ones, and discover again",
        ) from error


def _footer(night: Night) -> dict[str, Any]:
    return {
        "night": night.night.isoformat(),
        "since": night.since.isoformat(),
        "until": night.until.isoformat(),
        "model": night.model,
        "method": night.method,
        "previous": night.previous.isoformat() if night.previous else None,
        "topics": [
            {"id": each.topic_id, "name": each.name, "words": list(each.words),
             "born": each.born.isoformat()}
            for each in night.topics
        ],
        "lineage": [
            {"kind": move.kind, "from": move.before, "to": move.after, "share": move.share}
            for move in night.lineage
        ],
        "read": night.read,
        "texts": night.texts,
        "left_out": night.left_out,
    }  # fmt: skip


def _member(row: Mapping[str, Any]) -> Member:
    nearness = row["nearness"]
    digits = None if nearness is None else round(nearness, DIGITS)  # float32 on disk
    return Member(**{**row, "nearness": digits})


def _night(told: Mapping[str, Any], members: tuple[Member, ...]) -> Night:
    return Night(
        date.fromisoformat(told["night"]),
        datetime.fromisoformat(told["since"]),
        datetime.fromisoformat(told["until"]),
        told["model"],
        told["method"],
        date.fromisoformat(told["previous"]) if told["previous"] else None,
        tuple(
            Topic(each["id"], each["name"], tuple(each["words"]), date.fromisoformat(each["born"]))
            for each in told["topics"]
        ),
        tuple(
            Move(each["kind"], each["from"], each["to"], each["share"]) for each in told["lineage"]
        ),
        members,
        told["read"],
        told["texts"],
        told["left_out"],
    )
