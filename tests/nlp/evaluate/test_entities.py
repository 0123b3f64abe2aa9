"""Names count where their spans agree exactly; each once."""

from __future__ import annotations

from nlp.entity import Tagged
from nlp.evaluate.entities import Counts, count


def test_only_exact_spans_count_and_types_where_asked():
    gold = [[(0, 3, "person"), (5, 9, "location")], []]
    found = [
        [Tagged(0, 3, "group", 0.9), Tagged(5, 8, "location", 0.9)],
        [Tagged(0, 1, "person", 0.6)],
    ]
    assert count(gold, found) == Counts(2, 3, 1)
    assert count(gold, found, typed=True) == Counts(2, 3, 0)


def test_measures_of_nothing_are_nought():
    nothing = count([[]], [[]])
    assert (nothing.precision, nothing.recall, nothing.f1) == (0, 0, 0)


def test_f1_is_the_harmonic_mean():
    counts = Counts(gold=4, found=2, hits=2)
    assert (counts.precision, counts.recall) == (1, 0.5)
    assert counts.f1 == 2 / 3
