"""A text falls into the same words however it is read, and nothing of it is lost."""

from __future__ import annotations

import spacy
from hypothesis import given
from hypothesis import strategies as st

from nlp.words import _TOKEN, WordTokenizer, read_words, split

make = WordTokenizer(spacy.blank("xx").vocab)


@given(st.one_of(st.text(), st.text(st.characters(codec="ascii"))))
def test_plain_text_falls_into_the_same_pieces_as_any(text: str) -> None:
    assert split(text) == _TOKEN.findall(text)
    assert "".join(split(text)) == text


@given(
    st.text(st.sampled_from("aZ9é\u0301ß _-#@.\n\u00a0\u3000\u4e16\u0e01\U0001f600'²"), max_size=40)
)
def test_the_words_that_are_kept_are_those_of_the_document(text: str) -> None:
    doc = make(text)
    assert doc.text == text
    assert read_words(doc) == [(each.text, each.idx) for each in doc if each.text[0].isalnum()]
