"""Tells who was left for whom: "switched from A to B" speaks for B, unless it was regretted.

The target branch reads the words around a name and hears the mood, but not the direction: 903
more written pairs did not teach it (docs/model-notes.md, 2026-11-22). So the direction is a rule,
in English, the language the branch was measured on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from listening.contract import SENTIMENTS

Span = tuple[int, int]

TRUST: Final = 0.7
"""How much the rule counts where it speaks, against what the branch says."""


class Side(StrEnum):
    """What became of a target in a switch."""

    LEFT = "left"
    JOINED = "joined"
    MISSED = "missed"  # left, and wished back
    RUED = "rued"  # joined, and regretted


_PRIOR: Final[Mapping[Side, tuple[float, float, float]]] = {  # in the order of SENTIMENTS
    Side.LEFT: (0.75, 0.2, 0.05),
    Side.JOINED: (0.05, 0.2, 0.75),
    Side.MISSED: (0.1, 0.25, 0.65),
    Side.RUED: (0.85, 0.1, 0.05),
}
_FLIPPED: Final = {Side.LEFT: Side.MISSED, Side.JOINED: Side.RUED}

_T: Final = "\0"  # stands where the target stood
_OWN: Final = r"(?:(?:the|my|our|a|an|his|her|their|old|new|perfectly|good|whole|in|over)\s+)*"
_SOME: Final = r"[^.!?\n]{0,60}?"
_SWITCH: Final = r"\b(?:switch|chang|migrat|convert|upgrad|defect|transferr)\w*\b"
_MOVE: Final = r"\b(?:mov(?:ed|ing)|jump(?:ed|ing|s)?|came|coming|went|hopp(?:ed|ing))\b"
_DROP: Final = (
    r"\b(?:ditch|dropp?|dump|abandon|trad|swapp|replac|cancel)(?:ed|ing)\b|\b(?:left|leaving|quit"
    r"|sold|g[ai]ve up|giving up|got rid of)\b"
)
_TAKEN: Final = r"\b(?:for|with|and (?:got|bought|took|joined|switched to|went to))\b"

_LEFT: Final = re.compile(
    rf"(?:{_SWITCH}|{_MOVE}){_SOME}\bfrom\s+{_OWN}{_T}"
    rf"|(?:{_DROP})\s+{_OWN}{_T}{_SOME}{_TAKEN}"
    rf"|\b(?:good)?bye,?\s+{_T}\W+hello\b"
)
_JOINED: Final = re.compile(
    rf"{_SWITCH}(?:\s+over)?\s+to\s+{_OWN}{_T}"
    rf"|(?:{_SWITCH}|{_MOVE}){_SOME}\bfrom\b{_SOME}\bto\s+{_OWN}{_T}"
    rf"|(?:{_MOVE})(?:\s+over)?\s+to\s+{_OWN}{_T}{_SOME}\bfrom\b"
    rf"|(?:{_DROP}){_SOME}{_TAKEN}\s+{_OWN}{_T}"
    rf"|\bbye\b{_SOME}\bhello,?\s+{_T}"
)
_BACK: Final = re.compile(
    rf"(?:^\W*|\b(?:going|went|go|gone|moving|moved|switch\w*|i'm|it's|and|so|am)\s+)back\s+to"
    rf"\s+{_OWN}{_T}"
)
_RUE: Final = re.compile(
    r"\bregret|\bmistake\b|\bwish(?:ed)? (?:i|we) (?:hadn'?t|had not|never|had stayed|'?d stayed)"
    r"|\bmiss(?:ing)? (?:my|our|the|it|them|him|her)\b|\bwant (?:it|my \w+|them|mine) back\b"
    r"|\b(?:going|go|went|gone|switch\w+|moving|moved) (?:straight |right )?back\b|\bback to\b"
    r"|\bshould(?:'ve| have)? (?:never|stayed)|\bshouldn'?t have\b|\bworst (?:decision|move|idea)\b"
    r"|\bnever again\b|\bperfectly good\b|\bidiot me\b|\bout of the frying pan\b"
)
_CONTENT: Final = re.compile(
    r"\b(?:no|zero|don'?t|didn'?t|never|not|without(?: a)?|haven'?t)(?: \w+)? regret\w*"
    r"|\bonly regret\b|\bmistake was (?:not|waiting|staying)"
)
_ASKED: Final = re.compile(
    r"\?|\b(?:anyone|anybody|how (?:do|can|long)|think\w* (?:about|of)|consider\w*|should i"
    r"|should we|looking (?:for|to)|help me|in case|offers?"
    r"|voucher|selling|if (?:i|we|you))\b"
)
_SPEAKER: Final = re.compile(r"\b(?:i|we|my|our|me|us|mine)\b|\bi'|\bwe'")
_LEAD: Final = re.compile(r"^\W*(?:\w+\W+){0,2}?$")  # at most two words before the verb
_CAUSE: Final = re.compile(
    r"\bbecause\b|\bcause\b|\b(?:tired|sick|enough) of\b|\bfed up\b|\bkept\b|\bfor years\b"
    r"|\byears ago\b|\bprice rises?\b|\bfinally\b|\bno ads\b|\bhalf the\b"
)
# Set at .8 before the classes were drawn together; the same share of validation tweets lies above.
_BITTER: Final = 0.85  # so surely negative, nobody praises where they went
_COOL: Final = 0.78  # so surely neutral, nobody cares
_REACH: Final = 1_000  # characters on either side of a target that are read
_END: Final = re.compile(r"[.!?\n](?:\s|$)")


def find_side(text: str, place: Span, mood: Mapping[str, float]) -> Side | None:
    """Return what became of a target in a switch that the writer made; None: there is none.

    Args:
        text: the whole mention.
        place: where the target stands in it, in code points.
        mood: the sentiment of the whole mention, class -> probability.

    Returns:
        None also where a switch is asked about, offered, somebody else's, or told coolly.
    """
    start, end = place
    around = (text[max(0, start - _REACH) : start], text[end : end + _REACH])
    before, behind = (each.replace(_T, " ") for each in around)
    marked = f"{before}{_T}{behind}".casefold().replace("\u2019", "'")
    sentence = _sentence(marked, marked.index(_T))
    if _BACK.search(sentence):
        return Side.MISSED
    left = _LEFT.search(sentence)
    found = left or _JOINED.search(sentence)
    if not found:
        return None
    side = Side.LEFT if left else Side.JOINED
    told = _SPEAKER.search(marked) or _LEAD.match(sentence[: found.start()])
    if not told or _ASKED.search(sentence) or mood["neutral"] >= _COOL:
        return None
    if _RUE.search(marked) and not _CONTENT.search(marked):
        return _FLIPPED[side]
    if mood["negative"] < _BITTER or _CAUSE.search(marked):
        return side
    return Side.RUED if side is Side.JOINED else None


def weigh(side: Side | None, p: Mapping[str, float]) -> dict[str, float]:
    """Return the probabilities of a target, with what is known of its side in a switch."""
    if side is None:
        return dict(p)
    prior = zip(SENTIMENTS, _PRIOR[side], strict=True)
    return {name: (1 - TRUST) * p[name] + TRUST * share for name, share in prior}


def _sentence(text: str, at: int) -> str:
    begins = max((found.end() for found in _END.finditer(text, 0, at)), default=0)
    ends = _END.search(text, at)
    return text[begins : ends.end() if ends else len(text)]
