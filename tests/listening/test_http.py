"""The door: where it may go, what it makes of bad servers, and what it keeps."""

from __future__ import annotations

import contextlib
import gzip
import json
import pickle
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from urllib3.connection import HTTPConnection
from warcio.archiveiterator import ArchiveIterator

from listening.contract import ConfigurationError, DataRoot
from listening.http import Http
from listening.net.answer import (
    BadAnswerError,
    CutError,
    DeniedError,
    GoneError,
    RateLimitedError,
    TransientError,
    conditions,
    read_json,
    unpack,
)
from listening.net.guard import Guard, RefusedError, is_public, read_connect_to, resolve
from listening.net.pace import Clock, Pace
from listening.net.wire import TooBigError

from .conftest import Asked, FakeTime, Raw, Server, reply

PUBLIC = "93.184.216.34"


def door(root: DataRoot, fake_time: FakeTime | None = None, **more: object) -> Http:
    settings = {"hosts": ["127.0.0.1"], "allow_hosts": ["127.0.0.1"], **more}
    if fake_time:
        settings["clock"] = fake_time.clock
    return Http(root, **settings)  # type: ignore[arg-type]


# --- where it may go --------------------------------------------------------------------

NAMES = {
    "metadata.google.internal": ["169.254.169.254"],
    "intranet": ["10.0.0.5"],
    "cgnat.test": ["100.64.0.1"],
    "two-faced.test": [PUBLIC, "192.168.1.1"],
    "nat64.test": ["64:ff9b::a9fe:a9fe"],
    "six-to-four.test": ["2002:7f00:1::"],
    "teredo.test": ["2001:0:4136:e378:8000:63bf:3fff:fdd2"],
    "2130706433": ["127.0.0.1"],  # as getaddrinfo reads them
    "0177.0.0.1": ["127.0.0.1"],
    "0x7f000001": ["127.0.0.1"],
    "127.1": ["127.0.0.1"],
    "localhost": ["127.0.0.1", "::1"],
    "open.test": [PUBLIC],
}
FORBIDDEN = [
    "http://2130706433/",
    "http://0177.0.0.1/",
    "http://0x7f000001/",
    "http://127.1/",
    "http://127.0.0.1/",
    "http://localhost/",
    "http://0.0.0.0/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:169.254.169.254]/latest/meta-data/",
    "http://[::127.0.0.1]/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://metadata.google.internal/",
    "http://cgnat.test/",
    "http://two-faced.test/",
    "http://nat64.test/",
    "http://six-to-four.test/",
    "http://teredo.test/",
    "http://224.0.0.1/",
    "http://open.test@127.0.0.1/",
    "http://user:secret@open.test/",
    "http://open.test\\@127.0.0.1/",
    "http://intranet./",
    "file:///etc/passwd",
    "gopher://open.test/_",
    "data:text/plain,hello",
    "ftp://open.test/",
    "http:///nowhere",
]


@pytest.mark.parametrize("url", FORBIDDEN)
def test_private_addresses_and_odd_urls_are_refused_before_a_byte_is_sent(
    url: str, root: DataRoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where the host itself is one of the stream's."""

    def dial(*_: object, **__: object) -> None:
        pytest.fail("something was dialled")

    monkeypatch.setattr("urllib3.util.connection.create_connection", dial)
    hosts = [*NAMES, "127.0.0.1", "::1", "::", "::ffff:169.254.169.254", "::127.0.0.1",
             "fe80::1", "fc00::1", "169.254.169.254", "224.0.0.1", "0.0.0" + ".0"]  # fmt: skip
    http = Http(root, hosts, resolver=lambda host, _: NAMES[host])
    with http, pytest.raises(RefusedError) as refused:
        http.get(url)
    assert "secret" not in str(refused.value)


def test_a_host_of_no_stream_is_refused(root: DataRoot) -> None:
    http = Http(root, ["open.test"], resolver=lambda *_: [PUBLIC])
    with http, pytest.raises(RefusedError, match="none of this stream's hosts"):
        http.get("https://other.test/")


def test_a_name_is_resolved_once_and_only_that_address_is_dialled(
    root: DataRoot, monkeypatch: pytest.MonkeyPatch, fake_time: FakeTime
) -> None:
    """A resolver that answers anew with a private address gains nothing."""
    answers = iter([[PUBLIC]] + [["127.0.0.1"]] * 10)
    dialled: list[tuple[str, int]] = []

    def dial(address: tuple[str, int], *_: object, **__: object) -> None:
        dialled.append(address)
        raise OSError("no network here")

    monkeypatch.setattr("urllib3.util.connection.create_connection", dial)
    http = Http(root, ["rebind.test"], resolver=lambda *_: next(answers), clock=fake_time.clock)
    with http, pytest.raises(RefusedError):  # the second try resolves again, and is refused
        http.get("http://rebind.test/")
    assert dialled == [(PUBLIC, 80)]


def test_a_redirect_is_judged_as_the_first_url_was(root: DataRoot, server: Server) -> None:
    server.on("/inward", reply(status=302, Location="http://169.254.169.254/latest/"))
    server.on("/file", reply(status=302, Location="file:///etc/passwd"))
    with door(root, hosts=["127.0.0.1", "169.254.169.254"]) as http:
        for path in ("/inward", "/file"):
            with pytest.raises(RefusedError):
                http.get(server.url + path)


def test_redirects_are_followed_five_times_and_no_further(root: DataRoot, server: Server) -> None:
    for number in range(7):
        server.on(f"/{number}", reply(status=301, Location=f"/{number + 1}"))
    server.on("/7", reply(b"there"))
    with door(root) as http:
        assert http.get(f"{server.url}/2").body == b"there"
        with pytest.raises(DeniedError, match="redirects"):
            http.get(f"{server.url}/1")


def test_credentials_do_not_cross_hosts(
    root: DataRoot, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LISTENING_CONNECT_TO", f"*.example=127.0.0.1:{server.port}")
    server.on("/a", reply(status=302, Location="http://b.example/b"))
    server.on("/b", reply(b"there"))
    with Http(root, ["a.example", "b.example"]) as http:
        http.get("http://a.example/a", headers={"Authorization": "Bearer canary"})
    assert [("authorization" in asked.headers) for asked in server.asked] == [True, False]


def test_https_is_never_left_for_http(
    root: DataRoot, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LISTENING_CONNECT_TO", f"*.example=127.0.0.1:{server.port}")
    server.on("/", reply(status=302, Location="http://a.example/plain"))
    with Http(root, ["a.example"]) as http, pytest.raises(RefusedError, match="https to http"):
        http.get("https://a.example/")


def test_connect_to_dials_there_and_keeps_the_host_header(
    root: DataRoot, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LISTENING_CONNECT_TO", f"*.example=127.0.0.1:{server.port}")
    server.on("/", reply(b"hello"))
    with Http(root, ["news.example"], contact="https://brand.example") as http:
        assert http.get("https://news.example/").body == b"hello"
    assert server.asked[0].headers["host"] == "news.example"
    assert "(+https://brand.example)" in server.asked[0].headers["user-agent"]


def test_the_environment_may_allow_a_private_host(
    root: DataRoot, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LISTENING_ALLOW_HOSTS", "127.0.0.1, other.test")
    server.on("/", reply(b"hello"))
    with Http(root, ["127.0.0.1"]) as http:
        assert http.get(server.url).body == b"hello"


def test_a_wrong_connect_to_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="LISTENING_CONNECT_TO"):
        read_connect_to("*.example")
    assert read_connect_to("a.test=[::1]:80") == (("a.test", "::1", 80),)


@pytest.mark.parametrize("address", [PUBLIC, "2606:4700::1111", "1.1.1.1"])
def test_addresses_of_the_open_internet_are_public(address: str) -> None:
    assert is_public(address)
    assert Guard(frozenset(["x.test"]), resolve=lambda *_: [address]).route("http://x.test/")


def test_proxies_of_the_environment_are_ignored(
    root: DataRoot, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    server.on("/", reply(b"hello"))
    with door(root) as http:
        assert http.get(server.url).body == b"hello"


# --- bad servers ------------------------------------------------------------------------


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
    ("status", "error"),
    [(401, DeniedError), (403, DeniedError), (404, GoneError), (410, GoneError)],
)
def test_a_no_is_not_asked_again(
    status: int, error: type[Exception], root: DataRoot, server: Server
) -> None:
    server.on("/", reply(status=status))
    with door(root) as http, pytest.raises(error):
        http.get(server.url + "/?key=secret-canary")
    assert len(server.asked) == 1


def test_a_refusal_tells_its_source_what_the_answer_said(root: DataRoot, server: Server) -> None:
    server.on("/", reply({"error_name": "throttle_violation"}, 400))
    with door(root) as http, pytest.raises(DeniedError) as refused:
        http.get(server.url + "/")
    again = pickle.loads(pickle.dumps(refused.value))  # noqa: S301 - our own
    assert (again.status, json.loads(again.body)) == (400, {"error_name": "throttle_violation"})
    assert "throttle" not in str(again)


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


def test_bytes_are_put_as_they_are(root: DataRoot, server: Server) -> None:
    server.on("/up", reply(b"taken"))
    with door(root) as http:
        body = http.fetch(server.url + "/up", lambda answer: answer.body, put=b"1\n2")
    assert body == b"taken"
    assert server.asked[0].raw.startswith(b"PUT /up ")
    assert server.asked[0].raw.endswith(b"\r\n\r\n1\n2")


def test_errors_show_no_query(root: DataRoot, server: Server) -> None:
    with door(root) as http, pytest.raises(GoneError) as gone:
        http.get(server.url + "/x", params={"key": "secret-canary"})
    assert server.asked[0].query == {"key": "secret-canary"}
    assert "canary" not in str(gone.value)


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

    def drip(connection: socket.socket, _: Asked) -> None:
        connection.sendall(start)
        for _ in range(200):
            connection.sendall(b"x")
            time.sleep(0.05)

    server.on("/", Raw(drip))
    began = time.monotonic()
    with door(root) as http, pytest.raises(TransientError):
        http.get(server.url + "/")
    assert time.monotonic() - began < 3


def chunked(*parts: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    return head + b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + end


BODY = b'{"items": [1, 2, 3, 4, 5, 6, 7, 8, 9]}'
PACKED = gzip.compress(BODY * 20)
WHOLE = {
    "length": reply(BODY),
    "chunked": chunked(BODY[:20], BODY[20:]),
    "gzip": reply(PACKED, Content_Encoding="gzip"),
}


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize("tenth", range(1, 10))
def test_a_body_cut_anywhere_is_never_taken_for_a_page(
    kind: str, tenth: int, root: DataRoot, server: Server, fake_time: FakeTime
) -> None:
    """Cut in every tenth of the body, it is asked for again; whole, it is read."""
    whole = WHOLE[kind]
    head, _, body = whole.partition(b"\r\n\r\n")
    cut = head + b"\r\n\r\n" + body[: len(body) * tenth // 10]

    def hang_up(connection: socket.socket, _: Asked) -> None:
        connection.sendall(cut)

    server.on("/", Raw(hang_up), whole)
    with door(root, fake_time) as http:
        assert http.get(server.url + "/").body in (BODY, BODY * 20)
    assert len(server.asked) == 2


def test_a_gzip_stream_cut_before_its_length_says_so_is_cut(
    root: DataRoot, server: Server, fake_time: FakeTime
) -> None:
    server.on("/", reply(PACKED[:-9], Content_Encoding="gzip"))
    with door(root, fake_time) as http, pytest.raises(TransientError, match="gzip"):
        http.get(server.url + "/")


def test_cut_json_is_asked_for_again_and_html_is_an_error_at_once(
    root: DataRoot, server: Server, fake_time: FakeTime
) -> None:
    server.on("/cut", reply(BODY[:20]), reply(BODY))
    server.on("/wall", reply(b"<!doctype html><title>Log in</title>"))
    with door(root, fake_time) as http:
        assert http.get_json(server.url + "/cut")["items"][0] == 1
        with pytest.raises(BadAnswerError, match="HTML"):
            http.get_json(server.url + "/wall")
    assert server.paths().count("/wall") == 1


def test_what_a_reader_calls_cut_is_asked_for_again(
    root: DataRoot, server: Server, fake_time: FakeTime
) -> None:
    def read(_: object) -> None:
        raise CutError("half a feed")

    server.on("/", reply(b"<rss>"))
    with door(root, fake_time) as http, pytest.raises(TransientError, match="half a feed"):
        http.fetch(server.url + "/", read)
    assert len(server.asked) == 5


def test_bodies_over_the_cap_are_refused_while_they_come(root: DataRoot, server: Server) -> None:
    server.on("/", reply(b"x" * 200_000))
    with door(root, max_bytes=50_000) as http, pytest.raises(BadAnswerError, match="too big"):
        http.get(server.url + "/")


def test_bombs_are_not_unpacked(root: DataRoot, server: Server) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    server.on("/", reply(bomb, Content_Encoding="gzip"))
    with door(root) as http, pytest.raises(BadAnswerError, match="bomb"):
        http.get(server.url + "/")


def test_gzip_of_several_members_and_both_kinds_of_deflate_are_unpacked() -> None:
    raw = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    for packed in (
        gzip.compress(BODY[:9]) + gzip.compress(BODY[9:]),
        zlib.compress(BODY),
        raw.compress(BODY) + raw.flush(),
    ):
        assert unpack(packed) == BODY
    with pytest.raises(TooBigError):
        unpack(gzip.compress(b"\0" * 30_000_000))


# --- manners and memory -----------------------------------------------------------------


def test_robots_is_read_once_and_obeyed(root: DataRoot, server: Server) -> None:
    server.on("/robots.txt", reply(b"User-agent: *\nDisallow: /private\n"))
    server.on("/open", reply(b"well"))
    with door(root) as http:
        assert http.get_page(server.url + "/open").body == b"well"
        with pytest.raises(DeniedError, match="robots"):
            http.get_page(server.url + "/private/page")
    assert server.paths() == ["/robots.txt", "/open"]


@pytest.mark.parametrize(("status", "may"), [(404, True), (403, True), (500, False), (503, False)])
def test_a_missing_robots_allows_and_a_failing_one_forbids(
    status: int, may: bool, root: DataRoot, server: Server, fake_time: FakeTime
) -> None:
    server.on("/robots.txt", reply(status=status))
    server.on("/page", reply(b"well"))
    with door(root, fake_time) as http:
        if may:
            assert http.get_page(server.url + "/page").body == b"well"
            return
        with pytest.raises(DeniedError, match="robots"):
            http.get_page(server.url + "/page")
    assert "/page" not in server.paths()


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
    connect, moments = HTTPConnection.connect, []

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


def test_validators_make_a_request_conditional(root: DataRoot, server: Server) -> None:
    def feed(asked: Asked) -> bytes:
        if asked.headers.get("if-none-match") == '"v1"':
            return reply(status=304)
        return reply(b"feed", ETag='"v1"', Last_Modified="Fri, 30 Oct 2026 12:00:00 GMT")

    server.on("/", feed)
    with door(root) as http:
        first = http.get(server.url + "/")
        again = http.get(server.url + "/", headers=conditions(first.validators))
    assert (first.unchanged, again.unchanged) == (False, True)


def test_cookies_are_not_sent_back(root: DataRoot, server: Server) -> None:
    server.on("/", reply(b"well", Set_Cookie="id=me; Path=/"))
    with door(root) as http:
        http.get(server.url + "/")
        http.get(server.url + "/")
    assert all("cookie" not in asked.headers for asked in server.asked)


def test_every_exchange_is_kept_as_received_and_no_secret_with_it(
    root: DataRoot, server: Server, fake_time: FakeTime, tmp_path: Path
) -> None:
    warc = tmp_path / "exchange.warc.gz"
    whole = reply(PACKED, Content_Encoding="gzip")
    server.on("/", reply(status=503), whole)
    with door(root, fake_time, warc=warc) as http:
        http.get(server.url + "/", headers={"Authorization": "Bearer canary-1"})
        assert http.recorder.written == warc
    with warc.open("rb") as stream:
        records = [
            (record.rec_type, record.raw_stream.read())
            for record in ArchiveIterator(stream, no_record_parse=True)
        ]
    assert [kind for kind, _ in records] == ["response", "request"] * 2
    assert records[2][1] == whole
    assert b"canary-1" in server.asked[0].raw
    assert all(b"canary-1" not in raw for _, raw in records)


def test_a_secret_that_the_answer_repeats_is_blotted_out(
    root: DataRoot, server: Server, tmp_path: Path
) -> None:
    """Meta writes the token it was asked with into the link to the next page."""
    told = {"next": f"{server.url}/q?access_token=canary-token-1&after=2"}
    server.on("/q", reply(told))
    warc = tmp_path / "kept.warc.gz"
    with door(root, warc=warc) as http:
        said = {"Authorization": "Bearer canary-token-1", "Accept-Encoding": "identity"}
        assert http.fetch(f"{server.url}/q", read_json, headers=said) == told
    kept = gzip.decompress(warc.read_bytes())
    assert b"canary-token-1" not in kept
    assert b"access_token=**************&after=2" in kept


def test_a_crawl_without_an_exchange_leaves_no_warc(root: DataRoot, tmp_path: Path) -> None:
    with door(root, warc=tmp_path / "none.warc.gz") as http, pytest.raises(RefusedError):
        http.get("http://elsewhere.test/")
    assert http.recorder.written is None
    assert not list(tmp_path.glob("*.warc.gz"))


# --- TLS --------------------------------------------------------------------------------


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, list[str]]]:
    """A TLS server for `tls.test`, whose certificate we trust: its port, the names it was sent."""
    key, pem = rsa.generate_private_key(65537, 2048), tmp_path / "tls.pem"
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "tls.test")])
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder(
            name, name, key.public_key(), 1, begin, datetime(2099, 1, 1, tzinfo=UTC)
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("tls.test")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    for module in ("net.wire", "stream"):
        monkeypatch.setattr(f"listening.{module}.DEFAULT_CA_BUNDLE_PATH", str(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    names: list[str] = []
    context.sni_callback = lambda _, name, __: names.append(name or "")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve_tls, args=(listener, context), daemon=True)
        thread.start()
        yield listener.getsockname()[1], names
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def _serve_tls(listener: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as one:
            if asked := one.recv(65_536):
                one.sendall(reply(asked.split(b"Host: ")[1].split(b"\r\n")[0]))


def test_tls_speaks_to_the_resolved_address_in_the_hosts_name(
    tls: tuple[int, list[str]], root: DataRoot, fake_time: FakeTime, tmp_path: Path
) -> None:
    """The address is dialled; the name is in SNI, certificate check and Host header."""
    port, names = tls
    settings = {"resolver": lambda *_: ["127.0.0.1"], "clock": fake_time.clock}
    warc = tmp_path / "tls.warc.gz"
    with Http(root, ["tls.test"], ["tls.test"], warc=warc, **settings) as http:
        assert http.get(f"https://tls.test:{port}/").body == f"tls.test:{port}".encode()
    assert names == ["tls.test"]
    assert warc.stat().st_size
    http = Http(root, ["other.test"], ["other.test"], **settings)
    with http, pytest.raises(TransientError, match="hostname 'other\\.test'"):
        http.get(f"https://other.test:{port}/")


def test_tls_of_a_web_socket_checks_the_name_too(
    tls: tuple[int, list[str]], root: DataRoot, fake_time: FakeTime
) -> None:
    port, names = tls
    settings = {"resolver": lambda *_: ["127.0.0.1"], "clock": fake_time.clock}
    http = Http(root, ["tls.test"], ["tls.test"], **settings)
    with http, pytest.raises(DeniedError, match="where a web socket was due"):
        http.stream(f"wss://tls.test:{port}/")
    assert names == ["tls.test"]
    http = Http(root, ["other.test"], ["other.test"], **settings)
    with http, pytest.raises(TransientError, match="other\\.test"):
        http.stream(f"wss://other.test:{port}/")


# --- forms and secrets ------------------------------------------------------------------


def test_a_secret_form_is_posted_and_kept_nowhere(
    root: DataRoot, server: Server, tmp_path: Path
) -> None:
    server.on("/token", reply({"access_token": "s3cret-out"}))
    server.on("/after", reply({"ok": True}))
    warc = tmp_path / "kept.warc.gz"
    with door(root, warc=warc) as http:
        said = {"Authorization": "Basic s3cret-in"}
        got = http.fetch(
            f"{server.url}/token", read_json, headers=said, form={"grant": "a b"}, secret=True
        )
        http.get(f"{server.url}/after", headers={"X-Goog-Api-Key": "s3cret-key"})
    assert got == {"access_token": "s3cret-out"}
    assert server.asked[0].raw.startswith(b"POST /token HTTP/1.1\r\n")
    assert server.asked[0].raw.endswith(b"\r\n\r\ngrant=a+b")
    kept = gzip.decompress(warc.read_bytes())
    assert b"/after" in kept
    assert b"s3cret" not in kept
    assert b"/token" not in kept


def test_json_is_posted_and_no_secret_of_a_request_is_kept(
    root: DataRoot, server: Server, tmp_path: Path
) -> None:
    server.on("/q", reply({"ok": True}))
    warc = tmp_path / "kept.warc.gz"
    with door(root, warc=warc) as http:
        said = {"Api-Key": "s3cret", "Api-Username": "s3cret", "Authorization": "s3cret"}
        url = f"{server.url}/q?site=x&key=s3cret&monkey=1&access_token=s3cret"
        assert http.fetch(url, read_json, json={"query": "{a}"}, headers=said) == {"ok": True}
    assert server.asked[0].raw.startswith(b"POST /q?site=x&key=s3cret")
    assert server.asked[0].raw.endswith(b'{"query": "{a}"}')
    kept = gzip.decompress(warc.read_bytes())
    assert b"s3cret" not in kept
    assert kept.count(b"/q?site=x&key=***&monkey=1&access_token=***") == 3


def test_a_redirect_of_a_form_is_refused(root: DataRoot, server: Server) -> None:
    server.on("/token", reply(status=307, Location="/other"))
    with door(root) as http, pytest.raises(RefusedError, match="redirect of a POST"):
        http.fetch(f"{server.url}/token", read_json, form={"a": "b"})
    assert server.paths() == ["/token"]


def test_a_resolver_that_says_nothing_costs_no_more_than_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(10))
    began = time.monotonic()
    with pytest.raises(TimeoutError, match="no answer from DNS"):
        resolve("slow.test", 80, seconds=0.05)
    assert time.monotonic() - began < 5
    over.set()


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
    root: DataRoot, server: Server, fake_time: FakeTime, headers: dict[str, str], slept: list[float]
) -> None:
    server.on("/", reply(b"ok", **headers), reply(b"ok"))
    settings = {"allow_hosts": ["127.0.0.1"], "clock": fake_time.clock}
    with Http(root, ["127.0.0.1"], **settings) as http:  # type: ignore[arg-type]
        http.get(server.url + "/")
        assert fake_time.slept == []
        http.get(server.url + "/")
    assert fake_time.slept == slept
    assert len(server.asked) == 2
