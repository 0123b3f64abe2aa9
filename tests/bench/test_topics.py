"""The measures of the topics' bench: chance is 0, agreement is 1."""

from __future__ import annotations

import numpy as np
import pytest

from bench.topics import adjusted_information, purity

TOLD = [number % 4 for number in range(400)]


def test_equal_labellings_agree_whatever_the_names() -> None:
    assert adjusted_information(TOLD, [f"t{label}" for label in TOLD]) == pytest.approx(1)


def test_a_random_labelling_tells_nothing_however_fine() -> None:
    """Plain mutual information grows with the number of topics; this does not."""
    random = np.random.default_rng(3)
    for topics in (2, 20, 100):
        found = random.integers(0, topics, len(TOLD)).tolist()
        assert adjusted_information(TOLD, found) == pytest.approx(0, abs=0.03)


def test_purity_is_the_share_of_the_commonest() -> None:
    assert purity(["a", "a", "b", "c"], [1, 1, 1, 2]) == 0.75
