"""What the encoder reads of a text: word pieces, how each was written, and where it stands."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from nlp.normalize import Aligned, align

SHAPES: Final = ("none", "lower", "initial", "capitals", "mixed", "letter", "digits", "mark")
"""How a word is written, by number: the vocabulary is uncased, and names live by their capitals."""

NONE, LOWER, MARK = (SHAPES.index(name) for name in ("none", "lower", "mark"))
LONGEST_TARGET: Final = 16
"""Pieces of a target that are appended to a text which does not name it."""

_WORD: Final = re.compile(r"\w+")
_WORDS_HELD: Final = 32_768  # whose shapes are known


@dataclass(frozen=True, slots=True)
class Tokens:
    """The word pieces of one text, `[CLS]` and `[SEP]` included.

    `ids` and `shapes` are what the graph takes. `starts[i]:ends[i]` is the place of a piece in
    the original text; both are -1 where a piece stands for nothing there. `text` is what
    they cover of the normalised text.
    """

    ids: list[int]
    shapes: list[int]
    starts: list[int]
    ends: list[int]
    text: str = ""

    def __len__(self) -> int:
        return len(self.ids)

    def cover(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the first and the one-past-last piece that touch `start:end`, if any is read."""
        inside = [
            i
            for i, (left, right) in enumerate(zip(self.starts, self.ends, strict=True))
            if left >= 0 and left < end and right > start
        ]
        return (inside[0], inside[-1] + 1) if inside else None


def open_tokenizer(file: Path, max_tokens: int) -> Any:
    """Return the tokenizer of a file, which cuts after `max_tokens`.

    The library that transformers' fast tokenizers wrap, without them: the same pieces and
    places, and a second less to start (2026-11-22).
    """
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # its threads survive no fork
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer


def read_texts(tokenizer: Any, texts: Sequence[str]) -> list[Tokens]:
    """Return the pieces of raw texts: the one way, for training and tagging alike."""
    aligned = [align(text) for text in texts]
    codes = tokenizer.encode_batch([each.text for each in aligned])
    return [place(code.ids, code.offsets, each) for code, each in zip(codes, aligned, strict=True)]


def place(ids: list[int], offsets: Sequence[tuple[int, int]], aligned: Aligned) -> Tokens:
    """Return the pieces of a normalised text with shapes and original places.

    `offsets` are the tokenizer's, into `aligned.text`; (0, 0) marks `[CLS]` and its like.
    """
    shapes = read_shapes(aligned.text, offsets)
    places = [aligned.span(*each) if each[1] > each[0] else (-1, -1) for each in offsets]
    starts, ends = [start for start, _ in places], [end for _, end in places]
    read = max((right for _, right in offsets), default=0)
    return Tokens(ids, shapes, starts, ends, aligned.text[:read])


def read_shapes(text: str, offsets: Sequence[tuple[int, int]]) -> list[int]:
    """Return the shape of the whole word that each piece belongs to. Pieces are in order."""
    words = _WORD.finditer(text)
    start = end = shape = 0
    shapes = []
    for left, right in offsets:
        while end <= left < right and (word := next(words, None)):
            (start, end), shape = word.span(), shape_of(word[0])
        inside = start <= left < end
        shapes.append(NONE if right <= left else shape if inside else MARK)
    return shapes


@lru_cache(maxsize=_WORDS_HELD)
def shape_of(word: str) -> int:
    """Return the number of a word's shape in `SHAPES`."""
    if any(map(str.isdigit, word)):
        return SHAPES.index("digits")
    if word == word.lower():
        return LOWER
    if len(word) == 1:
        return SHAPES.index("letter")
    if word == word.upper():
        return SHAPES.index("capitals")
    if word[1:] == word[1:].lower():
        return SHAPES.index("initial")
    return SHAPES.index("mixed")


def find_target(text: str, target: str) -> tuple[int, int] | None:
    """Return where a target stands in a text, word for word: as written, else in any case.

    A place at the borders of words goes before one inside a word.
    """
    if not target:
        return None
    for flags in (re.NOFLAG, re.IGNORECASE):
        whole = re.search(rf"(?<!\w){re.escape(target)}(?!\w)", text, flags)
        found = whole or re.search(re.escape(target), text, flags)
        if found:
            return found.span()
    return None


def append_target(
    tokens: Tokens, target: Tokens, max_tokens: int
) -> tuple[Tokens, tuple[int, int]]:
    """Return `[CLS] text [SEP] target [SEP]`, the text cut to fit, and the target's place.

    A target is cut after `LONGEST_TARGET` pieces; one without any stands for its `[SEP]`.
    """
    tail = slice(1, min(len(target), LONGEST_TARGET + 1))
    named = len(target.ids[tail])
    room = max_tokens - named
    head = [*range(min(len(tokens) - 1, room - 1)), len(tokens) - 1]
    nowhere = [-1] * named
    joined = Tokens(
        [tokens.ids[i] for i in head] + target.ids[tail],
        [tokens.shapes[i] for i in head] + target.shapes[tail],
        [tokens.starts[i] for i in head] + nowhere,
        [tokens.ends[i] for i in head] + nowhere,
    )
    return joined, (len(head), max(len(head) + 1, len(joined) - 1))
