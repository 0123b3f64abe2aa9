"""Where a request may go: to no private address, however it is written, named or redirected to."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from listening.contract import ConfigurationError, DataRoot
from listening.http import Http
from listening.net.guard import Guard, RefusedError, is_public, read_connect_to, resolve
from tests.listening.conftest import FakeTime, Server, reply
from tests.listening.door import door

PUBLIC = "93.184.216.34"

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
