"""Announced violence: who means to do what to whom, in this order and close together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from spacy.tokens import Doc

from nlp.rulebook import Cues, Span, after, nearest
from nlp.tagger import Flag, FlagTagger, tagger
from nlp.taggers.sentiment import is_pleased

_NEXT: Final = 14  # characters between intent and deed, deed and victim
_FIGURE: Final = 40
_KINDLY: Final = 0.5  # positive probability above which no threat is meant


@tagger("threat", version="1", needs=("cues", "marks"), uses=("sentiment", "offensive"))
class ThreatTagger(FlagTagger):
    """Flags a threat; a hyperbole ("I could kill for a coffee") has no victim in place."""

    def flag(self, doc: Doc) -> Iterator[Flag]:
        """Yield at most one flag."""
        cues: Cues = doc._.cues
        deeds = cues.get("threat.violence", ())
        if not deeds or is_pleased(doc, _KINDLY):
            return
        for deed in sorted(deeds):
            span = _whole(doc, cues, deed)
            if span and not nearest(span, cues.get("threat.figure", ()), _FIGURE):
                yield _raise(doc, span)
                return


def _whole(doc: Doc, cues: Cues, deed: Span) -> Span | None:
    """Return the span from intent to victim, where all three stand."""
    intents = [each for each in cues.get("threat.intent", ()) if 0 <= deed[0] - each[1] <= _NEXT]
    if not intents:
        return None
    intent = min(intents)
    others = cues.get("threat.victim", ())
    handles = [(mark.start, mark.end) for mark in doc._.marks.of("handle")]
    victim = after(deed, [*others, *handles], _NEXT)
    if victim is None:  # German and French put the victim first: "ich werde euch …"
        between = [each for each in others if intent[1] <= each[0] and each[1] <= deed[0]]
        victim = min(between, default=None)
    if victim is None:
        return None
    return intent[0], max(deed[1], victim[1])


def _raise(doc: Doc, span: Span) -> Flag:
    offensive = (doc._.offensive or {}).get("offensive", 0.0)
    reason = f"{doc._.whole[span[0] : span[1]]!r} announces violence"
    return Flag("threat", *span, round(0.6 + 0.3 * offensive, 2), "announced", reason)
