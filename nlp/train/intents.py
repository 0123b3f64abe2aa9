"""Compare the ways to join what tells of an intent: `python -m nlp.train.intents --data FOLDER`.

The head of all intents learned from texts of our own, the others from one kind of text each; so
each way is measured on the held texts of ours and on the public set of the other head, and the
one in `nlp.taggers.intent.JOINED` should lose on neither. To be run again for every new model.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, get_args

import numpy as np
from numpy.typing import NDArray

from listening.contract import INTENTS
from nlp.encoder import Encoder
from nlp.taggers.intent import HEAD, JOINED, Way, blend, question
from nlp.taggers.marks import scan
from nlp.train.data import is_held, list_written, read_rows, read_written
from nlp.train.tasks import TASKS

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

PUBLIC: Final = {
    "complaint": ("complaint", 1),
    "purchase": ("purchase", 1),
    "bug_report": ("appreviews", 0),
    "suggestion": ("appreviews", 1),
}
"""Intents with a public set: its folder, and the label that says so."""

LINES: Final = np.arange(0.1, 0.91, 0.05).round(2)
_HEADER: Final = ("intent", "texts", "rows", "yes", "way", "AUC", "F1", "precision", "recall")


@dataclass(frozen=True)
class Sample:
    """Texts of one kind, which of them have an intent, and the two signs of it."""

    texts: str
    there: Flags
    head: Floats
    other: Floats | None


def samples(encoder: Encoder, data: Path | None) -> Iterator[tuple[str, Sample]]:
    """Yield each intent with the kinds of text it is measured on.

    Raises:
        ConfigurationError: a file is missing or a line is wrong.
    """
    (task,) = (task for task in TASKS if task.name == HEAD)
    rows = [row for path in list_written(HEAD) for row in read_written(path, task)]
    held = [(text, labels) for text, labels in rows if is_held(text)]
    signs = read_signs(encoder, [text for text, _ in held])
    for column, intent in enumerate(task.labels):
        there = np.array([bool(labels[column]) for _, labels in held])
        yield intent, Sample("written", there, *signs(intent))
    for intent, (folder, label) in PUBLIC.items() if data else ():
        assert data is not None  # noqa: S101  (for mypy)
        classes = next(task.classes for task in TASKS if task.folder == folder)
        texts, labels = read_rows(data / folder / "val.jsonl", classes)
        there = np.array(labels) == label
        yield intent, Sample(folder, there, *read_signs(encoder, texts)(intent))


def read_signs(
    encoder: Encoder, texts: Sequence[str]
) -> Callable[[str], tuple[Floats, Floats | None]]:
    """Return a function from an intent to the two signs of it in texts.

    Praise is joined with the sentiment of the whole text: these texts have no brand file.
    """
    said = encoder.encode(texts).probabilities
    columns = {
        (head.name, label): said[head.name][:, column].astype(float)
        for head in encoder.heads
        for column, label in enumerate(head.labels)
    }
    others = {
        intent: columns[head.name, intent]
        for head in encoder.heads
        for intent in head.intents
        if head.name != HEAD
    }
    others["question"] = np.array([question(scan(text).prose) for text in texts])
    others["praise"] = columns["sentiment", "positive"]
    return lambda intent: (columns[HEAD, intent], others.get(intent))


def ways(sample: Sample) -> dict[Way, Floats]:
    """Return the joined probabilities of each way there is."""
    if sample.other is None:
        return {"head": sample.head}
    pairs = list(zip(sample.head.tolist(), sample.other.tolist(), strict=True))
    return {way: np.array([blend(way, *pair) for pair in pairs]) for way in get_args(Way)}


def measure(p: Floats, there: Flags) -> tuple[float, float, float, float]:
    """Return AUC, and F1, precision and recall at .5."""
    said = p >= 0.5  # noqa: PLR2004 - more likely than not
    hits = float((said & there).sum())
    return auc(p, there), f1(said, there), hits / max(said.sum(), 1), hits / max(there.sum(), 1)


def suggest(kinds: Sequence[Sample]) -> Way:
    """Return the way that loses least AUC to the best one on any kind of text."""
    curves = [{way: auc(p, sample.there) for way, p in ways(sample).items()} for sample in kinds]
    losses = {way: max(max(each.values()) - each[way] for each in curves) for way in curves[0]}
    return min(losses, key=lambda each: losses[each])


def find_line(kinds: Sequence[Sample], way: Way) -> tuple[float, float, float]:
    """Return the line with the best F1, that F1, and the one at .5: means over the kinds."""
    joined = [(ways(sample)[way], sample.there) for sample in kinds]
    scores = [float(np.mean([f1(p >= line, there) for p, there in joined])) for line in LINES]
    best = int(np.argmax(scores))
    return float(LINES[best]), scores[best], scores[LINES.tolist().index(0.5)]


def f1(said: Flags, there: Flags) -> float:
    """Return the F1 of a yes or no."""
    return float(2 * (said & there).sum() / max(said.sum() + there.sum(), 1))


def auc(p: Floats, there: Flags) -> float:
    """Return how often a text with the intent has more p than one without; ties count half."""
    yes, no = p[there], np.sort(p[~there])
    below = np.searchsorted(no, yes, "left") + np.searchsorted(no, yes, "right")
    return float(below.sum() / (2 * max(len(yes) * len(no), 1)))


def main() -> None:
    """Print the figures of each way, the one in use marked, then the best way of each intent."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of the labelled sets")
    parser.add_argument("--model", type=Path, help="folder of the model")
    given = parser.parse_args()
    found: dict[str, list[Sample]] = {intent: [] for intent in INTENTS}
    for intent, sample in samples(Encoder.load(given.model), given.data):
        found[intent].append(sample)
    _print(_HEADER)
    for intent, kinds in found.items():
        for sample in kinds:
            for way, p in ways(sample).items():
                mark = "*" if way == JOINED.get(intent, "head") else ""
                there = sample.there
                counts = (len(there), int(there.sum()))
                _print((intent, sample.texts, *counts, way + mark, *measure(p, there)))
    _print(("intent", "safest", "used", "best line", "its F1", "F1 at .5"))
    for intent, kinds in found.items():
        way = JOINED.get(intent, "head")
        _print((intent, suggest(kinds), way, *find_line(kinds, way)))


def _print(row: Sequence[object]) -> None:
    cells = [f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row]
    sys.stdout.write(" ".join(f"{cell:>10}" for cell in cells).rstrip() + "\n")


if __name__ == "__main__":
    main()
