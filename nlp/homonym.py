"""Tell a brand from what else its name means: evidence that adds up, each part on record."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from spacy.language import Language
from spacy.tokens import Doc

from listening.contract import Brand
from nlp.names import Name
from nlp.notes import notes
from nlp.surface import is_within, read_before, read_case
from nlp.talk import Floats, Passage, Seen, Talk, compare, replace_name
from nlp.words import fold

Evidence = Mapping[str, float]
"""What speaks for the brand (above 0) and against it, by part; each about -1 to 1."""

RULES: Final = ("written", "before", "within", "beside", "near", "not_near")
PARTS: Final = (*RULES, "talk", "place", "tags", "meaning")
COMPANY: Final = 2.0
"""Weight of other names of the brand file: set, not fitted, our texts name one brand each."""

MIXED: Final = 3.0
"""Weight of two ways of writing in one text: set, not fitted, our texts hold one sense each."""

# Fitted by `python -m nlp.train.names` on our examples of talk about 22 brands.
WEIGHTS: Final[Mapping[str, float]] = {
    "bias": -0.74, "written": 1.07, "before": 0.7, "within": 1.32, "beside": 2.73, "near": 0.0,
    "not_near": 5.67, "talk": 1.86, "place": 3.06, "tags": 1.06, "meaning": 13.93,
    "company": COMPANY, "mixed": MIXED,
}  # fmt: skip
NO_SENSES: Final[Mapping[str, float]] = {
    "bias": -0.37, "written": 0.98, "before": 0.8, "within": 0.9, "beside": 3.11, "near": 0.66,
    "not_near": 7.32, "talk": 2.31, "place": 2.86, "tags": 1.05, "company": COMPANY,
    "mixed": MIXED,
}  # fmt: skip
"""Weights where the brand file gives words for one side only."""
ELSEWHERE: Final[Mapping[str, float]] = {
    "bias": -0.77, "written": 1.49, "before": 1.94, "within": 4.41, "beside": 4.66,
    "not_near": 3.19, "talk": 4.98, "tags": 3.46, "meaning": 10.93, "company": COMPANY,
    "mixed": 1.49,
}  # fmt: skip
"""Weights where the text is hardly English: those of before 2026-11-23, by the first hand's eight
brands. The place of a name says the wrong thing there ("Mein … tropft" is no brand to it)."""
RULES_ONLY: Final[Mapping[str, float]] = {
    "bias": 0.02, "written": 1.01, "before": 2.27, "within": 4.76, "beside": 4.09, "near": 1.16,
    "not_near": 4.95, "company": COMPANY, "mixed": MIXED,
}  # fmt: skip
"""Weights where no encoder reads the text: by the first hand's eight brands alone, as the second
put words of the brand beside the other sense as often as beside the brand."""

_WINDOW: Final = 300  # characters to either side; in an article farther words say little
_FADE: Final = 30  # characters over which a word's say shrinks to a third
_BESIDE: Final = 2  # characters between a name and the word beside it
_ENDING: Final = 2  # letters an inflected word may have more: kettles, Gartens
_STEM: Final = 4  # letters a word needs before an ending may follow
_AROUND: Final = 60  # characters to either side of a name that are read once more with it
_PASSAGES: Final = 4  # names of a text whose surroundings are read once more


@dataclass(frozen=True, slots=True)
class Verdict:
    """How surely a name means the brand, and what each part of the evidence brought."""

    p: float
    parts: Mapping[str, float]

    @property
    def reason(self) -> str:
        """Say for people what decided, the weightiest first."""
        ranked = sorted(self.parts.items(), key=lambda each: -abs(each[1]))
        return ", ".join(f"{part} {value:+.1f}" for part, value in ranked if value)


def judge(evidence: Evidence, weights: Mapping[str, float]) -> Verdict:
    """Return the verdict that evidence adds up to."""
    parts = {part: weights.get(part, 0.0) * value for part, value in evidence.items()}
    score = weights["bias"] + sum(parts.values())
    return Verdict(1 / (1 + math.exp(-score)), parts)


class Homonyms:
    """The context of one brand: what makes its name the brand, or something else.

    A name that may mean something else is the brand where the evidence says so; where the
    mention is sure to be about the brand (mapped, owned, its handle, its domain, a product) it
    needs no evidence. A brand without context is always meant.
    """

    def __init__(self, brand: Brand, pipeline: Language, talk: Talk | None = None) -> None:
        self.has_context = bool(brand.context.near or brand.context.not_near)
        self._near = _phrases(brand.context.near, pipeline)
        self._not_near = _phrases(brand.context.not_near, pipeline)
        self._spellings = frozenset(
            spelling
            for name in (brand.name, *brand.aliases)
            for spelling in (name, name.upper())
            if name != fold(name)
        )
        self._talk = talk if self.has_context else None
        self._senses = self._talk.senses(brand) if self._talk else None
        self._usual = self._talk.usual(brand.name) if self._talk else 0.0
        small = self._talk.usual(brand.name.lower()) if self._talk else 0.0
        self._common = 1 + min(small, 0.0)

    def is_open(self, names: Sequence[Name], *, sure: bool) -> bool:
        """Tell whether these names may mean something else, so that evidence is needed."""
        return bool(names) and self.has_context and not sure and all(name.plain for name in names)

    def passages(self, doc: Doc, names: Sequence[Name]) -> list[Passage]:
        """Return the words around the first places of a name: what `weigh` reads once more."""
        if self._talk is None or not notes(doc).encoder:
            return []
        return [_cut_around(notes(doc).whole, *span) for span in _spans(names)[:_PASSAGES]]

    def keep(
        self,
        doc: Doc,
        names: Sequence[Name],
        *,
        sure: bool,
        company: bool = False,
        foreign: bool = False,
        read: Mapping[Passage, Seen] | None = None,
    ) -> list[Name]:
        """Return the names that mean the brand; homonyms with p and reason.

        `sure`: the mention is about the brand whatever its words are. `company`: it names
        another brand of the file too, or a person of this one. `foreign`: the text is hardly
        English. `read`: what is seen of the
        passages, where they were read together with those of other mentions.
        """
        if not self.is_open(names, sure=sure):
            return list(names)
        weights = self._choose(doc, foreign=foreign)
        verdicts = [
            judge({**evidence, "company": float(company)}, weights)
            for evidence in self.weigh(doc, names, read)
        ]
        return [
            replace(name, p=verdict.p * name.p, reason=verdict.reason)
            for name, verdict in zip(names, verdicts, strict=True)
            if verdict.p >= 0.5  # noqa: PLR2004 - likelier than not
        ]

    def _choose(self, doc: Doc, *, foreign: bool) -> Mapping[str, float]:
        if self._talk is None or not notes(doc).encoder:
            return RULES_ONLY
        if foreign:
            return ELSEWHERE if self._senses else RULES_ONLY
        return WEIGHTS if self._senses else NO_SENSES

    def weigh(
        self, doc: Doc, names: Sequence[Name], read: Mapping[Passage, Seen] | None = None
    ) -> Iterator[Evidence]:
        """Yield the evidence for each name of a document; `read` as for `keep`."""
        norms = [token.norm_ for token in doc] if self._near or self._not_near else []
        near, not_near = (_places(doc, norms, each) for each in (self._near, self._not_near))
        mixed = len({notes(doc).whole[name.start].isupper() for name in names}) > 1
        passages = self._read(doc, names, read or {})
        text = notes(doc).whole
        for name in names:
            case = read_case(text, name.start, name.end, self._spellings)
            helps, hinders = _gap(name, near), _gap(name, not_near)
            yield {
                "written": case * self._common if name.p == 1 else 0.0,
                "mixed": case * mixed if name.p == 1 else 0.0,
                "before": read_before(text, name.start),
                "within": -float(is_within(text, name.start)),
                "beside": float(helps <= _BESIDE) - float(hinders <= _BESIDE),
                "near": math.exp(-helps / _FADE) if helps <= min(hinders, _WINDOW) else 0.0,
                "not_near": -math.exp(-hinders / _FADE) if hinders < min(helps, _WINDOW) else 0.0,
                **passages.get((name.start, name.end), {}),
            }

    def _read(
        self, doc: Doc, names: Sequence[Name], read: Mapping[Passage, Seen]
    ) -> Mapping[tuple[int, int], Evidence]:
        """Return what the text and the words around each name speak of, by its place."""
        if self._talk is None or not notes(doc).encoder:
            return {}
        whole = self._speak(notes(doc).encoder.embedding)
        spans, around = _spans(names), self.passages(doc, names)
        if not read.keys() >= set(around):
            read = dict(zip(around, self._talk.read(around), strict=True))
        closer = [self._speak(read[passage].embedding) for passage in around]
        found = {}
        for place, span in enumerate(spans):
            covered = notes(doc).encoder.reading.tokens.cover(*span)
            own = closer[place] if place < len(closer) else whole
            far = whole if covered else own  # beyond what is read of a long text
            found[span] = {part: (own[part] + far[part]) / 2 for part in own}
            if place < len(closer):
                found[span]["place"] = self._talk.of_place(read[around[place]].place)
            if covered:
                shares = notes(doc).encoder.reading.tags[slice(*covered)].mean(axis=0)
                found[span]["tags"] = self._talk.weigh_tags(shares) - self._usual
        return found

    def _speak(self, embedding: Floats) -> dict[str, float]:
        assert self._talk is not None  # noqa: S101 - narrows; only asked where there is one
        speaks = {"talk": self._talk.of_brands(embedding)}
        if self._senses is not None:
            speaks["meaning"] = compare(self._senses, embedding)
        return speaks


def _spans(names: Sequence[Name]) -> list[tuple[int, int]]:
    """Return the places of names, each once."""
    return list(dict.fromkeys((name.start, name.end) for name in names))


def _cut_around(text: str, start: int, end: int) -> Passage:
    """Return the words around a name, with the stand-in for it."""
    left, right = max(0, start - _AROUND), min(len(text), end + _AROUND)
    while left > 0 and text[left - 1].isalnum() and start - left < 2 * _AROUND:
        left -= 1
    while right < len(text) and text[right].isalnum() and right - end < 2 * _AROUND:
        right += 1
    return replace_name(text[left:right], start - left, end - left)


Phrases = Mapping[str, list[tuple[str, ...]]]
"""Phrases by their first word, each as the words that follow it."""


def _phrases(words: Sequence[str], pipeline: Language) -> Phrases:
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for each in words:
        first, *rest = [token.norm_ for token in pipeline.tokenizer(each)] or [""]
        found[first].append(tuple(rest))
    found.pop("", None)
    return found


def _places(doc: Doc, norms: Sequence[str], phrases: Phrases) -> list[int]:
    """Return where in the text one of some phrases begins. `norms` are those of its tokens."""
    if not phrases:
        return []
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


def _gap(name: Name, places: Sequence[int]) -> float:
    """Return the characters from a name to the nearest place outside it, or infinity.

    `places` is in order: a long text may have thousands of names and of places.
    """
    left, right = bisect_left(places, name.start), bisect_left(places, name.end)
    gaps = [name.start - place for place in places[max(0, left - 1) : left]]
    gaps += [place - name.end for place in places[right : right + 1]]
    return min(gaps, default=math.inf)
