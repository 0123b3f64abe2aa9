"""What holds for taggers whatever the text: abstention, near copies, precedence."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.contract import RELATIONS, Brand, BrandFile, Context
from nlp.lookalike import skeleton
from nlp.pipeline import build, tag
from nlp.rulebook import gap, phrases
from nlp.tagger import Said
from nlp.taggers.intent import question
from nlp.taggers.language import Spoken
from nlp.taggers.marks import scan
from nlp.taggers.sentiment import abstain
from nlp.words import fold

if TYPE_CHECKING:
    from spacy.language import Language

ENGLISH = Spoken("en", 0.99, sure=True)
TEXT = scan("the lid of the kettle broke")
ARTICLE = (
    "The kitchen maker opened a second repair shop near the harbour on Tuesday, and the first "
    "hundred guests brought kettles, toasters and one very old waffle iron to be mended."
)


def shares(negative: float, neutral: float, positive: float) -> dict[str, float]:
    return {"negative": negative, "neutral": neutral, "positive": positive}


@pytest.mark.parametrize(
    ("p", "text", "spoken", "reason"),
    [
        (shares(0.8, 0.1, 0.1), TEXT, ENGLISH, None),
        (shares(0.45, 0.1, 0.45), TEXT, ENGLISH, "mixed"),
        (shares(0.1, 0.47, 0.43), TEXT, ENGLISH, "border"),
        (shares(0.8, 0.1, 0.1), TEXT, Spoken("de", 0.9, sure=True), "language"),
        (shares(0.8, 0.1, 0.1), TEXT, Spoken("de", 0.5), None),
        (shares(0.8, 0.1, 0.1), TEXT, Spoken(""), None),
        (shares(0.8, 0.1, 0.1), scan("@a https://b.example !!"), ENGLISH, "short"),
        (shares(0.8, 0.1, 0.1), scan("12 3.4"), ENGLISH, "short"),
        (shares(0.8, 0.1, 0.1), scan("awful"), ENGLISH, None),
        (shares(0.5, 0.3, 0.2), scan("hm"), ENGLISH, "short"),
        (shares(0.1, 0.1, 0.8), scan("\U0001f600"), ENGLISH, None),
    ],
)
def test_when_a_sentiment_does_not_count(
    p: dict[str, float], text: Any, spoken: Spoken, reason: str | None
) -> None:
    assert abstain(p, text, spoken) == reason


def bands(pipeline: Language, *texts: str) -> list[set[int]]:
    return [set(row["bands"]) for row in tag(pipeline, map(Said, texts))]


def test_a_copy_shares_a_band_and_another_text_does_not(rules: Language) -> None:
    copies = [
        ARTICLE,
        f"RT @somebody: {ARTICLE} https://a.example/1",
        ARTICLE.upper().replace(",", " \U0001f600"),
        ARTICLE.replace("Tuesday", "Wednesday"),
        f"Read this. {ARTICLE}",
    ]
    first, *others = bands(rules, *copies)
    assert all(first & other for other in others)
    (stranger,) = bands(rules, "The kitchen maker closed its repair shop and nobody knows why.")
    assert not first & stranger


def test_a_few_words_are_no_copy_of_each_other(rules: Language) -> None:
    assert bands(rules, "thank you so much", "thank you so much @you #ok") == [set(), set()]


def test_relations_take_precedence_in_the_order_of_the_contract() -> None:
    """Owned beats tagged, tagged beats untagged; a channel without a handle is off channel."""
    brand = Brand("b", "Brand", "own", handles={"forum": ("@brand",)})
    pipeline = build(BrandFile(brands=(brand,)), only={"brands"})
    ranks = {name: rank for rank, name in enumerate(RELATIONS)}
    for author, sign, channel in itertools.product(("brand", ""), ("@brand ", ""), ("forum", "")):
        said = Said(f"{sign}Brand", author=author, channel=channel, source="crawled")
        (row,) = tag(pipeline, [said])
        signs = [author and channel == "forum", sign, channel == "forum", True]
        expected = next(rank for rank, holds in enumerate(signs) if holds)
        assert {ranks[match["relation"]] for match in row["brands"]} == {expected}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("my lark kettle", True),
        ("two larks sang, then a lark in the garden", False),
        ("the lark of my gardens", False),
        ("lark near the garden, and my new kettles by lark", True),
        ("Lark is bad", True),
        ("LARK is bad", True),
        ("lark is bad", False),
        ("@lark a lark in the garden", True),
    ],
)
def test_a_homonym_is_told_by_the_words_around_it(text: str, meant: bool) -> None:
    brand = Brand(
        "lark",
        "Lark",
        "own",
        handles={"x": ("@lark",)},
        context=Context(near=("kettle",), not_near=("garden",)),
    )
    (row,) = tag(build(BrandFile(brands=(brand,)), only={"brands"}), [Said(text, channel="x")])
    assert bool(row["brands"]) is meant


def test_a_mapped_brand_matches_without_a_span_even_where_the_name_means_another() -> None:
    brand = Brand("lark", "Lark", "own", context=Context(not_near=("garden",)))
    pipeline = build(BrandFile(brands=(brand,)), only={"brands"})
    (row,) = tag(pipeline, [Said("broken again", brand_id="lark", source="import")])
    assert [(each["brand_id"], each["start"]) for each in row["brands"]] == [("lark", None)]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Where is my parcel?", True),
        ("does anybody know how loud it is", True),
        ("\u00bfCu\u00e1ndo llega mi pedido?", True),
        ("Kann mir jemand sagen, wie das geht", True),
        ("Est-ce que le couvercle est en verre", True),
        ("\u3053\u308c\u306f\u9759\u304b\u3067\u3059\u304b\uff1f", True),
        ("What a machine", False),
        ("It is quiet; it is blue", False),
        ("seriously?!", False),
        ("???", False),
        ("", False),
    ],
)
def test_a_question_is_told_by_its_syntax(text: str, asked: bool) -> None:
    assert (question(text) >= 0.5) is asked


@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize("alike", ["t\u0435rnwick", "TERNWlCK", "t3rnw1ck"])
def test_letters_that_pass_for_each_other_have_one_skeleton(alike: str) -> None:
    assert skeleton(alike) == skeleton("ternwick")


@given(*[st.tuples(st.integers(0, 50), st.integers(50, 99))] * 2)
def test_the_gap_between_spans_is_the_same_from_both_sides(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    assert gap(one, other) == gap(other, one) == 0


def test_no_phrase_stands_in_two_groups_of_one_rule_that_exclude_each_other() -> None:
    groups = {name: set(words) for name, words in phrases()}
    assert not groups["counterfeit.replica"] & groups["counterfeit.fake"]
    assert not groups["safety.hazard"] & groups["safety.figure"]
    assert all(words for words in groups.values())
