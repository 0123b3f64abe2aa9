"""Tell a brand from what else its name means, by the words around it."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from spacy.language import Language
from spacy.tokens import Doc

from listening.contract import Brand
from nlp.words import fold

_WINDOW: Final = 300  # characters to either side; in an article farther words say little
_ENDING: Final = 2  # letters an inflected word may have more: kettles, Gartens
_STEM: Final = 4  # letters a word needs before an ending may follow


@dataclass(frozen=True, slots=True)
class Name:
    """Where words name a brand or product. `sign`: a handle or hashtag, so it is tagged."""

    brand_id: str
    product_id: str | None
    start: int
    end: int
    sign: bool = False
    plain: bool = False  # a name that may be a homonym


class Homonyms:
    """The context of one brand: words that make its name the brand, or something else.

    A plain name is the brand where a `near` word stands nearer to it than any `not_near`
    word, or where the mention is sure to be about the brand (mapped, owned, its handle, its
    domain, a product). With neither word in sight it is the brand if written as the brand
    file writes it (`Acme`, not `acme`); a brand without context is always meant.
    """

    def __init__(self, brand: Brand, pipeline: Language) -> None:
        self._has_context = bool(brand.context.near or brand.context.not_near)
        self._near = _phrases(brand.context.near, pipeline)
        self._not_near = _phrases(brand.context.not_near, pipeline)
        self._spellings = {
            spelling
            for name in (brand.name, *brand.aliases)
            for spelling in (name, name.upper())
            if name != fold(name)
        }
        self._strict = bool(brand.context.near) and bool(self._spellings)

    def keep(self, doc: Doc, names: Sequence[Name], *, sure: bool) -> list[Name]:
        """Return the names that mean the brand."""
        if not names or not self._has_context or sure or any(not name.plain for name in names):
            return list(names)
        near, not_near = _places(doc, self._near), _places(doc, self._not_near)
        kept = [name for name in names if self._means_brand(doc, name, near, not_near)]
        return list(names) if kept and not not_near else kept

    def _means_brand(
        self, doc: Doc, name: Name, near: Sequence[int], not_near: Sequence[int]
    ) -> bool:
        helps, hinders = _nearest(name, near), _nearest(name, not_near)
        if min(helps, hinders) <= _WINDOW:
            return helps <= hinders
        written = doc._.whole[name.start : name.end].removeprefix("#")
        return not self._strict or written in self._spellings


Phrases = Mapping[str, list[tuple[str, ...]]]
"""Phrases by their first word, each as the words that follow it."""


def _phrases(words: Sequence[str], pipeline: Language) -> Phrases:
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for each in words:
        first, *rest = [token.norm_ for token in pipeline.tokenizer(each)] or [""]
        found[first].append(tuple(rest))
    found.pop("", None)
    return found


def _places(doc: Doc, phrases: Phrases) -> list[int]:
    """Return where in the text one of some phrases begins."""
    if not phrases:
        return []
    norms = [token.norm_ for token in doc]
    return [
        doc[place].idx
        for place, norm in enumerate(norms)
        if any(_follows(norms, place + 1, rest) for rest in phrases.get(norm, ()))
        or any(() in phrases.get(stem, ()) for stem in _stems(norm))
    ]


def _follows(norms: Sequence[str], place: int, rest: tuple[str, ...]) -> bool:
    return tuple(norms[place : place + len(rest)]) == rest


def _stems(norm: str) -> list[str]:
    """Return what a word may be an inflected form of."""
    return [norm[:-cut] for cut in range(1, _ENDING + 1) if len(norm) - cut >= _STEM]


def _nearest(name: Name, places: Sequence[int]) -> float:
    """Return the characters from a name to the nearest place outside it, or infinity.

    `places` is in order: a long text may have thousands of names and of places.
    """
    left, right = bisect_left(places, name.start), bisect_left(places, name.end)
    gaps = [name.start - place for place in places[max(0, left - 1) : left]]
    gaps += [place - name.end for place in places[right : right + 1]]
    return min(gaps, default=math.inf)
