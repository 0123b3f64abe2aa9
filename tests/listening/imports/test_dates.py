"""Dates of an export: one reading for the whole file, or none."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.contract import ConfigurationError, ListeningError
from listening.imports.dates import DateReader, check_format, read_zone


def settle(*values, **arguments):
    reader = DateReader(**arguments)
    for line, value in enumerate(values, 2):
        reader.learn(value, line)
    reader.settle("file.csv")
    return reader


utc = partial(datetime, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1793361600", utc(2026, 10, 30, 12)),
        ("1793361600.25", utc(2026, 10, 30, 12, 0, 0, 250000)),
        ("1793361600250", utc(2026, 10, 30, 12, 0, 0, 250000)),
        ("1793361600250001", utc(2026, 10, 30, 12, 0, 0, 250001)),
    ],
)
def test_seconds_and_parts_of_them_since_1970_are_an_instant(text, moment):
    assert settle(text, "2026-10-30T12:00:00Z").read(text) == (moment, False)


@pytest.mark.parametrize("text", ["179336160", "17933616001", "-1793361600", "1793361600x"])
def test_other_numbers_are_no_date(text):
    with pytest.raises(ValueError, match="not a date"):
        settle("2026-10-30").read(text)


@pytest.mark.parametrize(
    ("text", "moment", "assumed"),
    [
        ("2026-10-30T12:00:00Z", utc(2026, 10, 30, 12), False),
        ("2026-10-30 12:00:00 UTC", utc(2026, 10, 30, 12), False),
        ("2026-10-30 12:00:00 -0800", utc(2026, 10, 30, 20), False),
        ("2026-10-30T12:00:00.123456+02:00", utc(2026, 10, 30, 10, 0, 0, 123456), False),
        ("2026-10-30T9:05", utc(2026, 10, 30, 9, 5), True),
        ("2026-10-30", utc(2026, 10, 30), True),
        ("20261030T120000Z", utc(2026, 10, 30, 12), False),
        ("20261030", utc(2026, 10, 30), True),
    ],
)
def test_iso_needs_no_order(text, moment, assumed):
    assert settle().read(text) == (moment, assumed)


@pytest.mark.parametrize(
    ("values", "order", "first"),
    [
        (["2/24/2015 11:35", "2/3/2015 1:05"], "M/D/Y", utc(2015, 2, 24, 11, 35)),
        (["24.2.2015", "3.2.2015"], "D/M/Y", utc(2015, 2, 24)),
        (["2015/2/24 23:59:58"], "Y/M/D", utc(2015, 2, 24, 23, 59, 58)),
        (["24-02-15", "4-2-31"], "D/M/Y", utc(2015, 2, 24)),
        (["24-02-31", "24-02-15"], "D/M/Y", utc(2031, 2, 24)),
        (["12/31/99 12:00 am"], "M/D/Y", utc(1999, 12, 31)),
        (["12/31/2015, 12:30 PM"], "M/D/Y", utc(2015, 12, 31, 12, 30)),
        (["31/12/2015 11:30 p.m. +01:00"], "D/M/Y", utc(2015, 12, 31, 22, 30)),
    ],
)
def test_the_one_order_that_fits_is_taken(values, order, first):
    reader = settle(*values)
    assert reader.order == order
    assert reader.read(values[0])[0] == first


def test_one_bad_date_does_not_spoil_the_others():
    reader = settle("2/24/2015", "13/13/2015", "31/2/2015", "soon", "", "2015-02-24", "2/3/2015")
    assert reader.order == "M/D/Y"
    assert reader.read("2/3/2015")[0] == utc(2015, 2, 3)
    assert reader.read("2015-02-24")[0] == utc(2015, 2, 24)
    for bad in ("13/13/2015", "31/2/2015", "soon", "", "24/2/2015", "2/3/2015 25:00", "1/1/0001"):
        with pytest.raises(ValueError, match=r"\w"):
            reader.read(bad)


def test_two_orders_that_fit_are_refused_with_both_ways_out():
    with pytest.raises(ListeningError) as caught:
        settle("13/13/2015", "2/3/2015", "4/5/2015")
    assert "all 2 dates read as D/M/Y and as M/D/Y" in caught.value.what
    assert "'%d/%m/%Y' or --date-format '%m/%d/%Y'" in caught.value.mend
    assert caught.value.exit_code == 1


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2/3/2015 11:35", "%d/%m/%Y %H:%M"),
        ("2-3-15", "%d-%m-%y"),
        ("2.3.2015 11:35:07", "%d.%m.%Y %H:%M:%S"),
        ("2/3/2015, 11:35 PM", "%d/%m/%Y, %I:%M %p"),
        ("2/3/2015 11:35 +0100", "%d/%m/%Y %H:%M %z"),
    ],
)
def test_the_mend_is_a_format_that_reads_the_file(text, form):
    with pytest.raises(ListeningError) as caught:
        settle(text)
    assert repr(form) in caught.value.mend
    check_format(form)
    assert settle(date_format=form).read(text)


def test_orders_that_contradict_each_other_are_refused_with_their_lines():
    with pytest.raises(ListeningError, match="'24/2/2015' on line 3 is not M/D/Y"):
        settle("2/24/2015", "24/2/2015")


def test_a_stated_format_decides():
    reader = settle("2/3/2015", date_format="%d/%m/%Y")
    assert reader.read("2/3/2015")[0] == utc(2015, 3, 2)
    with pytest.raises(ValueError, match="does not match"):
        reader.read("2015-03-02")


def test_times_without_a_zone_are_of_the_stated_one():
    reader = settle(zone=ZoneInfo("America/New_York"))
    assert reader.read("2026-07-01 12:00") == (utc(2026, 7, 1, 16), False)
    assert reader.read("2026-07-01 12:00Z") == (utc(2026, 7, 1, 12), False)


def test_values_that_are_dates_already_are_taken():
    assert settle().read(date(2026, 10, 30)) == (utc(2026, 10, 30), True)
    assert settle().read(utc(2026, 10, 30)) == (utc(2026, 10, 30), False)


@pytest.mark.parametrize("bad", ["%Q", "%", "day", "%H:%M", "%d/%m"])
def test_a_format_that_cannot_be_used_is_refused(bad):
    with pytest.raises(ConfigurationError, match="no date format"):
        check_format(bad)


def test_formats_that_give_a_day_are_taken():
    check_format("%m/%d/%Y %H:%M")
    check_format("%a %b %d %H:%M:%S %z %Y")


@pytest.mark.parametrize("bad", ["Berlin", "../etc/passwd", "/etc/passwd", "Europe/Nowhere"])
def test_a_zone_that_is_none_is_refused(bad):
    with pytest.raises(ConfigurationError, match="unknown time zone"):
        read_zone(bad)


def reference(values):
    """Return the orders that make a day of every value that is a day in any: plain and slow."""
    places = {"D/M/Y": (2, 1, 0), "M/D/Y": (2, 0, 1), "Y/M/D": (0, 1, 2)}

    def reads(value, order):
        numbers = [value.split("/")[place] for place in places[order]]
        if len(numbers[0]) != 4 or any(len(number) > 2 for number in numbers[1:]):
            return False
        try:
            date(*map(int, numbers))
        except ValueError:
            return False
        return True

    days = [value for value in values if any(reads(value, order) for order in places)]
    return {order for order in places if days and all(reads(value, order) for value in days)}, days


small = st.integers(1, 35)
dates = st.one_of(
    st.builds("{}/{}/{}".format, small, small, st.integers(1990, 2030)),
    st.builds("{}/{}/{}".format, st.integers(1990, 2030), small, small),
)


@given(st.lists(dates, max_size=8))
def test_the_detection_agrees_with_a_plain_reading(values):
    fitting, days = reference(values)
    if len(fitting) == 1:
        assert settle(*values).order == fitting.pop()
    elif days:
        with pytest.raises(ListeningError):
            settle(*values)
    else:
        assert settle(*values).order is None


days = st.dates(date(1950, 1, 1), date(2100, 1, 1))


@given(st.lists(days, min_size=1, max_size=20), st.sampled_from(["%d/%m/%Y", "%m/%d/%Y"]))
def test_what_is_read_is_what_was_written_or_it_is_refused(written, form):
    texts = [day.strftime(form) for day in written]
    try:
        reader = settle(*texts)
    except ListeningError:
        assert all(day.day <= 12 for day in written)
        return
    assert [reader.read(text)[0].date() for text in texts] == written


def test_the_time_of_day_is_read_in_both_clocks():
    reader = settle("24/2/2015")
    for hour, half in product(range(1, 13), "ap"):
        read = reader.read(f"24/2/2015 {hour}:07 {half}m")[0]
        assert read - utc(2015, 2, 24) == timedelta(hours=hour % 12 + 12 * (half == "p"), minutes=7)
