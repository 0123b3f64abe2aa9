"""Works out what a board shows and what a form decides: published rows, and what was done since."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final

import sqlalchemy as sa

from desk.web import asked as address
from desk.web.account import Person
from desk.web.board import FIELDS, Board, Move, read_board_sql
from desk.web.page import read_page
from desk.web.published import Library
from desk.web.show import Cell, link_of, safe_link
from desk.web.wording import label, reason, say
from desk.work.item import FRESH, Act, Item, read_acts, read_items
from listening.contract import NOTE_LIMIT, Correction, Decision, Reference

_ANY: Final = address.Asked({})  # a board sets no filter of a page
LONGEST: Final = 300  # characters of a line
_ACTOR: Final = re.compile(r"[\w.-]{1,64}")
_SUBJECT: Final = re.compile(r"[\w.:-]{1,64}")
_NAMES: Final = frozenset({"owner", "approver"})
_IDS: Final = frozenset({"case_id", "duplicate_of"})


@dataclass(frozen=True, slots=True)
class Row:
    """A thing on a board: what the tables say of it, and how it stands at the desk."""

    subject_id: str
    target: str
    said: str
    status: str
    owner: str
    is_settled: bool
    record: Mapping[str, Any]
    item: Item

    @property
    def told(self) -> Mapping[str, Any]:
        """Return what is known of it by name: by the tables, or else as it was made here."""
        return {**self.item.said, **self.record}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form said: values as typed, and what is wrong with them, by field."""

    action: str
    values: Mapping[str, str]
    faults: Mapping[str, str]


def actor_of(person: Person) -> str:
    """Return the pseudonym decisions keep of a person: the account's name, or its number."""
    return person.name if _ACTOR.fullmatch(person.name) else f"account-{person.account_id}"


def read_rows(library: Library, engine: sa.Engine, board: Board) -> list[Row]:
    """Return the rows of a board; those that only the desk knows yet come last.

    Raises:
        ListeningError: nothing is published for the team yet.
    """
    records = library.ask(board.team, read_board_sql(board.name), {}).records()
    items = read_items(engine, board.kind)
    rows = []
    for record in records:
        found = items.pop((record["subject_id"], record["target"]), None)
        item = found or Item(board.kind, record["subject_id"], record["target"])
        rows.append(_row(board, record, item))
    if board.fresh:
        rows += [
            _row(board, {}, item) for item in items.values() if item.said.get(FRESH) == board.name
        ]
    return rows


def find_row(rows: Sequence[Row], subject_id: str, target: str) -> Row | None:
    """Return one row of a board."""
    return next((r for r in rows if r.subject_id == subject_id and r.target == target), None)


def _row(board: Board, record: Mapping[str, Any], item: Item) -> Row:
    move = _move(board, item.action) if item.version else None
    said = record.get("said") or item.said.get("title") or item.said.get("name")
    return Row(
        item.subject_id,
        item.target,
        said or "(no words)",
        (move.stands if move and move.stands else record.get("status")) or "new",
        (item.owner if item.version else "") or record.get("owner") or "",
        bool(move and move.settles),
        record,
        item,
    )


def _move(board: Board, action: str) -> Move | None:
    return board.moves.get(action) or board.fresh


def cells(board: Board, row: Row) -> list[Cell]:
    """Return the values of a row as people see them, with what their numbers open."""
    shown = []
    page = read_page(board.team)
    for name, column in board.columns.items():
        value = row.record.get(name)
        why = reason(row.record.get(column.reason)) if value is None else ""
        text = say(value, column.form) if value is not None else "-"
        href = link_of(page, _ANY, column.opens, row.record) if column.opens and value else ""
        shown.append(Cell(text, column.form, href, why=why, value=value))
    return shown


@dataclass(frozen=True, slots=True)
class Told:
    """A line of a thing's history."""

    at: datetime
    actor: str
    what: str
    note: str
    waits: bool  # for the next load


def history(library: Library, engine: sa.Engine, board: Board, row: Row) -> list[Told]:
    """Return what was done with a thing, the newest first: at this desk, and by other ways."""
    acts = read_acts(engine, row.item.kind, row.subject_id, row.target)
    here = [_told(board, one) for one in acts]
    if not board.told:
        return here
    sql = read_board_sql(board.told)
    values = {"subject_id": row.subject_id, "target": row.target, "kind": board.kind}
    asked = {name: value for name, value in values.items() if f"${name}" in sql}
    known = {(one.at, one.actor) for one in here}
    there = [
        Told(one["at"].astimezone(UTC), one["actor"], _called(board, one["action"]),
             one["note"] or "", waits=False)
        for one in library.ask(board.team, sql, asked).records()
    ]  # fmt: skip
    # What the desk decided is in the tables with the moment it was taken, or a little later.
    there = [one for one in there if not _is_known(one, known)]
    return sorted([*here, *there], key=lambda one: one.at, reverse=True)


def _is_known(one: Told, known: set[tuple[datetime, str]]) -> bool:
    return any(actor == one.actor and abs((one.at - at).total_seconds()) < 1 for at, actor in known)


def _told(board: Board, one: Act) -> Told:
    left_out = {FRESH, "mention_id", "tagger", "label", "note"}
    said = [value for name, value in one.said.items() if value and name not in left_out]
    note = " · ".join([*said, one.note] if one.note else said)
    return Told(one.acted_at, one.actor, _called(board, one.action), note, waits=True)


def _called(board: Board, action: str) -> str:
    move = board.fresh if action == board.begins else board.moves.get(action)
    return move.label if move else label(action)


def read_form(board: Board, form: Mapping[str, str], brands: Sequence[str], *, new: bool) -> Asked:
    """Return what a form says, with what is wrong beside each field."""
    action = "" if new else form.get("action", "")
    move = board.fresh if new else board.moves.get(action)
    values = {name: form.get(name, "").strip() for name in FIELDS}
    if move is None:
        return Asked(action, values, {"action": "Choose what you do."})
    faults = {name: "This is needed." for name in move.needs if not values[name]}
    for name in (*move.needs, *move.may):
        fault = _fault(name, values[name], brands) if values[name] else ""
        if fault:
            faults[name] = fault
    return Asked(action, values, faults)


def _fault(name: str, text: str, brands: Sequence[str]) -> str:
    form = FIELDS[name].form
    checks = (
        (len(text) > (NOTE_LIMIT if form == "text" else LONGEST),
         f"{len(text):,} characters are too many."),
        (form == "instant" and read_instant(text) is None, "Write it like 2026-10-30T12:00."),
        (form == "day" and read_day(text) is None, "Write it like 2026-10-30."),
        (form == "address" and not safe_link(text),
         "An address begins with https:// and has no spaces."),
        (form == "brand" and text not in brands,
         f"There is no such brand. There are: {', '.join(brands)}."),
        (name in _NAMES and not _ACTOR.fullmatch(text),
         "Letters, digits, dot and dash only, and no mail address."),
        (name in _IDS and not _SUBJECT.fullmatch(text),
         "An id has letters, digits, dot and dash only."),
    )  # fmt: skip
    return next((why for is_wrong, why in checks if is_wrong), "")


def read_instant(text: str) -> datetime | None:
    """Return an instant as a browser writes it, in UTC; None where it is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)


def read_day(text: str) -> date | None:
    """Return a day; None where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def word_of(board: Board, row: Row | None, asked: Asked, actor: str) -> Decision | Correction:
    """Return what a form that is right decides.

    Args:
        board: where it was decided.
        row: of which row; None: of a new one, which gets an id here.
        asked: the form.
        actor: who, by a pseudonym.
    """
    values = asked.values
    move = board.moves[asked.action] if row else board.fresh
    assert move is not None  # noqa: S101 (read_form found it)
    used = {name: values[name] for name in (*move.needs, *move.may) if values[name]}
    note = used.pop("note", "")
    if board.name == "review" and row and asked.action != "attach":
        content = str(row.record["evidence_ref"]).rpartition(":")[2]
        kind = row.target.partition("/")[2]
        return Correction(
            row.subject_id, content, "flag", asked.action, actor, kind, note, "raised"
        )
    due_at = read_instant(used.pop("due_at", ""))
    day = read_day(used.pop("on", ""))
    if asked.action == "attach" and row:
        return Decision(
            "case", "attach", actor, used["case_id"], row.subject_id,
            target=row.target.partition("/")[2], note=note,
        )  # fmt: skip
    return Decision(
        board.kind,
        asked.action if row else board.begins,
        actor,
        subject_id="" if board.of_mention else (row.subject_id if row else fresh_id(board)),
        mention_id=row.subject_id if row and board.of_mention else "",
        target=row.target if row and board.of_mention else "",
        note=note,
        effective_at=datetime.combine(day, time(12), UTC) if day else None,
        due_at=due_at,
        fields=used,
    )


def plan_of(asked: Asked) -> Reference:
    """Return the experiment that a form plans; it becomes a reference row."""
    names = (
        "name", "brand_id", "hypothesis", "metric", "control_arm", "treatment_arm", "starts_on",
        "ends_on",
    )  # fmt: skip
    row = {name: asked.values[name] for name in names if asked.values[name]}
    return Reference("experiment", {"experiment_id": f"e-{secrets.token_hex(4)}", **row})


def fresh_id(board: Board) -> str:
    """Return an id nobody has."""
    return f"{board.name[0]}-{secrets.token_hex(4)}"
