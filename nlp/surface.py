"""How a name stands in its sentence: its capitals, and the word before it. English grammar.

"my Heron" is a thing, "a heron" an animal, "in Dover" a place, "Philip Marlowe" a person,
"to drift" a verb: evidence that needs no list of what a name may mean.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from nlp.stems import is_stop_word

_CAPITAL: Final = re.compile(r"\b[^\W\d_a-z]\w*")
_WORD: Final = re.compile(r"\b[^\W\d_]\w*")
_BEFORE: Final = re.compile(r"(\w+) +[\"'(\u201c\u2018]?$")
_OPENS: Final = " \t\"'\u201c\u201d\u2018\u2019([*_#"  # may stand before a sentence's first word
_AMID: Final = ",)&/+-\u2013'\u2019"  # signs within a sentence
_MOST: Final = 0.8  # of the words; above it a text is a headline
_HALF: Final = 0.5  # of the letters; above it a text is in capitals
_SHORT: Final = 3  # words of a text whose capitals say little

_OWN: Final = frozenset({"my", "our", "your", "their", "his", "her", "whose"})
_ARTICLES: Final = frozenset({"a", "an", "the", "this", "that", "another", "new", "old"})
_TITLES: Final = frozenset(
    {
        "mr", "mrs", "ms", "miss", "dr", "doctor", "prof", "professor", "sir", "lady", "lord",
        "captain", "coach", "detective", "inspector", "president", "minister", "councillor",
        "senator", "aunt", "auntie", "uncle", "saint", "st", "judge", "officer", "sergeant",
        "lieutenant", "general", "colonel", "king", "queen",
    }
)  # fmt: skip
_WITHIN: Final = frozenset({"in", "near", "through", "around", "outside", "towards", "across"})
_BEFORE_VERBS: Final = frozenset(
    {
        "to", "will", "would", "can", "could", "may", "might", "must", "should", "let", "lets",
        "i", "you", "we", "they", "he", "she", "it", "who",
    }
)  # fmt: skip


def read_case(text: str, start: int, end: int, spellings: frozenset[str]) -> float:
    """Return 1 where a name is written as a name, -1 where as a word; 0: it says nothing.

    `spellings` are those of the brand file that have capitals; without any, case is silent.
    """
    written = text[start:end].removeprefix("#")
    if not spellings:
        return 0.0
    if written[:1].islower():
        return -1.0 if has_capital(text) else -0.5
    if begins_sentence(text, start) or is_shouted(text):
        return 0.0
    return 1.0 if written in spellings or written.removesuffix("s") in spellings else 0.5


def read_before(text: str, start: int) -> float:
    """Return 1 where the word before makes a name a thing, -1 a person, a word or a verb."""
    found = _BEFORE.search(text, max(0, start - 40), start)
    if found is None:
        return 0.0
    before, is_capital = found[1].lower(), text[start : start + 1].isupper()
    if before in _OWN or before in _TITLES:
        return 1.0 if before in _OWN else -1.0
    if is_shouted(text):
        return 0.0
    if before in _ARTICLES:
        return 1.0 if is_capital else -1.0
    if is_capital:
        return _read_first_name(text, found)
    return -1.0 if before in _BEFORE_VERBS else 0.0


def _read_first_name(text: str, found: re.Match[str]) -> float:
    """Return -1 for a word with a capital, as a first name has; less where a sentence begins."""
    word = found[1]
    if not word[0].isupper() or not word.isalpha() or is_stop_word(word):
        return 0.0
    return -0.5 if begins_sentence(text, found.start(1)) else -1.0


def is_within(text: str, start: int) -> bool:
    """Tell whether a name stands where a place would: "in Dover"."""
    found = _BEFORE.search(text, max(0, start - 40), start)
    return found is not None and found[1].lower() in _WITHIN


def begins_sentence(text: str, start: int) -> bool:
    """Tell whether a sentence begins here, where any word is written with a capital."""
    before = text[max(0, start - 40) : start].rstrip(_OPENS)
    return not before or not (before[-1].isalnum() or before[-1] in _AMID)


@lru_cache(maxsize=64)  # a long text may hold a name a thousand times
def has_capital(text: str) -> bool:
    """Tell whether any word of a text is written with a capital."""
    return _CAPITAL.search(text) is not None


@lru_cache(maxsize=64)
def is_shouted(text: str) -> bool:
    """Tell whether capitals say nothing: most letters, or most words, have them."""
    letters = [each for each in text if each.isalpha()]
    if sum(map(str.isupper, letters)) > _HALF * len(letters):
        return True
    words = _WORD.findall(text)
    return len(words) > _SHORT and len(_CAPITAL.findall(text)) > _MOST * len(words)
