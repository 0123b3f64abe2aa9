"""Measures of a classifier, in numpy alone: the runtime has no scikit-learn."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]

BINS: Final = 15


def spread_sigmoid(probabilities: Floats) -> Floats:
    """Return [n, classes]; a sigmoid head's one column p becomes (1 - p, p)."""
    if probabilities.shape[1] > 1:
        return probabilities
    return np.concatenate([1.0 - probabilities, probabilities], axis=1)


def score(probabilities: Floats, labels: Labels) -> dict[str, float]:
    """Return rows, accuracy, macro recall, macro F1 and ECE of probabilities [n, classes].

    A class without a row counts in none of the means.
    """
    spread = spread_sigmoid(probabilities)
    guess = spread.argmax(axis=1)
    recalls, f1s = [], []
    for label in np.unique(labels):
        hit = int(((guess == label) & (labels == label)).sum())
        recalls.append(hit / int((labels == label).sum()))
        f1s.append(2 * hit / (int((labels == label).sum()) + int((guess == label).sum())))
    return {
        "rows": len(labels),
        "accuracy": float((guess == labels).mean()),
        "macro_recall": float(np.mean(recalls)),
        "macro_f1": float(np.mean(f1s)),
        "ece": calibration_error(spread, labels),
    }


def calibration_error(spread: Floats, labels: Labels) -> float:
    """Return the expected gap between confidence and accuracy, over 15 equal-width bins."""
    confidence = spread.max(axis=1)
    right = spread.argmax(axis=1) == labels
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [
        abs(right[bins == b].mean() - confidence[bins == b].mean()) * (bins == b).mean()
        for b in np.unique(bins)
    ]
    return float(sum(gaps))


def fit_temperature(probabilities: Floats, labels: Labels) -> float:
    """Return the temperature (0.5 to 4, two decimals) with the least log loss.

    `probabilities` must have been made with temperature 1. With several independent labels
    (`labels` [n, labels] of 0 and 1) every one counts as a row.
    """
    if labels.ndim > 1:
        probabilities, labels = probabilities.reshape(-1, 1), labels.reshape(-1)
    logits = np.log(np.clip(spread_sigmoid(probabilities), 1e-7, 1.0))
    rows = np.arange(len(labels))

    def lose(temperature: float) -> float:
        scaled = logits / temperature
        scaled -= scaled.max(axis=1, keepdims=True)
        return float((np.log(np.exp(scaled).sum(axis=1)) - scaled[rows, labels]).mean())

    return round(float(min(np.arange(0.5, 4.001, 0.01), key=lose)), 2)
