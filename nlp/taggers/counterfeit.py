"""Offers of counterfeits, and what buyers tell: a word for a replica and a sign of sale."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from spacy.tokens import Doc

from nlp.notes import notes
from nlp.protected import ProtectedNames
from nlp.rulebook import Cues, Span, nearest
from nlp.suspicion import Sign, Strength, SuspectTagger
from nlp.tagger import Setting, tagger
from nlp.taggers.cues import MOST

_BESIDE: Final = 50  # characters between brand and replica
_AROUND: Final = 240  # characters to the sign of sale
_PRICE: Final = re.compile(
    r"(?:[$€£¥₹]|\b(?:usd|eur|gbp|us\$|r\$))\s?\d{1,6}(?:[.,]\d{1,3})*"
    r"|\b\d{1,6}(?:[.,]\d{1,3})*\s?(?:[$€£¥₹]|(?:usd|eur|euros?|gbp|dollars?|bucks|pounds)\b)"
    r"|\b\d{1,2}\s?%\s?(?:off|rabatt|de descuento|de r[ée]duction|di sconto)",
    re.IGNORECASE,
)


@tagger("counterfeit", version="9", needs=("brands", "cues", "marks"), uses=("suspicion",))
class CounterfeitTagger(SuspectTagger):
    """Flags offers, and what buyers tell of a fake they were sold."""

    def prepare(self, setting: Setting) -> None:
        """Note brands and protected names to look for: without any, an offer says enough."""
        super().prepare(setting)
        self._is_branded = bool(setting.brands.brands)
        self._protected = ProtectedNames(setting.brands.brands)

    def signs(self, doc: Doc) -> Iterator[Sign]:
        """Yield at most one sign: beside a brand likely, else a hint."""
        cues: Cues = notes(doc).cues
        copies = [*cues.get("counterfeit.replica", ()), *cues.get("counterfeit.fake", ())]
        brands = [(name.start, name.end) for name in notes(doc).brands.names]
        brands += self._protected.find(notes(doc).whole)
        hint: Sign | None = None
        for copy in sorted(copies):
            brand = nearest(copy, brands, _BESIDE)
            if brand and brand[0] <= copy[0] and copy[1] <= brand[1]:
                continue
            sign = _judge(doc, copy, brand)
            if sign and brand:
                yield sign
                return
            hint = hint or sign
        if hint and (self._is_branded or hint.rule != "offer"):
            hint = hint._replace(strength="hint")
        if hint:
            yield hint


def _judge(doc: Doc, copy: Span, brand: Span | None) -> Sign | None:
    """Return what a word for a copy says, with the signs of a sale around it."""
    cues: Cues = notes(doc).cues
    strong = copy in cues.get("counterfeit.replica", ())
    warned = nearest(copy, cues.get("counterfeit.warning", ()), _BESIDE)
    bought = nearest(
        copy, [*cues.get("counterfeit.bought", ()), *cues.get("counterfeit.tell", ())], _BESIDE
    )
    signs = _sale(doc, copy)
    start, end = (min(copy[0], brand[0]), max(copy[1], brand[1])) if brand else copy
    words = repr(notes(doc).whole[copy[0] : copy[1]])
    if brand:
        words += f" beside {notes(doc).whole[brand[0] : brand[1]]!r}"
    if bought:
        strength: Strength = "likely" if signs else "hint"
        return Sign(start, end, 0.5, "report", f"{words}, told by a buyer", strength)
    if warned or not set(signs) & {"sale", "price"} or not (strong or len(signs) > 1):
        return Sign(start, end, 0.3, "mention", words, "hint")
    p = round(min(0.95, (0.6 if strong else 0.4) + 0.15 * len(signs)), 2)
    return Sign(start, end, p, "offer", f"{words}, with {', '.join(signs)}")


def _sale(doc: Doc, copy: Span) -> list[str]:
    """Return the names of the signs of a sale around a word."""
    own = _own(doc)
    links = [(mark.start, mark.end) for mark in notes(doc).marks.of("url", "email")]
    found = {
        "sale": nearest(copy, notes(doc).cues.get("counterfeit.sale", ()), _AROUND),
        "price": nearest(copy, _prices(doc), _AROUND),
        "link": nearest(copy, [link for link in links if link not in own], _AROUND),
    }
    return [name for name, at in found.items() if at]


def _prices(doc: Doc) -> list[Span]:
    return [match.span() for match in islice(_PRICE.finditer(notes(doc).whole), MOST)]


def _own(doc: Doc) -> set[Span]:
    return {(name.start, name.end) for name in notes(doc).brands.names}
