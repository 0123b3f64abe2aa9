"""Word search as a hosted search engine does it: all words, phrases, exclusions, near typos."""

from __future__ import annotations

import re
from typing import Final

WORD: Final = re.compile(r"\w+")
TERM: Final = re.compile(r'(-?)(?:"([^"]*)"|(\S+))')
SHORTEST_WITH_TYPO: Final = 4  # as Algolia: one typo from four letters on


def matches(query: str, text: str, *, typos: bool) -> bool:
    """Tell whether a text answers a query: every term, the last word as a prefix."""
    words = WORD.findall(text.casefold())
    terms = TERM.findall(query.casefold())
    for number, (minus, phrase, word) in enumerate(terms):
        sought = WORD.findall(phrase or word)
        if not sought:
            continue
        prefix = number == len(terms) - 1 and not phrase
        if _has(sought, words, prefix=prefix, typos=typos and not phrase) == bool(minus):
            return False
    return True


def _has(sought: list[str], words: list[str], *, prefix: bool, typos: bool) -> bool:
    width = len(sought)
    return any(
        all(
            _same(want, word, prefix=prefix and position == width - 1, typos=typos)
            for position, (want, word) in enumerate(
                zip(sought, words[start : start + width], strict=True)
            )
        )
        for start in range(len(words) - width + 1)
    )


def _same(want: str, word: str, *, prefix: bool, typos: bool) -> bool:
    if want == word or (prefix and word.startswith(want)):
        return True
    return typos and len(want) >= SHORTEST_WITH_TYPO and _one_edit(want, word)


def _one_edit(left: str, right: str) -> bool:
    if abs(len(left) - len(right)) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), None)
    if at is None:
        return True
    rests = (left[at + 1 :], right[at:]), (left[at:], right[at + 1 :])
    swapped = left[at : at + 2][::-1] == right[at : at + 2] and left[at + 2 :] == right[at + 2 :]
    return left[at + 1 :] == right[at + 1 :] or swapped or any(a == b for a, b in rests)
