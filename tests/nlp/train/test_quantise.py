"""Weights and signals in bytes: near, and never too large for an old processor."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("torch", reason="needs the train extra (torch)")
pytest.importorskip("onnx", reason="needs the train extra (onnx)")

from nlp.train.quantise import Fit, Seen, fit_signal, round_weight

LARGEST = 2**15 - 1
"""Of the 16 bits in which processors without VNNI add two products."""


@given(st.integers(0, 2**32 - 1), st.floats(1e-4, 1e4), st.booleans())
def test_no_pair_of_products_overflows(seed: int, size: float, alike: bool) -> None:
    """Whatever the bytes are: two neighbouring products of a column fit into 16 bits."""
    random = np.random.default_rng(seed)
    weight = (random.standard_t(2, (16, 5)) * size).astype(np.float32)
    rounded, scales = round_weight(np.abs(weight) if alike else weight)
    for sign in (1, -1):
        sums = np.maximum(sign * rounded.astype(int), 0).reshape(8, 2, 5).sum(axis=1)
        assert sums.max() * 255 <= LARGEST
    error = np.abs(rounded * scales - (np.abs(weight) if alike else weight))
    assert (error <= scales * 0.501).all()


def test_half_the_range_is_seldom_given_away() -> None:
    """Weights as they are use more than 7 bits; the pair's limit costs little."""
    weight = np.random.default_rng(1).standard_normal((384, 64)).astype(np.float32)
    rounded, _ = round_weight(weight)
    assert np.abs(rounded.astype(int)).max(axis=0).mean() > 90


def test_a_column_of_zeros_stays_zero() -> None:
    rounded, scales = round_weight(np.zeros((4, 2), np.float32))
    assert not rounded.any()
    assert (scales > 0).all()


def fit(rows: np.ndarray) -> Fit:
    weight = np.random.default_rng(3).standard_normal((rows.shape[1], 6)).astype(np.float32)
    return fit_signal(Seen(rows.min(axis=0), rows.max(axis=0), [rows]), [weight])


def test_an_outlying_channel_costs_the_others_nothing() -> None:
    """One channel a hundred times as large: the others keep more than a few steps."""
    rows = np.random.default_rng(2).standard_normal((200, 32)).astype(np.float32)
    rows[:, 7] *= 100
    found = fit(rows)
    steps = rows / found.divisor / found.scale
    assert steps[:, :7].std() > 10
    assert np.abs(steps).max() < 128


def test_what_is_never_negative_uses_all_bytes() -> None:
    rows = np.random.default_rng(2).random((200, 32), np.float32) * 6 - 0.1
    found = fit(rows)
    steps = np.rint(rows / found.divisor / found.scale) + found.zero
    assert found.zero < 10
    assert steps.min() >= -1
    assert 250 < steps.max() <= 256
