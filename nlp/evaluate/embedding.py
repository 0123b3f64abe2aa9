"""Measures how topical the embedding is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nlp.evaluate.figure import Found, Ground, Skipped, share
from nlp.evaluate.sets import NO_DATA, read_part

if TYPE_CHECKING:
    from nlp.encoder import Encoder


def measure_embedding(ground: Ground) -> Iterator[Found]:
    """Yield the share of BANKING77 texts whose nearest intent mean is their own."""
    if ground.data is None:
        yield Skipped("embedding", NO_DATA)
        return
    hits, n = probe_topics(ground.encoder, ground.data)
    place = ("embedding", "odd rows", "banking_intents", "en")
    yield share(place, "accuracy", hits, n, ground.encoder.version)


def probe_topics(encoder: Encoder, data: Path) -> tuple[int, int]:
    """Return how many texts are nearest to the mean of their own of 77 intents, and of how many.

    Means of the even rows, measured on the odd ones; no part of the set was in training.
    """
    texts, labels = read_part(data / "banking_intents" / "train.jsonl")
    vectors = encoder.encode(texts).embedding
    known, asked = slice(0, None, 2), slice(1, None, 2)
    classes = np.unique(labels[known])
    means = np.stack([vectors[known][labels[known] == c].mean(axis=0) for c in classes])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    guess = classes[(vectors[asked] @ means.T).argmax(axis=1)]
    return int((guess == labels[asked]).sum()), len(guess)
