"""Fits the second opinion on legal flags: a weighted ridge regression over what texts hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from nlp.opinion import EMBEDDING_WEIGHT, Floats, Opinion, Piece, key


def fit(
    texts: Sequence[Sequence[Piece]],
    embeddings: Floats,
    wanted: NDArray[np.bool_],
    model: str,
    *,
    ridge: float = 0.05,
    positive: float = 4.0,
    fewest: int = 2,
    most: float = 0.35,
) -> Opinion:
    """Fit the model by weighted ridge regression: convex, the same every time.

    Args:
        texts: the features of every text.
        embeddings: float32 [texts, width], of unit length.
        wanted: bool [texts, flags].
        model: version of the encoder that made the embeddings.
        ridge: how strongly weights are held small.
        positive: how much a flagged text counts against one that is not.
        fewest: texts that a feature must stand in.
        most: share of the texts that a feature may stand in.
    """
    keys = [sorted({key(each.name) for each in text}) for text in texts]
    sparse = Sparse.of(keys, fewest, most)
    duals, bias = _solve(sparse, embeddings, wanted, ridge, positive)
    weights = sparse.columns @ duals
    dense = EMBEDDING_WEIGHT * (embeddings.T @ duals)
    rows = {each: row for row, each in enumerate(sparse.keys)}
    return Opinion(model, rows, sparse.idf, weights.astype(np.float32), dense, bias)


@dataclass(frozen=True)
class Sparse:
    """Texts by features (rows of length 1), and the weight of each feature."""

    keys: list[int]
    idf: Floats
    rows: csr_array
    columns: csr_array  # the same, turned

    @classmethod
    def of(cls, names: Sequence[Sequence[int]], fewest: int, most: float) -> Sparse:
        """Return the features that neither hardly any nor nearly every text holds.

        `names` are the keys of each text, each once.
        """
        every = np.fromiter((name for own in names for name in own), np.int64)
        text = np.repeat(np.arange(len(names)), [len(own) for own in names])
        held, feature, counts = np.unique(every, return_inverse=True, return_counts=True)
        kept = (counts >= fewest) & (counts <= most * len(names))
        idf = np.log(len(names) / counts[kept]).astype(np.float32)
        own, place = kept[feature], np.cumsum(kept) - 1
        text, feature = text[own], place[feature[own]]
        norms = np.sqrt(np.bincount(text, idf[feature] ** 2, len(names)))
        value = (idf[feature] / norms[text]).astype(np.float32)
        rows = csr_array((value, (text, feature)), shape=(len(names), len(idf)))
        return cls(held[kept].tolist(), idf, rows, rows.T.tocsr())


_STEPS: Final = 80  # of conjugate gradients: the rest is a thousandth by then


def _solve(
    sparse: Sparse, embeddings: Floats, wanted: NDArray[np.bool_], ridge: float, positive: float
) -> tuple[Floats, Floats]:
    """Return dual weights [texts, flags] and biases of a weighted ridge on -1 and 1."""
    target = np.where(wanted, 1.0, -1.0).astype(np.float32)
    load = len(wanted) * ridge / 100 / np.where(wanted, positive, 1.0).astype(np.float32)

    def times(duals: Floats) -> Floats:
        near = EMBEDDING_WEIGHT * (embeddings @ (embeddings.T @ duals))
        far = sparse.rows @ (sparse.columns @ duals)
        return np.asarray(far + near + load * duals, np.float32)

    one = _descend(times, target)
    other = _descend(times, np.ones_like(target))
    bias = one.sum(0) / other.sum(0)
    return one - bias * other, bias.astype(np.float32)


def _descend(times: Callable[[Floats], Floats], wanted: Floats) -> Floats:
    """Return the solutions, column by column, of `times(x) = wanted` by conjugate gradients."""
    found = np.zeros_like(wanted)
    rest, way = wanted.copy(), wanted.copy()
    size = (rest**2).sum(0)
    for _ in range(_STEPS):
        step = times(way)
        share = size / np.maximum((way * step).sum(0), 1e-12)
        found += share * way
        rest -= share * step
        size, before = (rest**2).sum(0), size
        way = rest + size / np.maximum(before, 1e-12) * way
    return found
