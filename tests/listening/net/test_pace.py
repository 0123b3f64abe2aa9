"""Requests to a host are spaced, whichever process asks, and a host that wants rest has it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from urllib3.connection import HTTPConnection

from listening.contract import DataRoot
from listening.http import Http
from listening.net.answer import RateLimitedError
from listening.net.pace import Clock, Pace
from tests.listening.conftest import Asked, FakeTime, Server, reply
from tests.listening.door import door


def test_two_processes_share_the_pace_of_a_host(root: DataRoot, fake_time: FakeTime) -> None:
    first, second = (Pace(root.path / "pace", fake_time.clock) for _ in range(2))
    moments = []
    for pace in (first, second, first, second):
        pace.wait("news.test", 5)
        moments.append(fake_time.moment)
    assert [after - before for before, after in pairwise(moments)] == [5] * 3


def test_loopback_is_not_paced_unless_asked(
    root: DataRoot, server: Server, fake_time: FakeTime
) -> None:
    server.on("/", reply(b"well"))
    for near, slept in ((False, 0), (True, 9)):
        with door(root, fake_time, pace=9.0, pace_near=near) as http:
            http.get(server.url + "/")
            http.get(server.url + "/")
        assert sum(fake_time.slept) == slept


def test_the_pace_counts_from_when_a_request_was_sent(
    root: DataRoot, server: Server, fake_time: FakeTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A handshake or a busy machine may hold it up behind its turn; the host sees it then."""
    connect = HTTPConnection.connect
    moments: list[float] = []

    def connect_slowly(self: HTTPConnection) -> None:
        fake_time.moment += 4 if not moments else 0
        connect(self)

    def serve(_: Asked) -> bytes:
        moments.append(fake_time.moment)
        return reply(b"well")

    server.on("/", serve)
    monkeypatch.setattr(HTTPConnection, "connect", connect_slowly)
    for _ in range(3):  # as three processes would
        with door(root, fake_time, pace=9.0, pace_near=True) as http:
            http.get(server.url + "/")
    assert [after - before for before, after in pairwise(moments)] == [9, 9]


def test_a_turn_left_by_a_clock_set_back_is_ignored(root: DataRoot) -> None:
    slept: list[float] = []
    Pace(root.path, Clock(now=lambda: 1e9)).wait("news.test", 5)
    Pace(root.path, Clock(now=lambda: 5e8, sleep=slept.append)).wait("news.test", 5)
    assert slept == []


def test_a_host_that_asked_for_rest_is_left_alone(root: DataRoot, server: Server) -> None:
    """As Stack Exchange's `backoff`: a wish in a body, which only its source can read."""
    server.on("/", reply(b"ok"))
    with Http(root, ["127.0.0.1"], allow_hosts=["127.0.0.1"]) as http:
        http.rest(server.url, 500)
    again = Http(root, ["127.0.0.1"], allow_hosts=["127.0.0.1"])
    with again as http, pytest.raises(RateLimitedError):
        http.get(server.url + "/")
    assert server.asked == []


@pytest.mark.parametrize(
    ("headers", "slept"),
    [
        ({"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": "40"}, [40.0]),
        ({"X_Ratelimit_Remaining": "0.0", "X_Ratelimit_Reset": "40"}, [40.0]),
        ({"x_rate_limit_remaining": "0", "x_rate_limit_reset": "40"}, [40.0]),
        ({"X_RateLimit_Remaining": "1", "X_RateLimit_Reset": "40"}, []),
        ({"X_RateLimit_Remaining": "0"}, []),
    ],
)
def test_after_the_last_allowed_request_nobody_asks_before_the_reset(
    root: DataRoot, server: Server, fake_time: FakeTime, headers: dict[str, Any], slept: list[float]
) -> None:
    server.on("/", reply(b"ok", **headers), reply(b"ok"))
    settings: dict[str, Any] = {"allow_hosts": ["127.0.0.1"], "clock": fake_time.clock}
    with Http(root, ["127.0.0.1"], **settings) as http:
        http.get(server.url + "/")
        assert fake_time.slept == []
        http.get(server.url + "/")
    assert fake_time.slept == slept
    assert len(server.asked) == 2
