"""Steps of law against the brand or by it: court, lawyers, regulators, formal requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spacy.tokens import Doc

from nlp.notes import notes
from nlp.rulebook import Cues, Span
from nlp.suspicion import Sign, Strength, SuspectTagger
from nlp.tagger import tagger


@tagger("legal_talk", version="8", needs=("cues", "marks"), uses=("brands", "suspicion"))
class LegalTalkTagger(SuspectTagger):
    """Flags talk of legal steps; a lawyer in a series is a hint that the model must share."""

    def signs(self, doc: Doc) -> Iterator[Sign]:
        """Yield one sign: where the first step is named, likely where several are."""
        cues: Cues = notes(doc).cues
        steps = _longest(cues.get("legal.step", ()))
        if not steps:
            return
        start, end = steps[0]
        named = sorted({notes(doc).whole[first:last].casefold() for first, last in steps})
        words = ", ".join(repr(each) for each in named[:3])
        strength: Strength = "likely" if len(named) > 1 or " " in named[0] else "hint"
        p = 0.6 if len(named) > 1 else 0.5
        yield Sign(start, end, p, "step", f"speaks of {words}", strength)


def _longest(spans: Sequence[Span]) -> list[Span]:
    """Return spans in order without those within another: "my lawyer" is one step, not two."""
    return [
        (start, end)
        for start, end in sorted(set(spans))
        if not any(
            first <= start and end <= last and (first, last) != (start, end)
            for first, last in spans
        )
    ]
