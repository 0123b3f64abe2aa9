"""Reads the labelled sets."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from listening.contract import ConfigurationError
from nlp.train.data import read_lines
from nlp.train.tasks import TASKS

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDERS: Final = {task.name: task.folder for task in TASKS if task.folder}
"""The data folder of each head that has one."""

ABSENT: Final = "point --data at the folder that holds the labelled sets"
NO_DATA: Final = "needs --data, the folder of the labelled sets"


def read_part(path: Path) -> tuple[list[str], NDArray[np.int64]]:
    """Return texts and label numbers of a JSON-lines file.

    Raises:
        ConfigurationError: the file is missing or a line has no text and label.
    """
    rows = list(read_lines(path))
    try:
        return [row["text"] for _, row in rows], np.array([int(row["label"]) for _, row in rows])
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(repr(error), where=str(path), mend=ABSENT) from error


def read_airline(path: Path, labels: Sequence[str]) -> tuple[list[str], NDArray[np.int64]]:
    """Return the labelled rows of the airline tweets (never in training); others are skipped.

    Raises:
        ConfigurationError: the file is missing or lacks a column.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["sentiment"]]
        return [r["text"] for r in rows], np.array([labels.index(r["sentiment"]) for r in rows])
    except (OSError, KeyError, ValueError) as error:
        raise ConfigurationError(repr(error), where=str(path), mend=ABSENT) from error
