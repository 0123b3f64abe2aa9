"""Laying somebody open: private data or an address, of another person, to be acted upon."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from spacy.tokens import Doc

from nlp.address import find_addresses
from nlp.rulebook import Cues, Span, nearest
from nlp.tagger import Flag, FlagTagger, tagger

_BESIDE: Final = 100  # characters between the data and the person or the call to act
_NAME: Final = re.compile(r"(?<![\w@#])[^\W\d_a-z][^\W\d_]{1,20} [^\W\d_a-z][^\W\d_]{1,20}(?!\w)")
_EXPOSED: Final = frozenset({"email", "phone", "address"})


@tagger("doxxing", version="1", needs=("marks", "cues", "personal_data", "brands"))
class DoxxingTagger(FlagTagger):
    """Flags data about a named person, with words that expose or incite."""

    def flag(self, doc: Doc) -> Iterator[Flag]:
        """Yield at most one flag: the one with most against it."""
        flags = [flag for span, what in _data(doc) if (flag := _judge(doc, span, what))]
        if flags:
            yield max(flags, key=lambda flag: flag.p)


def _data(doc: Doc) -> Iterator[tuple[Span, str]]:
    """Yield private data, and addresses where the text lays somebody open."""
    cues: Cues = doc._.cues
    if not (cues.get("doxxing.exposure") or cues.get("doxxing.incitement")):
        return
    for flag in doc._.personal_data:
        if flag.rule in _EXPOSED:
            yield (flag.start, flag.end), flag.rule
    if not doc._.brands.is_owned():
        for span in find_addresses(doc._.whole):
            yield span, "address"


def _judge(doc: Doc, span: Span, what: str) -> Flag | None:
    cues: Cues = doc._.cues
    exposed = nearest(span, cues.get("doxxing.exposure", ()), _BESIDE)
    incited = nearest(span, cues.get("doxxing.incitement", ()), _BESIDE)
    own = nearest(span, cues.get("personal.address", ()), _BESIDE // 3)
    whom = _person(doc, span)
    if whom is None or own or not (exposed or incited):
        return None
    p = 0.5 + 0.2 * bool(exposed) + 0.2 * bool(incited) + 0.05 * (what == "address")
    signs = [name for name, at in (("exposure", exposed), ("incitement", incited)) if at]
    reason = f"{what} of {whom!r}, with {' and '.join(signs)}"
    return Flag("doxxing", *span, round(p, 2), what, reason)


def _person(doc: Doc, span: Span) -> str | None:
    """Return the nearest name, handle or word for a person that is not a brand."""
    brands = {(name.start, name.end) for name in doc._.brands.names}
    handles = [(mark.start, mark.end) for mark in doc._.marks.of("handle")]
    names = [match.span() for match in _NAME.finditer(doc._.whole)]
    people = [
        each
        for each in (*handles, *names)
        if not any(each[0] < last and first < each[1] for first, last in (*brands, span))
    ]
    whom = nearest(span, people, _BESIDE) or nearest(
        span, doc._.cues.get("doxxing.person", ()), _BESIDE
    )
    return doc._.whole[whom[0] : whom[1]] if whom else None
