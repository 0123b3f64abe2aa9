"""What people work on at the desk, and what each of them did: one row a thing, one an act.

A thing is what decisions are of: a mention (and its brand), a recommendation, an experiment, a
case. Whoever acts says which version of it they looked at. Where somebody else was first, nothing
is written, and they are told who it was and what was done. An act and its decision in the outbox
are written in one transaction.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from desk.state import METADATA, Instant, Room, reading, writing
from desk.work import outbox
from desk.work.outbox import plain, write
from listening.contract import Correction, Decision, ListeningError, Reference, now

DRAFT: Final = "draft"  # an act that only the desk knows: words not said yet
FRESH: Final = "fresh"  # said of a thing that was made at the desk: the board it was made at
_KEY: Final = ("kind", "subject_id", "target")

item: Final = sa.Table(
    "item",
    METADATA,
    sa.Column("kind", sa.String, primary_key=True),  # of decision
    sa.Column("subject_id", sa.String, primary_key=True),  # what it is of; a mention's id, too
    sa.Column("target", sa.String, primary_key=True),  # brand, flag, label; "": all of it
    sa.Column("version", sa.Integer, nullable=False),  # of acts; 1 after the first
    sa.Column("action", sa.String, nullable=False),  # the newest that is not a draft or a note
    sa.Column("owner", sa.String, nullable=False),
    sa.Column("due_at", Instant),
    sa.Column("said", sa.String, nullable=False),  # JSON: everything that was said, the newest
    sa.Column("changed_by", sa.String, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
)
act: Final = sa.Table(
    "act",
    METADATA,
    sa.Column("kind", sa.String, primary_key=True),
    sa.Column("subject_id", sa.String, primary_key=True),
    sa.Column("target", sa.String, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),  # so no two acts follow the same one
    sa.Column("action", sa.String, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("note", sa.String, nullable=False),
    sa.Column("due_at", Instant),
    sa.Column("said", sa.String, nullable=False),
    sa.Column("acted_at", Instant, nullable=False),
    sa.Column("outbox_id", sa.BigInteger),  # NULL: a draft, or handed over by custody
)
ROOM: Final = Room("work", [item, act])
ROOMS: Final = (outbox.ROOM, ROOM)


@dataclass(frozen=True, slots=True)
class Item:
    """A thing as it stands. Version 0: nobody touched it yet."""

    kind: str
    subject_id: str
    target: str = ""
    version: int = 0
    action: str = ""
    owner: str = ""
    due_at: datetime | None = None
    said: Mapping[str, str] = field(default_factory=dict)
    changed_by: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did with a thing."""

    version: int
    action: str
    actor: str
    note: str
    due_at: datetime | None
    said: Mapping[str, str]
    acted_at: datetime
    outbox_id: int | None


class ConflictError(ListeningError):
    """Somebody else was first: who, and what was done since."""

    def __init__(self, standing: Item, since: Sequence[Act]) -> None:
        super().__init__(
            f"{standing.changed_by} was first: {standing.action or 'changed it'}",
            where=f"{standing.kind} {standing.subject_id}",
            mend="Look at what was done, and decide again",
        )
        self.standing, self.since = standing, since

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.standing, self.since)


def decide(
    engine: sa.Engine,
    word: Decision | Correction,
    version: int,
    said: Mapping[str, str] | None = None,
) -> Item:
    """Do what was decided of the version somebody looked at, and write it to the outbox.

    Args:
        engine: the desk's state.
        word: what was decided.
        version: of the thing, as it was looked at.
        said: what the desk alone keeps with it, such as the words of a reply.

    Raises:
        ConflictError: somebody else acted since; nothing is written.
        ConfigurationError: such a thing cannot be decided; nothing is written.
    """
    with writing(engine) as connection:
        return decide_in(connection, word, version, said)


def decide_in(
    connection: sa.Connection,
    word: Decision | Correction,
    version: int | None,
    said: Mapping[str, str] | None = None,
    hand_over: Callable[[], None] | None = None,
) -> Item:
    """As `decide`, in a transaction of `desk.state.writing` that is open already.

    Version None: whatever stands, as for what disturbs nobody's decision. `hand_over` writes the
    decision elsewhere, which then brings it to the outbox.
    """
    standing = _look(connection, *key_of(word), version)
    if hand_over:
        hand_over()
    outbox_id = None if hand_over else write(connection, word)
    if isinstance(word, Correction):
        told = {"label": word.label, "tagger": word.tagger}
        return _put(connection, standing, word.label, word.actor, word.note, None, told, outbox_id)
    told = {**word.fields, **(said or {})}
    return _put(
        connection, standing, word.action, word.actor, word.note, word.due_at, told, outbox_id
    )


def plan(engine: sa.Engine, stated: Reference, actor: str, said: Mapping[str, str]) -> Item:
    """State an experiment at the desk; it is a reference row from the next load on."""
    with writing(engine) as connection:
        outbox_id = write(connection, stated, actor)
        fresh = Item(stated.table, stated.row[f"{stated.table}_id"])
        told = {**stated.row, **said}
        return _put(connection, fresh, "plan", actor, "", None, told, outbox_id)


def save_draft(
    engine: sa.Engine, kind: str, subject_id: str, target: str, actor: str, text: str, version: int
) -> Item:
    """Keep words that are not said yet; the desk alone knows of them.

    Raises:
        ConflictError: somebody else acted since; nothing is written.
    """
    with writing(engine) as connection:
        standing = _look(connection, kind, subject_id, target, version)
        return _put(connection, standing, DRAFT, actor, "", None, {"draft": text}, None)


def key_of(word: Decision | Correction) -> tuple[str, str, str]:
    """Return kind, subject and target of what a decision is of."""
    if isinstance(word, Correction):
        return "correction", word.mention_id, "/".join(filter(None, (word.tagger, word.target)))
    of_mention = not word.subject_id
    return word.kind, word.subject_id or word.mention_id, word.target if of_mention else ""


def read_item(engine: sa.Engine, kind: str, subject_id: str, target: str = "") -> Item:
    """Return a thing as it stands, of version 0 where nobody touched it."""
    with reading(engine) as connection:
        return find_item(connection, kind, subject_id, target)


def read_items(engine: sa.Engine, kind: str, subject_id: str = "") -> dict[tuple[str, str], Item]:
    """Return everything of a kind (and subject) that somebody touched, by subject and target."""
    query = sa.select(item).where(item.c.kind == kind)
    query = query.where(item.c.subject_id == subject_id) if subject_id else query
    with reading(engine) as connection:
        rows = connection.execute(query).mappings()
        return {(row["subject_id"], row["target"]): _item(row) for row in rows}


def read_acts(engine: sa.Engine, kind: str, subject_id: str, target: str = "") -> list[Act]:
    """Return what was done with a thing, the newest first."""
    with reading(engine) as connection:
        return _acts(connection, kind, subject_id, target, 0)


def forget(connection: sa.Connection, mention_ids: Iterable[str]) -> int:
    """Forget what was done with mentions, sealed or not, and what was said of them elsewhere.

    Return how many rows were removed or changed. An act of a case stays, without its words.
    """
    gone, count = list(mention_ids), 0
    for start in range(0, len(gone), 500):
        ids = gone[start : start + 500]
        of_them = outbox.outbox.c.mention_id.in_(ids)
        for table in (item, act):
            count += connection.execute(
                sa.delete(table).where(table.c.subject_id.in_(ids))
            ).rowcount
        written = sa.select(outbox.outbox.c.outbox_id).where(of_them)
        count += _forget_words(connection, act.c.outbox_id.in_(written))
        for one in ids:  # what custody handed over names its mention among what was said
            count += _forget_words(connection, act.c.said.contains(json.dumps(one)))
        count += connection.execute(sa.delete(outbox.outbox).where(of_them)).rowcount
    return count


def _forget_words(connection: sa.Connection, of_them: sa.ColumnElement[bool]) -> int:
    keys = [act.c[name] for name in _KEY]
    things = connection.execute(sa.select(*keys).where(of_them).distinct()).mappings().all()
    for thing in things:
        one = _is(item, thing["kind"], thing["subject_id"], thing["target"])
        connection.execute(sa.update(item).where(one).values(said="{}"))
    return connection.execute(sa.update(act).where(of_them).values(note="", said="{}")).rowcount


def find_item(connection: sa.Connection, kind: str, subject_id: str, target: str = "") -> Item:
    """Return a thing as it stands, in the caller's transaction."""
    query = sa.select(item).where(_is(item, kind, subject_id, target))
    row = connection.execute(query).mappings().first()
    return _item(row) if row else Item(kind, subject_id, target)


def _look(
    connection: sa.Connection, kind: str, subject_id: str, target: str, version: int | None
) -> Item:
    outbox.take_turns(connection)
    standing = find_item(connection, kind, subject_id, target)
    if version is not None and standing.version != version:
        raise ConflictError(standing, _acts(connection, kind, subject_id, target, version))
    return standing


def _put(
    connection: sa.Connection,
    standing: Item,
    action: str,
    actor: str,
    note: str,
    due_at: datetime | None,
    told: Mapping[str, str],
    outbox_id: int | None,
) -> Item:
    moment, version = now(), standing.version + 1
    told = {name: plain(value) for name, value in told.items()}
    owner = actor if action == "take" else told.get("owner", standing.owner)
    is_aside = action in (DRAFT, "note")
    changed = Item(
        kind=standing.kind,
        subject_id=standing.subject_id,
        target=standing.target,
        version=version,
        action=standing.action if is_aside else action,
        owner=owner,
        due_at=standing.due_at if is_aside else due_at,
        said={**standing.said, **told, **({"note": plain(note)} if note else {})},
        changed_by=actor,
        changed_at=moment,
    )
    key = {name: getattr(standing, name) for name in _KEY}
    values = {
        "version": version,
        "action": changed.action,
        "owner": owner,
        "due_at": changed.due_at,
        "said": json.dumps(changed.said),
        "changed_by": actor,
        "changed_at": moment,
    }
    connection.execute(
        sa.insert(act).values(
            **key, version=version, action=action, actor=actor, note=plain(note), due_at=due_at,
            said=json.dumps(told), acted_at=moment, outbox_id=outbox_id,
        )
    )  # fmt: skip
    if standing.version:
        connection.execute(sa.update(item).where(_is(item, *key.values())).values(**values))
    else:
        connection.execute(sa.insert(item).values(**key, **values))
    return changed


def _acts(
    connection: sa.Connection, kind: str, subject_id: str, target: str, after: int
) -> list[Act]:
    query = (
        sa.select(act)
        .where(_is(act, kind, subject_id, target), act.c.version > after)
        .order_by(act.c.version.desc())
    )
    names = Act.__dataclass_fields__
    return [
        Act(**{name: row[name] for name in names if name != "said"}, said=json.loads(row["said"]))
        for row in connection.execute(query).mappings()
    ]


def _is(table: sa.Table, kind: str, subject_id: str, target: str) -> sa.ColumnElement[bool]:
    columns = table.c
    return sa.and_(columns.kind == kind, columns.subject_id == subject_id, columns.target == target)


def _item(row: Mapping[Any, Any]) -> Item:
    names = Item.__dataclass_fields__
    return Item(
        **{name: row[name] for name in names if name != "said"}, said=json.loads(row["said"])
    )
