"""Names are read from tags: the likeliest sequence, at the borders of words, in one form."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.encoder import Reading
from nlp.entity import _States, canonical, decode
from nlp.tokens import Tokens

LABELS = ("O", "B-person", "I-person", "B-location", "I-location")


def read(text: str, pieces: list[tuple[str, dict[str, float]]]) -> Reading:
    """Return a reading whose pieces stand in the text one after the other."""
    starts, ends, tags, place = [-1], [-1], [[1.0, 0, 0, 0, 0]], 0
    for piece, shares in pieces:
        start = text.index(piece, place)
        place = start + len(piece)
        starts.append(start)
        ends.append(place)
        rest = (1 - sum(shares.values())) / len(LABELS)
        tags.append([shares.get(label, 0.0) + rest for label in LABELS])
    count = len(starts)
    tokens = Tokens([0] * count, [0] * count, starts, ends)
    return Reading(tokens, np.array(tags, np.float32), np.empty((0, 4), np.float32))


OUT = {"O": 0.96}


def names(text: str, pieces: list[tuple[str, dict[str, float]]], **more: float) -> list[str]:
    found = decode(text, read(text, pieces), LABELS, **more)
    return [f"{text[name.start : name.end]}:{name.type}" for name in found]


def test_pieces_of_a_word_are_one_word_and_a_name_may_have_several() -> None:
    text = "saw Ola Wendelin in Porto"
    pieces = [
        ("saw", OUT), ("Ola", {"B-person": 0.9}), ("Wende", {"I-person": 0.9}),
        ("lin", {"I-person": 0.9}), ("in", OUT), ("Porto", {"B-location": 0.8}),
    ]  # fmt: skip
    assert names(text, pieces) == ["Ola Wendelin:person", "Porto:location"]


def test_a_name_that_only_continues_is_begun() -> None:
    """The likeliest tag of each piece is I-, which cannot stand first."""
    pieces = [("in", OUT), ("Porto", {"I-location": 0.7, "B-location": 0.2})]
    assert names("in Porto", pieces) == ["Porto:location"]


def test_a_continuation_of_another_type_keeps_the_likelier_one() -> None:
    pieces = [("Ola", {"B-person": 0.9}), ("Lund", {"I-location": 0.5, "I-person": 0.4})]
    assert names("Ola Lund", pieces) == ["Ola Lund:person"]


def test_half_a_word_widens_to_the_word_and_signs_at_the_ends_are_left_out() -> None:
    text = '"Porto!" she said'
    pieces = [
        ('"', {"B-location": 0.5}), ("Por", {"I-location": 0.9, "B-location": 0.05}),
        ("to", {"I-location": 0.6}), ("!", {"I-location": 0.6}), ("she", OUT), ("said", OUT),
    ]  # fmt: skip
    assert names(text, pieces) == ["Porto:location"]


def test_dots_belong_to_an_acronym() -> None:
    pieces = [
        ("the", OUT), ("U", {"B-location": 0.9}), (".", {"I-location": 0.9}),
        ("S", {"I-location": 0.9}), (".", {"I-location": 0.9}), ("today", OUT),
    ]  # fmt: skip
    assert names("the U.S. today", pieces) == ["U.S.:location"]


def test_less_weight_outside_finds_more() -> None:
    pieces = [("Porto", {"O": 0.6, "B-location": 0.4})]
    assert names("Porto", pieces, outside=1.0) == []
    assert names("Porto", pieces, outside=0.5) == ["Porto:location"]


def test_signs_alone_are_no_name_and_nothing_is_none() -> None:
    assert names("!", [("!", {"B-person": 0.9})]) == []
    assert names("", []) == []


def test_the_probability_is_the_mean_of_the_pieces() -> None:
    pieces = [("Ola", {"B-person": 1.0}), ("Lund", {"I-person": 0.5, "O": 0.5})]
    (name,) = decode("Ola Lund", read("Ola Lund", pieces), LABELS)
    assert name.p == pytest.approx(0.75)


@given(st.lists(st.lists(st.floats(0.01, 1), min_size=5, max_size=5), max_size=8))
def test_names_never_overlap_and_stand_in_the_text(rows: list[list[float]]) -> None:
    text = " ".join(f"word{i}" for i in range(len(rows)))
    starts = [text.index(f"word{i}") for i in range(len(rows))]
    tags = np.array(rows, np.float32).reshape(-1, 5)
    tags /= tags.sum(axis=1, keepdims=True)
    count = len(rows)
    tokens = Tokens([0] * count, [0] * count, starts, [start + 5 for start in starts])
    found = decode(text, Reading(tokens, tags, np.empty((0, 4), np.float32)), LABELS)
    edges = [edge for name in found for edge in (name.start, name.end)]
    assert edges == sorted(edges)
    assert all(text[name.start : name.end].strip("word0123456789 ") == "" for name in found)
    assert all(0 < name.p <= 1 for name in found)


SURE = [0.96, 0.01, 0.01, 0.01, 0.01]


@given(
    st.lists(
        st.one_of(
            st.lists(st.floats(1e-6, 1), min_size=5, max_size=5),
            st.permutations(SURE),
            st.just(SURE),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_walking_between_what_is_outside_finds_the_path_of_the_whole(
    rows: list[list[float]],
) -> None:
    shares = np.array(rows, np.float32)
    scores = np.log(shares / shares.sum(axis=1, keepdims=True))
    states = _States(LABELS)
    whole, parted = states.walk(scores), states.find_path(scores)
    places = range(len(rows))
    assert parted == whole or sum(scores[i, parted[i]] for i in places) == pytest.approx(
        sum(scores[i, whole[i]] for i in places), abs=1e-4
    )  # equally likely paths may part where sums are rounded


def test_a_model_that_finds_names_beside_the_text_finds_none_in_it() -> None:
    tokens = Tokens([0], [0], [-1], [-1])
    tags = np.array([[0.0, 1, 0, 0, 0]], np.float32)
    assert decode("?", Reading(tokens, tags, np.empty((0, 4), np.float32)), LABELS) == []


@pytest.mark.parametrize(
    ("surface", "form"),
    [
        ("#OlaWendelin", "Ola Wendelin"),
        ("#porto_2026", "Porto 2026"),
        ("Ola's", "Ola"),
        ("Ola\u2019s", "Ola"),
        ("Ola ' s", "Ola"),
        ("porto", "Porto"),
        ("PORTO", "Porto"),
        ("BBC", "BBC"),
        ("iBrew", "iBrew"),
        ("Ola \n Lund", "Ola Lund"),
        ("ola lund", "Ola Lund"),
        ("de Gruyter", "de Gruyter"),
        ("4K", "4K"),
    ],
)
def test_a_name_has_one_form(surface: str, form: str) -> None:
    assert canonical(surface) == form


@given(st.text(min_size=1, max_size=20))
def test_the_form_of_a_form_is_itself(surface: str) -> None:
    once = canonical(surface)
    assert (
        canonical(once) == once
        or once.startswith(("#", "\uff03"))
        or "'" in once
        or "\u2019" in once
    )
