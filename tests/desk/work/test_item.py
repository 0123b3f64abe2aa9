"""Two people at one thing: the second is told who was first, and nothing is lost."""

from __future__ import annotations

import pickle
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from desk.state import writing
from desk.work.item import (
    ConflictError,
    decide,
    forget,
    read_acts,
    read_item,
    read_items,
    save_draft,
)
from desk.work.outbox import Outbox
from listening.contract import ConfigurationError, Correction, Decision

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TAKE = Decision("triage", "take", "ada", "", "m1", target="acme")


def decisions(engine, kind):
    for one in Outbox(engine).read(kind, 0, 99):
        assert isinstance(one.word, Decision)
        yield one.word


def waiting(engine, kind="triage"):
    return [(word.action, word.actor) for word in decisions(engine, kind)]


def test_a_thing_goes_from_new_to_resolved(engine):
    """Each act is kept, the newest stands, and every decision waits in the outbox."""
    assert read_item(engine, "triage", "m1", "acme").version == 0
    decide(engine, TAKE, 0)
    assign = replace(TAKE, action="assign", fields={"owner": "bob"}, note="knows\r\nkettles")
    decide(engine, assign, 1)
    pend = replace(TAKE, action="pend", actor="bob", due_at=NOON + timedelta(days=1))
    decide(engine, pend, 2)
    found = read_item(engine, "triage", "m1", "acme")
    assert (found.version, found.action, found.owner) == (3, "pend", "bob")
    assert (found.due_at, found.said["note"]) == (NOON + timedelta(days=1), "knows\nkettles")
    decide(engine, replace(TAKE, action="resolve", actor="bob"), 3)
    acts = read_acts(engine, "triage", "m1", "acme")
    assert [one.action for one in acts] == ["resolve", "pend", "assign", "take"]
    assert read_item(engine, "triage", "m1", "acme").due_at is None
    assert waiting(engine) == [
        ("take", "ada"), ("assign", "ada"), ("pend", "bob"), ("resolve", "bob"),
    ]  # fmt: skip
    assert list(read_items(engine, "triage")) == [("m1", "acme")]


def test_the_second_of_two_sees_who_was_first(engine):
    decide(engine, TAKE, 0)
    with pytest.raises(ConflictError, match="ada was first") as told:
        decide(engine, replace(TAKE, actor="bob", note="mine"), 0)
    assert [one.actor for one in told.value.since] == ["ada"]
    assert waiting(engine) == [("take", "ada")]
    again = pickle.loads(pickle.dumps(told.value))  # noqa: S301 (our own)
    assert again.standing == told.value.standing
    decide(engine, replace(TAKE, actor="bob", note="mine"), told.value.standing.version)
    assert read_item(engine, "triage", "m1", "acme").owner == "bob"


def test_of_many_at_once_one_is_first(engine):
    """And each of the others is told; one act, one decision."""
    barrier, told = threading.Barrier(6), []

    def work(name):
        barrier.wait()
        try:
            decide(engine, replace(TAKE, actor=name), 0)
            told.append("done")
        except ConflictError:
            told.append("told")

    threads = [threading.Thread(target=work, args=(f"p{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["done"] + ["told"] * 5
    assert len(waiting(engine)) == len(read_acts(engine, "triage", "m1", "acme")) == 1


def test_a_draft_is_the_desks_alone(engine):
    save_draft(engine, "engage", "m1", "acme", "ada", "Hello,\ndid you …", 0)
    assert waiting(engine, "engage") == []
    join = Decision(
        "engage", "join", "ada", "", "m1", target="acme", fields={"url": "https://x.example/1"}
    )
    decide(engine, join, 1)
    found = read_item(engine, "engage", "m1", "acme")
    assert (found.action, found.said["draft"]) == ("join", "Hello,\ndid you …")
    assert waiting(engine, "engage") == [("join", "ada")]


def test_a_note_changes_nothing_else(engine):
    decide(engine, Decision("case", "hold", "ada", "c1", due_at=NOON,
           fields={"basis": "b", "approver": "c", "expires_on": "2027-01-01"}), 0)  # fmt: skip
    decide(engine, Decision("case", "note", "bob", "c1", note="called him"), 1)
    found = read_item(engine, "case", "c1")
    assert (found.action, found.due_at, found.changed_by) == ("hold", NOON, "bob")


def test_corrections_are_of_a_label_each(engine):
    for tagger, label, target in (("sentiment", "negative", "acme"), ("intent", "no", "praise")):
        decide(engine, Correction("m1", "h", tagger, label, "ada", target), 0)
    assert sorted(read_items(engine, "correction")) == [
        ("m1", "intent/praise"), ("m1", "sentiment/acme"),
    ]  # fmt: skip


def test_what_cannot_be_decided_leaves_no_trace(engine):
    with pytest.raises(ConfigurationError):
        decide(engine, replace(TAKE, action="explode"), 0)
    assert read_items(engine, "triage") == {}
    assert waiting(engine) == []


def test_what_was_done_with_a_mention_is_forgotten(engine):
    decide(engine, TAKE, 0)
    decide(engine, replace(TAKE, mention_id="m2"), 0)
    decide(engine, Decision("case", "attach", "ada", "c1", "m1", "h", note="his words"), 0)
    with writing(engine) as connection:
        assert forget(connection, ["m1"]) == 5
    assert list(read_items(engine, "triage")) == [("m2", "acme")]
    assert [word.mention_id for word in decisions(engine, "triage")] == ["m2"]
    assert Outbox(engine).read("case", 0, 9) == []
    (attached,) = read_acts(engine, "case", "c1")
    assert (attached.action, attached.note) == ("attach", "")
    assert "words" not in str(read_item(engine, "case", "c1"))
