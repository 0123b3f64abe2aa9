"""Read the labelled sets and deal them out in mixed, length-sorted batches."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from listening.contract import ConfigurationError
from nlp.normalize import normalize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from nlp.train.tasks import Task

POOL: Final = 32
"""Batches that are drawn together and sorted by length: less padding, still well mixed."""


@dataclass(frozen=True)
class Corpus:
    """Tokenised rows of all tasks; `task` and `label` are aligned with `ids`."""

    ids: list[list[int]]
    task: NDArray[np.int64]
    label: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)


def read_rows(path: Path, classes: int) -> tuple[list[str], list[int]]:
    """Return texts (as they stand) and labels of a JSON-lines file.

    Raises:
        ConfigurationError: the file is missing, a line is no JSON object with a text and a
            label in `0..classes-1`, or there is no row.
    """
    texts: list[str] = []
    labels: list[int] = []
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        mend = "point --data at the folder that holds the labelled sets"
        raise ConfigurationError(str(error), where=str(path), mend=mend) from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        text, label = _read_row(line, classes, f"{path}:{number}")
        texts.append(text)
        labels.append(label)
    if not texts:
        raise ConfigurationError("no rows", where=str(path), mend="give it labelled rows")
    return texts, labels


def _read_row(line: str, classes: int, where: str) -> tuple[str, int]:
    mend = f'write {{"text": …, "label": 0..{classes - 1}}}'
    try:
        row = json.loads(line)
        text, label = row["text"], row["label"]
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(f"no labelled row: {error}", where=where, mend=mend) from error
    if not isinstance(text, str) or not isinstance(label, int) or not 0 <= label < classes:
        raise ConfigurationError(f"label {label!r} is unknown", where=where, mend=mend)
    return text, label


def read_corpus(
    data: Path, tasks: Sequence[Task], part: str, tokenizer_file: Path, max_tokens: int
) -> Corpus:
    """Read and tokenise `<data>/<folder>/<part>.jsonl` of every task.

    Raises:
        ConfigurationError: as `read_rows`.
    """
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    ids: list[list[int]] = []
    task_of: list[int] = []
    label_of: list[int] = []
    for index, task in enumerate(tasks):
        texts, labels = read_rows(data / task.folder / f"{part}.jsonl", task.classes)
        ids += [code.ids for code in tokenizer.encode_batch([normalize(t) for t in texts])]
        task_of += [index] * len(labels)
        label_of += labels
    return Corpus(ids, np.array(task_of), np.array(label_of))


def class_weights(corpus: Corpus, task: int, classes: int) -> NDArray[np.float32]:
    """Return sqrt-inverse-frequency weights whose mean over the task's rows is 1.

    Full inverse frequency over-predicted the negative class (seen when this was tried first).
    """
    counts = np.bincount(corpus.label[corpus.task == task], minlength=classes)
    weights = 1.0 / np.sqrt(np.maximum(counts, 1))
    weights *= counts.sum() / (weights * counts).sum()
    return weights.astype(np.float32)


def deal_batches(
    corpus: Corpus, shares: Sequence[float], size: int, seed: int
) -> Iterator[NDArray[np.int64]]:
    """Yield row numbers of batches, for ever: tasks mixed by `shares`, like lengths together.

    A task's rows all come once before any comes again. The order depends on `seed` alone.
    """
    random = np.random.default_rng(seed)
    lengths = np.array([len(ids) for ids in corpus.ids])
    decks = [_deal_rows(np.flatnonzero(corpus.task == t), random) for t in range(len(shares))]
    part = np.array(shares) / sum(shares)
    while True:
        counts = random.multinomial(size * POOL, part)
        drawn = [next(decks[t]) for t, count in enumerate(counts) for _ in range(count)]
        pool = np.array(drawn)
        pool = pool[np.argsort(lengths[pool], kind="stable")]
        chunks = pool.reshape(POOL, size)
        yield from (chunks[i] for i in random.permutation(POOL))


def _deal_rows(rows: NDArray[np.int64], random: np.random.Generator) -> Iterator[int]:
    while True:
        yield from (int(row) for row in random.permutation(rows))
