"""presidio's recognisers behind four questions, loaded at the first text that needs them."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any, Final

_REGIONS: Final = ("US", "GB", "DE", "FR", "ES", "IT", "NL", "PT", "BR", "AU", "IN")
_ROLE: Final = re.compile(
    r"(?:info|support|help|service|kundenservice|contact|kontakt|contacto|sales|press|presse|"
    r"office|hello|hallo|jobs|careers|admin|webmaster|noreply|no-reply|customer\W?\w*|care|"
    r"team|mail|post|newsletter|privacy|legal|abuse|media|feedback|booking|reservations?)\d*$",
    re.IGNORECASE,
)
# Free or shared-cost lines, as written at home: abroad the same digits may be a person's.
_FREE: Final = re.compile(
    r"(?:\+?1[\s.-]?)?\(?8(?:00|33|44|55|66|77|88)\)?[\s.-]|0?(?:800|180|900)"
)
_RESERVED: Final = (".example", ".test", ".invalid")  # RFC 2606; no public suffix list has them


def is_role_mailbox(name: str) -> bool:
    """Tell whether a mailbox belongs to an office rather than to a person."""
    return bool(_ROLE.match(name))


class Recognisers:
    """Asks presidio about one candidate at a time, so that no text can make it slow."""

    def is_mail(self, candidate: str) -> bool:
        """Tell whether this is an e-mail address at a domain that can exist."""
        if not self._analyze(self._mail, candidate, "EMAIL_ADDRESS"):
            return False
        host = candidate.rpartition("@")[2].lower()
        return host.endswith(_RESERVED) or bool(self._suffixes(host).suffix)

    def is_phone(self, candidate: str) -> bool:
        """Tell whether this is a valid number of a person: no toll-free or premium line."""
        if _FREE.match(candidate):
            return False
        if candidate.startswith("00"):
            candidate = f"+{candidate[2:]}"
        return bool(self._analyze(self._phone, candidate, "PHONE_NUMBER")) and self._is_private(
            candidate
        )

    def is_card(self, candidate: str) -> bool:
        """Tell whether this is a card number with the right checksum."""
        return bool(self._analyze(self._card, candidate, "CREDIT_CARD"))

    def measure_account(self, candidate: str) -> int:
        """Return how many characters of this are an IBAN with the right checksum, or 0."""
        found = self._analyze(self._iban, candidate, "IBAN_CODE")
        return max((each.end for each in found if each.start == 0), default=0)

    @staticmethod
    def _analyze(recogniser: Any, candidate: str, entity: str) -> list[Any]:
        found: list[Any] = recogniser.analyze(candidate, [entity], None)
        return [each for each in found if each.score > 0]

    @staticmethod
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

    @cached_property
    def _mail(self) -> Any:
        from presidio_analyzer.predefined_recognizers import (
            EmailRecognizer,
        )

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
    def _card(self) -> Any:
        from presidio_analyzer.predefined_recognizers import (
            CreditCardRecognizer,
        )

        return CreditCardRecognizer()

    @cached_property
    def _iban(self) -> Any:
        from presidio_analyzer.predefined_recognizers import IbanRecognizer

        return IbanRecognizer()

    @cached_property
    def _suffixes(self) -> Any:
        return public_suffixes()


def public_suffixes() -> Any:
    """Return tldextract on its bundled list: nothing is fetched and nothing cached."""
    from tldextract import TLDExtract

    return TLDExtract(suffix_list_urls=(), cache_dir=None)
