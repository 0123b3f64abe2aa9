"""Who was left for whom is told from how it is said, and only where the writer did it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.contract import SENTIMENTS, BrandFile
from nlp.encoder import MODEL
from nlp.pipeline import build, tag
from nlp.switch import Side, find_side, weigh
from nlp.tagger import Said

CALM = {"negative": 0.3, "neutral": 0.3, "positive": 0.4}
BITTER = {"negative": 0.9, "neutral": 0.05, "positive": 0.05}
COOL = {"negative": 0.05, "neutral": 0.9, "positive": 0.05}


def sides(text: str, mood: Mapping[str, float] = CALM) -> tuple[Side | None, Side | None]:
    """Return what became of Tarn and of Beck."""
    places = ((text.index(name), text.index(name) + 4) for name in ("Tarn", "Beck"))
    first, second = (find_side(text, place, mood) for place in places)
    return first, second


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I switched from Tarn to Beck and it is bliss", (Side.LEFT, Side.JOINED)),
        ("Switched to Beck from Tarn in June", (Side.LEFT, Side.JOINED)),
        ("Finally ditched my old Tarn for a Beck", (Side.LEFT, Side.JOINED)),
        ("We replaced the Tarn with a Beck", (Side.LEFT, Side.JOINED)),
        ("Bye Tarn, hello Beck!", (Side.LEFT, Side.JOINED)),
        ("I moved from Tarn to Beck, no regrets", (Side.LEFT, Side.JOINED)),
        ("I moved from Tarn to Beck and regret it", (Side.MISSED, Side.RUED)),
        ("Left Tarn for Beck, wish I hadn\u2019t", (Side.MISSED, Side.RUED)),
        ("Back to Tarn. My Beck leaks.", (Side.MISSED, None)),
        ("Has anyone switched from Tarn to Beck?", (None, None)),
        ("Swapping my Tarn for a Beck, offers welcome", (None, None)),
        ("The parcel goes from Tarn to Beck", (None, None)),
        ("I like Tarn and Beck", (None, None)),
    ],
)
def test_a_switch_has_a_direction(text: str, expected: tuple[Side | None, Side | None]) -> None:
    assert sides(text) == expected


def test_the_mood_tells_what_no_word_does() -> None:
    """Bitter, the new one is rued; with its cause told, the old one was left for it; cool: news."""
    said = "I switched from Tarn to Beck and it leaks"
    assert sides(said, BITTER) == (None, Side.RUED)
    assert sides(f"{said} less, because I was fed up", BITTER) == (Side.LEFT, Side.JOINED)
    assert sides(said, COOL) == (None, None)


@given(st.text(max_size=200), st.text(max_size=200), st.sampled_from([CALM, BITTER, COOL]))
def test_any_text_has_an_answer_and_shares_that_sum_to_one(
    before: str, behind: str, mood: dict[str, float]
) -> None:
    side = find_side(f"{before}Tarn{behind}", (len(before), len(before) + 4), mood)
    assert sum(weigh(side, mood).values()) == pytest.approx(1)


@pytest.mark.skipif(not (MODEL / "target.onnx").exists(), reason="nlp/model has no target branch")
def test_written_switches_are_heard(brands: BrandFile) -> None:
    """.53 of 128 targets without the rule, .89 when written (2026-11-22); its wording saw them."""
    lines = (Path(__file__).parent / "switch.jsonl").read_text(encoding="utf-8").splitlines()
    pairs = [
        (row["text"], name, SENTIMENTS[label])
        for row in map(json.loads, lines)
        for name, label in row["targets"].items()
    ]
    said = (Said(text, target=name) for text, name, _ in pairs)
    rows = tag(build(brands, only={"target"}), said)
    right = [row["target_sentiment"] == pair[2] for row, pair in zip(rows, pairs, strict=True)]
    assert sum(right) / len(right) >= 0.85
