"""Names that people misspell, split, join or lengthen: few edits away, and no common word.

A name of one word needs six letters, with one edit (a letter more, less, wrong, or two
swapped), from ten letters on two. Of a name of several words each may be misspelt, if short
words are not. The first letter stays, or is swapped with the second.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA

from nlp.names import Form
from nlp.vocabulary import Vocabulary
from nlp.words import fold, squeeze

SHORTEST: Final = 6
"""Letters of the shortest name that may be misspelt."""
_LEAST_WORD: Final = 4  # letters of a word that may be misspelt within a longer name
_LONG: Final = 10  # letters from which two edits are allowed
_MOST_WORDS: Final = 4
_EVERYDAY: Final = 1_500  # of the commonest words; next to another they say little
_GAP: Final = re.compile(r" {0,2}| ?[-_&/'\u2019\n] ?|\.")  # between two words of a name
P_JOINED: Final = 0.95
P_WITHIN: Final = 0.9
_LEAST_REST: Final = 3  # letters of what follows a name within a longer word
P_EDIT: Final = 0.1
"""What each edit takes from the strength of a match."""


class Word(NamedTuple):
    """A word of a text: folded, as written, and where."""

    norm: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Variant:
    """A name found that is not written as in the brand file."""

    form: Form
    start: int
    end: int
    p: float
    reason: str


class Variants:
    """The names of a brand file, ready to be found where they are written otherwise."""

    def __init__(self, forms: Iterable[Form], vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._joined: dict[str, list[Form]] = defaultdict(list)
        self._by_first: dict[str, list[tuple[tuple[str, ...], Form]]] = defaultdict(list)
        for form in forms:
            words = _split(form.text)
            if sum(map(len, words)) >= SHORTEST:
                self._joined[squeeze(form.text)].append(form)
                self._by_first[words[0]].append((words, form))
        self._heads = {name[:2] for name in self._joined}
        self._buckets = _fill_buckets(self._by_first)
        self.compare: Callable[[str], tuple[tuple[str, int], ...]]
        self.compare = lru_cache(maxsize=65_536)(self._compare)
        self.may_begin: Callable[[str], bool] = lru_cache(maxsize=65_536)(self._may_begin)
        """Tells whether a name that is written otherwise may begin with a word of a text."""

    def find(self, words: Sequence[Word], text: str) -> Iterator[Variant]:
        """Yield names among the words of a text that are not written as in the brand file."""
        for place, word in enumerate(words):
            if word.norm[:2] in self._heads:
                yield from self._find_joined(words, place, text)
                yield from self._find_within(word)
            for first, edits in self.compare(word.norm):
                yield from self._find_edited(words, place, text, first, edits)

    def _may_begin(self, word: str) -> bool:
        norm = fold(word)
        return norm[:2] in self._heads or bool(self.compare(norm))

    def find_word(self, norm: str) -> Iterator[tuple[Form, int]]:
        """Yield the names that one folded word misspells, with the edits."""
        for first, edits in self.compare(norm):
            for words, form in self._by_first[first]:
                if len(words) == 1 and edits:
                    yield form, edits

    def _find_joined(self, words: Sequence[Word], place: int, text: str) -> Iterator[Variant]:
        """Yield "brew one" for BrewOne, "AcmeKettle" for Acme Kettle, "A B" for A & B."""
        together = ""
        for last in range(place, min(place + _MOST_WORDS, len(words))):
            if last > place and not _is_near(text, words[last - 1], words[last]):
                return
            together += words[last].norm
            for form in self._joined.get(together, ()):
                found = words[place : last + 1]
                if not self._is_chance(found):
                    reason = f"{form.text} written otherwise"
                    yield Variant(form, found[0].start, found[-1].end, P_JOINED, reason)

    def _find_within(self, word: Word) -> Iterator[Variant]:
        """Yield the name that a longer word begins with: HarlundHelps, Harlund_pots, harlundpots.

        Where no sign parts them, the rest must be a common word; a name that is one itself
        begins many.
        """
        if len(word.norm) != len(word.text) or word.norm in self.vocabulary:
            return
        for size in range(SHORTEST, len(word.norm) - _LEAST_REST + 1):
            name, rest = word.norm[:size], word.norm[size:]
            if name in self._joined and name not in self.vocabulary:
                parted = rest[0] == "_" or word.text[size].isupper() > word.text[size - 1].isupper()
                if parted or rest in self.vocabulary:
                    for form in self._joined[name]:
                        reason = f"{form.text} within a longer word"
                        yield Variant(form, word.start, word.start + size, P_WITHIN, reason)

    def _is_chance(self, words: Sequence[Word]) -> bool:
        """Tell whether common words merely stand side by side: "brew one" more."""
        if len(words) == 1 or not all(word.norm in self.vocabulary for word in words):
            return False
        if all(word.text[:1].isupper() for word in words):
            return False
        return any(self.vocabulary.is_everyday(word.norm, _EVERYDAY) for word in words)

    def _find_edited(
        self, words: Sequence[Word], place: int, text: str, first: str, edits: int
    ) -> Iterator[Variant]:
        for names, form in self._by_first[first]:
            found = words[place : place + len(names)]
            if len(found) < len(names) or not all(
                _is_near(text, one, other) for one, other in pairwise(found)
            ):
                continue
            total = edits + sum(
                self._count_edits(own, word.norm)
                for own, word in zip(names[1:], found[1:], strict=True)
            )
            if 0 < total <= _allow(sum(map(len, names))):
                reason = f"{form.text} misspelt, {total} edit{'s' * (total > 1)}"
                p = 1 - P_EDIT * total
                yield Variant(form, found[0].start, found[-1].end, p, reason)

    def _count_edits(self, own: str, word: str) -> int:
        if own == word:
            return 0
        return dict(self._measure(word, (own,))).get(own, _LONG)

    def _compare(self, word: str) -> tuple[tuple[str, int], ...]:
        """Return the first words of names that a word is, or misspells, with the edits."""
        if word in self._by_first:
            return ((word, 0),)
        near: set[str] = set()
        for key in _keys(word):
            near |= self._buckets.get(key, set())
        return tuple(self._measure(word, sorted(near)))

    def _measure(self, word: str, names: Sequence[str]) -> Iterator[tuple[str, int]]:
        if len(word) < _LEAST_WORD or word in self.vocabulary or not word.isalnum():
            return
        for own in names:
            most = _allow(len(own))
            if len(own) < _LEAST_WORD or abs(len(own) - len(word)) > most:
                continue
            edits = OSA.distance(own, word, score_cutoff=most)
            if edits <= most and (own[0] == word[0] or own[:2] == word[1::-1]):
                yield own, edits


def _split(name: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\W_]+", fold(name)))


def _allow(letters: int) -> int:
    return 2 if letters >= _LONG else 1


def _is_near(text: str, one: Word, other: Word) -> bool:
    return _GAP.fullmatch(text, one.end, other.start) is not None


def _fill_buckets(names: Iterable[str]) -> dict[str, set[str]]:
    buckets: dict[str, set[str]] = defaultdict(set)
    for name in names:
        for key in _keys(name):
            buckets[key].add(name)
    return dict(buckets)


def _keys(word: str) -> tuple[str, str]:
    """Return where a word is looked for: one edit leaves its beginning or its end alone."""
    return f"{word[:2]}-", f"-{word[-3:]}"
