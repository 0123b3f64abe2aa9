"""What was decided at the desk and is to be sealed: written with the working state, or not at all.

A row is a decision of `listening.contract`. `listening seal`, and every load before it begins,
seals the rows of each kind after the last one sealed; the id of that one lies in the sealed batch,
so nothing here needs to be marked for a row to be sealed once.

Ids are microseconds since 1970, or one more than the newest: they rise in the order of the
commits, and are not used again even where the table was lost or is of an older backup.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from desk.state import METADATA, URL_VARIABLE, Instant, Room, open_state, reading, writing
from listening.contract import (
    REFERENCE_TABLES,
    Correction,
    DataRoot,
    Decision,
    Reference,
    Written,
    check_actor,
    check_correction,
    check_decision,
    check_note,
    now,
    refuse,
)

_POSTGRES_LOCK: Final = 7_306_115  # see desk.state
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_FORBIDDEN: Final = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160)))


def _micros(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND


outbox: Final = sa.Table(
    "outbox",
    METADATA,
    sa.Column("outbox_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("decided_at", Instant, nullable=False),
    sa.Column("action", sa.String, nullable=False),  # of a correction: the label
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("subject_id", sa.String, nullable=False),
    sa.Column("mention_id", sa.String, nullable=False, index=True),
    sa.Column("content_hash", sa.String, nullable=False),
    sa.Column("target", sa.String, nullable=False),
    sa.Column("case_id", sa.String, nullable=False),
    sa.Column("note", sa.String, nullable=False),
    sa.Column("effective_at", Instant),
    sa.Column("due_at", Instant),
    sa.Column("fields", sa.String, nullable=False),  # JSON; of a correction: what else it says
    sa.Index("outbox_by_kind", "kind", "outbox_id"),
)
ROOM: Final = Room("outbox", [outbox])


def write(
    connection: sa.Connection, word: Decision | Correction | Reference, actor: str = ""
) -> int:
    """Write one decision in the caller's transaction and return its id.

    `actor` is who states a reference row; decisions name theirs.

    The transaction is one of `desk.state.writing`, which also writes the working state.

    Raises:
        ConfigurationError: such a thing cannot be decided; nothing is written.
    """
    row = _stated(word, actor) if isinstance(word, Reference) else _row(word)
    take_turns(connection)
    newest = connection.execute(sa.select(sa.func.max(outbox.c.outbox_id))).scalar()
    decided_at = now()
    outbox_id = max(_micros(decided_at), (newest or 0) + 1)
    connection.execute(sa.insert(outbox).values(outbox_id=outbox_id, decided_at=decided_at, **row))
    return outbox_id


def take_turns(connection: sa.Connection) -> None:
    """Let nobody else write until the commit; on SQLite `desk.state.writing` does so already.

    Else a smaller id could be committed after a larger one was sealed.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_POSTGRES_LOCK)))


def submit(root: DataRoot, word: Decision | Correction) -> int:
    """Write one decision by itself, without working state, and return its id.

    Raises:
        ConfigurationError: such a thing cannot be decided; nothing is written.
        ListeningError: the desk's state cannot be opened.
    """
    _row(word)  # refused before any file is made
    engine = open_state(root, [ROOM])
    try:
        with writing(engine) as connection:
            return write(connection, word)
    finally:
        engine.dispose()


def _row(word: Decision | Correction) -> dict[str, Any]:
    said = {
        "actor": word.actor,
        "mention_id": word.mention_id,
        "content_hash": word.content_hash,
        "target": word.target,
        "note": plain(word.note),
    }
    if isinstance(word, Correction):
        check_correction(word.tagger, word.label, word.target, actor=word.actor)
        check_note(word.note)
        fields = {
            "tagger": word.tagger,
            "previous_label": word.previous_label,
            "previous_version": word.previous_version,
        }
        told = {"kind": "correction", "action": word.label, "subject_id": "", "case_id": ""}
        return {**said, **told, "fields": json.dumps(fields)}
    check_decision(word)
    return {
        **said,
        "kind": word.kind,
        "action": word.action,
        "subject_id": word.subject_id,
        "case_id": word.case_id,
        "effective_at": word.effective_at,
        "due_at": word.due_at,
        "fields": json.dumps({name: plain(value) for name, value in word.fields.items()}),
    }


def _stated(word: Reference, actor: str) -> dict[str, Any]:
    if word.table not in REFERENCE_TABLES:
        known = ", ".join(REFERENCE_TABLES)
        refuse("--table", f"unknown table {word.table!r}", f"One of {known}")
    check_actor(actor)
    empty = dict.fromkeys(("subject_id", "mention_id", "content_hash", "target", "case_id"), "")
    told = {"kind": f"reference/{word.table}", "action": "state", "actor": actor, "note": ""}
    fields = {name: plain(value) for name, value in word.row.items()}
    return {**empty, **told, "fields": json.dumps(fields)}


def plain(text: str) -> str:
    """Return text as every database takes it: no control characters, no halves of an emoji."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_FORBIDDEN)
    return text.encode("utf-8", "replace").decode().strip()


@dataclass(frozen=True, slots=True)
class Outbox:
    """The outbox as those who seal it read it."""

    engine: sa.Engine

    def kinds(self) -> Sequence[str]:
        """Return the kinds of decisions there are."""
        query = sa.select(outbox.c.kind).distinct().order_by(outbox.c.kind)
        with reading(self.engine) as connection:
            return list(connection.execute(query).scalars())

    def read(self, kind: str, after: int, limit: int) -> Sequence[Written]:
        """Return decisions of one kind with ids above `after`, in order, at most `limit`."""
        query = (
            sa.select(outbox)
            .where(outbox.c.kind == kind, outbox.c.outbox_id > after)
            .order_by(outbox.c.outbox_id)
            .limit(limit)
        )
        with reading(self.engine) as connection:
            rows = connection.execute(query).mappings().all()
        return [Written(row["outbox_id"], row["decided_at"], _word(row)) for row in rows]


@contextmanager
def open_outbox(root: DataRoot) -> Iterator[Outbox | None]:
    """Open the outbox to be sealed, and close it; None where nobody worked at the desk yet.

    Raises:
        ConfigurationError, ListeningError: the desk's state cannot be opened.
    """
    if not (os.environ.get(URL_VARIABLE) or (root.path / "desk.sqlite").exists()):
        yield None
        return
    engine = open_state(root, [ROOM])
    try:
        yield Outbox(engine)
    finally:
        engine.dispose()


def _word(row: sa.RowMapping) -> Decision | Correction | Reference:
    fields = json.loads(row["fields"])
    if table := row["kind"].partition("/")[2]:
        return Reference(table, fields)
    if row["kind"] == "correction":
        return Correction(
            row["mention_id"], row["content_hash"], fields["tagger"], row["action"], row["actor"],
            row["target"], row["note"], fields["previous_label"], fields["previous_version"],
        )  # fmt: skip
    names = Decision.__dataclass_fields__.keys() - {"fields"}
    return Decision(**{name: row[name] for name in names}, fields=fields)
