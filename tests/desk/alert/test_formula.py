"""Every formula against numbers a person can check."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.alert.formula import (
    age_span_h,
    difference,
    due_at,
    fastest,
    net_sentiment,
    share_difference,
    usual_count,
    usual_rate,
)
from listening.contract import ServiceHours

BERLIN = ServiceHours(
    "Europe/Berlin", (0, 1, 2, 3, 4), time(9), time(17), (date(2026, 10, 20),), 30
)


def test_the_usual_of_a_count_is_its_median_and_a_past_spike_does_not_hide_the_next():
    usual, swinging = usual_count([10, 12, 11, 90]), usual_count([4, 20, 36, 20])
    silent = usual_count([0, 0, 0])
    assert usual is not None
    assert swinging is not None
    assert silent is not None
    assert usual.value == 11.5
    assert usual.deviation == pytest.approx(11.5**0.5)  # MAD 1.0 x 1.4826 is less than Poisson's
    assert swinging.deviation == pytest.approx(1.4826 * 8)
    assert silent.high(3) == 3  # silent hours: more than three people are news
    assert usual_count([1, 2]) is None


def test_a_mean_is_all_that_is_known_of_a_rate():
    usual = usual_rate(28, 7)
    assert (usual.value, usual.deviation) == (4, 2)
    assert usual_rate(0, 4).high(3) == 3


def test_net_sentiment_is_that_of_the_published_tables():
    """(800 - 150) / 1500 = 0.433, as the reference of the metric counts it."""
    net, variance = net_sentiment(150, 550, 800)
    assert net == pytest.approx(0.4333, abs=1e-4)
    assert variance == pytest.approx(950 / 1500 - net**2)


def test_differences_are_in_standard_errors():
    assert difference(0.5, 0.25, 25, 0.0, 0.25, 25) == pytest.approx(0.5 / 0.02**0.5)
    assert difference(1, 0, 5, 0, 0, 5) == 0
    # 60 of 100 beside 40 of 100: pooled 0.5, error 0.0707
    assert share_difference(60, 100, 40, 100) == pytest.approx(2.8284, abs=1e-4)


def test_the_fastest_gain_needs_more_than_one_like_in_a_second():
    looks = [(0.0, 0), (3600.0, 10), (3601.0, 11), (7200.0, 110)]
    assert fastest(looks, 50) == pytest.approx((99 * 3600 / 3599, 3601.0, 7200.0, 99))
    assert fastest(looks, 500) is None
    gain = fastest([(0.0, 0), (1.0, 60)], 50)
    assert gain is not None
    assert gain[0] == 60 * 3600 / 60  # a second counts as a minute


@given(st.lists(st.tuples(st.integers(1, 5000), st.integers(0, 90)), min_size=1, max_size=40))
def test_the_fastest_gain_is_what_all_pairs_say(steps):
    looks, at, count = [(0.0, 0)], 0, 0
    for pause, gain in steps:
        at, count = at + pause, count + gain
        looks.append((float(at), count))
    pairs = [
        (later[1] - first[1]) * 3600 / max(later[0] - first[0], 60.0)
        for place, later in enumerate(looks)
        for first in looks[:place]
        if later[1] - first[1] >= 50
    ]
    found = fastest(looks, 50)
    assert (found is None) == (not pairs)
    if found:
        assert found[0] <= max(pairs) + 1e-9
        assert found[3] >= 50


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-10-16T14:45+00:00", "2026-10-19T07:15+00:00"),  # Friday 16:45: Monday 9:15
        ("2026-10-16T08:00+00:00", "2026-10-16T08:30+00:00"),
        ("2026-10-17T10:00+00:00", "2026-10-19T07:30+00:00"),  # a Saturday
        ("2026-10-19T15:00+00:00", "2026-10-21T07:30+00:00"),  # closing time before a holiday
        ("2026-10-23T14:45+00:00", "2026-10-26T08:15+00:00"),  # through the end of summer time
    ],
)
def test_an_answer_is_due_in_business_time(asked, due):
    """As care.response: the same Friday question as in its own test."""
    asked, due = datetime.fromisoformat(asked), datetime.fromisoformat(due)
    assert due_at(asked.astimezone(UTC), 30, BERLIN) == due


def test_who_never_opens_never_owes_an_answer():
    assert due_at(datetime(2026, 10, 1, tzinfo=UTC), 30, ServiceHours(days=())) is None


def test_spans_of_age_end_where_the_warehouse_says():
    assert [age_span_h(3600 * hours) for hours in (0.5, 1, 1.1, 24, 700, 900)] == [
        1, 1, 3, 24, 720, 8760,
    ]  # fmt: skip
