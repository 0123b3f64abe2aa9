"""presidio's recognisers behind a few questions about one candidate each."""

from __future__ import annotations

import re
from functools import cache, cached_property
from typing import Any, Final

from nlp.light import without

_REGIONS: Final = ("US", "GB", "DE", "FR", "ES", "IT", "NL", "PT", "BR", "AU", "IN")
_ROLE: Final = frozenset(
    """
    abuse accounts admin aftersales aide assistance assistenza atencion atendimento ayuda
    bestellung bewerbung billing booking bookings buchung care careers clientes club complaints
    concierge contact contacto contato contatti customer customercare customers customerservice
    datenschutz donotreply dpo editor editorial einkauf enquiries enquiry events feedback
    frontdesk hallo hello help helpdesk hey hi hilfe hr impressum info inquiries invoices jobs
    klachten klantenservice kontakt kundendienst kundenservice legal mail marketing media
    members membership newsletter newsroom noreply office order orders partners post postmaster
    pr prensa press presse privacy purchasing reception recruiting recruitment redaccion
    redaktion refunds rendezvous reservas reservation reservations returns sac sales sav
    security sekretariat service serviceclient servizioclienti shop soporte spam store studio
    suporte support team tickets tips vendas ventas verkauf vertrieb webmaster webshop wholesale
    """.split()  # noqa: SIM905  (a hundred words read better without quotes)
)
_PART: Final = re.compile(r"[^\W\d_]+")
# Free or shared-cost lines, as written at home: abroad the same digits may be a person's.
_FREE: Final = re.compile(
    r"(?:\+?1[\s.-]?)?\(?8(?:00|33|44|55|66|77|88)\)?[\s.-]|0?(?:80[0-9]|18[0-9]|90[0-2])(?!\d)"
    r"|0(?:3[0347]\d|8[47]\d)\s"
)
# Numbers that regulators keep for stories, as people use them who make one up: no library calls
# them valid. NANPA 555-01xx, Ofcom's drama numbers, ARCEP's décision 2018-0881.
_FICTION: Final = re.compile(
    r"(?:(?:\+?1|00\s?1)?[\s.-]*\(?\d{3}\)?[\s.-]*)?555[\s.-]?01\d\d|555[\s.-]?01\d[\s.-]?\d{4}"
    r"|\+?1?[\s.-]*\(?555\)?[\s.-]*\d{3}[\s.-]?\d{4}"
    r"|(?:0|(?:\+|00)44\s?\(?0?\)?)(?:\s?7700\s?900\s?\d{3}|\s?1632\s?960\s?\d{3}"
    r"|\s?20\s?7946\s?0\d{3}|\s?1\d1\s?496\s?0\d{3})"
    r"|(?:0|(?:\+|00)33\s?)[1-6][\s.]?(?:99|39)[\s.]?(?:00|98)[\s.]?\d\d[\s.]?\d\d"
)
_RESERVED: Final = (".example", ".test", ".invalid")  # RFC 2606; no public suffix list has them


def is_role_mailbox(name: str) -> bool:
    """Tell whether a mailbox belongs to an office rather than to a person."""
    parts = _PART.findall(name.casefold())
    return not parts or any(part in _ROLE for part in parts) or "".join(parts) in _ROLE


class Recognisers:
    """Asks presidio about one candidate at a time, so that no text can make it slow."""

    def load(self) -> None:
        """Import presidio now: half a second that would count against the first text's limit."""
        with without("transformers"):  # none of its recognisers that need it is asked
            import presidio_analyzer.predefined_recognizers  # noqa: F401  imported for later
        _ = (self._mail, self._phone, self._suffixes)

    def is_mail(self, candidate: str) -> bool:
        """Tell whether this is an e-mail address at a domain that can exist."""
        if not _analyze(self._mail, candidate, "EMAIL_ADDRESS"):
            return False
        host = candidate.rpartition("@")[2].lower()
        return host.endswith(_RESERVED) or bool(self._suffixes(host).suffix)

    def is_phone(self, candidate: str) -> bool:
        """Tell whether this is a valid number of a person: no toll-free or premium line."""
        if _FREE.match(candidate):
            return False
        if candidate.startswith("00"):
            candidate = f"+{candidate[2:]}"
        return bool(_analyze(self._phone, candidate, "PHONE_NUMBER")) and _is_private(candidate)

    def is_card(self, candidate: str) -> bool:
        """Tell whether this is a card number with the right checksum."""
        return self.accepts("CreditCardRecognizer", "CREDIT_CARD", candidate)

    def measure_account(self, candidate: str) -> int:
        """Return how many characters of this are an IBAN with the right checksum, or 0."""
        found = _analyze(_recogniser("IbanRecognizer"), candidate, "IBAN_CODE")
        return max((each.end for each in found if each.start == 0), default=0)

    def accepts(self, recogniser: str, entity: str, candidate: str, least: float = 0.0) -> bool:
        """Tell whether a recogniser of presidio, by its class name, takes this as its entity.

        A score of 1 is presidio's word for a checksum that is right.
        """
        found = _analyze(_recogniser(recogniser), candidate, entity)
        return any(each.score >= least for each in found)

    @cached_property
    def _mail(self) -> Any:
        from presidio_analyzer.predefined_recognizers import EmailRecognizer

        class OfflineEmailRecognizer(EmailRecognizer):  # type: ignore[misc]
            """The domain is checked by `is_mail`, never over the network."""

            def validate_result(self, pattern_text: str) -> bool:
                del pattern_text
                return True

        return OfflineEmailRecognizer()

    @cached_property
    def _phone(self) -> Any:
        from presidio_analyzer.predefined_recognizers import PhoneRecognizer

        return PhoneRecognizer(supported_regions=_REGIONS)

    @cached_property
    def _suffixes(self) -> Any:
        return public_suffixes()


def is_fictional(candidate: str) -> bool:
    """Tell whether a number is of a range that regulators keep for stories."""
    return bool(_FICTION.fullmatch(candidate))


def is_free(candidate: str) -> bool:
    """Tell whether a number is a free, shared-cost or office line by its prefix."""
    return bool(_FREE.match(candidate))


def is_possible(candidate: str) -> bool:
    """Tell whether an international number has a length that its country knows."""
    import phonenumbers

    plain = f"+{candidate[2:]}" if candidate.startswith("00") else candidate
    try:
        return bool(phonenumbers.is_possible_number(phonenumbers.parse(plain, None)))
    except phonenumbers.NumberParseException:
        return False


def _analyze(recogniser: Any, candidate: str, entity: str) -> list[Any]:
    found: list[Any] = recogniser.analyze(candidate, [entity], None)
    return [each for each in found if each.score > 0]


@cache
def _recogniser(name: str) -> Any:
    import presidio_analyzer.predefined_recognizers as known

    return getattr(known, name)()


def _is_private(candidate: str) -> bool:
    import phonenumbers

    public = {
        phonenumbers.PhoneNumberType.TOLL_FREE,
        phonenumbers.PhoneNumberType.PREMIUM_RATE,
        phonenumbers.PhoneNumberType.SHARED_COST,
        phonenumbers.PhoneNumberType.UAN,
    }
    for region in _REGIONS:
        try:
            number = phonenumbers.parse(candidate, region)
        except phonenumbers.NumberParseException:
            continue
        valid = phonenumbers.is_valid_number(number)
        if valid and phonenumbers.number_type(number) not in public:
            return True
    return False


def public_suffixes() -> Any:
    """Return tldextract on its bundled list: nothing is fetched and nothing cached."""
    from tldextract import TLDExtract

    return TLDExtract(suffix_list_urls=(), cache_dir=None)
