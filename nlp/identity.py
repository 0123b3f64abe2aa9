"""Numbers that states give to people: their forms, their words, and who checks them.

presidio checks those it knows; the rest follow what their issuers publish. A form and a check
digit prove little (one number in eleven passes by chance), so most count only beside the word
for them; `alone` marks the few that need none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from nlp.rulebook import Span

if TYPE_CHECKING:
    from nlp.personal import Recognisers

_MOST: Final = 20  # candidates of one kind in one text
_BESIDE: Final = 40  # characters between a number and its word


def _digits(text: str) -> list[int]:
    return [int(each) for each in text if each.isdigit()]


def is_tax_id(text: str) -> bool:
    """Check a German tax number (Federal Central Tax Office): ISO 7064 MOD 11,10."""
    number = _digits(text)
    product = 10
    for each in number[:10]:
        total = (each + product) % 10 or 10
        product = 2 * total % 11
    return number[0] != 0 and (11 - product) % 10 == number[10]


def is_nir(text: str) -> bool:
    """Check a French NIR (INSEE): 97 less the rest of the first thirteen by 97."""
    number = re.sub(r"\W", "", text).upper().replace("2A", "19").replace("2B", "18")
    return number.isdigit() and 97 - int(number[:13]) % 97 == int(number[13:])


def is_bsn(text: str) -> bool:
    """Check a Dutch citizen number (RvIG): weights 9 to 2 and -1, divisible by eleven."""
    number = _digits(text)
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return any(number) and not sum(w * n for w, n in zip(weights, number, strict=True)) % 11


def is_nif(text: str) -> bool:
    """Check a Portuguese tax number (Autoridade Tributária): weights 9 to 2, mod 11."""
    number = _digits(text)
    rest = sum(w * n for w, n in zip(range(9, 1, -1), number[:8], strict=True)) % 11
    return max(0, 11 - rest) % 10 * (rest > 1) == number[8]


def is_cpf(text: str) -> bool:
    """Check a Brazilian tax number (Receita Federal): two digits, weighted sums mod 11."""
    number = _digits(text)
    if len(set(number)) == 1:
        return False
    sums = [sum((place + 1 - i) * n for i, n in enumerate(number[:place])) for place in (9, 10)]
    return [each * 10 % 11 % 10 for each in sums] == number[9:]


def _always(text: str) -> bool:
    return bool(text)


@dataclass(frozen=True)
class Identity:
    """A kind of number: form, words that announce it, and presidio's recogniser or a check."""

    rule: str
    name: str
    form: re.Pattern[str]
    words: re.Pattern[str]
    recogniser: tuple[str, str] | None = None  # presidio's class and entity
    check: Callable[[str], bool] = _always
    alone: bool = False
    least: float = 0.0  # score of presidio's: 1 where it has a checksum, and that is right

    def find(self, text: str, recognisers: Recognisers) -> Iterator[Span]:
        """Yield where such a number stands, checked, and announced where that is needed."""
        if not self.alone and not self.words.search(text):
            return
        for match in islice(self.form.finditer(text), _MOST):
            if (self.alone or self._is_announced(text, match.span())) and self._holds(
                match[0], recognisers
            ):
                yield match.span()

    def _is_announced(self, text: str, span: Span) -> bool:
        return bool(self.words.search(text, max(0, span[0] - _BESIDE), span[1] + _BESIDE))

    def _holds(self, candidate: str, recognisers: Recognisers) -> bool:
        if not self.check(candidate):
            return False
        return self.recogniser is None or recognisers.accepts(
            *self.recogniser, candidate, self.least
        )


def _kind(
    rule: str,
    name: str,
    form: str,
    words: str,
    recogniser: tuple[str, str] | None = None,
    check: Callable[[str], bool] = _always,
    *,
    alone: bool = False,
    least: float = 0.0,
) -> Identity:
    bounded = re.compile(rf"(?<![\w-])(?:{form})(?![\w-]|\.\d)")
    announced = re.compile(rf"\b(?:{words})", re.IGNORECASE)
    return Identity(rule, name, bounded, announced, recogniser, check, alone, least)


IDENTITIES: Final = (
    _kind("us_ssn", "a US social security number", r"\d{3}-\d{2}-\d{4}", "ssn|social",
          ("UsSsnRecognizer", "US_SSN"), alone=True),
    _kind("us_ssn", "a US social security number", r"\d{9}", "ssn|social security",
          ("UsSsnRecognizer", "US_SSN")),
    _kind("uk_nino", "a UK national insurance number",
          r"[A-Za-z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-Da-d]", "national insurance|nino|ni n",
          ("UkNinoRecognizer", "UK_NINO"), alone=True),
    _kind("uk_nhs", "an NHS number", r"\d{3}[ -]?\d{3}[ -]?\d{4}", "nhs",
          ("NhsRecognizer", "UK_NHS"), least=1),
    _kind("de_tax_id", "a German tax number", r"\d{2} ?\d{3} ?\d{3} ?\d{3}",
          r"steuer|idnr|tax id|tin\b", check=is_tax_id),
    _kind("fr_nir", "a French social security number",
          r"[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[ABab]) ?\d{3} ?\d{3} ?\d{2}",
          "nir|sécu", check=is_nir, alone=True),
    _kind("es_dni", "a Spanish identity number", r"\d{8}-?[A-Za-z]", "dni|nif|documento",
          ("EsNifRecognizer", "ES_NIF"), alone=True, least=1),
    _kind("es_nie", "a Spanish identity number", r"[XYZxyz]-?\d{7}-?[A-Za-z]", "nie",
          ("EsNieRecognizer", "ES_NIE"), alone=True, least=1),
    _kind("it_codice_fiscale", "an Italian tax code",
          r"[A-Za-z]{6}\d{2}[A-Za-z]\d{2}[A-Za-z]\d{3}[A-Za-z]", "codice",
          ("ItFiscalCodeRecognizer", "IT_FISCAL_CODE"), alone=True, least=1),
    _kind("nl_bsn", "a Dutch citizen number", r"\d{3}[ .]?\d{3}[ .]?\d{3}|\d{4}[ .]\d{2}[ .]\d{3}",
          "bsn|burgerservice|sofi", check=is_bsn),
    _kind("pt_nif", "a Portuguese tax number", r"\d{3} ?\d{3} ?\d{3}", "nif|contribuinte",
          check=is_nif),
    _kind("br_cpf", "a Brazilian tax number", r"\d{3}\.\d{3}\.\d{3}-\d{2}", "cpf",
          check=is_cpf, alone=True),
    _kind("br_cpf", "a Brazilian tax number", r"\d{11}", "cpf", check=is_cpf),
    # The fourth letter says whose number it is (Income Tax Department): P is a person's.
    _kind("in_pan", "an Indian tax number", r"[A-Z]{3}P[A-Z]\d{4}[A-Z]", "pan",
          ("InPanRecognizer", "IN_PAN"), alone=True),
    _kind("in_aadhaar", "an Aadhaar number", r"[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}", "aadhaa?r|uidai",
          ("InAadhaarRecognizer", "IN_AADHAAR"), least=1),
    _kind("au_medicare", "an Australian Medicare number", r"[2-6]\d{3} ?\d{5} ?\d", "medicare",
          ("AuMedicareRecognizer", "AU_MEDICARE"), least=1),
    _kind("au_tfn", "an Australian tax file number", r"\d{3} ?\d{3} ?\d{3}", "tfn|tax file",
          ("AuTfnRecognizer", "AU_TFN"), least=1),
)  # fmt: skip
"""Every kind there is, the surer first."""
