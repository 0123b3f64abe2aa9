"""Private e-mail addresses, phone numbers, cards and accounts in public texts.

presidio's recognisers judge, without an NLP engine, and only what a cheap screen picks:
most digits in posts are prices, years and flight numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from spacy.tokens import Doc

from nlp.address import find_addresses
from nlp.personal import Recognisers, is_role_mailbox
from nlp.presence import Presence
from nlp.rulebook import Cues, Span, gap, nearest
from nlp.tagger import Flag, FlagTagger, Setting, tagger

_DIGITS: Final = re.compile(r"(?<![\w+])\+?\(?\d(?:[ \t().\-/\u00a0]{0,2}\d){6,18}(?!\w)")
_ACCOUNT: Final = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{2,4}){3,8}(?!\w)")
_GROUPED: Final = re.compile(r"\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{1,7}|\d{4}[ -]\d{6}[ -]\d{5}")
_BESIDE: Final = 40  # characters to a word that says what a number is
_MOST: Final = 20  # candidates looked at in one text


@tagger("personal_data", version="1", needs=("marks", "cues", "brands"))
class PersonalDataTagger(FlagTagger):
    """Flags what would let a stranger reach or rob somebody."""

    def prepare(self, setting: Setting) -> None:
        """Read the brands' domains; presidio is loaded at the first text that needs it."""
        self._presences = [Presence(brand) for brand in setting.brands.brands]
        self._recognisers = Recognisers()

    def flag(self, doc: Doc) -> Iterator[Flag]:
        """Yield a flag for every piece of personal data."""
        if doc._.brands.is_owned():
            return
        taken: list[Span] = []
        for flag in (
            *self._mails(doc),
            *self._accounts(doc),
            *self._numbers(doc),
            *_addresses(doc),
        ):
            if all(gap((flag.start, flag.end), other) or flag.end == other[0] for other in taken):
                taken.append((flag.start, flag.end))
                yield flag

    def _mails(self, doc: Doc) -> Iterator[Flag]:
        for mark in doc._.marks.of("email")[:_MOST]:
            name, _, host = mark.text.rpartition("@")
            public = is_role_mailbox(name) or any(
                presence.has_domain(host.casefold()) for presence in self._presences
            )
            if not public and self._recognisers.is_mail(mark.text):
                span = (mark.start, mark.end)
                yield Flag("personal_data", *span, 0.8, "email", "an e-mail address of a person")

    def _accounts(self, doc: Doc) -> Iterator[Flag]:
        for match in list(_ACCOUNT.finditer(doc._.whole))[:_MOST]:
            if length := self._recognisers.measure_account(match[0]):
                span = (match.start(), match.start() + length)
                yield Flag("personal_data", *span, 0.95, "iban", "an IBAN, checksum right")

    def _numbers(self, doc: Doc) -> Iterator[Flag]:
        cues: Cues = doc._.cues
        found = list(_DIGITS.finditer(doc._.whole))[:_MOST]
        for match in found:
            span = match.span()
            if _in_marks(doc, span):
                continue
            if self._is_card(match[0], nearest(span, cues.get("personal.card", ()), _BESIDE)):
                reason = "a card number, checksum right"
                yield Flag("personal_data", *span, 0.9, "credit_card", reason)
                continue
            international = match[0].startswith(("+", "00"))
            asked = nearest(span, cues.get("personal.contact", ()), _BESIDE)
            public = nearest(span, cues.get("personal.public", ()), _BESIDE)
            if (international or asked) and not public and self._recognisers.is_phone(match[0]):
                p = 0.5 + 0.2 * international + 0.2 * bool(asked)
                yield Flag("personal_data", *span, round(p, 2), "phone", "a private phone number")

    def _is_card(self, digits: str, named: Span | None) -> bool:
        return bool(named or _GROUPED.search(digits)) and self._recognisers.is_card(digits)


def _addresses(doc: Doc) -> Iterator[Flag]:
    cues = doc._.cues.get("personal.address", ())
    if cues:
        for span in find_addresses(doc._.whole):
            if nearest(span, cues, _BESIDE):
                yield Flag("personal_data", *span, 0.7, "address", "somebody's street address")


def _in_marks(doc: Doc, span: Span) -> bool:
    return any(mark.start < span[1] and span[0] < mark.end for mark in doc._.marks.found)
