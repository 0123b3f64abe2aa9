"""What a person corrected stands, whatever is loaded, tagged or built again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from listening.contract import (
    DECISION_SCHEMA,
    FOOTER_KEY,
    Correction,
    Coverage,
    DataRoot,
    Judgement,
    ListeningError,
    mention_id,
)
from listening.decide.correct import seal_corrections
from listening.landing import Draft, Landing
from tests.warehouse.world import BRANDS, World, at, deleted, rows_of, said, stored
from warehouse.check import check_warehouse
from warehouse.decision import read_judgements, read_label
from warehouse.load import load_pending
from warehouse.model import build_models
from warehouse.open import open_warehouse

M1 = mention_id("import", "1")

pytestmark = pytest.mark.slow
STANDING = "SELECT tagger, coalesce(target, ''), label FROM core.correction ORDER BY decided_at"


def correct(root: DataRoot, label: str, tagger: str = "sentiment", target: str = "") -> str:
    """Correct mention 1 as the command does; return the batch."""
    content, said_before, version = read_label(root, M1, tagger, target)
    one = Correction(M1, content, tagger, label, "ada", target, "", said_before, version)
    return seal_corrections(root, [one]).batch_id


def seal(root: DataRoot, rows: list[dict[str, Any]]) -> str:
    """Seal rows that our own command would not."""
    full = [
        {"item_no": n, "bucket": "kept", "decision": "correction", "decided_at": at(30)} | row
        for n, row in enumerate(rows)
    ]
    draft = Draft(
        "decision", "desk--local--x", "desk", "local", "x", len(full), Coverage("complete")
    )
    return Landing(root).seal(draft, pa.Table.from_pylist(full, DECISION_SCHEMA)).batch_id


@pytest.fixture
def loaded(world: World) -> World:
    """A warehouse of three mentions."""
    world.land([said("1", "acme bad late"), said("2", "acme good"), said("3", "acme threat")])
    load_pending(world.root, BRANDS)
    return world


def test_a_correction_is_loaded_once_with_what_the_model_had_said(loaded: World) -> None:
    """One row, one receipt; loading again changes nothing; the label stays untouched."""
    labels = rows_of(loaded.root, "FROM core.label ORDER BY ALL")
    batch_id = correct(loaded.root, "positive")
    (receipt,) = load_pending(loaded.root, BRANDS)
    assert (receipt.batch_id, receipt.served, receipt.inserted) == (batch_id, 1, 1)
    assert rows_of(
        loaded.root,
        "SELECT mention_id, tagger, target, label, previous_label, previous_version, actor, "
        "batch_id FROM core.correction",
    ) == [(M1, "sentiment", None, "positive", "negative", "s1", "ada", batch_id)]
    assert rows_of(loaded.root, "FROM core.label ORDER BY ALL") == labels
    before = stored(loaded.root)
    assert load_pending(loaded.root, BRANDS) == []
    assert stored(loaded.root) == before
    assert rows_of(loaded.root, "FROM core.coverage WHERE source = 'desk'") == []


def test_bad_decisions_are_quarantined_with_their_reason(loaded: World) -> None:
    """Good rows among bad ones are loaded, the sum is checked, and no note is kept aside."""
    content = said("1", "acme bad late")["content_hash"]
    good = {"decision_id": "g", "mention_id": M1, "content_hash": content, "tagger": "sentiment",
            "label": "neutral", "actor": "ada", "note": "secret words"}  # fmt: skip
    bad: list[tuple[dict[str, Any], str]] = [
        ({"mention_id": "nobody"}, "unknown_mention"),
        ({"content_hash": "never"}, "unknown_content"),
        ({"tagger": "mood"}, "unknown_tagger"),
        ({"label": "angry"}, "bad_label"),
        ({"tagger": "intent", "label": "yes"}, "bad_target"),
        ({"tagger": "flag", "label": "confirmed", "target": "rudeness"}, "bad_target"),
        ({"tagger": "irony", "label": "irony", "target": "acme"}, "bad_target"),
        ({"tagger": "language", "label": "English"}, "bad_label"),
        ({"actor": None}, "missing_value"),
    ]
    rows = [good, good, *({**good, "decision_id": f"b{n}"} | row for n, (row, _) in enumerate(bad))]
    seal(loaded.root, rows)
    (receipt,) = load_pending(loaded.root, BRANDS)
    assert (receipt.served, receipt.inserted, receipt.unchanged) == (11, 1, 1)
    assert receipt.quarantined == len(bad)
    found = rows_of(loaded.root, "SELECT reason, detail, raw FROM core.quarantine")
    assert sorted(reason for reason, *_ in found) == sorted(reason for _, reason in bad)
    assert "secret" not in repr(found)


def test_decisions_of_a_newer_version_are_refused_whole(loaded: World) -> None:
    """An older code must not put away what a newer one understands."""
    seal(loaded.root, [{"decision": "verdict", "mention_id": M1}])
    with pytest.raises(ListeningError, match="kind verdict"):
        load_pending(loaded.root, BRANDS)
    assert rows_of(loaded.root, "FROM core.receipt WHERE batch_id LIKE 'decision/%'") == []


def test_a_deleted_mention_loses_its_corrections_in_either_order(
    loaded: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Neither the correction nor what was refused of it is left, in whatever order they come."""
    correct(loaded.root, "positive")
    seal(loaded.root, [{"mention_id": M1, "tagger": "mood"}])
    load_pending(loaded.root, BRANDS)
    loaded.land([deleted("1", 40)])
    load_pending(loaded.root, BRANDS)
    assert rows_of(loaded.root, STANDING) == []
    assert rows_of(loaded.root, "FROM core.quarantine") == []
    again = rebuilt(loaded.root, tmp_path_factory)  # decisions come last there
    assert stored(again) == stored(loaded.root)


def rebuilt(root: DataRoot, factory: pytest.TempPathFactory, *, tags: str = "") -> DataRoot:
    """Return a data root of the same landing zone, its warehouse loaded anew.

    `tags` names a version: everything is tagged again by it, and found neutral.
    """
    other = DataRoot(factory.mktemp("rebuilt") / "data")
    shutil.copytree(root.landing, other.landing)
    shutil.copytree(root.tagged, other.tagged)
    if tags:
        for path in other.tagged.rglob("*.parquet"):
            _retag(path, tags)
    load_pending(other, BRANDS)
    return other


def _retag(path: Path, version: str) -> None:
    table = pq.read_table(path, partitioning=None)
    footer = json.loads(table.schema.metadata[FOOTER_KEY])
    footer["taggers"]["sentiment"] = version
    column = table.schema.get_field_index("sentiment")
    neutral = pa.array(["neutral"] * len(table))
    table = table.set_column(column, table.schema.field(column), neutral)
    pq.write_table(table.replace_schema_metadata({FOOTER_KEY: json.dumps(footer).encode()}), path)


def teams(root: DataRoot) -> dict[str, list[Any]]:
    """Return what product reads of each mention."""
    rows = rows_of(
        root,
        "SELECT native_id, f.sentiment, f.corrected, f.intents, f.topic_ids "
        "FROM product.feedback_mention AS f JOIN core.mention USING (mention_id)",
    )
    return {native_id: rest for native_id, *rest in rows}


def test_a_correction_survives_a_rebuild_and_another_model(
    loaded: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The warehouse thrown away, everything tagged by another version: the person's word stands."""
    correct(loaded.root, "positive")
    correct(loaded.root, "yes", "intent", "churn")
    correct(loaded.root, "no", "topic", "late")
    load_pending(loaded.root, BRANDS)
    build_models(loaded.root)
    assert teams(loaded.root) == {
        "1": ["positive", True, ["churn"], []],
        "2": ["positive", False, [], []],
        "3": ["positive", False, [], []],
    }
    again = rebuilt(loaded.root, tmp_path_factory)
    assert stored(again) == stored(loaded.root)
    other = rebuilt(loaded.root, tmp_path_factory, tags="s2")
    build_models(other)
    assert teams(other) == {
        "1": ["positive", True, ["churn"], []],
        "2": ["neutral", False, [], []],
        "3": ["neutral", False, [], []],
    }
    with open_warehouse(other) as connection:
        check_warehouse(connection)


def test_an_edit_makes_a_correction_stale_and_coming_back_makes_it_stand(loaded: World) -> None:
    """What was read is not what stands: the correction is kept, counted, and decides nothing."""
    correct(loaded.root, "positive")
    load_pending(loaded.root, BRANDS)
    loaded.land([said("1", "acme bad again", seen=48)])
    load_pending(loaded.root, BRANDS)
    build_models(loaded.root)
    assert teams(loaded.root)["1"] == ["negative", False, [], []]
    assert rows_of(loaded.root, "SELECT label, state FROM mart.correction") == [
        ("positive", "stale")
    ]
    assert [one.stale for one in read_judgements(loaded.root)] == [True]
    loaded.land([said("1", "acme bad late", seen=72)])
    load_pending(loaded.root, BRANDS)
    build_models(loaded.root)
    assert teams(loaded.root)["1"][:2] == ["positive", True]


def test_corrections_wait_for_mentions_that_are_not_tagged_yet(loaded: World) -> None:
    """They may be of these; nothing is put away for being early."""
    correct(loaded.root, "positive")
    rows = [said("9", "acme", seen=30)]
    batch_id = loaded.land(rows, tagged=False)
    assert load_pending(loaded.root, BRANDS) == []
    loaded.tag(batch_id, rows)
    assert len(load_pending(loaded.root, BRANDS)) == 2
    assert rows_of(loaded.root, STANDING) == [("sentiment", "", "positive")]


def test_the_command_asks_what_stands_and_refuses_what_is_not_there(loaded: World) -> None:
    """The model's words, per label; a mention, content, brand or topic nobody knows is an error."""
    root, content = loaded.root, said("1", "acme bad late")["content_hash"]
    assert read_label(root, M1, "sentiment") == (content, "negative", "s1")
    assert read_label(root, M1, "sentiment", "rival") == (content, None, None)
    assert read_label(root, M1, "emotion") == (content, "anger", "0123456789ab")
    assert read_label(root, M1, "offensive")[1] == "offensive"
    assert read_label(root, M1, "intent", "churn")[1] == "no"
    assert read_label(root, M1, "topic", "late")[1] == "yes"
    assert read_label(root, M1, "flag", "threat")[1] == "dismissed"
    assert read_label(root, mention_id("import", "3"), "flag", "threat")[1] == "confirmed"
    assert read_label(root, M1, "language")[1] == "en"
    for asked, told in [
        (("nobody", "sentiment"), "not in the warehouse"),
        ((M1, "sentiment", "", "never"), "never seen with the content"),
        ((M1, "sentiment", "nike"), "no brand 'nike'"),
        ((M1, "topic", "price"), "no topic 'price'"),
    ]:
        with pytest.raises(ListeningError, match=told):
            read_label(root, *asked)


def test_people_and_model_are_compared_by_their_newest_words(loaded: World) -> None:
    """One judgement a label and content: the later correction, the newest version, both told."""
    correct(loaded.root, "neutral")
    correct(loaded.root, "positive")
    correct(loaded.root, "confirmed", "flag", "threat")
    load_pending(loaded.root, BRANDS)
    assert read_judgements(loaded.root) == [
        Judgement("flag", "threat", "import", "en", "confirmed", "dismissed", "", stale=False),
        Judgement("sentiment", "", "import", "en", "positive", "negative", "s1", stale=False),
    ]


def test_without_a_warehouse_nothing_was_corrected(tmp_path: Path) -> None:
    assert read_judgements(DataRoot(tmp_path)) == []
