"""Where talk is dense: groups of texts that say much the same, found without saying how many.

A graph joins every text with its nearest ones; Louvain's communities of that graph are the
groups. Whether two groups are one is asked of one number, their likeness; so is whether a
group falls apart. What was tried beside it, and how the numbers below were chosen:
docs/topics.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import networkx as nx

Floats = NDArray[np.float32]
Places = NDArray[np.int64]  # row numbers, ascending

NEAR: Final = 0.5
"""Cosine from which two texts are near each other."""

JOIN: Final = 0.85
"""Likeness from which two groups are one."""

PART: Final = 0.6
"""Likeness up to which two parts of a group are two: far below JOIN, so that nothing wavers."""

FEWEST: Final = 6
"""Distinct texts that make a group at least."""

_PIECE: Final = 3
_NEIGHBOURS: Final = 15
_SEED: Final = 7
_BLOCK: Final = 1024  # rows of the similarity matrix held at once: 200 MB at 50,000 texts
_SAMPLE: Final = 2_000
_SAME_THING: Final = 0.6  # cosine from which two texts count as one thing said
_FEW_THINGS: Final = 20


def centre(vectors: Floats) -> Floats:
    """Return what all texts share: the mean of all things said, each counted about once.

    The plain mean would take the one story everybody tells for common ground, and hide it.
    Where few different things are said (one story and little else), less is taken off.

    Args:
        vectors: unit vectors [n, width].
    """
    places = np.linspace(0, len(vectors) - 1, min(_SAMPLE, len(vectors))).astype(np.int64)
    sample = vectors[places].T
    told = np.concatenate([(part @ sample >= _SAME_THING).sum(axis=1) for part in _blocks(vectors)])
    weights = (1 / np.maximum(1, told * (len(vectors) / len(places)))).astype(np.float32)
    things = float(weights.sum())
    mean = (weights @ vectors) / np.float32(things)
    return np.asarray(mean * np.float32(things / (things + _FEW_THINGS)), np.float32)


def unit(vectors: Floats) -> Floats:
    """Return vectors at unit length; a null vector stays one."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), np.float32)


def partition(points: Floats) -> list[Places]:
    """Return the groups among unit vectors, the largest first; what is alone is in none."""
    found = _gather(points, join(points, _communities(points), JOIN))
    groups = [piece for group in found for piece in _divide(points, group)]
    return sorted(groups, key=lambda group: (-len(group), group[0]))


def split(points: Floats) -> list[Places]:
    """Return the parts a group falls into, the largest first; one, where it holds together."""
    parts = _gather(points, join(points, _communities(points), PART))
    if len(parts) < 2:  # noqa: PLR2004
        return [np.arange(len(points))]
    centres = unit(np.stack([points[part].sum(axis=0) for part in parts]))
    nearest = np.argmax(points @ centres.T, axis=1)  # of what is in no part
    for number, part in enumerate(parts):
        nearest[part] = number
    pieces = [np.flatnonzero(nearest == number) for number in range(len(parts))]
    return sorted(pieces, key=lambda piece: (-len(piece), piece[0]))


def join(points: Floats, groups: Sequence[Places], least: float) -> list[Places]:
    """Unite groups, the likest first, until no two are as like as `least`."""
    held = list(groups)
    totals = _totals(points, held)
    while len(held) > 1:
        table = _compare(totals, held)
        first, second = np.unravel_index(int(np.argmax(table)), table.shape)
        if table[first, second] < least:
            break
        low, high = sorted((int(first), int(second)))
        held[low] = np.sort(np.concatenate([held[low], held.pop(high)]))
        totals[low] += totals[high]
        totals = np.delete(totals, high, axis=0)
    return held


def likenesses(points: Floats, groups: Sequence[Places]) -> NDArray[np.float64]:
    """Return how alike groups are, pair by pair: about 1 where they say the same; diagonal -1.

    The mean cosine across two groups over the mean cosine within them (their geometric
    mean): the cosine of their centres, freed from the scatter of their members. A ratio, so
    that an encoder whose cosines run higher or lower changes little.
    """
    return _compare(_totals(points, groups), groups)


def _totals(points: Floats, groups: Sequence[Places]) -> NDArray[np.float64]:
    sums = [points[group].sum(axis=0, dtype=np.float64) for group in groups]
    return np.stack(sums) if sums else np.empty((0, points.shape[1]))


def _compare(totals: NDArray[np.float64], groups: Sequence[Places]) -> NDArray[np.float64]:
    sizes = np.array([len(group) for group in groups], np.float64)
    products = totals @ totals.T
    pairs = np.maximum(sizes * (sizes - 1), 1)
    within = np.maximum((np.diag(products) - sizes) / pairs, 1e-3)
    table: NDArray[np.float64] = products / np.outer(sizes, sizes)
    table /= np.sqrt(np.outer(within, within))
    np.fill_diagonal(table, -1)
    return table


def _gather(points: Floats, groups: Sequence[Places]) -> list[Places]:
    """Unite groups that are too small, the smallest first, with their likest, or drop them.

    Louvain parts a dense group that stands alone into several small ones.
    """
    held = list(groups)
    while held:
        small = min(range(len(held)), key=lambda place: len(held[place]))
        if len(held[small]) >= FEWEST:
            break
        piece = held.pop(small)
        table = likenesses(points, [piece, *held])[0, 1:]
        if len(table) and table.max() > PART:
            best = int(np.argmax(table))
            held[best] = np.sort(np.concatenate([held[best], piece]))
    return held


def _divide(points: Floats, group: Places) -> Iterator[Places]:
    """Yield what a group falls into, and what that falls into."""
    parts = split(points[group])
    if len(parts) == 1:
        yield group
        return
    for part in parts:
        yield from _divide(points, group[part])


def _communities(points: Floats) -> list[Places]:
    """Return Louvain's communities, small ones too: alone, one dense group falls into several."""
    import networkx as nx

    if len(points) < FEWEST:
        return []
    found = nx.community.louvain_communities(_graph(points), seed=_SEED)
    groups = [np.array(sorted(group), np.int64) for group in found if len(group) >= _PIECE]
    return sorted(groups, key=lambda group: int(group[0]))


def _graph(points: Floats) -> nx.Graph:
    """Return the graph of texts and their nearest ones, weighed by cosine."""
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(range(len(points)))
    begin = 0
    for block in _blocks(points):
        cosines = block @ points.T
        rows = np.arange(len(block))
        cosines[rows, begin + rows] = -1
        rows, columns = np.nonzero(cosines >= NEAR)
        weights = cosines[rows, columns]
        order = np.lexsort((columns, -weights, rows))
        rows, columns, weights = rows[order], columns[order], weights[order]
        rank = np.arange(len(rows)) - np.searchsorted(rows, rows)
        kept = rank < _NEIGHBOURS
        edges = zip(rows[kept] + begin, columns[kept], weights[kept], strict=True)
        graph.add_weighted_edges_from((int(a), int(b), float(w)) for a, b, w in edges)
        begin += len(block)
    return graph


def _blocks(points: Floats) -> Iterator[Floats]:
    for begin in range(0, len(points), _BLOCK):
        yield points[begin : begin + _BLOCK]
