"""The measures that the model card quotes, against cases worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.score import calibration_error, fit_temperature, score, spread_sigmoid


def test_score_by_hand() -> None:
    """Recall is meant over classes, not rows: 1 of 1 and 1 of 3 make 2/3."""
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.4, 0.6]], np.float32)
    measured = score(probabilities, np.array([0, 1, 1, 1]))
    assert measured["rows"] == 4
    assert measured["accuracy"] == pytest.approx(2 / 4)
    assert measured["macro_recall"] == pytest.approx((1 + 1 / 3) / 2)
    assert measured["macro_f1"] == pytest.approx((2 / (1 + 3) + 2 / (3 + 1)) / 2)


def test_absent_class_counts_not() -> None:
    probabilities = np.array([[0.1, 0.8, 0.1], [0.1, 0.1, 0.8]], np.float32)
    assert score(probabilities, np.array([1, 2]))["macro_recall"] == 1.0


def test_sigmoid_column_becomes_two() -> None:
    np.testing.assert_allclose(
        spread_sigmoid(np.array([[0.75]], np.float32)), [[0.25, 0.75]], atol=1e-6
    )


def test_calibration_error_by_hand() -> None:
    """Sure of 0.9 and right in half of the rows: off by 0.4."""
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1]], np.float32)
    assert calibration_error(probabilities, np.array([0, 1])) == pytest.approx(0.4, abs=1e-6)


@settings(max_examples=25)
@given(st.floats(0.6, 3.5), st.integers(0, 10))
def test_temperature_is_found_again(truth: float, seed: int) -> None:
    """Labels drawn at a known temperature: the fit finds it."""
    random = np.random.default_rng(seed)
    logits = random.normal(0, 3, (8_000, 3))
    true = np.exp(logits / truth)
    true /= true.sum(axis=1, keepdims=True)
    labels = (true.cumsum(axis=1) < random.random((8_000, 1))).sum(axis=1)
    stated = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert fit_temperature(stated.astype(np.float32), labels) == pytest.approx(truth, rel=0.1)
