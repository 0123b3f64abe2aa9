"""Compare the ways to judge a target: `python -m nlp.train.targets --data FOLDER`.

Three choices of `nlp.taggers.target` hang on it: how many places of a name are judged, whether a
brand that the text does not name is asked by name, and whether a mention that is known to be about
a brand is. To be run again for every new model.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from listening.contract import SENTIMENTS
from nlp.encoder import Encoder, Question
from nlp.score import score
from nlp.taggers.target import PLACES
from nlp.train.data import is_held, list_written, read_targets

Floats = NDArray[np.float32]
Row = tuple[str, str, int]
"""Text, target, and the number of the sentiment towards it."""

SETS: Final = ("target_sentiment/semeval_val.jsonl", "brand/val.jsonl")
_MOST: Final = 1_000  # rows of one choice
_OPENING: Final = re.compile(r"^(?:@\w+\s+)+")


def compare(encoder: Encoder, data: Path) -> Iterator[tuple[str, str, dict[str, float]]]:
    """Yield each choice, each answer to it, and the measures of that answer."""
    rows = [row for name in SETS for row in read_targets(data / name)]
    own = (row for path in list_written("target") for row in read_targets(path))
    rows += [row for row in own if is_held(row[0])]
    several = [row for row in rows if len(places(row)) > 1]
    absent = [row for row in rows if row[1].casefold() not in row[0].casefold()]
    for name, part, asked in (
        ("several places", several, _ask_places),
        ("not named", absent, _ask_name),
        ("known to be about", read_airline(data / "airline" / "tweets.csv"), _ask_name),
    ):
        chosen = part[:: max(1, len(part) // _MOST)]
        labels = np.array([label for _, _, label in chosen])
        for answer, p in asked(encoder, chosen):
            yield name, answer, score(p, labels)


def places(row: Row) -> list[tuple[int, int]]:
    """Return where a text names its target, whatever the case."""
    name = rf"(?<!\w){re.escape(row[1])}(?!\w)"
    return [match.span() for match in re.finditer(name, row[0], re.IGNORECASE)]


def read_airline(path: Path) -> list[Row]:
    """Return tweets to an airline without its handle: only who sent them tells what of."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            (_OPENING.sub("", row["text"]), row["airline"], SENTIMENTS.index(row["sentiment"]))
            for row in csv.DictReader(file)
            if row["sentiment"] and row["airline"].casefold() not in row["text"].casefold()
        ]


def _ask_places(encoder: Encoder, rows: Sequence[Row]) -> Iterator[tuple[str, Floats]]:
    encoded = encoder.encode([text for text, _, _ in rows])
    judged = [
        encoder.judge([Question(row[0], place, reading) for place in places(row)[:PLACES]])
        for row, reading in zip(rows, encoded.readings, strict=True)
    ]
    yield "whole text", encoded.probabilities["sentiment"]
    yield "first place", np.stack([each[0] for each in judged])
    yield f"mean of {PLACES}", np.stack([each.mean(axis=0) for each in judged])


def _ask_name(encoder: Encoder, rows: Sequence[Row]) -> Iterator[tuple[str, Floats]]:
    yield "whole text", encoder.encode([text for text, _, _ in rows]).probabilities["sentiment"]
    yield "by name", encoder.judge([Question(text, target) for text, target, _ in rows])


def main() -> None:
    """Print rows, accuracy, macro recall and ECE of every answer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--model", type=Path, help="folder of the model")
    given = parser.parse_args()
    for name, answer, found in compare(Encoder.load(given.model), given.data):
        figures = " ".join(f"{key} {found[key]:.3f}" for key in ("accuracy", "macro_recall", "ece"))
        sys.stdout.write(f"{name:<18}{answer:<12}{int(found['rows']):>5}  {figures}\n")


if __name__ == "__main__":
    main()
