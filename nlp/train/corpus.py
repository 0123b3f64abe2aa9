"""The rows to learn from: every text once, with all that is known of it, dealt in batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlp.normalize import normalize
from nlp.tokens import Tokens, append_target, find_target, open_tokenizer, read_texts
from nlp.train.data import (
    is_held,
    list_written,
    read_lines,
    read_rows,
    read_sentences,
    read_targets,
    read_written,
)
from nlp.train.tasks import (
    CONTROL,
    ENTITY_CHECK,
    ENTITY_FILES,
    ENTITY_SHARE,
    ORDINARY,
    TAGS,
    TARGET_CHECKS,
    TARGET_FILES,
    TARGET_SHARE,
    Task,
)

NO_TAG: Final = -1
"""The tag of `[CLS]` and `[SEP]`, which are not learned from."""

POOL: Final = 32
"""Batches that are drawn together and sorted by length: less padding, still well mixed."""


@dataclass
class Row:
    """One text. `labels` maps a head to a label number or a list of 0 and 1.

    `targets` are (first piece, one past the last, label); `tags` has a number per piece.
    `deck` says with which task's share the row is dealt.
    """

    tokens: Tokens
    deck: int
    labels: dict[str, int | list[int]] = field(default_factory=dict)
    targets: list[tuple[int, int, int]] = field(default_factory=list)
    tags: list[int] | None = None


class Reader:
    """Tokenises texts as the runtime does."""

    def __init__(self, tokenizer_file: Path, max_tokens: int) -> None:
        self.tokenizer = open_tokenizer(tokenizer_file, max_tokens)
        self.max_tokens = max_tokens

    def read(self, text: str) -> Tokens:
        """Return the pieces of a raw text."""
        return read_texts(self.tokenizer, [text])[0]

    def read_target(self, text: str, target: str) -> tuple[Tokens, tuple[int, int]]:
        """Return the pieces of a text and the place of its target; appended where not found."""
        tokens = self.read(text)
        found = find_target(text, target)
        covered = tokens.cover(*found) if found else None
        if covered:
            return tokens, covered
        return append_target(tokens, self.read(target), self.max_tokens)


def tag_pieces(tokens: Tokens, entities: Sequence[tuple[int, int, str]]) -> list[int]:
    """Return a tag number for every piece: an entity's first is begun, its others continue."""
    tags = []
    begun = set()
    for start, end in zip(tokens.starts, tokens.ends, strict=True):
        entity = next((e for e in entities if e[0] < end and start < e[1]), None)
        if start < 0:
            tags.append(NO_TAG)
        elif entity is None:
            tags.append(0)
        else:
            tags.append(TAGS.index(f"{'I' if entity in begun else 'B'}-{entity[2]}"))
            begun.add(entity)
    return tags


class Corpus:
    """The rows so far, by normalised text: one that several sets hold has the labels of all.

    Texts that stand in a validation part are left out of every training part.
    """

    def __init__(self, data: Path, reader: Reader, held_out: set[str]) -> None:
        self.data, self.reader, self.held_out = data, reader, held_out
        self.rows: dict[str, Row] = {}
        self.appended: list[Row] = []  # a row for each target that its text does not name

    def take(self, text: str, deck: int) -> Row | None:
        """Return the row of a text, dealt with `deck` where it is new; None where held out."""
        key = normalize(text)
        if key in self.held_out:
            return None
        if key not in self.rows:
            self.rows[key] = Row(self.reader.read(text), deck)
        return self.rows[key]

    def add_task(self, task: Task, deck: int) -> None:
        """Add the labels of a head that reads a whole text."""
        for text, label in _read_task(self.data, task):
            row = self.take(text, deck)
            if row is not None:
                row.labels[task.name] = label

    def add_targets(self, path: Path, deck: int) -> None:
        """Add a file of targets to the rows that name them, or as rows of their own."""
        for text, target, label in read_targets(path):
            row = self.take(text, deck)
            if row is None:
                continue
            found = find_target(text, target)
            span = row.tokens.cover(*found) if found else None
            if span:
                row.targets.append((*span, label))
                row.labels.setdefault(CONTROL.name, label)
            else:
                tokens, span = self.reader.read_target(text, target)
                labels: dict[str, int | list[int]] = {CONTROL.name: label}
                self.appended.append(Row(tokens, deck, labels, [(*span, label)]))

    def add_entities(self, path: Path, deck: int) -> None:
        """Add the tags of a file of sentences."""
        for text, entities in read_sentences(path):
            row = self.take(text, deck)
            if row is not None:
                row.tags = tag_pieces(row.tokens, entities)

    def take_ordinary(self, task: Task, flags: int) -> None:
        """Say of every n-th text that a head learns from (`ORDINARY`) that it has no flag."""
        known = [row for row in self.rows.values() if task.name in row.labels]
        for row in known[:: ORDINARY[task.name]]:
            row.labels.setdefault("legal", [0] * flags)


def read_corpus(data: Path, tasks: Sequence[Task], reader: Reader) -> list[Row]:
    """Read and tokenise all training rows; decks are numbered as `deal_shares` has them.

    Raises:
        ConfigurationError: a file is missing or a line is wrong.
    """
    corpus = Corpus(data, reader, read_held_out(data, tasks))
    for deck, task in enumerate(tasks):
        corpus.add_task(task, deck)
    for path in [*(data / name for name in TARGET_FILES), *list_written("target")]:
        corpus.add_targets(path, len(tasks))
    for path in [*(data / name for name in ENTITY_FILES), *list_written("entity")]:
        corpus.add_entities(path, len(tasks) + 1)
    legal = next((task for task in tasks if task.name == "legal"), None)
    for task in tasks:
        if legal and task.name in ORDINARY:
            corpus.take_ordinary(task, len(legal.labels))
    return [*corpus.rows.values(), *corpus.appended]


def read_held_out(data: Path, tasks: Sequence[Task]) -> set[str]:
    """Return the normalised texts of all validation parts, and those of our own that are held."""
    paths = [data / task.folder / "val.jsonl" for task in tasks if task.folder]
    paths += [data / name for name in TARGET_CHECKS]
    held_out = {normalize(row["text"]) for path in paths for _, row in read_lines(path)}
    held_out |= {normalize(text) for text, _ in read_sentences(data / ENTITY_CHECK)}
    names = ("entity", "intent", "legal", "target")
    paths = [path for name in names for path in list_written(name)]
    own = (row["text"] for path in paths for _, row in read_lines(path))
    return held_out | {normalize(text) for text in own if is_held(text)}


def _read_task(data: Path, task: Task) -> Iterator[tuple[str, int | list[int]]]:
    if task.folder:
        texts, labels = read_rows(data / task.folder / "train.jsonl", task.classes)
        yield from zip(texts, labels, strict=True)
        return
    for path in list_written(task.name):
        yield from read_written(path, task)


def deal_shares(tasks: Sequence[Task]) -> list[float]:
    """Return the share of each deck: the tasks', then targets, then entities."""
    return [*(task.share for task in tasks), TARGET_SHARE, ENTITY_SHARE]


def class_weights(labels: NDArray[np.int64], classes: int) -> NDArray[np.float32]:
    """Return sqrt-inverse-frequency weights whose mean over the rows is 1.

    Full inverse frequency over-predicted the negative class (seen when this was tried first).
    """
    counts = np.bincount(labels, minlength=classes)
    weights = 1.0 / np.sqrt(np.maximum(counts, 1))
    weights *= counts.sum() / (weights * counts).sum()
    return weights.astype(np.float32)


def deal_batches(
    rows: Sequence[Row], shares: Sequence[float], size: int, seed: int
) -> Iterator[NDArray[np.int64]]:
    """Yield row numbers of batches, for ever: decks mixed by `shares`, like lengths together.

    A deck's rows all come once before any comes again. The order depends on `seed` alone.
    """
    random = np.random.default_rng(seed)
    lengths = np.array([len(row.tokens) for row in rows])
    deck_of = np.array([row.deck for row in rows])
    decks = [_deal_rows(np.flatnonzero(deck_of == d), random) for d in range(len(shares))]
    part = np.array(shares) / sum(shares)
    while True:
        counts = random.multinomial(size * POOL, part)
        drawn = [next(decks[t]) for t, count in enumerate(counts) for _ in range(count)]
        pool = np.array(drawn)
        pool = pool[np.argsort(lengths[pool], kind="stable")]
        chunks = pool.reshape(POOL, size)
        yield from (chunks[i] for i in random.permutation(POOL))


def _deal_rows(rows: NDArray[np.int64], random: np.random.Generator) -> Iterator[int]:
    while len(rows):
        yield from (int(row) for row in random.permutation(rows))
