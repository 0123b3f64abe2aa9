"""What a digest says of a period, and how far it holds."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from desk.brief import read_questions
from desk.digest.build import ROLES, Digest, Figure, build_digest, say_number
from desk.digest.period import KINDS, Period
from listening.contract import TEAMS, ConfigurationError, ListeningError

from .conftest import Publish

FRIDAY = datetime(2026, 10, 30, 18, tzinfo=UTC)
DAY = Period.last("daily", FRIDAY)
WEEK = Period.last("weekly", FRIDAY)


def mood(day: str, negative: int, positive: int, brand: str = "nimbus") -> dict[str, Any]:
    return {
        "day": day, "brand_id": brand, "mentions": negative + positive, "negative": negative,
        "neutral": 0, "positive": positive, "abstained": 0,
    }  # fmt: skip


def voice(day: str, count: int, brand: str = "nimbus", role: str = "own") -> dict[str, Any]:
    return {"day": day, "brand_id": brand, "brand_role": role, "mentions_deduped": count}


def figure(digest: Digest, label: str) -> Figure:
    return next(one for one in digest.figures if one.label == label)


# --- periods ----------------------------------------------------------------------------


def test_a_period_is_the_last_whole_one():
    assert (DAY.since, DAY.until, DAY.parts) == (date(2026, 10, 29), date(2026, 10, 30), 7)
    assert (WEEK.since, WEEK.until) == (date(2026, 10, 19), date(2026, 10, 26))
    assert WEEK.before_since == date(2026, 10, 12)
    assert DAY.title == "Thursday, 29 October 2026"
    assert WEEK.title == "week 43, 19 Oct to 25 Oct 2026"


def test_a_period_is_the_last_whole_one_where_the_brand_is():
    late = datetime(2026, 10, 29, 23, 30, tzinfo=UTC)  # already Friday in Berlin
    assert Period.last("daily", late).since == date(2026, 10, 28)
    assert Period.last("daily", late, "Europe/Berlin").since == date(2026, 10, 29)
    sunday = datetime(2026, 10, 25, 23, 30, tzinfo=UTC)
    assert Period.last("weekly", sunday, "Europe/Berlin").since == date(2026, 10, 19)


# --- statements -------------------------------------------------------------------------


@pytest.mark.parametrize("role", TEAMS)
def test_every_team_has_figures_that_its_file_answers_though_it_is_empty(role, publish: Publish):
    """The columns are those that the models promise."""
    root = publish(role)
    for kind in KINDS:
        digest = build_digest(root, role, Period.last(kind, FRIDAY))
        assert 2 <= len(digest.figures) <= 4
        assert digest.sections
        assert digest.cautions == ()


@pytest.mark.parametrize("role", TEAMS)
def test_no_digest_reads_a_handle_or_a_name(role):
    """Mails leave the house: what the file may hold, the digest need not."""
    for question in read_questions(ROLES / f"{role}.sql"):
        for column in ("author_handle", "author_name", "span_text", "author_id"):
            assert column not in question.sql


def test_a_statement_without_a_form_is_refused(publish: Publish, tmp_path, monkeypatch):
    (tmp_path / "pr.sql").write_text("-- pie: Shares\nSELECT 1;\n")
    monkeypatch.setattr("desk.digest.build.ROLES", tmp_path)
    with pytest.raises(ListeningError, match="no form of a section: 'pie: Shares'"):
        build_digest(publish("pr"), "pr", DAY)


def test_a_file_of_older_columns_says_so(publish: Publish):
    root = publish("pr", "DROP TABLE issue; CREATE TABLE issue (old INT)")
    with pytest.raises(ListeningError, match="does not answer the digest"):
        build_digest(root, "pr", DAY)


def test_there_is_no_such_team(publish: Publish):
    with pytest.raises(ConfigurationError, match="no such team"):
        build_digest(publish("pr"), "sales", DAY)


# --- figures ----------------------------------------------------------------------------


def test_a_day_is_compared_with_the_average_of_the_seven_before(publish: Publish):
    before = [mood(f"2026-10-{day}", 7, 14) for day in range(22, 29)]
    now = mood("2026-10-29", 30, 10)
    today = mood("2026-10-30", 99, 99)  # not over
    root = publish(
        "pr",
        sentiment_daily=[*before, now, today],
        share_of_voice_daily=[voice("2026-10-29", 30), voice("2026-10-29", 10, "rival", "rival")],
    )
    digest = build_digest(root, "pr", DAY)
    mentions = figure(digest, "Mentions of us")
    assert (mentions.value, mentions.before) == (40, 21)
    assert mentions.change == "+90 %"
    net = figure(digest, "Net sentiment")
    assert (net.text, net.tone) == ("\N{MINUS SIGN}0.50", "bad")
    assert figure(digest, "Share of voice, copies once").text == "75 %"
    assert "mentions of us 40" in digest.subject


def test_a_week_is_compared_with_the_one_before(publish: Publish):
    counts = {"2026-10-12": 4, "2026-10-18": 6, "2026-10-19": 20, "2026-10-25": 10, "2026-10-26": 9}
    root = publish(
        "pr",
        sentiment_daily=[mood(day, 0, count) for day, count in counts.items()],
        share_of_voice_daily=[voice("2026-10-19", 1)],
    )
    mentions = figure(build_digest(root, "pr", WEEK), "Mentions of us")
    assert (mentions.value, mentions.before) == (30, 10)


def test_a_ratio_without_a_denominator_is_not_known(publish: Publish):
    answered = figure(build_digest(publish("care"), "care", DAY), "Answered in time")
    assert (answered.text, answered.change, answered.tone) == ("\N{EN DASH}", "not known", "")


@pytest.mark.parametrize(
    ("value", "before", "unit", "better", "change", "tone"),
    [
        (15, 10, "count", "down", "+50 %", "bad"),
        (5, 10, "count", "down", "\N{MINUS SIGN}50 %", "good"),
        (10, 10, "count", "down", "as before", ""),
        (9, 1, "count", "down", "before: 1", "bad"),  # of one, per cent say nothing
        (9, 10, "count", None, "\N{MINUS SIGN}10 %", ""),
        (0.5, 0.62, "share", "up", "\N{MINUS SIGN}12 points", "bad"),
        (-0.1, -0.1, "score", "up", "as before", ""),
        (None, 3, "count", "up", "not known", ""),
        (3, None, "count", "up", "", ""),
    ],
)
def test_a_change_is_said_so_that_it_means_something(value, before, unit, better, change, tone):
    one = Figure("Complaints", value, before, unit, better)
    assert (one.change, one.tone) == (change, tone)


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (1234.0, "count", "1,234"), (2.25, "number", "2.2"), (0.125, "share", "12 %"),
        (-0.5, "score", "\N{MINUS SIGN}0.50"), (12.6, "minutes", "13 min"),
        (-0.001, "score", "0.00"), (330, "minutes", "5.5 h"), (None, "count", "\N{EN DASH}"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_people_write_them(value, unit, said):
    assert say_number(value, unit) == said


# --- how far it holds -------------------------------------------------------------------


def cautions(publish: Publish, also: str = "", **row: Any) -> str:
    """Return what is said of a file whose coverage has one row more."""
    root = publish("pr", also, **({"coverage": [row]} if row else {}))
    return " ".join(build_digest(root, "pr", DAY).cautions)


@pytest.mark.parametrize(
    ("state", "since", "until", "said"),
    [
        (
            "partial",
            "2026-10-29T06:00:00Z",
            "2026-10-29T12:00:00Z",
            "heard only in part in this",
        ),
        ("blocked", "2026-10-28T06:00:00Z", "2026-10-29T12:00:00Z", "blocked in this time: x"),
        ("capped", "2026-10-29T06:00:00Z", "2026-10-31T12:00:00Z", "cut off at the source's limit"),
        ("blocked", "2026-10-27T06:00:00Z", "2026-10-28T12:00:00Z", "not asked at all"),
    ],
)
def test_a_source_that_did_not_see_the_period_is_named(publish: Publish, state, since, until, said):
    told = cautions(
        publish,
        source="web", host="shop.example", state=state, reason="x", since=since, until=until,
    )  # fmt: skip
    assert f"web at shop.example was {said}" in told
    assert "news.example" not in told


def test_a_gap_in_another_week_is_of_no_matter(publish: Publish):
    gap = {"since": "2026-10-02T00:00:00Z", "until": "2026-10-03T00:00:00Z"}
    assert cautions(publish, source="rss", host="news.example", state="blocked", **gap) == ""


def test_a_file_built_before_the_period_was_over_misses_the_rest(publish: Publish):
    told = cautions(publish, "UPDATE readme SET text = '2026-10-29T20:00:00Z'")
    assert "before the period was over" in told


def test_a_stale_file_is_said_to_be(publish: Publish, monkeypatch):
    root = publish("pr")
    monkeypatch.setenv("LISTENING_NOW", "2026-11-02T12:00:00Z")
    (told,) = build_digest(root, "pr", DAY).cautions
    assert told.startswith("These numbers are 72 hours old")


def test_a_file_that_does_not_say_when_it_was_built_is_said_to_be(publish: Publish):
    assert "does not say when" in cautions(publish, "DELETE FROM readme")
