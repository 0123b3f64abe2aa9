"""A homonym is told by evidence that adds up; each part says what it brought."""

from __future__ import annotations

from typing import Any

import pytest

from listening.contract import Brand, BrandFile, Context
from nlp.encoder import MODEL
from nlp.homonym import NO_SENSES, PARTS, RULES, RULES_ONLY, WEIGHTS, judge
from nlp.pipeline import build, make_doc
from nlp.tagger import Said
from nlp.talk import read_examples

FINCH = Brand(
    "finch",
    "Finch",
    "own",
    aliases=("Finch Home",),
    context=Context(near=("vacuum", "filter"), not_near=("bird", "feeder")),
)
ROWAN = Brand("rowan", "Rowan", "competitor", context=Context(("desk",), ("tree",)))


@pytest.fixture(scope="module")
def read():
    if not (MODEL / "manifest.json").exists():
        pytest.skip("nlp/model is absent")
    pipeline = build(BrandFile((FINCH, ROWAN)), only={"encoder", "brands"})

    def read(text):
        doc = make_doc(pipeline, Said(text))
        for _, component in pipeline.pipeline:
            doc = component(doc)
        return doc

    return read


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("The Finch vacuum lost its filter.", True),
        ("I ordered a Finch and customer service will not refund me.", True),
        ("A finch sat on the bird feeder.", False),
        ("We watched a finch build its nest in the old oak.", False),
        ("finch home is hiring", True),
        ("A finch on the lawn watched me unpack the Finch.", True),
    ],
)
def test_meaning_tells_where_no_word_of_the_brand_file_does(read, text, meant):
    assert ("finch" in read(text)._.brands.ids) is meant


def test_a_kept_homonym_says_how_sure_and_why(read):
    (name,) = read("The Finch vacuum is loud.")._.brands.names
    assert 0.5 <= name.p < 1
    assert "beside +" in name.reason
    assert "talk " in name.reason


def test_a_name_far_down_a_long_text_is_read_in_its_own_sentence(read):
    filler = "The river rose and the meadows were under water for a week. " * 40
    text = f"{filler}\nMy Finch arrived broken and support ignores my refund request. {filler}"
    assert [text[n.start : n.end] for n in read(text)._.brands.names] == ["Finch"]


def test_in_other_languages_the_place_of_the_name_says_nothing(read):
    """It took every brand for something else there: the examples are English."""
    (name,) = read("Mon Finch est en panne et le service client ne répond pas")._.brands.names
    assert "place" not in name.reason


def test_other_brands_of_the_file_are_company(read):
    doc = read("Finch or Rowan?")
    assert all("company" in name.reason for name in doc._.brands.names)


def test_every_part_has_a_weight_and_none_speaks_against_itself():
    assert {*PARTS, "bias", "company", "mixed"} == set(WEIGHTS)
    assert {*PARTS[:-1], "bias", "company", "mixed"} == set(NO_SENSES)
    assert {*RULES, "bias", "company", "mixed"} == set(RULES_ONLY)
    assert min(WEIGHTS[part] for part in PARTS) >= 0


def test_evidence_adds_up():
    neither = judge({}, WEIGHTS)
    both = judge({"near": 1.0, "talk": -1.0}, {"bias": 0.0, "near": 2.0, "talk": 2.0})
    assert neither.p < 0.5
    assert both.p == 0.5
    assert both.reason == "near +2.0, talk -2.0"


def test_examples_of_talk_are_balanced_and_none_stands_twice():
    texts = [each.text for each in read_examples()]
    assert len(texts) == len(set(texts))
    share = sum(each.is_brand for each in read_examples()) / len(texts)
    assert 0.4 < share < 0.6


def test_passages_of_many_mentions_are_read_together(monkeypatch):
    """One call for all, and of each mention the same as alone, to the bit."""
    if not (MODEL / "manifest.json").exists():
        pytest.skip("nlp/model is absent")
    pipeline = build(BrandFile((FINCH, ROWAN)), only={"encoder", "brands"})
    texts = [
        "The Finch vacuum lost its filter.",
        "A finch sat on the bird feeder.",
        "rowan or Finch? my desk is full",
        "Nothing here.",
    ]
    alone = [list(pipeline(make_doc(pipeline, Said(text)))._.brands.names) for text in texts]
    brands: Any = pipeline.get_pipe("brands")
    talk = brands.talk
    read, calls = talk.read, []

    def count(passages):
        calls.append(list(passages))
        return read(passages)

    monkeypatch.setattr(talk, "read", count)
    docs = pipeline.pipe([make_doc(pipeline, Said(text)) for text in texts])
    assert [list(doc._.brands.names) for doc in docs] == alone
    assert [len(passages) for passages in calls] == [4]  # the third names both
