"""Common words: what nobody meant as a misspelt name.

The encoder's vocabulary serves as the word list: 23,000 whole words, the commonest first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from listening.contract import ConfigurationError
from nlp.encoder import MODEL
from nlp.words import fold

_ENDINGS: Final = ("s", "es", "ed", "d", "ing", "er", "ers", "ly", "y")
_STEM: Final = 4  # letters a word keeps before an ending
_RESTORE: Final = "restore the file (git checkout), or export the model again"


class Vocabulary:
    """The words of a language, by rank."""

    def __init__(self, ranks: Mapping[str, int]) -> None:
        self.ranks = ranks

    def __contains__(self, word: str) -> bool:
        """Tell whether a folded word is a common one, or a form of one."""
        if word in self.ranks:
            return True
        stems = (word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending))
        return any(
            len(stem) >= _STEM and (stem in self.ranks or f"{stem}e" in self.ranks)
            for stem in stems
        )

    def is_everyday(self, word: str, most: int) -> bool:
        """Tell whether a folded word is among the `most` commonest."""
        return self.ranks.get(word, most) < most


@cache
def read_vocabulary(folder: Path | None = None) -> Vocabulary:
    """Return the whole words of a model's tokenizer (default: the shipped model's).

    Raises:
        ConfigurationError: there is no such file, or it is no tokenizer of word pieces.
    """
    path = (folder or MODEL) / "tokenizer.json"
    try:
        pieces: Mapping[str, int] = json.loads(path.read_text("utf-8"))["model"]["vocab"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        what = f"no usable vocabulary: {error!r}"
        raise ConfigurationError(what, where=str(path), mend=_RESTORE) from error
    words = [fold(piece) for piece in sorted(pieces, key=pieces.__getitem__) if piece.isalpha()]
    words = [word for word in dict.fromkeys(words) if len(word) > 1]
    return Vocabulary({word: rank for rank, word in enumerate(words)})
