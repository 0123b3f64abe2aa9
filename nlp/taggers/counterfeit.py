"""Offers of counterfeits: a brand, a word for a replica beside it, and a sign of sale."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from spacy.tokens import Doc

from nlp.rulebook import Cues, Span, nearest
from nlp.tagger import Flag, FlagTagger, tagger
from nlp.taggers.cues import MOST

_BESIDE: Final = 50  # characters between brand and replica
_AROUND: Final = 240  # characters to the sign of sale
_PRICE: Final = re.compile(
    r"(?:[$€£¥₹]|\b(?:usd|eur|gbp|us\$|r\$))\s?\d{1,6}(?:[.,]\d{1,3})*"
    r"|\b\d{1,6}(?:[.,]\d{1,3})*\s?(?:[$€£¥₹]|(?:usd|eur|euros?|gbp|dollars?|bucks|pounds)\b)"
    r"|\b\d{1,2}\s?%\s?(?:off|rabatt|de descuento|de r[ée]duction|di sconto)",
    re.IGNORECASE,
)


@tagger("counterfeit", version="1", needs=("brands", "cues", "marks"))
class CounterfeitTagger(FlagTagger):
    """Flags offers, and what buyers tell of a fake they were sold."""

    def flag(self, doc: Doc) -> Iterator[Flag]:
        """Yield at most one flag: the strongest."""
        cues: Cues = doc._.cues
        copies = [*cues.get("counterfeit.replica", ()), *cues.get("counterfeit.fake", ())]
        if not copies or doc._.brands.is_owned():
            return
        brands = [(name.start, name.end) for name in doc._.brands.names]
        for copy in sorted(copies):
            brand = nearest(copy, brands, _BESIDE)
            if brand is None or (brand[0] <= copy[0] and copy[1] <= brand[1]):
                continue
            if flag := _judge(doc, copy, brand):
                yield flag
                return


def _judge(doc: Doc, copy: Span, brand: Span) -> Flag | None:
    cues: Cues = doc._.cues
    strong = copy in cues.get("counterfeit.replica", ())
    warned = nearest(copy, cues.get("counterfeit.warning", ()), _BESIDE)
    bought = nearest(copy, cues.get("counterfeit.bought", ()), _BESIDE)
    sale = nearest(copy, cues.get("counterfeit.sale", ()), _AROUND)
    price = nearest(copy, _prices(doc), _AROUND)
    links = [(mark.start, mark.end) for mark in doc._.marks.of("url", "email")]
    shop = nearest(copy, [link for link in links if link not in _own(doc)], _AROUND)
    signs = [name for name, at in (("sale", sale), ("price", price), ("link", shop)) if at]
    start, end = min(copy[0], brand[0]), max(copy[1], brand[1])
    words = f"{doc._.whole[copy[0] : copy[1]]!r} beside {doc._.whole[brand[0] : brand[1]]!r}"
    if bought:
        if not (sale or price or shop):
            return None
        return Flag("counterfeit", start, end, 0.5, "report", f"{words}, told by a buyer")
    if warned or not (sale or price) or not (strong or len(signs) > 1):
        return None
    p = round(min(0.95, (0.6 if strong else 0.4) + 0.15 * len(signs)), 2)
    return Flag("counterfeit", start, end, p, "offer", f"{words}, with {', '.join(signs)}")


def _prices(doc: Doc) -> list[Span]:
    return [match.span() for match in islice(_PRICE.finditer(doc._.whole), MOST)]


def _own(doc: Doc) -> set[Span]:
    return {(name.start, name.end) for name in doc._.brands.names}
