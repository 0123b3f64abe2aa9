"""Files too big to hold go to the disk, within their caps, and are taken apart there."""

from __future__ import annotations

import socket
import tracemalloc
from collections.abc import Iterator
from typing import IO

import pytest

from listening.contract import DataRoot
from listening.net.answer import BadAnswerError
from tests.listening.conftest import Asked, FakeTime, Raw, Server, reply
from tests.listening.door import door

MB = 1_000_000
PIECE = (b"y" * 999 + b"\n") * 100


def lines(file: IO[bytes]) -> Iterator[bytes]:
    yield from file


def pour(pieces: int, most: int) -> Raw:
    """Serve so many pieces of a file, of which at most some come."""

    def speak(connection: socket.socket, _: Asked) -> None:
        size = pieces * len(PIECE)
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode())
        for _piece in range(min(pieces, most)):
            connection.sendall(PIECE)

    return Raw(speak)


def test_a_file_is_taken_apart_on_the_disk_and_never_held(
    root: DataRoot, server: Server, fake_time: FakeTime
) -> None:
    server.on("/big", pour(300, 300))
    with door(root, fake_time) as http:
        tracemalloc.start()
        count = sum(1 for _ in http.bulk(f"{server.url}/big", lines, 40 * MB))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert count == 30_000
    assert peak < 3 * MB, "a file of 30 MB"
    assert not list(root.path.glob("tmp*"))


def test_a_file_above_its_cap_is_refused(
    root: DataRoot, server: Server, fake_time: FakeTime
) -> None:
    server.on("/big", pour(300, 300))
    with (
        door(root, fake_time) as http,
        pytest.raises(BadAnswerError, match="more than 1,000,000 bytes"),
    ):
        list(http.bulk(f"{server.url}/big", lines, MB))


def test_a_cut_file_is_asked_for_again_and_begins_anew(
    root: DataRoot, server: Server, fake_time: FakeTime
) -> None:
    server.on("/file", pour(30, 20), reply(b"one\ntwo\n"))
    with door(root, fake_time) as http:
        assert list(http.bulk(f"{server.url}/file", lines, 40 * MB)) == [b"one\n", b"two\n"]
    assert len(server.asked) == 2
