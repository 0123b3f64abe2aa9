"""Web sockets: messages come whole, the guard's rules hold, and every end has its reason."""

from __future__ import annotations

import gzip
import socket
import time
from pathlib import Path

import pytest

from listening.contract import DataRoot
from listening.http import Http
from listening.net.answer import BadAnswerError, DeniedError, TransientError
from listening.net.guard import RefusedError
from listening.stream import Limits, Messages

from .conftest import Asked, FakeTime, Raw, Server, reply, web_socket


@pytest.fixture
def door(root: DataRoot, fake_time: FakeTime, tmp_path: Path) -> Http:
    return Http(
        root, ["127.0.0.1"], allow_hosts=["127.0.0.1"], clock=fake_time.clock,
        warc=tmp_path / "kept.warc.gz",
    )  # fmt: skip


def read(door: Http, server: Server, **limits: float) -> tuple[list[bytes], Messages]:
    with door.stream(f"ws://127.0.0.1:{server.port}/s?cursor=1", Limits(**limits)) as messages:  # type: ignore[arg-type]
        return list(messages), messages


@pytest.mark.parametrize("packed", [True, False])
def test_messages_come_whole_plain_or_packed(door: Http, server: Server, packed: bool) -> None:
    said = ["one", "zwei ü", "x" * 200_000]
    server.on("/s", web_socket(*said, packed=packed))
    got, messages = read(door, server)
    assert [message.decode() for message in got] == said
    assert messages.ended == "closed"
    assert server.asked[0].query == {"cursor": "1"}
    assert server.asked[0].headers["user-agent"].startswith("social-listening/")
    assert "permessage-deflate" in server.asked[0].headers["sec-websocket-extensions"]


def test_a_quiet_stream_ends_and_is_said_goodbye(door: Http, server: Server) -> None:
    goodbyes: list[bytes] = []

    def speak(connection: socket.socket, asked: Asked) -> None:
        def hear(size: int) -> bytes:
            goodbyes.append(socket.socket.recv(connection, size))
            return goodbyes[-1]

        web_socket("one", close=None).speak(_Hearing(connection, hear), asked)  # type: ignore[arg-type]

    server.on("/s", Raw(speak))
    got, messages = read(door, server, idle=0.2)
    assert (got, messages.ended) == ([b"one"], "quiet")
    time.sleep(0.1)
    assert goodbyes
    assert goodbyes[0][0] & 0x0F == 8  # a close frame


class _Hearing:
    def __init__(self, connection: socket.socket, hear: object) -> None:
        self.recv, self.sendall = hear, connection.sendall


def test_a_stream_without_end_is_left_when_it_is_late(door: Http, server: Server) -> None:
    def drip(connection: socket.socket, asked: Asked) -> None:
        web_socket(close=None, packed=False).speak(_Hearing(connection, lambda _: b""), asked)  # type: ignore[arg-type]
        while True:
            connection.sendall(b"\x81\x02hi")
            time.sleep(0.01)

    server.on("/s", Raw(drip))
    began = time.monotonic()
    got, messages = read(door, server, seconds=0.3)
    assert messages.ended == "late"
    assert len(got) > 3
    assert time.monotonic() - began < 2


def test_pings_without_a_word_are_silence(door: Http, server: Server) -> None:
    def ping(connection: socket.socket, asked: Asked) -> None:
        web_socket(close=None, packed=False).speak(_Hearing(connection, lambda _: b""), asked)  # type: ignore[arg-type]
        while True:
            connection.sendall(b"\x89\x00")
            time.sleep(0.01)

    server.on("/s", Raw(ping))
    got, messages = read(door, server, idle=0.3)
    assert (got, messages.ended) == ([], "quiet")


@pytest.mark.parametrize("close", [1001, 1011, None])
def test_a_stream_that_breaks_off_is_no_end(door: Http, server: Server, close: int | None) -> None:
    def speak(connection: socket.socket, asked: Asked) -> None:
        web_socket("one", close=close, packed=False).speak(
            _Hearing(connection, lambda _: b""), asked  # type: ignore[arg-type]
        )  # fmt: skip
        if close is None:
            connection.sendall(b"\x81\x7e\x01\x00half of a message")

    server.on("/s", Raw(speak))
    with door.stream(f"{server.url}/s") as messages:
        heard = iter(messages)
        assert next(heard) == b"one"
        with pytest.raises(TransientError, match="the stream broke"):
            next(heard)


def test_a_message_too_large_packed_or_not_is_refused(door: Http, server: Server) -> None:
    server.on("/s", web_socket("x" * 3_000_000))
    with pytest.raises(BadAnswerError, match="unreadable"):
        read(door, server)


def test_a_busy_server_is_waited_for(door: Http, server: Server, fake_time: FakeTime) -> None:
    server.on("/s", reply(status=429, Retry_After="7"), web_socket("one"))
    got, _ = read(door, server)
    assert got == [b"one"]
    assert fake_time.slept.count(7) == 1


def test_a_page_where_a_web_socket_was_due_is_an_error(door: Http, server: Server) -> None:
    server.on("/s", reply(b"<html>Log in</html>", Content_Type="text/html"))
    with pytest.raises(DeniedError, match="where a web socket was due"):
        read(door, server)
    server.on("/s", reply(status=302, Location="http://elsewhere.example/"))
    with pytest.raises(DeniedError, match="status 302"):
        read(door, server)
    assert len(server.asked) == 2, "a redirect is not followed"


@pytest.mark.parametrize("url", ["ws://10.0.0.1/s", "wss://other.example/s", "ftp://127.0.0.1/s"])
def test_the_guard_judges_streams_too(door: Http, url: str) -> None:
    with pytest.raises(RefusedError):
        door.stream(url)


def test_handshakes_and_kept_messages_lie_in_the_warc(
    door: Http, server: Server, tmp_path: Path
) -> None:
    from warcio.archiveiterator import ArchiveIterator

    from listening.contract import now

    server.on("/s", web_socket("one", "two"))
    with door:
        read(door, server)
        door.recorder.resource(f"{server.url}/s#2", b"two", now(), "application/json")
    with (tmp_path / "kept.warc.gz").open("rb") as file:
        kept = [
            (record.rec_type, record.rec_headers["WARC-Target-URI"], record.raw_stream.read())
            for record in ArchiveIterator(file)
        ]
    assert [kind for kind, _, _ in kept] == ["response", "request", "resource"]
    assert kept[2][1:] == (f"{server.url}/s#2", b"two")
    assert b"one" not in gzip.decompress((tmp_path / "kept.warc.gz").read_bytes())
