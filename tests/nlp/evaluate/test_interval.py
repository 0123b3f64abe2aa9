"""Intervals hold the truth as often as they say, and are the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.evaluate.interval import bootstrap, chance_error, intervals, resample, wilson
from nlp.score import score


def test_wilson_of_the_textbook() -> None:
    """81 of 263: .2553 to .3662 (Newcombe 1998); all of ten is no certainty."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    low, high = wilson(10, 10)
    assert high == 1.0
    assert low == pytest.approx(0.7225, abs=1e-4)
    assert wilson(0, 10) == pytest.approx((0.0, 1 - low))


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_share(case: tuple[int, int]) -> None:
    hits, n = case
    low, high = wilson(hits, n)
    assert 0 <= low <= hits / n <= high <= 1


def test_draws_are_the_same_for_the_same_seed() -> None:
    first, again = (np.stack(list(resample(50, times=3))) for _ in range(2))
    assert (first == again).all()
    assert (first != np.stack(list(resample(50, times=3, seed=1)))).any()


def test_bootstrap_leaves_out_draws_without_a_value() -> None:
    """A mean is spread by its standard error; a draw that has no value is none."""
    values = np.random.default_rng(0).normal(0.5, 0.1, 400)

    def mean(rows: np.ndarray) -> float:
        return float("nan") if rows[0] == 0 else float(values[rows].mean())

    low, high = bootstrap(400, mean)
    error = 1.96 * values.std() / 20
    assert low == pytest.approx(values.mean() - error, abs=0.002)
    assert high == pytest.approx(values.mean() + error, abs=0.002)


def draw(random: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return calibrated probabilities of three classes, and labels drawn from them."""
    logits = random.normal(0, 1.5, (n, 3))
    spread = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (spread.cumsum(axis=1) < random.random((n, 1))).sum(axis=1)
    return spread.astype(np.float32), labels


def test_intervals_hold_the_truth_nineteen_times_of_twenty() -> None:
    """The accuracy of a large population lies in the intervals of small samples of it."""
    random = np.random.default_rng(7)
    truth = score(*draw(random, 200_000))
    sampled = [intervals(*draw(random, 250), times=200) for _ in range(150)]
    for name in ("accuracy", "macro_recall", "macro_f1"):
        held = [low <= truth[name] <= high for low, high in (one[name] for one in sampled)]
        assert 0.88 <= np.mean(held) <= 0.99, name


@given(st.integers(0, 30), st.integers(20, 120))
def test_intervals_enclose_what_was_measured(seed: int, n: int) -> None:
    probabilities, labels = draw(np.random.default_rng(seed), n)
    measured = score(probabilities, labels)
    for name, (low, high) in intervals(probabilities, labels, times=100).items():
        assert 0 <= low <= high <= 1
        assert low - 0.05 <= measured[name] <= high + 0.05


def test_a_sigmoid_head_and_an_absent_class() -> None:
    """One column stands for two classes; a label nobody guesses, or has, spoils nothing."""
    found = intervals(np.array([[0.9], [0.2], [0.8]], np.float32), np.array([1, 0, 1]))
    assert found["accuracy"] == (1.0, 1.0)
    assert found["macro_recall"] == (1.0, 1.0)


@pytest.mark.parametrize("n", [150, 2_000])
def test_a_calibrated_model_errs_as_chance_says(n: int) -> None:
    """Nineteen of twenty calibrated samples lie within the ends; an overconfident one does not."""
    random = np.random.default_rng(3)
    within = []
    for _ in range(40):
        spread, labels = draw(random, n)
        _, (low, high) = chance_error(spread)
        within.append(low <= score(spread, labels)["ece"] <= high)
    assert sum(within) >= 35
    spread, labels = draw(random, 2_000)
    sharp = spread**3 / (spread**3).sum(axis=1, keepdims=True)
    assert score(sharp, labels)["ece"] > chance_error(sharp)[1][1]


def test_few_rows_err_more_by_chance() -> None:
    spread, _ = draw(np.random.default_rng(1), 2_000)
    assert chance_error(spread[:100])[0] > 3 * chance_error(spread)[0]
