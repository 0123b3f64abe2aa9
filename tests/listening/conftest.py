"""A loopback server that answers as told: well, oddly, or not at all. And a clock that obeys."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.http11 import Request
from websockets.server import ServerProtocol

from listening.contract import DataRoot
from listening.net.pace import Clock

if TYPE_CHECKING:
    from .lab import Lab


@dataclass(frozen=True)
class Asked:
    """One request as the server read it."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    raw: bytes


@dataclass(frozen=True)
class Raw:
    """An answer that speaks to the socket itself, and then hangs up."""

    speak: Callable[[socket.socket, Asked], None]


Answer = bytes | Raw
Route = Callable[[Asked], Answer]


def reply(body: Any = b"", status: int = 200, **headers: str) -> bytes:
    """Return a whole HTTP answer; a body that is not bytes is served as JSON."""
    plain = isinstance(body, bytes)
    raw: bytes = body if plain else json.dumps(body).encode()
    kind = "text/plain" if plain else "application/json"
    said = {"Content-Type": kind, "Content-Length": str(len(raw))}
    said |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in said.items() if value)
    return f"HTTP/1.1 {status} Status\r\n{lines}\r\n".encode() + raw


def web_socket(*messages: str, close: int | None = 1000, packed: bool = True) -> Raw:
    """Return an answer that speaks RFC 6455: these messages, then a close, or silence."""

    def speak(connection: socket.socket, asked: Asked) -> None:
        extensions = [ServerPerMessageDeflateFactory()] if packed else []
        protocol = ServerProtocol(extensions=extensions)
        protocol.receive_data(asked.raw)
        (request,) = protocol.events_received()
        assert isinstance(request, Request)
        protocol.send_response(protocol.accept(request))
        for message in messages:
            protocol.send_text(message.encode())
        if close:
            protocol.send_close(close)
        connection.sendall(b"".join(protocol.data_to_send()))
        connection.recv(65_536)  # its goodbye

    return Raw(speak)


def _unknown(_: Asked) -> Answer:
    return reply(b"no such path", 404)


@dataclass
class Server:
    """Answers by path; what it was asked is its ledger."""

    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    routes: dict[str, Route] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Return the address without a path."""
        return f"http://127.0.0.1:{self.port}"

    def on(self, path: str, *answers: Answer | Route) -> None:
        """Answer a path with these in turn; the last one from then on."""
        waiting = list(answers)

        def route(asked: Asked) -> Answer:
            answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            return answer if isinstance(answer, bytes | Raw) else answer(asked)

        self.routes[path] = route

    def paths(self) -> list[str]:
        """Return the paths asked for, in order."""
        return [asked.path for asked in self.asked]

    def answer(self, connection: socket.socket) -> None:
        """Answer the requests of one connection."""
        with connection:
            while asked := _read(connection):
                self.asked.append(asked)
                route = self.routes.get(asked.path, _unknown)
                answer = route(asked)
                try:
                    if isinstance(answer, Raw):
                        answer.speak(connection, asked)
                        return
                    connection.sendall(answer)
                except OSError:  # the client had enough
                    return


def _read(connection: socket.socket) -> Asked | None:
    raw = b""
    while b"\r\n\r\n" not in raw:
        try:
            part = connection.recv(65_536)
        except OSError:
            return None
        if not part:
            return None
        raw += part
    first, *lines = raw.decode("latin-1").split("\r\n\r\n")[0].split("\r\n")
    parts = urlsplit(first.split(" ")[1])
    headers = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    whole = raw.index(b"\r\n\r\n") + 4 + int(headers.get("content-length", 0))
    while len(raw) < whole and (part := connection.recv(65_536)):  # a form comes after its head
        raw += part
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return Asked(parts.path, query, headers, raw)


@pytest.fixture
def server() -> Iterator[Server]:
    """A server on a free loopback port."""
    with serving() as one:
        yield one


@contextmanager
def serving() -> Iterator[Server]:
    """Serve on a free loopback port until this ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    one = Server(port=listener.getsockname()[1])
    closing = threading.Event()

    def accept() -> None:
        while not closing.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=one.answer, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    yield one
    closing.set()
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


class FakeTime:
    """Time that passes only while somebody sleeps, or is told to pass."""

    def __init__(self) -> None:
        self.moment = 1_000_000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        self.slept.append(seconds)
        self.moment += seconds

    @property
    def clock(self) -> Clock:
        """Return the clock to hand out."""
        return Clock(now=lambda: self.moment, sleep=self.sleep)


@pytest.fixture
def fake_time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def root(tmp_path: Path) -> DataRoot:
    return DataRoot(tmp_path / "data")


@pytest.fixture
def lab(
    root: DataRoot, server: Server, monkeypatch: pytest.MonkeyPatch, fake_time: FakeTime
) -> Lab:
    """A lab at noon."""
    from .lab import Lab

    return Lab(root, server, monkeypatch, fake_time)
