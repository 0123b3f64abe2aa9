"""Fire, shock and injury by a product: what must reach somebody today."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from spacy.tokens import Doc

from nlp.notes import notes
from nlp.rulebook import Cues, Span, before, nearest
from nlp.suspicion import Sign, Strength, SuspectTagger
from nlp.tagger import tagger
from nlp.taggers.sentiment import is_pleased

_BESIDE: Final = 120  # characters between the hazard and what caused it
_DENIED: Final = 18  # characters between a negation and the hazard
_FIGURE: Final = 60
_PLEASED: Final = 0.6  # "this blender is on fire!!" is praise


@tagger("safety", version="9", needs=("brands", "cues", "marks"), uses=("sentiment", "suspicion"))
class SafetyTagger(SuspectTagger):
    """Flags a hazard or injury told of a brand, product or device."""

    def signs(self, doc: Doc) -> Iterator[Sign]:
        """Yield at most one sign: the first hazard that holds."""
        cues: Cues = notes(doc).cues
        told = [
            *(("hazard", span) for span in cues.get("safety.hazard", ())),
            *(("injury", span) for span in cues.get("safety.injury", ())),
            *(("danger", span) for span in cues.get("safety.danger", ())),
        ]
        if not told or is_pleased(doc, _PLEASED):
            return
        found = [sign for rule, span in told if (sign := _judge(doc, rule, span))]
        if found:
            yield min(found, key=lambda sign: (sign.strength == "hint", sign.start))


def _judge(doc: Doc, rule: str, span: Span) -> Sign | None:
    cues: Cues = notes(doc).cues
    if before(span, cues.get("safety.denial", ()), _DENIED):
        return None
    if nearest(span, cues.get("safety.figure", ()), _FIGURE):
        return None
    devices = [each for each in cues.get("safety.device", ()) if each != span]
    device = nearest(span, devices, _BESIDE)
    brands = [(name.start, name.end) for name in notes(doc).brands.names if not name.sign]
    brand = nearest(span, brands, _BESIDE)
    # A brand that is only addressed may have to do with an injury; it takes a device too.
    near = device is not None or (brand is not None and rule != "injury")
    p = 0.4 + 0.2 * bool(device) + 0.2 * bool(notes(doc).brands.ids) + 0.1 * bool(brand)
    words = notes(doc).whole[span[0] : span[1]]
    about = device or brand or span
    reason = f"{words!r} told of {notes(doc).whole[about[0] : about[1]]!r}" if near else repr(words)
    strength: Strength = "likely" if near and rule != "danger" else "hint"
    return Sign(*span, round(p, 2), rule, reason, strength)
