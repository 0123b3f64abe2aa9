"""A channel is a named connection; its URL is shown to nobody."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any

import pytest

from desk.deliver.channel import Channel, NoChannelError, Quiet, find_channel
from listening.contract import ConfigurationError
from listening.net.credential import find_credential


@dataclass
class Kept:
    password: str
    extra: dict[str, Any] = field(default_factory=dict)


def test_a_channel_is_a_connection_of_its_name(monkeypatch):
    stated = (
        '{"password": "json://h.example/t0ken", "extra": {"dedupes": true, "quiet": "22:00-7:00"}}'
    )
    monkeypatch.setenv("AIRFLOW_CONN_PR_DESK", stated.replace("7:00", "07:00"))
    found = find_channel("pr-desk", find_credential)
    assert found == Channel(
        "pr-desk", "json://h.example/t0ken", dedupes=True, quiet=Quiet(time(22), time(7))
    )
    assert "t0ken" not in repr(found)


def test_a_name_that_nobody_has_is_named(monkeypatch):
    monkeypatch.delenv("AIRFLOW_CONN_PR_DESK", raising=False)
    with pytest.raises(NoChannelError, match=r"AIRFLOW_CONN_PR_DESK.*no connection"):
        find_channel("pr-desk", find_credential)


@pytest.mark.parametrize(
    "kept",
    [
        Kept(""),
        Kept("json://t0ken", {"dedupe": True}),
        Kept("json://t0ken", {"dedupes": "perhaps"}),
        Kept("json://t0ken", {"quiet": "at night"}),
        Kept("json://t0ken", {"quiet": "22:00-07:00 Atlantis/Port"}),
    ],
)
def test_what_is_no_channel_is_refused_without_its_url(kept):
    with pytest.raises(ConfigurationError) as caught:
        find_channel("pr", lambda _: kept)
    assert "t0ken" not in str(caught.value)


@pytest.mark.parametrize(
    ("at", "ends"),
    [
        ("2026-10-30T21:30:00", "2026-10-31T06:00:00"),  # 22:30 in Berlin
        ("2026-10-30T04:00:00", "2026-10-30T06:00:00"),
        ("2026-10-30T06:00:00", None),
        ("2026-10-30T12:00:00", None),
        ("2026-10-24T23:00:00", "2026-10-25T06:00:00"),  # the clocks go back in that night
    ],
)
def test_quiet_hours_end_by_the_clock_of_their_zone(at, ends):
    quiet = Quiet(time(22), time(7), "Europe/Berlin")
    told = quiet.until(datetime.fromisoformat(at).replace(tzinfo=UTC))
    assert told == (datetime.fromisoformat(ends).replace(tzinfo=UTC) if ends else None)


def test_quiet_hours_may_lie_within_a_day():
    quiet = Quiet(time(12), time(13))
    noon = datetime(2026, 10, 30, 12, 30, tzinfo=UTC)
    assert quiet.until(noon) == datetime(2026, 10, 30, 13, tzinfo=UTC)
    assert quiet.until(noon.replace(hour=13)) is None
