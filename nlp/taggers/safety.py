"""Fire, shock and injury by a product: what must reach somebody today."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from spacy.tokens import Doc

from nlp.rulebook import Cues, Span, before, nearest
from nlp.tagger import Flag, FlagTagger, tagger
from nlp.taggers.sentiment import is_pleased

_BESIDE: Final = 120  # characters between the hazard and what caused it
_DENIED: Final = 18  # characters between a negation and the hazard
_FIGURE: Final = 60
_PLEASED: Final = 0.6  # "this blender is on fire!!" is praise


@tagger("safety", version="1", needs=("brands", "cues", "marks"), uses=("sentiment",))
class SafetyTagger(FlagTagger):
    """Flags a hazard or injury told of a brand, product or device."""

    def flag(self, doc: Doc) -> Iterator[Flag]:
        """Yield at most one flag: the first hazard that holds."""
        cues: Cues = doc._.cues
        told = [
            *(("hazard", span) for span in cues.get("safety.hazard", ())),
            *(("injury", span) for span in cues.get("safety.injury", ())),
        ]
        if not told or doc._.brands.is_owned() or is_pleased(doc, _PLEASED):
            return
        for rule, span in sorted(told, key=lambda each: each[1]):
            if flag := _judge(doc, rule, span):
                yield flag
                return


def _judge(doc: Doc, rule: str, span: Span) -> Flag | None:
    cues: Cues = doc._.cues
    if before(span, cues.get("safety.denial", ()), _DENIED):
        return None
    if nearest(span, cues.get("safety.figure", ()), _FIGURE):
        return None
    devices = [each for each in cues.get("safety.device", ()) if each != span]
    device = nearest(span, devices, _BESIDE)
    brands = [(name.start, name.end) for name in doc._.brands.names if not name.sign]
    brand = nearest(span, brands, _BESIDE)
    # A brand that is only addressed may have to do with an injury; it takes a device too.
    if device is None and (brand is None or rule == "injury"):
        return None
    p = 0.4 + 0.2 * bool(device) + 0.2 * bool(doc._.brands.ids) + 0.1 * bool(brand)
    words = doc._.whole[span[0] : span[1]]
    about = device or brand or span
    reason = f"{words!r} told of {doc._.whole[about[0] : about[1]]!r}"
    return Flag("safety", *span, round(p, 2), rule, reason)
