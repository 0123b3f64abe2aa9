"""The pipeline orders its taggers, and what fails costs one label of one mention."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listening.contract import BrandFile, ListeningError
from nlp.pipeline import build, discover, make_doc, order, tag, versions
from nlp.suspicion import Sign, Suspect
from nlp.tagger import MAX_CHARACTERS, REGISTRY, Said, Tagger, is_finite, tagger
from nlp.words import WordTokenizer

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

PIECES = st.sampled_from(
    ["\U0001f600", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "e\u0301", "\u0130", "ß", "\n"]
)
EMOJI_TEXTS = st.lists(st.one_of(PIECES, st.characters()), max_size=40).map("".join)
NAMES = st.sampled_from(
    ["Ternwick", "TERNWICK POURMATE", "@ternwick", "#PourMate", "hobson & so\u0308hne", "Tern"]
)


@pytest.fixture
def rogue() -> Iterator[type[Tagger[Any]]]:
    """A tagger that raises, is NaN, or is silent, as the text says."""

    @tagger("rogue", version="7", needs=("marks",))
    class Rogue(Tagger[float]):
        calls = 0

        def tag(self, docs: Sequence[Doc]) -> list[float]:
            type(self).calls += 1
            texts = [doc._.whole for doc in docs]
            if "short" in texts:
                return [1.0] * (len(docs) - 1)
            if "raise" in texts:
                raise RuntimeError("cannot read this")
            return [np.nan if text == "nan" else 1.0 for text in texts]

    @tagger("follower", version="1", needs=("rogue",))
    class Follower(Tagger[float]):
        failed: ClassVar[dict[str, Any]] = {"followed": None}

        def tag(self, docs: Sequence[Doc]) -> list[float]:
            return [doc._.rogue + 1 for doc in docs]

        def columns(self, doc: Doc, value: float) -> dict[str, Any]:
            if doc._.whole == "columns":
                raise KeyError("column")
            return {"followed": value}

    yield Rogue
    REGISTRY.pop("rogue")
    REGISTRY.pop("follower")


@pytest.mark.parametrize("bad", ["raise", "nan", "short"])
def test_one_failing_mention_loses_its_label_and_no_other_does(
    bad: str, rogue: type[Tagger[Any]]
) -> None:
    texts = ["fine"] * 700 + [bad] + ["fine too"] * 300
    rows = list(tag(build(only={"follower", "language"}), map(Said, texts)))
    assert len(rows) == len(texts)
    failed = [number for number, row in enumerate(rows) if row["failures"]]
    assert failed == [700]
    assert [each["tagger"] for each in rows[700]["failures"]] == ["rogue", "follower"]
    assert rows[700]["followed"] is None
    assert "language" in rows[700]
    assert {row["followed"] for row in rows[:700] + rows[701:]} == {2.0}
    # One bad mention among a thousand is found by halving, not by a call for each.
    assert rogue.calls < 30  # type: ignore[attr-defined]


def test_a_failure_says_why(rogue: type[Tagger[Any]]) -> None:
    del rogue
    rows = list(tag(build(only={"follower"}), map(Said, ["raise", "nan", "columns"])))
    assert [row["failures"][0] for row in rows] == [
        {"tagger": "rogue", "reason": "RuntimeError: cannot read this"},
        {"tagger": "rogue", "reason": "not a finite number"},
        {"tagger": "follower", "reason": "KeyError: 'column'"},
    ]
    assert rows[0]["failures"][1] == {"tagger": "follower", "reason": "needs rogue"}


def test_a_broken_encoder_costs_the_labels_that_need_it_and_leaves_the_rest(
    whole: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder: Any = whole.get_pipe("encoder")

    def fail_on_one(texts: Sequence[str], _encode: Any = encoder._encoder.encode) -> Any:
        if any("poison" in text for text in texts):
            raise RuntimeError("no such token")
        return _encode(texts)

    monkeypatch.setattr(encoder._encoder, "encode", fail_on_one)
    good, bad = tag(whole, map(Said, ["I love my Ternwick kettle", "poison in my Ternwick"]))
    assert good["failures"] == []
    assert good["sentiment"] == "positive"
    assert {"encoder", "sentiment", "emotion", "topic"} <= {f["tagger"] for f in bad["failures"]}
    assert (bad["sentiment"], bad["abstained"]) == (None, "failed")
    assert bad["embedding"] is None
    assert [match["brand_id"] for match in bad["brands"]] == ["tern"]


def test_every_tagger_of_the_folder_is_in_the_pipeline_with_its_version(whole: Language) -> None:
    model: Any = whole.get_pipe("encoder")
    stated = versions(whole)
    assert stated.keys() == discover().keys()
    assert stated["sentiment"] == f"1+{model.model}"
    assert stated["marks"] == "1"
    found = whole.analyze_pipes()
    assert found is not None
    assert all(not problems for problems in found["problems"].values())


def test_a_tagger_comes_after_what_it_needs_and_uses() -> None:
    kinds = discover()
    names = order(kinds)
    for place, name in enumerate(names):
        assert {*kinds[name].needs, *kinds[name].uses} <= set(names[:place])


def test_what_a_tagger_needs_comes_with_it() -> None:
    assert build(only={"entities"}).pipe_names == ["marks", "brands", "entities"]


def test_an_unknown_tagger_is_an_error() -> None:
    with pytest.raises(ListeningError, match="there is no tagger 'mood'"):
        build(only={"mood"})


def test_taggers_that_need_each_other_are_an_error() -> None:
    kinds = dict(discover())
    kinds["marks"] = type("Loop", (), {"needs": ("cues",), "uses": ()})
    kinds["cues"] = type("Loop", (), {"needs": ("marks",), "uses": ()})
    with pytest.raises(ListeningError, match="need each other"):
        order(kinds)


def test_two_taggers_of_one_name_are_an_error() -> None:
    discover()
    with pytest.raises(ListeningError, match="two taggers are called 'marks'"):
        tagger("marks", version="2")(type("Second", (Tagger,), {}))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(EMOJI_TEXTS, NAMES, EMOJI_TEXTS)
def test_offsets_point_at_what_matched(rules: Language, before: str, name: str, after: str) -> None:
    """Code points of the original text, whatever emoji and accents stand before."""
    text = f"{before} {name} {after}"
    (row,) = tag(rules, [Said(text, channel="twitter", title="A title before it all")])
    assert row["failures"] == []
    for match in row["brands"]:
        if match["start"] is not None:
            assert text[match["start"] : match["end"]] == match["matched"]
    for entity in row["entities"]:
        assert text[entity["start"] : entity["end"]] == entity["text"]
    for flag in row["flags"]:
        assert flag["start"] is None or 0 <= flag["start"] <= flag["end"] <= len(text)
    if name.startswith(("@", "#", "TERNWICK")):
        assert any(match["brand_id"] == "tern" for match in row["brands"])


@given(st.text())
def test_words_put_together_are_the_text(rules: Language, text: str) -> None:
    said = Said(text)
    doc = make_doc(rules, said)
    assert doc.text == said.whole
    assert len(said.whole) == len(text)
    assert isinstance(rules.tokenizer, WordTokenizer)


ODD_TEXTS = {
    "empty": "",
    "blank": " \n\t\u00a0",
    "emoji": "\U0001f600\U0001f389" * 2_500,
    "long": "the kettle leaks again and the lid broke " * 1_250,
    "names": "Ternwick PourMate @ternwick #Ternwick tern " * 2_000,
    "right to left": "\u0645\u0631\u062d\u0628\u0627 \u200f\u202eabc" * 500,
    "one word": "a" * 100_000,
    "digits": "1 2-3 4.5 6 " * 5_000,
    "signs": "@@@###::://..,,?!?!" * 3_000,
    "dots": "a." * 20_000,
    "homonyms": "tern coast " * 8_000,
    "offers": "beware replica Ternwick $5 order now " * 2_000,
    "fires": "no fire caught fire toaster " * 3_000,
    "mails": "a@b.example " * 3_000,
    "brackets": "((((" * 5_000,
    "surrogate": "lone \ud83d half \udc00",
    "zero": "\x00 \x01 \ufeff",
    "accents": "e" + "\u0301" * 5_000,
    "addresses": "12 a b c " * 4_000,
    "names of people": "Jane Doe " * 4_000 + "his number is +44 20 7946 0958",
    "secrets": "password: aB3$ " * 2_000,
    "beyond the cut": "x " * MAX_CHARACTERS,
}


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS.keys())
def test_no_text_fails_or_stalls(rules: Language, text: str) -> None:
    begun = time.process_time()
    (row,) = tag(rules, [Said(text, author="ternwlck", channel="twitter")])
    assert row["failures"] == []
    assert time.process_time() - begun < 20, "a tagger is not linear in the text"


def test_odd_texts_pass_the_model_too(whole: Language) -> None:
    begun = time.process_time()
    rows = list(tag(whole, map(Said, ODD_TEXTS.values())))
    assert time.process_time() - begun < 60, "twenty texts, most of them as long as they may be"
    assert [row["failures"] for row in rows] == [[]] * len(ODD_TEXTS)
    assert all(
        row["p_negative"] + row["p_neutral"] + row["p_positive"] == pytest.approx(1, abs=1e-6)
        for row in rows
    )


def test_tags_do_not_depend_on_company(whole: Language) -> None:
    texts = ["I love my Ternwick", "der Deckel ist kaputt", "it leaks", "mail mia@post.example"]
    together = list(tag(whole, map(Said, texts)))
    alone = [next(tag(whole, [Said(text)])) for text in reversed(texts)][::-1]
    for one, other in zip(together, alone, strict=True):
        np.testing.assert_allclose(one.pop("embedding"), other.pop("embedding"), atol=1e-4)
        assert str(one)[:200] == str(other)[:200]
        assert (one["language"], one["topics"], one["flags"]) == (
            other["language"],
            other["topics"],
            other["flags"],
        )


def test_without_a_brand_file_there_are_no_brands_and_no_topics() -> None:
    (row,) = tag(
        build(BrandFile(brands=()), only={"brands", "entities"}), [Said("Ternwick @ternwick")]
    )
    assert row["brands"] == []
    assert [entity["type"] for entity in row["entities"]] == ["handle"]


@pytest.mark.parametrize(
    ("value", "finite"),
    [
        (1.0, True),
        (float("nan"), False),
        ({"a": [1, (2.0, float("inf"))]}, False),
        (np.array([1.0, np.nan]), False),
        (np.array([1, 2]), True),
        (np.float32("nan"), False),
        (np.array(["nan"]), True),
        (np.array([3e38, 3e38], np.float32), True),  # whose squares are infinite
        ("nan", True),
        (Said("x"), True),
        (Sign(0, 1, float("nan"), "rule", "reason"), False),
        ([Suspect(0.5, 0, 1), Suspect(float("inf"), 0, 1)], False),
        (Suspect(0.5, 0, 1), True),
    ],
)
def test_a_number_that_is_none_is_seen_however_deep(value: object, finite: bool) -> None:
    assert is_finite(value) is finite
