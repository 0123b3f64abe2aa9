"""Measures sentiment towards a target as tagging says it, beside the branch and the whole text.

The branch alone is what is trained; what users get is told by `nlp.switch` too.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from listening.contract import SENTIMENTS, ConfigurationError
from nlp.encoder import Question
from nlp.evaluate.figure import Figure, Found, Ground, Skipped
from nlp.evaluate.heads import sentiments
from nlp.evaluate.interval import bootstrap, chance_error, intervals
from nlp.evaluate.sets import NO_DATA
from nlp.score import Floats, Labels, score
from nlp.tokens import find_target
from nlp.train.data import is_held, list_written, read_lines

TASK: Final = "target"
SETS: Final = {"mams": "mams_val.jsonl", "semeval": "semeval_val.jsonl"}
"""MAMS: several targets of unlike polarity in each text. SemEval: topics never in training."""


def measure_target(ground: Ground) -> Iterator[Found]:
    """Yield accuracy, macro recall, macro F1 and ECE on validation parts and on held texts of ours.

    Part `target` is what `listening tag --target` says, the whole way; part `branch` the target
    branch without the rule for switches; part `sentence` gives the same rows the sentiment of
    their whole text, which is what there is without either.
    """
    if ground.data is None:
        yield Skipped(TASK, NO_DATA)
    else:
        for source, name in SETS.items():
            path = ground.data / "target_sentiment" / name
            yield from _compare(ground, source, [row for _, row in read_lines(path)], path)
    written = list_written("target")
    held = [row for path in written for _, row in read_lines(path) if is_held(row["text"])]
    yield from _compare(ground, "written", held, written[0].parent)


def _compare(
    ground: Ground, source: str, rows: list[dict[str, Any]], path: Path
) -> Iterator[Figure]:
    try:
        texts = [row["text"] for row in rows]
        targets = [row["target"] for row in rows]
        labels = np.array([int(row["label"]) for row in rows])
    except (KeyError, TypeError, ValueError) as error:
        mend = 'write {"text", "target", "label"}'
        raise ConfigurationError(repr(error), where=str(path), mend=mend) from error
    encoded = ground.encoder.encode(texts)
    questions = [
        Question(text, find_target(text, target) or target, reading)
        for text, target, reading in zip(texts, targets, encoded.readings, strict=True)
    ]
    stated = ground.encoder.manifest.target.labels
    order = [stated.index(each) for each in sentiments(ground.encoder)]
    said = {
        "target": _tag(ground, texts, targets),
        "branch": ground.encoder.judge(questions)[:, order],
        "sentence": encoded.probabilities["sentiment"],
    }
    for part, probabilities in said.items():
        measured = score(probabilities, labels)
        n = int(measured.pop("rows"))
        place = (TASK, part, source, "en")
        ends = intervals(probabilities, labels)
        measured["ece_by_chance"], ends["ece_by_chance"] = chance_error(probabilities)
        yield from ground.figures(place, n, measured, ends)
    yield from _gain(ground, source, said["target"], said["sentence"], labels)


def _tag(ground: Ground, texts: list[str], targets: list[str]) -> Floats:
    """Return the probabilities that tagging gives, [rows, classes] by `SENTIMENTS`.

    A row that failed has the same for each class.
    """
    from nlp.pipeline import build, tag
    from nlp.tagger import Said

    pipeline = build(only=("target",), model=ground.encoder.folder)
    said = (Said(text, target=target) for text, target in zip(texts, targets, strict=True))
    names = [f"target_p_{name}" for name in SENTIMENTS]
    rows = [[row.get(name) or 0.0 for name in names] for row in tag(pipeline, said)]
    found = np.array(rows, np.float32)
    total = found.sum(axis=1, keepdims=True)
    return np.where(total > 0, found / np.maximum(total, 1e-9), 1 / len(names)).astype(np.float32)


def _gain(
    ground: Ground, source: str, target: Floats, sentence: Floats, labels: Labels
) -> Iterator[Figure]:
    """Yield how much more accurate the target branch is on the same rows, paired."""
    gained = (target.argmax(axis=1) == labels) * 1.0 - (sentence.argmax(axis=1) == labels)
    ends = bootstrap(len(labels), lambda rows: float(gained[rows].mean()))
    place = (TASK, "target - sentence", source, "en")
    values = {"accuracy_gain": float(gained.mean())}
    yield from ground.figures(place, len(labels), values, {"accuracy_gain": ends})
