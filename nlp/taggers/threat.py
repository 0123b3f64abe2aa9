"""Announced violence: who means to do what to whom, in this order and close together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from spacy.tokens import Doc

from nlp.notes import notes
from nlp.rulebook import Cues, Span, after, nearest
from nlp.suspicion import Sign, SuspectTagger
from nlp.tagger import tagger
from nlp.taggers.sentiment import is_pleased

_NEXT: Final = 14  # characters between intent and deed, deed and victim
_FIGURE: Final = 40
_AROUND: Final = 100  # characters between two words of violence
_KINDLY: Final = 0.5  # positive probability above which no threat is meant


@tagger(
    "threat",
    version="9",
    needs=("cues", "marks"),
    uses=("sentiment", "offensive", "brands", "suspicion"),
)
class ThreatTagger(SuspectTagger):
    """Flags a threat; a hyperbole ("I could kill for a coffee") has no victim in place."""

    spares_owned: ClassVar[bool] = False

    def signs(self, doc: Doc) -> Iterator[Sign]:
        """Yield at most one sign."""
        cues: Cues = notes(doc).cues
        if is_pleased(doc, _KINDLY):
            return
        for deed in sorted(cues.get("threat.violence", ())):
            span = _whole(doc, cues, deed)
            if span and not nearest(span, cues.get("threat.figure", ()), _FIGURE):
                yield _raise(doc, span)
                return
        yield from _menace(doc, cues)


def _menace(doc: Doc, cues: Cues) -> Iterator[Sign]:
    """Yield two of weapon, harm and menace close together: likely; one of them: a hint."""
    whole: str = notes(doc).whole
    groups = {name: cues.get(f"threat.{name}", ()) for name in ("menace", "harm", "weapon")}
    for name, spans in groups.items():
        others = [each for other, found in groups.items() if other != name for each in found]
        for span in sorted(spans):
            apart = [each for each in others if each[1] <= span[0] or span[1] <= each[0]]
            beside = nearest(span, apart, _AROUND)
            if nearest(span, cues.get("threat.figure", ()), _FIGURE):
                continue
            if beside is None:
                yield Sign(*span, 0.3, name, repr(whole[slice(*span)]), "hint")
                return
            start, end = min(span[0], beside[0]), max(span[1], beside[1])
            words = f"{whole[slice(*span)]!r} beside {whole[slice(*beside)]!r}"
            yield Sign(start, end, 0.5, "menace", words, "likely")
            return


def _whole(doc: Doc, cues: Cues, deed: Span) -> Span | None:
    """Return the span from intent to victim, where all three stand."""
    intents = [each for each in cues.get("threat.intent", ()) if 0 <= deed[0] - each[1] <= _NEXT]
    if not intents:
        return None
    intent = min(intents)
    others = cues.get("threat.victim", ())
    handles = [(mark.start, mark.end) for mark in notes(doc).marks.of("handle")]
    victim = after(deed, [*others, *handles], _NEXT)
    if victim is None:  # German and French put the victim first: "ich werde euch …"
        between = [each for each in others if intent[1] <= each[0] and each[1] <= deed[0]]
        victim = min(between, default=None)
    if victim is None:
        return None
    return intent[0], max(deed[1], victim[1])


def _raise(doc: Doc, span: Span) -> Sign:
    offensive = (notes(doc).offensive or {}).get("offensive", 0.0)
    reason = f"{notes(doc).whole[span[0] : span[1]]!r} announces violence"
    return Sign(*span, round(0.6 + 0.3 * offensive, 2), "announced", reason)
