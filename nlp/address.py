"""Street addresses by their form, in the languages of the rules. A form alone is no flag."""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from nlp.rulebook import Span

_NAME: Final = r"[^\W\d_][\w'\u2019.-]{0,30}"
_NUMBER: Final = r"\d{1,5}\s?[a-zA-Z]?\b"
_ADDRESS: Final = re.compile(
    # 12 Harbour Street, 7 Old Mill Rd
    rf"\b{_NUMBER}(?:\s{_NAME}){{1,3}}\s(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|court|ct|"
    r"boulevard|blvd|terrace|close|crescent|square|way|place|row|gardens)\b\.?"
    # Lindenstraße 12, Am Alten Markt 3, Kerkstraat 8
    rf"|\b[^\W\d_]{{2,30}}(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|straat|laan|plein)\s{_NUMBER}"
    rf"|\b(?:am|an der|in der|im)(?:\s{_NAME}){{1,2}}\s{_NUMBER}(?=,|\s\d{{5}})"
    # 14 rue des Lilas; calle Mayor 5; via Garibaldi 9; rua das Flores, 20
    rf"|\b{_NUMBER},?\s(?:bis\s|ter\s)?(?:rue|avenue|boulevard|impasse|place|chemin)(?:\s{_NAME}){{1,4}}"
    rf"|\b(?:calle|avenida|plaza|paseo|via|viale|piazza|corso|rua|travessa)(?:\s{_NAME}){{1,4}}"
    rf",?\s(?:n[.ºo°]*\s?)?{_NUMBER}",
    re.IGNORECASE,
)
_MOST: Final = 20  # of one text
_DIGIT: Final = re.compile(r"\d")


def find_addresses(text: str) -> list[Span]:
    """Return the first spans that have the form of a street address."""
    if not _DIGIT.search(text):
        return []
    return [match.span() for match in islice(_ADDRESS.finditer(text), _MOST)]
