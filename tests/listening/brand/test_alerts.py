"""Rules of alerts in the brand file: every mistake has its line and mend."""

from pathlib import Path

import pytest

from listening.brand.alerts import LIMITS
from listening.brand.load import check_file, load_brands

HEAD = """version: 1
brands: [{id: acme, name: Acme, role: own, products: [{id: k2, name: K2}]}]
queries: [{id: main, q: acme}]
topics: [{id: leak, name: Leaks}]
alerts:
"""
RULE = "{id: a, kind: issue, owner: pr, channels: [desk], action: Look at it%s}"


@pytest.fixture
def check(tmp_path):
    def problems(*rules):
        path = tmp_path / "brand.yaml"
        path.write_text(HEAD + "".join(f"  - {one}\n" for one in rules))
        return [(one.line, one.message, one.mend) for one in check_file(path)]

    return problems


@pytest.mark.parametrize(
    ("more", "message", "mend"),
    [
        (", sound: loud", "unknown key 'sound'", "Known: action"),
        (", when: {min_author: 3}", "unknown key 'min_author'", "Did you mean min_authors?"),
        (", when: {min_authors: '3'}", "must be a whole number", "Take away the quotes"),
        (", when: {deviations: 0}", "deviations: ", "Change the value"),
        (", brands: [acm]", "brands: 'acm' is not known", "Did you mean acme?"),
        (", products: [k3]", "products: 'k3' is not known", "Known: k2"),
        (", topics: [leaks]", "topics: 'leaks' is not known", "Did you mean leak?"),
        (", sources: [twitter]", "sources: 'twitter' is not known", "Known: "),
        (", cool_down_minutes: 0", "cool_down_minutes", "Change the value"),
        (", escalate: [{after_minutes: 5}]", "'channels' is missing", "Add channels:"),
        (
            ", escalate: [{after_minutes: 9, channels: [b]}, {after_minutes: 5, channels: [c]}]",
            "comes later than the one before",
            "Order them",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line_and_mend(check, more, message, mend):
    ((line, said, meant),) = check(RULE % more)
    assert line == 6
    assert message in said
    assert mend in meant


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (RULE.replace("issue", "issues") % "", "'issues' is not a known value"),
        (RULE.replace("owner: pr", "owner: boss") % "", "'boss' is not a known value"),
        (RULE.replace("[desk]", '["slack://token"]') % "", "is no name of a channel"),
        (RULE.replace("[desk]", "[]") % "", "channels"),
        (RULE.replace("issue", "post_count") % "", "'at_least' is missing"),
    ],
)
def test_what_a_rule_must_say(check, rule, message):
    ((line, said, _),) = check(rule)
    assert line == 6
    assert message in said


def test_two_rules_cannot_share_an_id(check):
    ((line, said, _),) = check(RULE % "", RULE % "")
    assert (line, "'a' is used twice" in said) == (7, True)


def test_every_limit_has_its_default(tmp_path):
    path = tmp_path / "brand.yaml"
    path.write_text(HEAD + f"  - {RULE % ', when: {min_authors: 9}'}\n")
    (rule,) = load_brands([path]).alerts
    assert rule.when == {"min_authors": 9, "deviations": 3.0, "times_before": 2.0}
    assert (rule.cool_down_minutes, rule.enabled, rule.escalate) == (240, True, ())


@pytest.mark.parametrize("kind", LIMITS)
def test_the_demo_shows_every_kind(kind):
    demo = load_brands([Path(__file__).parents[3] / "brands" / "demo.yaml"])
    assert kind in {rule.kind for rule in demo.alerts}
