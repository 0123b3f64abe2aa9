"""What is thought of a target is asked at its place, and no failure spreads to another mention."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from listening.contract import SENTIMENTS, BrandFile
from nlp.encoder import MODEL, Question
from nlp.pipeline import build, make_doc, tag
from nlp.tagger import Said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spacy.language import Language

pytestmark = pytest.mark.skipif(
    not (MODEL / "target.onnx").exists(), reason="nlp/model has no target branch"
)
BOTH = "My PourMate is wonderful, I love it; Hobson & Söhne is garbage and broke at once"


@pytest.fixture(scope="module")
def towards(brands: BrandFile) -> Language:
    """What is needed to judge targets, and no more."""
    return build(brands, only={"target"})


def told(pipeline: Language, *said: Said) -> list[dict[str, Any]]:
    """Return the rows of mentions, without their vectors."""
    return [{**row, "embedding": None} for row in tag(pipeline, said)]


def shares(of: dict[str, Any], prefix: str = "") -> list[float]:
    return [of[f"{prefix}p_{name}"] for name in SENTIMENTS]


def test_each_brand_has_probabilities_of_its_own(towards: Language) -> None:
    """They are of the place, sum to 1, and the greatest names the label."""
    (row,) = told(towards, Said(BOTH))
    tern, hob = row["brands"]
    assert (tern["brand_id"], hob["brand_id"]) == ("tern", "hob")
    assert tern["p_positive"] > hob["p_positive"]
    for match in (tern, hob):
        assert sum(shares(match)) == pytest.approx(1, abs=1e-6)
        assert SENTIMENTS[int(np.argmax(shares(match)))] == match["sentiment"]


def test_a_target_asked_for_is_judged_like_a_brand_in_its_place(towards: Language) -> None:
    """By its words whatever their case; one that does not stand there by its name."""
    here, small, absent, none = told(
        towards,
        Said(BOTH, target="PourMate"),
        Said(BOTH, target="pourmate"),
        Said(BOTH, target="the waiter"),
        Said(BOTH),
    )
    assert shares(here, "target_") == shares(small, "target_") == shares(here["brands"][0])
    assert sum(shares(absent, "target_")) == pytest.approx(1, abs=1e-6)
    assert shares(absent, "target_") != shares(here, "target_")
    assert not [name for name in none if name.startswith("target_")]


def test_a_mention_known_to_be_about_a_brand_speaks_of_it_as_a_whole(towards: Language) -> None:
    """Unless its words name another brand: then it is asked by name."""
    plain, linked, other = told(
        towards,
        Said("broken again, I hate it", brand_id="tern", source="import"),
        Said("I love it so much https://ternwick.example/x"),
        Said("Hobson & Söhne is so much better", brand_id="tern", source="import"),
    )
    assert shares(plain["brands"][0]) == shares(plain)
    assert shares(linked["brands"][0]) == shares(linked)
    assert other["brands"][0]["start"] is None
    assert shares(other["brands"][0]) != shares(other)


def test_a_brand_is_not_asked_what_it_thinks_of_itself(towards: Language) -> None:
    """Its own words have no sentiment towards it; a customer's on its channel have."""
    own, served = told(
        towards,
        Said("We love our PourMate", author="ternwick", channel="twitter"),
        Said("I love it, it works so well", brand_id="tern", owned=True, source="appstore"),
    )
    assert [match["brand_id"] for match in own["brands"]] == ["tern", "tern"]
    assert all("sentiment" not in match for match in own["brands"])
    assert served["brands"][0]["sentiment"] == served["sentiment"]


def test_a_target_in_the_title_or_far_down_is_judged_too(towards: Language) -> None:
    """The text before it is longer than the encoder reads."""
    far = "word " * 400 + "and I love my Hobson & Söhne kettle, it is the best"
    title, late = told(towards, Said("It leaks", title="The PourMate is awful"), Said(far))
    assert sum(shares(title["brands"][0])) == pytest.approx(1, abs=1e-6)
    assert late["brands"][0]["start"] > 2000
    assert late["brands"][0]["sentiment"] == "positive"


def test_neighbours_and_their_number_change_nothing(towards: Language) -> None:
    """A mention is judged as alone, to the bit."""
    texts = [Said(BOTH), Said("PourMate again"), Said(""), Said(BOTH, target="kettle")]
    assert told(towards, *texts) == [told(towards, each)[0] for each in texts]


@pytest.mark.parametrize("fault", ["raise", "nan"])
def test_a_question_that_fails_costs_that_mention_its_label(
    towards: Language, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """Its matches say `failed`, the others are judged; what was not asked for stays null."""
    component: Any = towards.get_pipe("target")

    def judge(asked: Sequence[Question], _judge: Any = component._encoder.judge) -> Any:
        bad = ["poison" in each.text for each in asked]
        if fault == "raise" and any(bad):
            raise RuntimeError("no such place")
        found = _judge(asked)
        found[bad] = np.nan
        return found

    good = [Said(BOTH, target="kettle")] * 5
    before = told(towards, *good)
    monkeypatch.setattr(component._encoder, "judge", judge)
    *rows, bad, quiet = told(
        towards, *good, Said("poison in my PourMate", target="lid"), Said("PourMate: poison")
    )
    assert rows == before
    for row in (bad, quiet):
        assert [each["tagger"] for each in row["failures"]] == ["target"]
        assert row["sentiment"] in SENTIMENTS
        (match,) = row["brands"]
        assert (match["abstained"], match.get("sentiment")) == ("failed", None)
    assert bad["target_abstained"] == "failed"
    assert "target_abstained" not in quiet


def test_token_states_are_let_go_when_they_were_used(towards: Language) -> None:
    """A batch of documents does not hold what only this tagger reads."""
    (doc,) = towards.pipe([make_doc(towards, Said(BOTH))])
    reading = doc._.encoder.reading
    assert len(reading.states) == 0
    assert len(reading.tags) == len(reading.tokens)
