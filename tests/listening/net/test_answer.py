"""What came back: whole, cut, packed or refused, and never taken for what it is not."""

from __future__ import annotations

import gzip
import json
import pickle
import socket
import zlib

import pytest

from listening.contract import DataRoot
from listening.net.answer import (
    BadAnswerError,
    CutError,
    DeniedError,
    GoneError,
    TransientError,
    conditions,
    unpack,
)
from listening.net.wire import TooBigError
from tests.listening.conftest import Asked, FakeTime, Raw, Server, reply
from tests.listening.door import door


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


def test_errors_show_no_query(root: DataRoot, server: Server) -> None:
    with door(root) as http, pytest.raises(GoneError) as gone:
        http.get(server.url + "/x", params={"key": "secret-canary"})
    assert server.asked[0].query == {"key": "secret-canary"}
    assert "canary" not in str(gone.value)


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
