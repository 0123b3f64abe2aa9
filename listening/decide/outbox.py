"""Seals what was decided at the desk, each decision once, whoever seals and whatever dies.

The desk writes its decisions to an outbox, in the transaction of its working state. The id of the
last one sealed lies in the cursor of the newest batch of its kind: a sealer holds that stream's
lock, reads what comes after, and seals it. Nothing is marked in the outbox, so there is no second
place that could say otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

import pyarrow as pa

from listening.clean import clean_text
from listening.contract import (
    DECISIONS,
    REFERENCE_SCHEMA,
    REFERENCE_TABLES,
    Batch,
    BatchKind,
    Correction,
    Coverage,
    Cursor,
    DataRoot,
    Decision,
    ListeningError,
    Reference,
    Written,
    check_correction,
    check_decision,
    check_note,
    crash_at,
    stream_id,
)
from listening.decide.correct import correction_facts
from listening.decide.seal import (
    decision_facts,
    decision_row,
    decision_stream,
    next_moment,
    seal_batch,
)
from listening.imports.reference import state_row
from listening.landing import Draft, Landing

LIMIT: Final = 10_000  # decisions in a batch


class Outbox(Protocol):
    """Reads what the desk wrote; see `desk.work.outbox`, which this package does not import."""

    def kinds(self) -> Sequence[str]:
        """Return the kinds of decisions there are."""

    def read(self, kind: str, after: int, limit: int) -> Sequence[Written]:
        """Return decisions of one kind with ids above `after`, in order, at most `limit`."""


def seal_outbox(root: DataRoot, outbox: Outbox | None) -> list[Batch]:
    """Seal every decision that is not sealed yet, in the order they were written; each once.

    What can no longer be decided, such as a kind of which this code knows no such action, is
    sealed as quarantined: it is seen, and keeps nothing back.

    Args:
        root: where the landing zone is.
        outbox: what the desk wrote; None: nobody worked there yet.

    Raises:
        ListeningError: a kind this code does not know, the disk refuses, or another process
            holds a stream.
    """
    batches: list[Batch] = []
    if outbox is None:
        return batches
    for kind in outbox.kinds():
        if kind not in DECISIONS and kind.partition("/")[2] not in REFERENCE_TABLES:
            raise ListeningError(
                f"the desk holds decisions of the kind {kind!r}, which is unknown here",
                where="outbox",
                mend="Install the newer version of this project",
            )
        while batch := _seal_some(root, kind, outbox):
            batches.append(batch)
    return batches


def _seal_some(root: DataRoot, kind: str, outbox: Outbox) -> Batch | None:
    landing = Landing(root)
    of, _, table = kind.partition("/")
    stream = stream_id("reference", "local", f"desk-{table}") if table else decision_stream(kind)
    sealed_as: BatchKind = "reference" if table else "decision"
    with landing.lock(sealed_as, stream):
        newest = landing.newest(sealed_as, stream)
        before = dict(newest.cursor_after) if newest else {}
        written = outbox.read(kind, int(before.get("outbox_id", 0)), LIMIT)
        if not written:
            return None
        crash_at("outbox:read")
        last = written[-1].outbox_id
        if table:
            return _seal_stated(landing, stream, table, written, {**before, "outbox_id": last})
        rows: list[dict[str, Any]] = []
        for one in written:
            moment = next_moment(rows[-1] if rows else before, one.decided_at)
            rows.append(_row(of, len(rows), one, moment))
        return seal_batch(landing, kind, rows, before, last)


def _seal_stated(
    landing: Landing, stream: str, table: str, written: Sequence[Written], after: Cursor
) -> Batch:
    """Seal rows of a reference table that were stated at the desk."""
    rows = [
        {"item_no": number, **state_row(table, one.word.row), "observed_at": one.decided_at}
        for number, one in enumerate(written)
        if isinstance(one.word, Reference)
    ]
    draft = Draft(
        kind="reference",
        stream=stream,
        source="reference",
        host="local",
        target=f"desk-{table}",
        served=len(written),
        coverage=Coverage("complete", got=len(rows)),
        cursor_before={name: value for name, value in after.items() if name != "outbox_id"},
        cursor_after=after,
    )
    return landing.seal(draft, pa.Table.from_pylist(rows, REFERENCE_SCHEMA))


def _row(kind: str, number: int, one: Written, moment: datetime) -> dict[str, Any]:
    facts = _facts(one.word)
    try:
        _check(one.word)
    except ListeningError as error:
        # Neither the words nor whom they are of: nobody reads them there.
        kept = {name: facts[name] for name in ("actor", "subject_id") if name in facts}
        told = {"bucket": "quarantined", "reason": "bad_decision", "detail": str(error)}
        return decision_row(kind, number, {**kept, **told}, moment)
    return decision_row(kind, number, facts, moment)


def _facts(word: Decision | Correction | Reference) -> Mapping[str, Any]:
    if isinstance(word, Decision):
        return decision_facts(word)
    return correction_facts(word) if isinstance(word, Correction) else {}


def _check(word: Decision | Correction | Reference) -> None:
    if isinstance(word, Decision):
        check_decision(word)
    elif isinstance(word, Correction):
        check_correction(word.tagger, word.label, word.target, actor=word.actor)
    if not isinstance(word, Reference):
        check_note(clean_text(word.note))
