"""Seals what people decide, so that it survives whatever is loaded, tagged or built again.

Every decision is a row of a sealed `decision` batch, one stream for each kind: who, what, of
what, when and why. `correct` seals corrections by these functions, `outbox` what was decided at the
desk or by `listening decide`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import pyarrow as pa

from listening.clean import clean_text
from listening.contract import (
    DECISION_SCHEMA,
    Batch,
    Coverage,
    Cursor,
    DataRoot,
    Decision,
    check_note,
    now,
    stream_id,
)
from listening.landing import Draft, Landing

SOURCE: Final = "desk"


def decision_stream(kind: str) -> str:
    """Return the stream of a kind of decision."""
    return stream_id(SOURCE, "local", kind)


def decision_facts(one: Decision) -> dict[str, Any]:
    """Return a decision as columns of DECISION_SCHEMA."""
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
    landing, stream = Landing(root), decision_stream(kind)
    with landing.lock("decision", stream):
        before = read_cursor(landing, kind)
        first = now()
        rows: list[dict[str, Any]] = []
        for one in facts:
            check_note(clean_text(one.get("note") or ""))
            moment = next_moment(rows[-1] if rows else before, first)
            rows.append(decision_row(kind, len(rows), one, moment))
        return seal_batch(landing, kind, rows, before)


def read_cursor(landing: Landing, kind: str) -> Cursor:
    """Return how far a kind of decision is sealed: `decided_at`, and `outbox_id` of the desk's."""
    newest = landing.newest("decision", decision_stream(kind))
    return dict(newest.cursor_after) if newest else {}


def next_moment(before: Mapping[str, Any], wanted: datetime) -> datetime:
    """Return a moment after that of the decision before it, and not before the one wanted."""
    last = before.get("decided_at")
    if not last:
        return wanted
    instant = datetime.fromisoformat(last) if isinstance(last, str) else last
    return max(wanted, instant + timedelta(microseconds=1))


def decision_row(
    kind: str, number: int, facts: Mapping[str, Any], moment: datetime
) -> dict[str, Any]:
    """Return the landing row of a decision that was taken at this moment."""
    told = {"item_no": number, "bucket": "kept", "decision": kind}
    note = clean_text(facts.get("note") or "").strip()
    decision_id = _identify(kind, facts, moment)
    return {**told, **facts, "decision_id": decision_id, "note": note, "decided_at": moment}


def _identify(kind: str, facts: Mapping[str, Any], moment: datetime) -> str:
    # Not of the mention: what is left of a decision after its deletion must not lead back to it.
    parts = (kind, str(facts["actor"]), moment.isoformat())
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def seal_batch(
    landing: Landing,
    kind: str,
    rows: Sequence[Mapping[str, Any]],
    before: Cursor,
    outbox_id: int | None = None,
) -> Batch:
    """Seal the rows of one kind, under its stream's lock; `outbox_id` is the last of the desk's."""
    after = dict(before)
    if rows:
        after["decided_at"] = rows[-1]["decided_at"].isoformat()
    if outbox_id is not None:
        after["outbox_id"] = outbox_id
    draft = Draft(
        kind="decision",
        stream=decision_stream(kind),
        source=SOURCE,
        host="local",
        target=kind,
        served=len(rows),
        coverage=Coverage("complete", got=len(rows)),
        cursor_before=before,
        cursor_after=after,
    )
    return landing.seal(draft, pa.Table.from_pylist(list(rows), DECISION_SCHEMA))
