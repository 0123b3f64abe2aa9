"""Which texts legal flags are learned from, and which are left out together to measure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from listening.contract import FLAGS
from nlp.train.data import is_held, list_written, read_lines

Marks = NDArray[np.bool_]

TASK: Final = "legal"
"""The head's name, and that of our own texts for it: `nlp/train/written/legal_*.jsonl`."""

NEW: Final = tuple(f"legal_{letter}" for letter in "efghijklmnopqrstuvwx")
"""Texts of ours that were written after the head was trained: it learned from none of them.

A head trained anew learns from all but the held seventh; then this list is empty. Each is left
out whole where thresholds are chosen: a round has its own names and its own way of telling.
"""
FOLDS: Final = 3
"""Parts that are left out in turn. One a round would take three times as long to train."""

_FOREIGN: Final = ("french", "german", "italian", "portuguese", "spanish")
_TWEETS: Final = {
    "sentiment/train.jsonl": 3_000,
    "sentiment/val.jsonl": 1_000,
    **{f"sentiment_multilingual/{name}_train.jsonl": 400 for name in _FOREIGN},
    **{f"sentiment_multilingual/{name}_val.jsonl": 160 for name in _FOREIGN},
}
"""Ordinary tweets, and how many: what the head may have learned from, and what it never saw."""
_USER: Final = re.compile(r"@user\b")
_ORDINARY: Final = ("intent", "target", "entity")


@dataclass(frozen=True)
class FlagTexts:
    """Texts and the kinds each shows; `held`: the head did not learn from it."""

    texts: Sequence[str]
    wanted: Marks  # [texts, flags]
    held: Marks
    fold: NDArray[np.int64]  # held texts with the same number are left out together
    ordinary: Marks  # not written for flags: nothing is wanted


def read_texts(data: Path | None = None) -> FlagTexts:
    """Read our own texts, and tweets of a folder.

    Raises:
        ConfigurationError: a file is missing, or a line of it is no row.
    """
    told = [(path.stem, row) for path in list_written(TASK) for _, row in read_lines(path)]
    rows = [row for _, row in told]
    plain = dict(_read_ordinary(data, {row["text"] for row in rows}))
    wanted = np.array([[kind in row.get("flags", ()) for kind in FLAGS] for row in rows])
    names = [*(name for name, _ in told), *("" for _ in plain)]
    texts = [*(row["text"] for row in rows), *plain]
    held = [*(name in NEW or is_held(row["text"]) for name, row in told), *plain.values()]
    return FlagTexts(
        texts,
        np.vstack([wanted, np.zeros((len(plain), len(FLAGS)), np.bool_)]),
        np.array(held),
        np.array([_fold(text, name) for text, name in zip(texts, names, strict=True)]),
        np.arange(len(texts)) >= len(rows),
    )


def _fold(text: str, file: str) -> int:
    """Return the fold of a text: that of its round, or by its hash where rounds do not part."""
    return (NEW.index(file) if file in NEW else crc32(text.encode())) % FOLDS


def _read_ordinary(data: Path | None, known: set[str]) -> Iterator[tuple[str, bool]]:
    """Yield texts that were not written for flags, and whether they are held out of training.

    Of tweets, where a folder is given, those of the validation part are.

    Raises:
        ConfigurationError: the folder has no tweets.
    """
    paths = [path for name in _ORDINARY for path in list_written(name)]
    told = {row["text"]: is_held(row["text"]) for path in paths for _, row in read_lines(path)}
    if data:
        for name, most in _TWEETS.items():
            # Their handles are all "@user", and "user" is a cue: half of them would hold it.
            tweets = [_USER.sub("@someone", row["text"]) for _, row in read_lines(data / name)]
            held = name.endswith("val.jsonl")
            told |= dict.fromkeys(tweets[:: max(1, len(tweets) // most)], held)
    yield from ((text, held) for text, held in told.items() if text not in known)
