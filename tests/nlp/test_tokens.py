"""Word pieces keep their place and their shape."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.encoder import Encoder
from nlp.normalize import align, normalize
from nlp.tokens import LONGEST_TARGET, SHAPES, append_target, find_target, shape_of


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.load()


@given(st.text(st.characters(), max_size=200))
def test_every_character_knows_its_place(text: str) -> None:
    """Whatever normalising does, each character left stands for a piece of the original."""
    aligned = align(text)
    assert aligned.text == normalize(text)
    assert len(aligned.text) == len(aligned.starts) == len(aligned.ends)
    for start, end in zip(aligned.starts, aligned.ends, strict=True):
        assert 0 <= start <= end <= len(text)
    assert aligned.starts == sorted(aligned.starts)


@pytest.mark.parametrize(
    ("text", "word", "original"),
    [
        ("see https://a.example/x now", "http", "https://a.example/x"),
        ("hey @some_body!", "user", "@some_body"),
        ("so \U0001f602 funny", "joy", "\U0001f602"),
        ("#WorstAirline ever", "Airline", "Airline"),
        ("soooo good", "soo", "soooo"),
        ("caf\u0065\u0301 closed", "caf\u00e9", "caf\u0065\u0301"),
        ("a &amp; b", "&", "&amp;"),
        ("> you said no\nI say yes", "yes", "yes"),
    ],
)
def test_what_was_replaced_is_found_again(text: str, word: str, original: str) -> None:
    aligned = align(text)
    at = aligned.text.index(word)
    start, end = aligned.span(at, at + len(word))
    assert text[start:end] == original


def test_quoted_lines_are_another_s_words() -> None:
    assert normalize("> this is awful\nnot at all, I love it") == "not at all, I love it"
    assert normalize("> only a quote") == "> only a quote"
    assert normalize("3 > 2 and so on") == "3 > 2 and so on"


@pytest.mark.parametrize(
    ("word", "shape"),
    [("word", "lower"), ("Word", "initial"), ("WORD", "capitals"), ("iPhone", "mixed"),
     ("I", "letter"), ("K2", "digits"), ("\u4f60\u597d", "lower")],
)  # fmt: skip
def test_shapes(word: str, shape: str) -> None:
    assert SHAPES[shape_of(word)] == shape


def test_pieces_have_the_shape_of_their_word(encoder: Encoder) -> None:
    """A capital is seen in every piece of its word, though the vocabulary has none."""
    tokens = encoder.read(["Quillavastra, said BOB"])[0]
    shapes = [SHAPES[each] for each in tokens.shapes]
    assert shapes[0] == shapes[-1] == "none"
    comma = tokens.starts.index(12)
    assert set(shapes[1:comma]) == {"initial"}
    assert shapes[comma] == "mark"
    assert shapes[-2] == "capitals"


def test_targets_are_found_as_words_first() -> None:
    assert find_target("pinecone and cone", "cone") == (13, 17)
    assert find_target("CONE", "cone") == (0, 4)
    assert find_target("Cone or cone", "cone") == (8, 12)
    assert find_target("pinecones", "cone") == (4, 8)
    assert find_target("nothing", "cone") is None
    assert find_target("nothing", "") is None


def test_an_appended_target_fits(encoder: Encoder) -> None:
    """The text gives way to the target, which has a limit of its own."""
    text, target = encoder.read(["word " * 300, "name " * 40])
    joined, (start, end) = append_target(text, target, 64)
    assert len(joined) == 64
    assert end - start == LONGEST_TARGET - 1 or end - start == LONGEST_TARGET
    assert joined.ids[start - 1] == text.ids[-1]
