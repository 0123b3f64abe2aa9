"""Bands of a MinHash: mentions that share one are near copies of each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash
from spacy.tokens import Doc

from nlp.notes import notes
from nlp.tagger import Tagger, tagger

FEWEST_WORDS: Final = 5
"""Shorter texts get no bands: "thank you so much" is no copy of another."""

# 16 bands of 8 rows: texts that share 70 % of their word pairs meet with p = .61, 80 % .95,
# 50 % .06, 30 % .001. Pairs, not triples: one word changed in twenty leaves .81 of them.
_BANDS: Final = 16
_ROWS: Final = 8
_SEED: Final = 7
_MOST_WORDS: Final = 2_000


@tagger("copies", version="1", needs=("marks",))
class CopiesTagger(Tagger[list[int]]):
    """Hashes the word pairs of the prose: handles, links and case do not count."""

    failed: ClassVar[Mapping[str, Any]] = {"bands": None}

    def tag(self, docs: Sequence[Doc]) -> list[list[int]]:
        """Return the bands of every document."""
        pairs = [_pairs(notes(doc).marks.words) for doc in docs]
        bands = _hash([each for each in pairs if each])
        found = iter(bands)
        return [next(found) if each else [] for each in pairs]

    def columns(self, doc: Doc, value: list[int]) -> dict[str, Any]:
        """Return the bands."""
        del doc
        return {"bands": value}


def _pairs(words: Sequence[str]) -> list[str]:
    if len(words) < FEWEST_WORDS:
        return []
    read = words[:_MOST_WORDS]
    return [f"{first} {second}" for first, second in pairwise(read)]


def _hash(texts: list[list[str]]) -> list[list[int]]:
    """Return the distinct bands of each text: 64-bit numbers, the same in every process."""
    if not texts:
        return []
    digests = np.array(RMinHash.digests_from_token_sets(texts, _BANDS * _ROWS, _SEED))
    parts: NDArray[np.uint64] = digests.astype(np.uint64).reshape(len(texts), _BANDS, _ROWS)
    bands = np.broadcast_to(np.arange(_BANDS, dtype=np.uint64), parts.shape[:2]).copy()
    for row in range(_ROWS):
        bands = _mix(bands ^ parts[:, :, row])
    return [list(dict.fromkeys(each)) for each in np.sort(bands, axis=1).tolist()]


def _mix(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scatter 64-bit numbers (the finalizer of splitmix64)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))
