"""Measures each head on its validation part, and sentiment where it never trained."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import numpy as np

from nlp.evaluate.figure import Figure, Found, Ground, Skipped
from nlp.evaluate.interval import chance_error, intervals
from nlp.evaluate.sets import FOLDERS, NO_DATA, read_airline, read_part
from nlp.evaluate.written import WRITTEN
from nlp.score import score

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nlp.encoder import Encoder

LANGUAGES: Final = {
    "arabic": "ar", "french": "fr", "german": "de", "hindi": "hi", "italian": "it",
    "portuguese": "pt", "spanish": "es",
}  # fmt: skip
"""Languages of the set `sentiment_multilingual`, as its files name them."""


def measure_heads(ground: Ground) -> Iterator[Found]:
    """Yield accuracy, macro recall, macro F1 and ECE of each head on `val` of its set.

    Temperatures were fitted on these parts: they flatter.
    """
    for head in ground.encoder.heads:
        if head.name in WRITTEN or not ground.wants(head.name):
            continue
        if head.name not in FOLDERS:
            yield Skipped(head.name, "no set is named for this head in nlp/evaluate/sets.py")
            continue
        if ground.data is None:
            yield Skipped(head.name, NO_DATA)
            continue
        folder = FOLDERS[head.name]
        texts, labels = read_part(ground.data / folder / "val.jsonl")
        yield from _figures(ground, (head.name, "val", folder, "en"), texts, labels)


def measure_airline(ground: Ground) -> Iterator[Found]:
    """Yield the same of sentiment on airline tweets, of which none was in training."""
    if ground.data is None:
        yield Skipped("sentiment", f"on airline tweets: {NO_DATA}")
        return
    texts, labels = read_airline(ground.data / "airline" / "tweets.csv", sentiments(ground.encoder))
    yield from _figures(ground, ("sentiment", "all", "airline", "en"), texts, labels)


def measure_languages(ground: Ground) -> Iterator[Found]:
    """Yield the same of sentiment in other languages, where `listening tag` abstains."""
    if ground.data is None:
        yield Skipped("sentiment", f"in other languages: {NO_DATA}")
        return
    for name, code in LANGUAGES.items():
        path = ground.data / "sentiment_multilingual" / f"{name}_val.jsonl"
        place = ("sentiment", "val", "sentiment_multilingual", code)
        yield from _figures(ground, place, *read_part(path))


def sentiments(encoder: Encoder) -> tuple[str, ...]:
    """Return the labels of the sentiment head, in its order."""
    return next(head.labels for head in encoder.heads if head.name == "sentiment")


def _figures(
    ground: Ground,
    place: tuple[str, str, str, str],
    texts: list[str],
    labels: NDArray[np.int64],
) -> Iterator[Figure]:
    probabilities = ground.encoder.encode(texts).probabilities[place[0]]
    measured = score(probabilities, labels)
    n = int(measured.pop("rows"))
    ends = intervals(probabilities, labels)
    measured["ece_by_chance"], ends["ece_by_chance"] = chance_error(probabilities)
    yield from ground.figures(place, n, measured, ends)
