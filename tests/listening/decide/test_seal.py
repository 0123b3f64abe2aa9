"""A decision is checked before anything is written, and sealed whole in the stream of its kind."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest

from listening.contract import (
    DECISION_SCHEMA,
    DECISIONS,
    ConfigurationError,
    DataRoot,
    Decision,
    check_decision,
)
from listening.decide.seal import decision_facts, seal_rows
from listening.sealed import verify

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SEND = Decision("takedown", "send", "ada", "t1", "m", case_id="c1", note="\x00 by form\n")


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("LISTENING_NOW", NOON.isoformat())
    return DataRoot(tmp_path)


@pytest.mark.parametrize("kind", [kind for kind, rule in DECISIONS.items() if rule.actions])
def test_every_action_of_every_kind_can_be_decided(kind):
    """With its subject and what it needs said, and not without."""
    rule = DECISIONS[kind]
    subject = "" if rule.subject == "mention" else "s-1"
    for action in rule.actions:
        needed = dict.fromkeys(rule.required.get(action, ()), "x")
        mention = "m" if rule.mention else ""
        check_decision(Decision(kind, action, "ada-7", subject, mention, fields=needed))
        for name in needed:
            lacking = {**needed, name: " "}
            with pytest.raises(ConfigurationError, match=name):
                check_decision(Decision(kind, action, "ada", subject, mention, fields=lacking))
        with pytest.raises(ConfigurationError):
            check_decision(Decision(kind, action, "ada", "", "", fields=needed))


@pytest.mark.parametrize(
    ("decision", "where"),
    [
        (Decision("verdict", "guilty", "ada", "c1"), "KIND"),
        (Decision("correction", "positive", "ada", mention_id="m"), "KIND"),
        (Decision("case", "explode", "ada", "c1"), "ACTION"),
        (Decision("case", "open", "ada", "c 1"), "--subject"),
        (Decision("case", "attach", "ada", "c1"), "--mention"),
        (Decision("triage", "take", "ada", "c1", "m"), "--mention"),
        (Decision("experiment", "note", "ada", "e1", "m"), "--mention"),
        (Decision("takedown", "send", "ada", "t1", case_id="c 1"), "--case"),
        (Decision("case", "open", "ada", "c1", fields={"verdict": "guilty"}), "--field"),
        (Decision("case", "open", "ada@acme.example", "c1"), "--actor"),
        (Decision("case", "open", "ada", "c1", due_at=NOON.replace(tzinfo=None)), "--due"),
    ],
)
def test_what_cannot_be_decided_is_refused_with_its_option(decision, where):
    with pytest.raises(ConfigurationError) as refused:
        check_decision(decision)
    assert refused.value.where == where
    assert refused.value.mend


def test_a_batch_holds_what_was_decided(root):
    """One row, whole and of the contract's shape; what was not said is null."""
    draft = Decision(
        "takedown", "draft", "ada", "t1", "m", effective_at=NOON,
        fields={"platform": " ebay ", "basis": "dmca"},
    )  # fmt: skip
    batch = seal_rows(root, "takedown", [decision_facts(draft), decision_facts(SEND)])
    assert verify(root.landed(batch.batch_id)) == batch
    assert batch.batch_id == "decision/desk--local--takedown/2026-11-22/00000001"
    table = pq.read_table(root.landed(batch.batch_id), partitioning=None)
    assert table.schema.equals(DECISION_SCHEMA)
    first, second = table.to_pylist()
    assert first["fields"] == '{"basis": "dmca", "platform": "ebay"}'
    assert (second["action"], second["note"], second["fields"]) == ("send", "by form", None)
    assert first["decided_at"] < second["decided_at"]
    assert first["decision_id"] != second["decision_id"]


def test_the_case_of_a_case_is_itself_and_moments_are_of_a_kind(root):
    """With the clock held, the later of a kind is the later."""
    rows = []
    for action in ("open", "close"):
        batch = seal_rows(root, "case", [decision_facts(Decision("case", action, "ada", "c1"))])
        rows += pq.read_table(root.landed(batch.batch_id), partitioning=None).to_pylist()
    assert [row["case_id"] for row in rows] == ["c1", "c1"]
    assert rows[0]["decided_at"] < rows[1]["decided_at"]


def test_a_note_that_is_too_long_seals_nothing_beside_it(root):
    long = Decision("case", "note", "ada", "c1", note="x" * 1_001)
    good = Decision("case", "open", "ada", "c1")
    with pytest.raises(ConfigurationError, match="1,001 characters"):
        seal_rows(root, "case", [decision_facts(good), decision_facts(long)])
    assert list(root.landing.rglob("*.parquet")) == []
