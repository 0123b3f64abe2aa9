"""Measures the heads that learned from texts of our own, on the seventh of them that was held."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nlp.evaluate.figure import Figure, Found, Ground, Skipped, share
from nlp.evaluate.interval import bootstrap, chance_error
from nlp.score import calibration_error
from nlp.train.data import is_held, list_written, read_written
from nlp.train.tasks import TASKS, Task

WRITTEN: tuple[str, ...] = tuple(task.name for task in TASKS if not task.folder)


def measure_written(ground: Ground) -> Iterator[Found]:
    """Yield recall and precision at .5 and ECE of each label of the heads `intent` and `legal`.

    The same hands wrote what was learned and what is measured here: it flatters.
    """
    known = {head.name for head in ground.encoder.heads}
    for task in TASKS:
        if task.folder or not ground.wants(task.name):
            continue
        if task.name in known:
            yield from _measure(ground, task)
        else:
            yield Skipped(task.name, "this model has no such head")


def _measure(ground: Ground, task: Task) -> Iterator[Figure]:
    rows = [row for path in list_written(task.name) for row in read_written(path, task)]
    rows = [row for row in rows if is_held(row[0])]
    labels = np.array([label for _, label in rows])
    probabilities = ground.encoder.encode([text for text, _ in rows]).probabilities[task.name]
    for column, name in enumerate(task.labels):
        there, p = labels[:, column], probabilities[:, column]
        place = (task.name, name, "written", "en")
        hits = int((there * (p >= 0.5)).sum())  # noqa: PLR2004 - more likely than not
        model = ground.encoder.version
        yield share(place, "recall", hits, int(there.sum()), model)
        yield share(place, "precision", hits, int((p >= 0.5).sum()), model)  # noqa: PLR2004
        yield from _calibration(ground, place, there, p)


def _calibration(
    ground: Ground,
    place: tuple[str, str, str, str],
    there: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    p: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
) -> Iterator[Figure]:
    spread = np.stack([1 - p, p], axis=1)
    ends = bootstrap(len(p), lambda rows: calibration_error(spread[rows], there[rows]))
    by_chance, chance_ends = chance_error(spread)
    values = {"ece": calibration_error(spread, there), "ece_by_chance": by_chance}
    yield from ground.figures(place, len(p), values, {"ece": ends, "ece_by_chance": chance_ends})
