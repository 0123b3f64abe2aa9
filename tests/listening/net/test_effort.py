"""How long a server is tried: waits it asks for, failures that pass, and the wall for all else."""

from __future__ import annotations

import pickle
import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from listening.contract import DataRoot
from listening.http import Http
from listening.net.answer import RateLimitedError, TransientError
from tests.listening.conftest import Asked, FakeTime, Raw, Server, reply
from tests.listening.door import door


def test_retry_after_in_seconds_and_as_a_date_is_waited_for(
    root: DataRoot, server: Server, fake_time: FakeTime
) -> None:
    moment = datetime(2026, 10, 30, 12, tzinfo=UTC)
    dates = {"Date": format_datetime(moment), "Retry_After": format_datetime(moment + timedelta(seconds=9))}  # fmt: skip  # noqa: E501
    server.on("/", reply(status=429, Retry_After="7"), reply(status=503, **dates), reply(b"well"))
    with door(root, fake_time) as http:
        assert http.get(server.url + "/").body == b"well"
    assert fake_time.slept == pytest.approx([7, 9], abs=1)


@pytest.mark.parametrize("value", ["0", "rubbish", "Mon, 01 Jan 2001 00:00:00 GMT", "", "-5"])
def test_a_retry_after_without_sense_means_our_own_short_pause(
    value: str, root: DataRoot, server: Server, fake_time: FakeTime
) -> None:
    server.on("/", reply(status=429, Retry_After=value), reply(b"well"))
    with door(root, fake_time) as http:
        assert http.get(server.url + "/").body == b"well"
    assert sum(fake_time.slept) < 1


def test_a_server_that_wants_rest_for_days_is_left_alone_until_then(
    root: DataRoot, server: Server, fake_time: FakeTime
) -> None:
    """Another process, or the next crawl, does not ask either."""
    server.on("/", reply(status=429, Retry_After="316800"))
    for _ in range(2):
        with door(root, fake_time) as http, pytest.raises(RateLimitedError) as limited:
            http.get(server.url + "/")
    assert len(server.asked) == 1
    assert limited.value.until > datetime.now(UTC) + timedelta(hours=80)
    assert pickle.loads(pickle.dumps(limited.value)).until == limited.value.until  # noqa: S301
    fake_time.moment += 316801
    server.on("/", reply(b"well"))
    with door(root, fake_time) as http:
        assert http.get(server.url + "/").body == b"well"


def test_mastodons_own_reset_header_is_waited_for(
    root: DataRoot, server: Server, fake_time: FakeTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LISTENING_NOW", "2026-10-30T12:00:00Z")
    limits = {"X_RateLimit_Reset": "2026-10-30T12:00:40.5Z"}
    server.on("/", reply(status=429, **limits), reply(b"well"))
    with door(root, fake_time) as http:
        assert http.get(server.url + "/").body == b"well"
    assert fake_time.slept == pytest.approx([40.5])


def test_short_waits_that_add_up_to_too_much_end_as_a_rate_limit(
    root: DataRoot, server: Server, fake_time: FakeTime
) -> None:
    server.on("/", reply(status=429, Retry_After="50"))
    with door(root, fake_time) as http, pytest.raises(RateLimitedError):
        http.get(server.url + "/")
    assert sum(fake_time.slept) <= 120


@pytest.mark.parametrize("status", [500, 502, 503, 504, 522, 429])
def test_a_passing_failure_is_asked_again_and_a_lasting_one_given_up(
    status: int, root: DataRoot, server: Server, fake_time: FakeTime
) -> None:
    server.on("/once", reply(status=status), reply(b"well"))
    server.on("/always", reply(status=status))
    with door(root, fake_time) as http:
        assert http.get(server.url + "/once").body == b"well"
        with pytest.raises(TransientError, match=f"status {status}"):
            http.get(server.url + "/always")
    assert server.paths().count("/always") == 5
    assert sum(fake_time.slept) < 35


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (403, {"Retry_After": "7"}),
        (403, {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": "1791461227"}),
        (429, {"X_Rate_Limit_Reset": "1791461227", "Date": "Thu, 08 Oct 2026 12:07:00 GMT"}),
        (429, {"RateLimit_Reset": "7"}),
    ],
)
def test_a_limit_is_waited_for_however_it_is_spelled(
    status: int,
    headers: dict[str, str],
    root: DataRoot,
    server: Server,
    fake_time: FakeTime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LISTENING_NOW", "2026-10-08T12:07:00Z")
    server.on("/", reply(status=status, **headers), reply({"ok": True}))
    with door(root, fake_time) as http:
        assert http.get_json(server.url + "/") == {"ok": True}
    assert fake_time.slept == [7]


def test_refused_connections_and_resets_are_transient(
    root: DataRoot, server: Server, fake_time: FakeTime
) -> None:
    def reset(connection: socket.socket, _: Asked) -> None:
        connection.close()

    server.on("/", Raw(reset))
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with door(root, fake_time) as http:
        for url in (server.url + "/", f"http://127.0.0.1:{port}/"):
            with pytest.raises(TransientError, match="gave up after 5 tries"):
                http.get(url)


def test_an_unknown_host_is_transient(root: DataRoot, fake_time: FakeTime) -> None:
    def unknown(*_: object) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    http = Http(root, ["nowhere.test"], resolver=unknown, clock=fake_time.clock)
    with http, pytest.raises(TransientError, match="no address"):
        http.get("http://nowhere.test/")


@pytest.mark.parametrize("where", ["headers", "body"])
def test_dripping_bytes_do_not_outlast_the_wall(
    where: str, root: DataRoot, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However slowly a server drips, a request costs at most the wall (here a second)."""
    monkeypatch.setattr("listening.net.effort.WALL", 1.0)
    start = b"HTTP/1.1 200 OK\r\n" + (b"" if where == "headers" else b"\r\n")

    def drip(connection: socket.socket, __: Asked) -> None:
        connection.sendall(start)
        for _ in range(200):
            connection.sendall(b"x")
            time.sleep(0.05)

    server.on("/", Raw(drip))
    began = time.monotonic()
    with door(root) as http, pytest.raises(TransientError):
        http.get(server.url + "/")
    assert time.monotonic() - began < 3
