"""Numbers of people are found where form, check digits and words agree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.identity import IDENTITIES, is_bsn, is_cpf, is_nif, is_nir, is_tax_id
from nlp.personal import Recognisers, is_fictional, is_free, is_role_mailbox

RECOGNISERS = Recognisers()


def find(text: str) -> list[tuple[str, str]]:
    return [
        (kind.rule, text[start:end])
        for kind in IDENTITIES
        for start, end in kind.find(text, RECOGNISERS)
    ]


@pytest.mark.parametrize(
    ("text", "rule", "number"),
    [
        ("SSN 536-90-4399", "us_ssn", "536-90-4399"),
        ("NI AB 12 34 56 C", "uk_nino", "AB 12 34 56 C"),
        ("NHS 943 476 5919", "uk_nhs", "943 476 5919"),
        ("Steuer-ID 86 095 742 719", "de_tax_id", "86 095 742 719"),
        ("1 85 05 78 006 084 91", "fr_nir", "1 85 05 78 006 084 91"),
        ("DNI 12345678Z", "es_dni", "12345678Z"),
        ("X1234567L", "es_nie", "X1234567L"),
        ("RSSMRA85T10A562S", "it_codice_fiscale", "RSSMRA85T10A562S"),
        ("BSN 111222333", "nl_bsn", "111222333"),
        ("NIF 123 456 789", "pt_nif", "123 456 789"),
        ("529.982.247-25", "br_cpf", "529.982.247-25"),
        ("PAN ABCPE1234F", "in_pan", "ABCPE1234F"),
        ("aadhaar 2341 2341 2346", "in_aadhaar", "2341 2341 2346"),
        ("Medicare 2123 45670 1", "au_medicare", "2123 45670 1"),
    ],
)
def test_each_region_has_its_number(text: str, rule: str, number: str) -> None:
    assert find(text) == [(rule, number)]


@pytest.mark.parametrize(
    "text",
    [
        "Steuer-ID 86 095 742 718",  # check digit
        "order 111222333",  # right digits, no word
        "DNI 12345678Q",  # letter
        "RSSMRA85T10A562T",
        "serial 12345678-Z-99",
        "2014-2015, 12.345.678",
        "529.982.247-26",
    ],
)
def test_a_wrong_check_digit_or_a_missing_word_is_none(text: str) -> None:
    assert find(text) == []


@given(st.integers(0, 9), st.integers(1, 9), st.sampled_from([is_tax_id, is_bsn, is_nif, is_nir]))
def test_no_digit_can_be_changed_alone(place: int, change: int, check: object) -> None:
    """Every scheme sees one wrong digit; that is what a check digit is for."""
    numbers = {
        is_tax_id: "86095742719",
        is_bsn: "111222333",
        is_nif: "123456789",
        is_nir: "185057800608491",
    }
    number = numbers[check]  # type: ignore[index]
    at = place % len(number)
    wrong = f"{number[:at]}{(int(number[at]) + change) % 10}{number[at + 1 :]}"
    assert check(number)  # type: ignore[operator]
    assert not check(wrong)  # type: ignore[operator]


def test_a_cpf_of_one_digit_is_none() -> None:
    assert not is_cpf("111.111.111-11")


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("support", True),
        ("uk-support", True),
        ("kundenservice2", True),
        ("press.office", True),
        ("jane.doe", False),
        ("nora_fenwright", False),
        ("prescott", False),
    ],
)
def test_an_office_has_a_role_for_a_name(name: str, role: bool) -> None:
    assert is_role_mailbox(name) is role


@pytest.mark.parametrize(
    ("number", "fictional", "free"),
    [
        ("555-0142", True, False),
        ("+44 7700 900318", True, False),
        ("06 39 98 12 45", True, False),
        ("1-888-555-0123", True, True),
        ("0800 555 0100", False, True),
        ("030 23125123", False, False),
    ],
)
def test_free_lines_and_numbers_for_stories_are_known(
    number: str, fictional: bool, free: bool
) -> None:
    assert (is_fictional(number), is_free(number)) == (fictional, free)
