"""The door to web sockets: reads a stream's messages until it is quiet, closed or late.

RFC 6455 and RFC 7692, spoken by the `websockets` library, which opens nothing itself: the
connection dials only what the guard resolved. `Http.stream` opens one, with its pace and waits.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, Literal, Self

from requests.structures import CaseInsensitiveDict
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from websockets.client import ClientProtocol
from websockets.exceptions import InvalidHandshake, InvalidStatus
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.uri import WebSocketURI

from listening.contract import now
from listening.net.answer import BadAnswerError, DeniedError, LaterError, TransientError, judge
from listening.net.guard import Route, shown
from listening.net.warc import Recorder

Ended = Literal["", "quiet", "closed", "late"]
HANDSHAKE: Final = 20.0  # seconds
_CHUNK: Final = 65_536


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a stream is read, and how much of it."""

    seconds: float = 300.0  # in all
    idle: float = 10.0  # without a message: it has no more to say
    message: int = 1_000_000  # bytes of one message, unpacked
    total: int = 4_000_000_000  # bytes in all, as received


@dataclass
class Messages:
    """The messages of one open stream, in order. Use `with`, or close it.

    `ended` says, once there are no more, why: the stream was `quiet`, the server `closed` it in
    good order, or it was too `late` to read on, by time or by size.
    """

    url: str
    route: Route
    address: str
    agent: str
    limits: Limits
    recorder: Recorder
    ended: Ended = ""
    _received: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._by = monotonic() + self.limits.seconds
        self._waiting: list[Frame] = []
        self._protocol = ClientProtocol(
            WebSocketURI(
                self.route.scheme == "https",
                self.route.url.host or "",
                self.route.url.port or (443 if self.route.scheme == "https" else 80),
                self.route.url.path or "/",
                self.route.url.query or "",
            ),
            extensions=[ClientPerMessageDeflateFactory()],
            max_size=self.limits.message,
        )
        try:
            self._socket = self._dial()
        except OSError as error:
            raise LaterError(f"{type(error).__name__}: {error}") from error
        try:
            self._shake_hands()
        except BaseException:
            self._socket.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Say goodbye, where there is still somebody, and hang up."""
        with suppress(OSError):
            if self._protocol.state is State.OPEN:
                self._protocol.send_close(CloseCode.NORMAL_CLOSURE)
                self._flush()
        self._socket.close()

    def __iter__(self) -> Iterator[bytes]:
        """Yield each whole message.

        Raises:
            TransientError: the connection broke; what came before it is whole.
            BadAnswerError: the server does not speak as it should, or sends too much at once.
        """
        parts = b""
        quiet_at = monotonic() + self.limits.idle
        while frame := self._next(quiet_at):
            if frame.opcode is Opcode.CLOSE:
                self._judge_close()
            elif frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
                parts += frame.data
                if frame.fin:
                    yield parts
                    parts, quiet_at = b"", monotonic() + self.limits.idle

    # --- the connection -----------------------------------------------------------------

    def _dial(self) -> socket.socket:
        dialled = socket.create_connection((self.address, self.route.port), timeout=HANDSHAKE)
        if self.route.scheme == "http":
            return dialled
        context = ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)
        try:
            return context.wrap_socket(dialled, server_hostname=self.route.host)
        except BaseException:
            dialled.close()
            raise

    def _shake_hands(self) -> None:
        request = self._protocol.connect()
        request.headers["User-Agent"] = self.agent
        self._protocol.send_request(request)
        sent = b"".join(self._protocol.data_to_send())
        received = b""
        try:
            self._socket.sendall(sent)
            by = monotonic() + HANDSHAKE
            while not (events := self._protocol.events_received()):
                if self._protocol.handshake_exc:
                    raise LaterError("no whole answer to the handshake")
                received += self._read(by)
        except OSError as error:
            raise LaterError(f"{type(error).__name__}: {error}") from error
        head = received.partition(b"\r\n\r\n")
        whole = self._protocol.handshake_exc is not None
        kept = received if whole else b"".join(head[:2])
        self.recorder.write(self.url, sent, kept, now(), self.address)
        self._check(events[0])
        self._waiting = [event for event in events[1:] if isinstance(event, Frame)]

    def _check(self, response: object) -> None:
        problem = self._protocol.handshake_exc
        if isinstance(problem, InvalidStatus) and isinstance(response, Response):
            headers = CaseInsensitiveDict(response.headers.raw_items())
            body = bytes(response.body or b"")
            judge(self.url, response.status_code, headers, body, conditional=False)
            raise DeniedError(
                f"status {response.status_code} where a web socket was due",
                where=shown(self.url),
                mend="Look at the answer in the WARC: a login wall, or an address that moved",
            )
        if isinstance(problem, InvalidHandshake):
            raise BadAnswerError(f"no web socket: {problem}", where=shown(self.url))

    def _next(self, quiet_at: float) -> Frame | None:
        """Return the next frame, None once there is a reason to stop."""
        while not self._waiting and not self.ended:
            if self._protocol.parser_exc:
                self._judge_close()
            if monotonic() >= self._by or self._received > self.limits.total:
                self.ended = "late"
            else:
                self._hear(quiet_at)
        return self._waiting.pop(0) if self._waiting else None

    def _hear(self, quiet_at: float) -> None:
        try:
            self._read(min(quiet_at, self._by))
            self._flush()
        except TimeoutError:
            self.ended = "late" if monotonic() >= self._by else "quiet"
        except OSError as error:
            raise self._broken(f"{type(error).__name__}: {error}") from error
        events = self._protocol.events_received()
        self._waiting = [event for event in events if isinstance(event, Frame)]

    def _read(self, by: float) -> bytes:
        self._socket.settimeout(max(0.001, by - monotonic()))
        data = self._socket.recv(_CHUNK)
        self._received += len(data)
        if data:
            self._protocol.receive_data(data)
        else:
            self._protocol.receive_eof()
        return data

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._socket.sendall(data)

    def _judge_close(self) -> None:
        """Tell a stream that ended well from one that broke."""
        problem = self._protocol.parser_exc
        if problem is not None and not isinstance(problem, EOFError):
            raise BadAnswerError(f"the stream is unreadable: {problem}", where=shown(self.url))
        close = self._protocol.close_rcvd
        if close is None:
            raise self._broken("the connection ended without a close")
        if close.code != CloseCode.NORMAL_CLOSURE:
            raise self._broken(f"closed with code {close.code} {close.reason[:100]}".rstrip())
        self.ended = "closed"

    def _broken(self, reason: str) -> TransientError:
        return TransientError(
            f"the stream broke: {reason}",
            where=shown(self.url),
            mend="What came before is kept; the next crawl goes on from there",
        )
