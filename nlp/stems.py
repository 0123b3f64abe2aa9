"""The content words of a text, cut to stems: enough to see "delayed" in "my flight delays"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, Final

import spacy.lang

from nlp.words import fold

_LANGUAGES: Final = ("en", "de", "fr", "es", "it", "pt", "nl")
_SUFFIXES: Final = (
    "ations", "ation", "ungen", "ings", "ment", "ing", "ung", "ed", "es", "er", "en", "s", "e",
)  # fmt: skip
_SHORTEST: Final = 3


def content_stems(words: Iterable[str]) -> Iterator[str]:
    """Yield the stems of folded words that are no stop words of the seven languages."""
    ignored = _stop_words()
    for word in words:
        if len(word) >= _SHORTEST and word not in ignored:
            yield stem(word)


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return a word without its ending and a doubled last letter."""
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _SHORTEST:
            word = word.removesuffix(suffix)
            break
    return word[:-1] if len(word) > _SHORTEST and word[-1] == word[-2] else word


def is_stop_word(word: str) -> bool:
    """Tell whether a word is too common in one of the seven languages to say anything."""
    return fold(word) in _stop_words()


@cache
def _stop_words() -> frozenset[str]:
    words: set[str] = set()
    for language in _LANGUAGES:
        words |= _read_module(f"{language}/stop_words.py").STOP_WORDS
    return frozenset(map(fold, words))


def _read_module(path: str) -> Any:
    """Return a module of `spacy.lang` without its package: seven of those take two seconds."""
    folder = Path(*spacy.lang.__path__)
    spec = spec_from_file_location("stop_words", folder / path)
    assert spec is not None and spec.loader is not None  # noqa: PT018, S101  (a .py file)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
