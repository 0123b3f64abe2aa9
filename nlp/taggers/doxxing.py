"""Laying somebody open: private data or an address, of another person, to be acted upon."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from spacy.tokens import Doc

from nlp.address import find_addresses
from nlp.notes import notes
from nlp.rulebook import Cues, Span, nearest
from nlp.suspicion import Sign, SuspectTagger
from nlp.tagger import tagger

_BESIDE: Final = 100  # characters between the data and the person or the call to act
_NAME: Final = re.compile(r"(?<![\w@#])[^\W\d_a-z][^\W\d_]{1,20} [^\W\d_a-z][^\W\d_]{1,20}(?!\w)")
_EXPOSED: Final = frozenset({"email", "phone", "address"})
_TOLD: Final = frozenset({"plate", "haunt"})  # says itself that somebody is laid open
_AROUND: Final = 240  # characters between the data and the call to act
_AFTER: Final = 30  # characters from "number plate" to the plate
_PLATE: Final = re.compile(
    r"(?<!\w)(?=[A-Z0-9 -]{0,9}\d)[A-Z0-9]{1,4}[ -]?[A-Z0-9]{1,4}(?:[ -]?[A-Z0-9]{1,4})?(?!\w)"
)


@tagger(
    "doxxing", version="9", needs=("marks", "cues", "personal_data", "brands"), uses=("suspicion",)
)
class DoxxingTagger(SuspectTagger):
    """Flags data about another person, with words that expose or incite."""

    def signs(self, doc: Doc) -> Iterator[Sign]:
        """Yield at most one sign: the one with most against it."""
        signs = [sign for span, what in _data(doc) if (sign := _judge(doc, span, what))]
        if signs:
            yield max(signs, key=lambda sign: (sign.strength == "likely", sign.p))


def _data(doc: Doc) -> Iterator[tuple[Span, str]]:
    """Yield private data, addresses, number plates, and where somebody is to be found."""
    for flag in notes(doc).personal_data:
        if flag.rule in _EXPOSED:
            yield (flag.start, flag.end), flag.rule
    for span in find_addresses(notes(doc).whole):
        yield span, "address"
    cues: Cues = notes(doc).cues
    for plate in cues.get("doxxing.plate", ()):
        if match := _PLATE.search(notes(doc).whole, plate[1], plate[1] + _AFTER):
            yield match.span(), "plate"
    for haunt in cues.get("doxxing.haunt", ()):
        yield haunt, "haunt"


def _judge(doc: Doc, span: Span, what: str) -> Sign | None:
    cues: Cues = notes(doc).cues
    exposed = nearest(span, cues.get("doxxing.exposure", ()), _BESIDE)
    incited = nearest(span, cues.get("doxxing.incitement", ()), _AROUND)
    own = nearest(span, cues.get("personal.own", ()), _BESIDE // 3)
    whom = _person(doc, span)
    # A name beside an address alone is a parcel, a winner, a signature: personal data.
    if whom is None or own or not (exposed or incited or what in _TOLD):
        return None
    p = 0.5 + 0.2 * bool(exposed) + 0.2 * bool(incited) + 0.05 * (what == "address")
    signs = [name for name, at in (("exposure", exposed), ("incitement", incited)) if at]
    reason = f"{what} of {whom!r}" + (f", with {' and '.join(signs)}" if signs else "")
    held = bool(incited) or (bool(exposed) and what in _EXPOSED)
    return Sign(*span, round(p, 2), what, reason, "likely" if held else "hint")


def _person(doc: Doc, span: Span) -> str | None:
    """Return the nearest name, handle or word for a person that is not a brand."""
    brands = {(name.start, name.end) for name in notes(doc).brands.names}
    handles = [(mark.start, mark.end) for mark in notes(doc).marks.of("handle")]
    names = [match.span() for match in _NAME.finditer(notes(doc).whole)]
    people = [
        each
        for each in (*handles, *names)
        if not any(each[0] < last and first < each[1] for first, last in (*brands, span))
    ]
    whom = nearest(span, people, _BESIDE) or nearest(
        span, notes(doc).cues.get("doxxing.person", ()), _BESIDE
    )
    return notes(doc).whole[whom[0] : whom[1]] if whom else None
