"""Seals what people decide, so that it survives whatever is loaded, tagged or built again.

Every decision is a row of a sealed `decision` batch, one stream for each kind: who, what, of
what, when and why. The desk and `listening decide` seal by these functions; `listening.correct`
adds what is true of corrections only.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NoReturn

import pyarrow as pa

from listening.clean import clean_text
from listening.contract import (
    DECISION_SCHEMA,
    DECISIONS,
    Batch,
    ConfigurationError,
    Coverage,
    DataRoot,
    DecisionRule,
    now,
    stream_id,
)
from listening.landing import Draft, Landing

SOURCE: Final = "desk"
NOTE_LIMIT: Final = 1_000
_ACTOR: Final = re.compile(r"[\w.-]{1,64}")
_SUBJECT: Final = re.compile(r"[\w.:-]{1,64}")


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided, of anything but a label. Instants are UTC."""

    kind: str  # one of DECISIONS, but correction
    action: str
    actor: str  # a pseudonym
    subject_id: str = ""  # case, takedown, recommendation or experiment; "": the mention
    mention_id: str = ""
    content_hash: str = ""  # of what was read, where it matters
    target: str = ""  # kind of flag (case), brand (triage, engage); "": all of it
    case_id: str = ""
    note: str = ""
    effective_at: datetime | None = None  # when it happened; None: when it is sealed
    due_at: datetime | None = None  # what must be done next is due
    fields: Mapping[str, str] = field(default_factory=dict)


def check_decision(one: Decision) -> None:
    """Check that such a thing can be decided, whatever is known of its subject.

    Raises:
        ConfigurationError: an unknown kind, action or field, a subject or field that lacks, or
            no pseudonym.
    """
    rule = DECISIONS.get(one.kind)
    if rule is None or not rule.actions:
        known = ", ".join(kind for kind, other in DECISIONS.items() if other.actions)
        refuse("KIND", f"{one.kind!r} is no kind of decision made here", f"One of {known}")
    if one.action not in rule.actions:
        refuse("ACTION", f"a {one.kind} takes no {one.action!r}", f"One of {_list(rule.actions)}")
    _check_subject(one, rule)
    _check_fields(one, rule)
    check_actor(one.actor)
    for option, instant in (("--at", one.effective_at), ("--due", one.due_at)):
        if instant and instant.tzinfo is None:
            refuse(option, f"{instant} has no zone", "Write it like 2026-10-30T12:00:00Z")


def _check_subject(one: Decision, rule: DecisionRule) -> None:
    if rule.subject == "mention":
        if not one.mention_id or one.subject_id:
            refuse("--mention", f"{one.kind} is of a mention", "Name it, and no other subject")
    elif not _SUBJECT.fullmatch(one.subject_id):
        mend = "Letters, digits, dot, dash, colon, up to 64"
        refuse("--subject", f"{one.subject_id!r} is no id of a {rule.subject}", mend)
    if one.mention_id and not rule.mention:
        refuse("--mention", f"a {one.kind} names no mention", "Leave it out")
    if one.action in ("attach", "detach") and not one.mention_id:
        refuse("--mention", f"{one.action} needs a mention", "Copy its id from flag_open")
    if one.case_id and not _SUBJECT.fullmatch(one.case_id):
        refuse("--case", f"{one.case_id!r} is no id of a case", "Letters, digits, dot, dash")


def _check_fields(one: Decision, rule: DecisionRule) -> None:
    if unknown := sorted(set(one.fields) - set(rule.fields)):
        refuse("--field", f"a {one.kind} has no {unknown[0]!r}", f"One of {_list(rule.fields)}")
    for name in rule.required.get(one.action, ()):
        if not one.fields.get(name, "").strip():
            refuse("--field", f"{one.action} needs {name}", f"Add --field {name}=…")


def check_actor(actor: str) -> None:
    """Check that a pseudonym is one.

    Raises:
        ConfigurationError: it is empty, or could be a mail address.
    """
    if not _ACTOR.fullmatch(actor):
        mend = "Letters, digits, dot, dash, up to 64; no mail address: it is kept for good"
        refuse("--actor", f"{actor!r} is no pseudonym", mend)


def refuse(where: str, what: str, mend: str) -> NoReturn:
    """Raise what says which option is wrong, and its mend."""
    raise ConfigurationError(what, where=where, mend=mend)


def _list(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"


def seal_decisions(root: DataRoot, decisions: Sequence[Decision]) -> Batch:
    """Seal decisions of one kind as one batch, in order; the later one of a subject stands.

    Raises:
        ConfigurationError: one of them cannot be decided, or they are of several kinds.
        ListeningError: the disk refuses, or another process holds the stream.
    """
    for one in decisions:
        check_decision(one)
    kinds = sorted({one.kind for one in decisions})
    if len(kinds) != 1:
        refuse("KIND", f"a batch holds one kind, not {_list(kinds)}", "Seal each kind by itself")
    return seal_rows(root, kinds[0], [_facts(one) for one in decisions])


def _facts(one: Decision) -> dict[str, Any]:
    told = {key: clean_text(value).strip() for key, value in sorted(one.fields.items())}
    return {
        "action": one.action,
        "actor": one.actor,
        "subject_id": one.subject_id or None,
        "mention_id": one.mention_id or None,
        "content_hash": one.content_hash or None,
        "target": one.target or None,
        "case_id": one.case_id or (one.subject_id if one.kind == "case" else None),
        "note": one.note,
        "effective_at": one.effective_at,
        "due_at": one.due_at,
        "fields": json.dumps(told, ensure_ascii=False) if told else None,
    }


def seal_rows(root: DataRoot, kind: str, facts: Sequence[Mapping[str, Any]]) -> Batch:
    """Seal rows of one kind of decision as one batch; each gets an id and a moment of its own.

    So which of two decisions is newer is never in doubt, even with the clock held.

    Args:
        root: where the landing zone is.
        kind: one of DECISIONS.
        facts: columns of DECISION_SCHEMA; what a row leaves out is null.

    Raises:
        ConfigurationError: a note that is too long.
        ListeningError: the disk refuses, or another process holds the stream.
    """
    landing, stream = Landing(root), stream_id(SOURCE, "local", kind)
    with landing.lock("decision", stream):
        before = landing.newest("decision", stream)
        cursor = dict(before.cursor_after) if before else {}
        first = _first_moment(cursor)
        rows = [
            _row(kind, number, one, first + timedelta(microseconds=number))
            for number, one in enumerate(facts)
        ]
        draft = Draft(
            kind="decision",
            stream=stream,
            source=SOURCE,
            host="local",
            target=kind,
            served=len(rows),
            coverage=Coverage("complete", got=len(rows)),
            cursor_before=cursor,
            cursor_after={"decided_at": rows[-1]["decided_at"].isoformat()} if rows else cursor,
        )
        return landing.seal(draft, pa.Table.from_pylist(rows, DECISION_SCHEMA))


def _first_moment(cursor: Mapping[str, Any]) -> datetime:
    if not (last := cursor.get("decided_at")):
        return now()
    return max(now(), datetime.fromisoformat(last) + timedelta(microseconds=1))


def _row(kind: str, number: int, facts: Mapping[str, Any], moment: datetime) -> dict[str, Any]:
    note = clean_text(facts.get("note") or "").strip()
    if len(note) > NOTE_LIMIT:
        refuse("--reason", f"has {len(note):,} characters", f"At most {NOTE_LIMIT:,}")
    decision_id = _identify(kind, facts, moment)
    told = {"item_no": number, "bucket": "kept", "decision": kind, "decision_id": decision_id}
    return {**facts, **told, "note": note, "decided_at": moment}


def _identify(kind: str, facts: Mapping[str, Any], moment: datetime) -> str:
    # Not of the mention: what is left of a decision after its deletion must not lead back to it.
    parts = (kind, str(facts["actor"]), moment.isoformat())
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
