"""What is noted of a document is the same by spaCy's way and by ours."""

import pytest
import spacy

import nlp.tagger  # noqa: F401  declares what every document may hold
from nlp.notes import declare, notes


def test_a_value_is_read_and_set_either_way() -> None:
    declare("mood")
    doc = spacy.blank("xx")("a")
    assert doc._.mood is notes(doc).mood is None
    doc._.mood = "fair"
    assert notes(doc).mood == "fair"
    notes(doc).mood = "foul"
    assert doc._.mood == "foul"


def test_no_document_knows_of_another() -> None:
    declare("mood")
    one, other = spacy.blank("xx").pipe(["a", "b"])
    notes(one).mood = "fair"
    assert notes(other).mood is None
    assert notes(other).failures == {}


def test_a_name_that_nobody_declared_is_an_error() -> None:
    with pytest.raises(AttributeError, match="moood"):
        _ = notes(spacy.blank("xx")("a")).moood
