"""How sure a measure is: 95 % intervals by resampling, seeded, in numpy alone.

Shares of independent rows get Wilson's interval, which stays honest where all of few rows are
right: there every resample is as good as the whole, and a bootstrap would claim certainty.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from nlp.score import BINS, spread_sigmoid

if TYPE_CHECKING:
    from numpy.typing import NDArray

Interval = tuple[float, float]
TIMES: Final = 1_000
SEED: Final = 20
_Z: Final = 1.959964  # two-sided 95 %
_ENDS: Final = (2.5, 97.5)


def wilson(hits: int, n: int) -> Interval:
    """Return Wilson's 95 % interval of a share `hits / n`; `n` is at least 1."""
    share, spread = hits / n, _Z * _Z / n
    middle = (share + spread / 2) / (1 + spread)
    half = _Z * math.sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    return max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share))


def resample(n: int, *, times: int = TIMES, seed: int = SEED) -> Iterator[NDArray[np.int64]]:
    """Yield `times` draws of `n` row numbers with replacement; the same for the same seed."""
    random = np.random.default_rng(seed)
    for _ in range(times):
        yield random.integers(0, n, n)


def bootstrap(
    n: int,
    statistic: Callable[[NDArray[np.int64]], float],
    *,
    times: int = TIMES,
    seed: int = SEED,
) -> Interval:
    """Return the percentile interval of a statistic of row numbers; draws without one are left out.

    For measures that are no share of independent rows, such as an F1 over documents.
    """
    drawn = np.array([statistic(rows) for rows in resample(n, times=times, seed=seed)])
    return ends(drawn)


def ends(drawn: NDArray[Any]) -> Interval:
    """Return the 2.5th and the 97.5th percentile, NaN left out."""
    low, high = np.nanpercentile(drawn, _ENDS)
    return float(low), float(high)


def intervals(
    probabilities: NDArray[np.float32],
    labels: NDArray[np.int64],
    *,
    times: int = TIMES,
    seed: int = SEED,
) -> dict[str, Interval]:
    """Return the intervals of accuracy, macro recall, macro F1 and ECE, as `score` means them.

    ECE is biased upwards in a resample (gaps do not cancel), so its ends are mirrored at the
    measured value; the others are percentiles.
    """
    spread = spread_sigmoid(probabilities)
    guess, confidence = spread.argmax(axis=1), spread.max(axis=1)
    classes = int(max(spread.shape[1], labels.max() + 1))
    cell = labels * classes + guess
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gap = (guess == labels) - confidence.astype(float)
    tables = np.empty((times, classes, classes))
    eces = np.empty(times)
    for number, rows in enumerate(resample(len(labels), times=times, seed=seed)):
        tables[number] = np.bincount(cell[rows], minlength=classes**2).reshape(classes, classes)
        eces[number] = np.abs(np.bincount(bins[rows], gap[rows])).sum() / len(rows)
    ece = float(np.abs(np.bincount(bins, gap)).sum() / len(labels))
    low, high = ends(eces)
    mirrored = (max(0.0, 2 * ece - high), min(1.0, 2 * ece - low))
    return {**{name: ends(drawn) for name, drawn in _measures(tables).items()}, "ece": mirrored}


def chance_error(probabilities: NDArray[np.float32]) -> tuple[float, Interval]:
    """Return the mean ECE, and where 95 % of it lie, that chance alone gives such confidences.

    Drawn as if every confidence were true. Few rows do not fill 15 bins, so the ECE of a perfect
    model is not 0: one within these ends says nothing against the calibration.
    """
    confidence = spread_sigmoid(probabilities).max(axis=1).astype(float)
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    random = np.random.default_rng(SEED)
    drawn = np.empty(TIMES)
    for number in range(TIMES):
        gap = (random.random(len(bins)) < confidence) - confidence
        drawn[number] = np.abs(np.bincount(bins, gap)).sum() / len(bins)
    return float(drawn.mean()), ends(drawn)


def _measures(tables: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Return accuracy, macro recall and macro F1 of confusion tables [times, label, guess]."""
    hits = np.diagonal(tables, axis1=1, axis2=2)
    rows, guesses = tables.sum(axis=2), tables.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        recall = np.where(rows > 0, hits / rows, np.nan)
        f1 = np.where(rows > 0, 2 * hits / (rows + guesses), np.nan)
    return {
        "accuracy": hits.sum(axis=1) / rows.sum(axis=1),
        "macro_recall": np.nanmean(recall, axis=1),
        "macro_f1": np.nanmean(f1, axis=1),
    }
