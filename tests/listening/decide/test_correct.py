"""A correction is checked before anything is written, sealed whole, and never tied in time."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest

from listening.contract import (
    CORRECTIONS,
    DECISION_SCHEMA,
    ConfigurationError,
    Correction,
    DataRoot,
    check_correction,
)
from listening.decide.correct import (
    STREAM,
    choose_target,
    seal_corrections,
)
from listening.sealed import verify

TARGETS = {"intent": "churn", "topic": "anything", "flag": "threat"}
RIGHT = Correction("m", "h", "sentiment", "positive", "ada", note="\x00 praises it\n")


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("LISTENING_NOW", "2026-11-22T12:00:00Z")
    return DataRoot(tmp_path)


@pytest.mark.parametrize("tagger", CORRECTIONS)
def test_every_label_of_every_tagger_can_be_said(tagger):
    """And no other label, and without its target only what is of the whole mention."""
    target = TARGETS.get(tagger, "")
    for label in CORRECTIONS[tagger] or ("en", "deu"):
        check_correction(tagger, label, target, actor="ada-7")
    with pytest.raises(ConfigurationError, match="--label"):
        check_correction(tagger, "So-so", target)
    if tagger != "sentiment":
        label = (CORRECTIONS[tagger] or ("en",))[0]
        with pytest.raises(ConfigurationError, match="--id"):
            check_correction(tagger, label, "" if target else "acme")


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"tagger": "mood", "label": "good"}, "--tagger"),
        ({"tagger": "intent", "label": "yes", "target": "revenge"}, "--id"),
        ({"tagger": "flag", "label": "confirmed", "target": "rudeness"}, "--id"),
        ({"tagger": "irony", "label": "irony", "actor": ""}, "--actor"),
        ({"tagger": "irony", "label": "irony", "actor": "ada@acme.example"}, "--actor"),
    ],
)
def test_what_cannot_be_said_is_refused_with_its_option(said, where):
    with pytest.raises(ConfigurationError) as refused:
        check_correction(**said)
    assert refused.value.where == where
    assert refused.value.mend


def test_brands_are_of_sentiments_and_ids_of_the_others():
    assert choose_target("sentiment", "acme", "") == "acme"
    assert choose_target("topic", "", "leak") == "leak"
    for given in (("topic", "acme", ""), ("sentiment", "", "acme")):
        with pytest.raises(ConfigurationError):
            choose_target(*given)


def test_a_batch_holds_what_was_said(root):
    """One row, whole and of the contract's shape; white space and control characters are gone."""
    batch = seal_corrections(root, [RIGHT])
    path = root.landed(batch.batch_id)
    assert verify(path) == batch
    assert batch.batch_id == f"decision/{STREAM}/2026-11-22/00000001"
    table = pq.read_table(path, partitioning=None)
    assert table.schema.equals(DECISION_SCHEMA)
    (row,) = table.to_pylist()
    assert (row["label"], row["target"], row["note"]) == ("positive", None, "praises it")


def test_no_two_corrections_share_a_moment(root):
    """With the clock held, the later one is still the later: which stands is never in doubt."""
    moments = []
    for _ in range(3):
        batch = seal_corrections(root, [RIGHT, RIGHT])
        table = pq.read_table(root.landed(batch.batch_id), partitioning=None)
        moments += table["decided_at"].to_pylist()
    assert moments == sorted(set(moments))
    assert len(moments) == 6


def test_a_bad_one_among_good_ones_seals_nothing(root):
    with pytest.raises(ConfigurationError):
        seal_corrections(root, [RIGHT, Correction("m", "h", "sentiment", "great", "ada")])
    with pytest.raises(ConfigurationError, match="--reason"):
        seal_corrections(root, [Correction("m", "h", "irony", "none", "ada", note="x" * 1_001)])
    assert list(root.landing.rglob("*.parquet")) == []
