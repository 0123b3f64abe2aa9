"""Everything people decide is kept: who, what, of what, when and why, and no more than that."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from listening.contract import (
    DECISION_SCHEMA,
    DECISIONS,
    Correction,
    Coverage,
    DataRoot,
    Decision,
    mention_id,
)
from listening.decide.correct import seal_corrections
from listening.decide.seal import decision_facts, seal_rows
from listening.landing import Draft, Landing
from tests.warehouse.world import BRANDS, World, at, deleted, rows_of, said, stored
from warehouse.check import check_warehouse
from warehouse.load import load_pending
from warehouse.open import open_warehouse

M1, M2 = mention_id("import", "1"), mention_id("import", "2")
HASH1, HASH2 = (said(n, t)["content_hash"] for n, t in (("1", "acme fake"), ("2", "acme good")))
CASE = Decision("case", "open", "ada", "c1", note="looks bad", fields={"title": "Fakes"})
ATTACH = Decision("case", "attach", "ada", "c1", M1, HASH1, target="threat", note="he wrote: fake")
TAKEDOWN = Decision(
    "takedown", "draft", "ada", "t1", M1, case_id="c1", due_at=at(50), note="his words",
    fields={"basis": "dmca", "platform": "mastodon", "url": "https://x.example/@him/1"},
)  # fmt: skip
TRIAGE = Decision("triage", "take", "bob", "", M1, target="acme", fields={"owner": "bob"})
ADVICE = Decision(
    "recommendation", "propose", "cy", "r1", fields={"title": "Seal it", "brand_id": "acme"}
)
LESSON = Decision("experiment", "adopt", "cy", "emoji", note="use it everywhere")
JOIN = Decision("engage", "join", "bob", "", M1, target="acme", fields={"url": "https://x.example"})
ALERT = Decision("alert", "ack", "dee", "a-1", fields={"owner": "pr", "rule": "loud"})
EVERY = (CASE, ATTACH, TAKEDOWN, TRIAGE, ADVICE, LESSON, JOIN, ALERT)


def seal(root: DataRoot, rows: list[dict[str, Any]]) -> str:
    """Seal rows that our own functions would not."""
    full = [
        {"item_no": n, "bucket": "kept", "decided_at": at(30), "actor": "ada"} | row
        for n, row in enumerate(rows)
    ]
    draft = Draft(
        "decision", "desk--local--x", "desk", "local", "x", len(full), Coverage("partial")
    )
    return Landing(root).seal(draft, pa.Table.from_pylist(full, DECISION_SCHEMA)).batch_id


def decide(root: DataRoot, *decisions: Decision) -> None:
    """Seal decisions, each kind in a batch."""
    for kind, group in itertools.groupby(decisions, key=lambda one: one.kind):
        seal_rows(root, kind, [decision_facts(one) for one in group])


@pytest.fixture
def loaded(world: World) -> World:
    """A warehouse of two mentions."""
    world.land([said("1", "acme fake"), said("2", "acme good")])
    load_pending(world.root, BRANDS)
    return world


def test_every_kind_is_loaded_once_with_who_what_when_and_why(loaded: World) -> None:
    """A row for each decision; loading again changes nothing; all kinds are tried here."""
    decide(loaded.root, *EVERY)
    seal_corrections(loaded.root, [Correction(M1, HASH1, "flag", "dismissed", "ada", "threat")])
    receipts = load_pending(loaded.root, BRANDS)
    assert sum(receipt.inserted for receipt in receipts) == len(EVERY) + 1
    found = rows_of(
        loaded.root,
        "SELECT kind, subject_kind, subject_id, action, actor, mention_id, case_id, target "
        "FROM core.decision ORDER BY kind, decided_at",
    )
    assert found == [
        ("alert", "alert", "a-1", "ack", "dee", None, None, None),
        ("case", "case", "c1", "open", "ada", None, "c1", None),
        ("case", "case", "c1", "attach", "ada", M1, "c1", "threat"),
        ("correction", "mention", M1, "dismissed", "ada", M1, None, "threat"),
        ("engage", "mention", M1, "join", "bob", M1, None, "acme"),
        ("experiment", "experiment", "emoji", "adopt", "cy", None, None, None),
        ("recommendation", "recommendation", "r1", "propose", "cy", None, None, None),
        ("takedown", "takedown", "t1", "draft", "ada", M1, "c1", None),
        ("triage", "mention", M1, "take", "bob", M1, None, "acme"),
    ]
    assert {kind for kind, *_ in found} == set(DECISIONS)
    ((fields, due_at),) = rows_of(
        loaded.root, "SELECT fields, due_at FROM core.decision WHERE kind = 'takedown'"
    )
    assert (json.loads(fields), due_at) == (dict(TAKEDOWN.fields), at(50))
    before = stored(loaded.root)
    assert load_pending(loaded.root, BRANDS) == []
    assert stored(loaded.root) == before
    with open_warehouse(loaded.root) as connection:
        check_warehouse(connection)


def test_bad_decisions_are_quarantined_with_their_reason(loaded: World) -> None:
    """Good rows among bad ones are loaded, and no word of anybody is kept aside."""
    good = {"decision": "takedown", "decision_id": "g", "subject_id": "t1", "mention_id": M1,
            "action": "send", "note": "secret words"}  # fmt: skip
    bad: list[tuple[dict[str, Any], str]] = [
        ({"mention_id": "nobody"}, "unknown_mention"),
        ({"content_hash": "never"}, "unknown_content"),
        ({"action": "explode"}, "unknown_action"),
        ({"action": None}, "unknown_action"),
        ({"subject_id": None}, "missing_value"),
        ({"actor": ""}, "missing_value"),
        ({"fields": "secret"}, "bad_fields"),
        ({"fields": "[1]"}, "bad_fields"),
        ({"action": "draft", "fields": '{"basis": "dmca"}'}, "missing_value"),
        ({"action": "draft"}, "missing_value"),
        ({"decision": "triage", "action": "take", "mention_id": None}, "missing_value"),
        ({"decision": "case", "action": "attach", "mention_id": None}, "missing_value"),
    ]
    rows = [good, good, *({**good, "decision_id": f"b{n}"} | row for n, (row, _) in enumerate(bad))]
    seal(loaded.root, rows)
    (receipt,) = load_pending(loaded.root, BRANDS)
    assert (receipt.inserted, receipt.unchanged, receipt.quarantined) == (1, 1, len(bad))
    found = rows_of(loaded.root, "SELECT reason, detail, raw FROM core.quarantine")
    assert sorted(reason for reason, *_ in found) == sorted(reason for _, reason in bad)
    assert "secret" not in repr(found)


def test_a_deleted_mention_leaves_stubs_without_its_id_or_words(loaded: World) -> None:
    """Who decided what when, of which case and takedown, stays; all that leads back goes."""
    decide(loaded.root, *EVERY)
    load_pending(loaded.root, BRANDS)
    loaded.land([deleted("1", 40)])
    load_pending(loaded.root, BRANDS)
    stubs = rows_of(
        loaded.root,
        "SELECT kind, subject_id, case_id, action, actor, target, fields FROM core.decision "
        "WHERE mention_deleted ORDER BY kind",
    )
    assert stubs == [
        ("case", "c1", "c1", "attach", "ada", "threat", None),
        ("engage", None, None, "join", "bob", "acme", None),
        ("takedown", "t1", "c1", "draft", "ada", None, '{"basis":"dmca","platform":"mastodon"}'),
        ("triage", None, None, "take", "bob", "acme", '{"owner":"bob"}'),
    ]
    whole = repr(rows_of(loaded.root, "FROM core.decision"))
    assert M1 not in whole
    assert HASH1 not in whole
    assert "words" not in whole
    assert "looks bad" in whole  # of the case, not of the mention


def test_the_order_of_batches_leaves_no_trace(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A decision before its mention's deletion, or after: the same stub."""
    monkeypatch.setenv("LISTENING_NOW", at(60).isoformat())
    found = []
    for order in itertools.permutations(("decide", "delete", "correct")):
        world = World(DataRoot(tmp_path_factory.mktemp("order")))
        world.land([said("1", "acme fake"), said("2", "acme good")])
        load_pending(world.root, BRANDS)
        for step in order:
            _step(world, step)
            load_pending(world.root, BRANDS)
        found.append(stored(world.root))
    assert len(found[0]["decision"]) == len(EVERY) + 2
    assert len(found[0]["correction"]) == 1
    assert all(other == found[0] for other in found)


def _step(world: World, step: str) -> None:
    if step == "decide":
        decide(world.root, *EVERY)
    elif step == "delete":
        world.land([deleted("1", 40)])
    else:
        of_flag = Correction(M1, HASH1, "flag", "confirmed", "ada", "threat")
        seal_corrections(world.root, [of_flag, Correction(M2, HASH2, "irony", "irony", "bob")])


def test_batches_sealed_before_the_log_had_its_columns_are_read(loaded: World) -> None:
    """The first batches have no action, subject or fields."""
    row = {"decision": "correction", "decision_id": "o", "mention_id": M1, "content_hash": HASH1,
           "tagger": "irony", "label": "irony"}  # fmt: skip
    path = loaded.root.landed(seal(loaded.root, [row]))
    table = pq.read_table(path, partitioning=None)
    newer = table.column_names[table.column_names.index("subject_id") :]
    pq.write_table(table.drop_columns(newer), path)
    load_pending(loaded.root, BRANDS)
    assert rows_of(loaded.root, "SELECT kind, action, effective_at FROM core.decision") == [
        ("correction", "irony", at(30))
    ]
