"""What a key of a brand file may hold; a mistake is named with its line and its mend."""

from pathlib import Path

import pytest

from listening.brand.load import check_file, load_brands
from listening.contract import ConfigurationError
from tests.listening.brand.conftest import EXAMPLE

REPO = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("old", "new", "line", "message", "mend"),
    [
        ("version: 1", "version: 2", 1, "version: 2", "Known: 1"),
        ("version: 1\n", "", 1, "'version' is missing", "Add version:"),
        ("timezone:", "timezon:", 2, "unknown key 'timezon'", "Did you mean timezone?"),
        ("Europe/Berlin", "Europe/Berln", 2, "unknown time zone", "Did you mean Europe/Berlin?"),
        ('"09:00"', '"25:00"', 3, "'25:00' is no time of day", 'like "09:00"'),
        ('"09:00"', "9", 3, "9 is no time of day", 'like "09:00"'),
        ('"09:00"', '"18:00"', 3, "'from' is not before 'to'", "opening time first"),
        ("mon,", "monday,", 3, "'monday' is not a known value", "Did you mean mon?"),
        ("2026-12-25", "2026-13-25", 3, "'2026-13-25' is no date", "2026-12-25"),
        (
            "minutes: 30",
            'minutes: "30"',
            4,
            "response_minutes must be a whole number, not text",
            "quotes: 30",
        ),
        ("60", "0", 5, "publish_days", ""),
        ("60", "yes", 5, "publish_days must be a whole number", "whole number"),
        ("id: acme", "id: 7", 7, "id must be text, not a number", 'in quotes: "7"'),
        ("id: acme", "id: a/b", 7, "'a/b' is no id", "letters"),
        ("    name: Acme\n", "", 7, "'name' is missing", "Add name:"),
        ("name: Acme\n", "name: ''\n", 8, "name: is empty", "Write some text"),
        ("role: own", "role: rival", 9, "'rival' is not a known value", "competitor, own"),
        ("[AcmeCo]", "AcmeCo", 10, "aliases must be a list, not text", "[AcmeCo]"),
        ("[AcmeCo]", "", 10, "aliases must be a list, not nothing", "take the line out"),
        ("    handles", "    handels", 11, "unknown key 'handels'", "Did you mean handles?"),
        ('"@acme@a.example"', '"@ac me"', 11, "is no handle", "@acme"),
        ("Acme.example", "https://acme.example", 12, "is no domain", "without https://"),
        ("not_near", "far", 13, "unknown key 'far'", "near, not_near"),
        ("name: Acme K2", "nam: Acme K2", 14, "unknown key 'nam'", "Did you mean name?"),
        ("name: Jo Acme", "nam: Jo Acme", 15, "unknown key 'nam'", "Did you mean name?"),
        ("name: Jo Acme", "name: ACME", 15, "names a person and", "full name"),
        ('"@jo"', '"jo jo"', 15, "is no handle", "@acme"),
        ("q: 'acme OR \"acme k2\"'", "q: ''", 16, "empty query", "at least one word"),
        ("q: 'acme OR \"acme k2\"'", "q: '(acme'", 16, "ends too early", "parenthesis"),
        ("q: 'acme OR \"acme k2\"'", "q: NOT acme", 16, "matches everything", "must be there"),
        ("q: 'acme OR \"acme k2\"'", "q: [acme]", 16, "q must be text, not a list", "Write text"),
        ("[hackernews]", "[hackernew]", 16, "unknown source 'hackernew'", "mean hackernews?"),
        ("sources: {rss", "sources: {rs", 17, "unknown source 'rs'", "Did you mean rss?"),
        ("{urls:", "{url:", 17, "unknown key 'url'", "Did you mean urls?"),
        ("{rss: {", "{rss: [{", 17, "", ""),
        ("id: slogan", "id: manual", 19, "works: id 'manual' is used twice", "another id"),
        ("path: manual.txt", "path: gone.txt", 19, "'gone.txt' cannot be read", "UTF-8"),
        ("path: manual.txt", "note: x", 19, "unknown key 'note'", "id, path, text"),
        ("{id: slogan, text: Boil it}", "{id: slogan}", 19, "either text or path", "one of the"),
        ("name: Battery,", "name: Gesundheit,", 18, "people's health ('gesundheit')", "product"),
        ("{cost:", "{costs:", 20, "unknown reference table 'costs'", "Did you mean cost?"),
        ("costs.csv", "gone.csv", 20, "'gone.csv' does not exist", "relative"),
    ],
)
def test_a_mistake_is_named_with_line_and_mend(write, old, new, line, message, mend):
    assert old in EXAMPLE
    path = write(EXAMPLE.replace(old, new, 1))
    problems = check_file(path)
    assert any(
        problem.line == line and message in problem.message and mend in problem.mend
        for problem in problems
    ), problems
    assert all(problem.file == str(path) and problem.mend for problem in problems)
    with pytest.raises(ConfigurationError) as caught:
        load_brands([path])
    assert caught.value.exit_code == 2
    assert caught.value.where.startswith(f"{path}:")


def test_all_problems_are_told_at_once_in_order(write):
    wrong = EXAMPLE.replace("timezone:", "timezon:").replace("role: own", "role: rival")
    wrong = wrong.replace("[hackernews]", "[nowhere]")
    path = write(wrong)
    assert [problem.line for problem in check_file(path)] == [2, 9, 16]
    with pytest.raises(ConfigurationError, match="2 more"):
        load_brands([path])


def test_every_key_is_documented():
    from listening.brand.model import BrandModel, BusinessHours, File

    text = (REPO / "docs" / "brand-file.md").read_text("utf-8")
    for model in (File, BrandModel, BusinessHours):
        for name, field in model.model_fields.items():
            assert f"`{field.alias or name}`" in text, name
