"""Addresses, numbers and dates that belong to a person, in public texts.

presidio's recognisers judge, without an NLP engine, and only what a cheap screen picks: most
digits in posts are prices, years and order numbers. A checksum decides by itself; a phone
number or a street takes a word beside it, and the model may deny it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from spacy.tokens import Doc

from nlp.address import find_addresses
from nlp.identity import IDENTITIES
from nlp.notes import notes
from nlp.personal import Recognisers, is_fictional, is_free, is_possible, is_role_mailbox
from nlp.presence import Presence
from nlp.rulebook import Cues, Span, nearest
from nlp.suspicion import Sign, Strength, SuspectTagger
from nlp.tagger import Setting, tagger

_DIGIT: Final = re.compile(r"\d")
_SCREEN: Final = re.compile(r"\d|@|[\(\[]at[\)\]]", re.IGNORECASE)
_DIGITS: Final = re.compile(r"(?<![\w+#])\+?\(?\d(?:[ \t().\-/\u00a0]{0,2}\d){6,18}(?!\w|[.,]\d)")
_ACCOUNT: Final = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{2,4}){3,8}(?!\w)")
_GROUPED: Final = re.compile(r"\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{1,7}|\d{4}[ -]\d{6}[ -]\d{5}")
_SPELLED: Final = re.compile(
    r"(?<!\w)[\w.+-]{1,40}\s?[(\[]\s?at\s?[)\]]\s?[\w-]{1,40}"
    r"(?:\s?(?:[(\[]\s?dot\s?[)\]]|\.)\s?[\w-]{1,20})+(?!\w)"
    r"|(?<!\w)[\w+-]{1,40}[(\[]dot[)\]][\w.+-]{1,40}[(\[]at[)\]]\S{3,60}",
    re.IGNORECASE,
)
_MONTH: Final = (
    r"(?:jan|feb|mär|mar|apr|avr|ma[iy]|jun|jui|jul|aug|ao[uû]|ago|sep|set|oct|okt|out|ott|nov|"
    r"de[czs]|dic|ene|gen|mag|giu|lug|f[ée]v|abr)[^\W\d_]{0,8}"
)
_DATE: Final = re.compile(
    r"(?<![\w.])(?:\d{1,2}(?:[./-]|\s-\s)\d{1,2}[./-](?:19|20)?\d{2}|(?:19|20)\d{2}-\d{2}-\d{2}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.|er|º)?\s(?:de\s|of\s)?{_MONTH},?\s(?:de\s)?(?:19|20)\d{{2}}"
    rf"|{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s(?:19|20)\d{{2}})(?![\w])",
    re.IGNORECASE,
)
_PAPER: Final = re.compile(
    r"(?<![\w.])(?=(?:[A-Za-z]{0,6}[ -]?){0,2}\d)[A-Z0-9](?:[ -]?[A-Z0-9]){5,20}(?!\w)"
)
_FEWEST_DIGITS: Final = 4
_BESIDE: Final = 40  # characters to a word that says what a number is
_AFTER: Final = 30  # characters from "passport no." to the number
_MOST: Final = 20  # candidates looked at in one text
_SHORTEST_PHONE: Final = 7
_LONGEST_PHONE: Final = 15


@tagger("personal_data", version="9", needs=("marks", "cues", "brands"), uses=("suspicion",))
class PersonalDataTagger(SuspectTagger):
    """Flags what would let a stranger reach, rob or know somebody."""

    def prepare(self, setting: Setting) -> None:
        """Read the brands' domains, and load presidio."""
        super().prepare(setting)
        self._presences = [Presence(brand) for brand in setting.brands.brands]
        self._recognisers = Recognisers()
        self._recognisers.load()

    def signs(self, doc: Doc) -> Iterator[Sign]:
        """Yield every piece of personal data once, the surest reading first."""
        if not _SCREEN.search(notes(doc).whole):
            return
        taken: list[Span] = []
        for sign in self._all(doc):
            if all(sign.end <= start or end <= sign.start for start, end in taken):
                taken.append((sign.start, sign.end))
                yield sign

    def _all(self, doc: Doc) -> Iterator[Sign]:
        yield from self._mails(doc)
        digits = len(_DIGIT.findall(notes(doc).whole))
        if digits:
            yield from self._accounts(doc)
        if digits >= _FEWEST_DIGITS:  # none of the forms has fewer
            yield from self._identities(doc)
        if digits >= _SHORTEST_PHONE:
            yield from self._numbers(doc)
        yield from _births(doc)
        yield from _papers(doc)
        if digits:
            yield from _addresses(doc)

    def _mails(self, doc: Doc) -> Iterator[Sign]:
        whole = notes(doc).whole
        reason = "an e-mail address of a person"
        for mark in notes(doc).marks.of("email")[:_MOST]:
            name, _, host = mark.text.rpartition("@")
            public = is_role_mailbox(name) or any(
                presence.has_domain(host.casefold()) for presence in self._presences
            )
            if not public and self._recognisers.is_mail(mark.text):
                yield Sign(mark.start, mark.end, 0.8, "email", reason, "sure")
        spelled = _SPELLED.finditer(whole) if "(" in whole or "[" in whole else ()
        for match in islice(spelled, _MOST):
            if not is_role_mailbox(re.split(r"[(\[]\s?at", match[0], flags=re.IGNORECASE)[0]):
                yield Sign(*match.span(), 0.7, "email", f"{reason}, spelled out", "likely")

    def _accounts(self, doc: Doc) -> Iterator[Sign]:
        for match in islice(_ACCOUNT.finditer(notes(doc).whole), _MOST):
            if length := self._recognisers.measure_account(match[0]):
                end = match.start() + length
                yield Sign(match.start(), end, 0.95, "iban", "an IBAN, checksum right", "sure")

    def _identities(self, doc: Doc) -> Iterator[Sign]:
        whole = notes(doc).whole
        for kind in IDENTITIES:
            for span in kind.find(whole, self._recognisers):
                if not _in_marks(doc, span):
                    yield Sign(*span, 0.85, kind.rule, f"has the form of {kind.name}", "sure")

    def _numbers(self, doc: Doc) -> Iterator[Sign]:
        for match in islice(_DIGITS.finditer(notes(doc).whole), _MOST):
            if not _in_marks(doc, match.span()):
                sign = self._card(doc, match) or self._phone(doc, match)
                if sign:
                    yield sign

    def _card(self, doc: Doc, match: re.Match[str]) -> Sign | None:
        cues: Cues = notes(doc).cues
        named = nearest(match.span(), cues.get("personal.card", ()), _BESIDE)
        if not (named or _GROUPED.search(match[0])) or not self._recognisers.is_card(match[0]):
            return None
        other = not named and nearest(match.span(), cues.get("personal.other", ()), _BESIDE)
        strength: Strength = "likely" if other else "sure"
        reason = "a card number, checksum right"
        return Sign(*match.span(), 0.9, "credit_card", reason, strength)

    def _phone(self, doc: Doc, match: re.Match[str]) -> Sign | None:
        cues: Cues = notes(doc).cues
        digits, span = match[0], match.span()
        count = sum(map(str.isdigit, digits))
        if is_free(digits) or not _SHORTEST_PHONE <= count <= _LONGEST_PHONE:
            return None
        asked = nearest(span, cues.get("personal.contact", ()), _BESIDE)
        if nearest(span, cues.get("personal.public", ()), _BESIDE):
            return None
        if not asked and nearest(span, cues.get("personal.other", ()), _BESIDE // 2):
            return None
        abroad = digits.startswith(("+", "00"))
        real = is_fictional(digits) or self._recognisers.is_phone(digits)
        if not (real or (abroad and is_possible(digits))) or not (abroad or asked or real):
            return None
        p = 0.5 + 0.2 * abroad + 0.2 * bool(asked) if abroad or asked else 0.4
        strength: Strength = "likely" if abroad or asked else "hint"
        return Sign(*span, round(p, 2), "phone", "a private phone number", strength)


def _births(doc: Doc) -> Iterator[Sign]:
    cues = notes(doc).cues.get("personal.birth", ())
    if cues:
        for match in islice(_DATE.finditer(notes(doc).whole), _MOST):
            if nearest(match.span(), cues, _BESIDE // 2):
                yield Sign(*match.span(), 0.7, "birth", "somebody's date of birth", "likely")


def _papers(doc: Doc) -> Iterator[Sign]:
    """Yield the numbers of papers by their word: there are too many forms for a checksum."""
    for cue in notes(doc).cues.get("personal.paper", ()):
        for match in islice(_PAPER.finditer(notes(doc).whole, cue[1], cue[1] + _AFTER + 24), 2):
            digits = sum(map(str.isdigit, match[0]))
            if match.start() - cue[1] <= _AFTER and digits >= _FEWEST_DIGITS:
                words = notes(doc).whole[slice(*cue)]
                reason = f"the number of a personal paper, after {words!r}"
                yield Sign(*match.span(), 0.7, "paper", reason, "likely")
                break


def _addresses(doc: Doc) -> Iterator[Sign]:
    cues: Cues = notes(doc).cues
    for span in find_addresses(notes(doc).whole):
        own = nearest(span, cues.get("personal.address", ()), _BESIDE)
        exposed = nearest(span, cues.get("doxxing.exposure", ()), _BESIDE)
        public = nearest(span, cues.get("personal.place", ()), _BESIDE)
        strength: Strength = "likely" if (own or exposed) and not (public and not own) else "hint"
        yield Sign(*span, 0.7, "address", "somebody's street address", strength)


def _in_marks(doc: Doc, span: Span) -> bool:
    return any(mark.start < span[1] and span[0] < mark.end for mark in notes(doc).marks.found)
