"""Connections that dial only checked addresses and keep every byte, under a deadline and a cap."""

from __future__ import annotations

import io
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPResponse
from typing import Any, Final

from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from listening.net.guard import Route

IDLE: Final = 20.0  # seconds without a byte


class TooBigError(Exception):
    """More bytes came than a response may have."""


@dataclass(slots=True)
class Wire:
    """The bytes of one exchange. No read outlasts the deadline, however slowly bytes drip."""

    route: Route
    address: str
    deadline: float  # on `clock`
    cap: int
    clock: Callable[[], float]
    went: Callable[[], None]  # called when the request is on its way
    sent: bytearray = field(default_factory=bytearray)
    received: bytearray = field(default_factory=bytearray)
    holds: bool = True  # what came; without, it goes elsewhere, and is only counted
    count: int = 0

    def timeout(self) -> float:
        """Return how long the next read may take.

        Raises:
            TimeoutError: the deadline has passed.
        """
        left = self.deadline - self.clock()
        if left <= 0:
            raise TimeoutError("the answer took too long")
        return min(IDLE, left)

    def keep(self, data: memoryview | bytes) -> None:
        """Keep what came, or count it.

        Raises:
            TooBigError: it is more than the cap.
        """
        self.count += len(data)
        if self.holds:
            self.received += data
        if self.count > self.cap:
            raise TooBigError(f"more than {self.cap:,} bytes")


class _Tap(io.RawIOBase):
    """The bytes of a socket as they come, each read under what is left of the deadline."""

    def __init__(self, sock: socket.socket, wire: Wire) -> None:
        self._sock, self._wire = sock, wire
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(self._wire.timeout())
        count = int(self._raw.readinto(buffer) or 0)
        self._wire.keep(memoryview(buffer)[:count])
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TappedResponse(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, wire: Wire, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        self.fp = io.BufferedReader(_Tap(sock, wire))


class _TappedConnection(HTTPConnection):
    def __init__(self, *args: Any, current: Callable[[], Wire], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._current = current

    @property
    def response_class(self) -> Any:  # type: ignore[override] # http.client calls it per response
        return partial(_TappedResponse, wire=self._current())

    def send(self, data: Any) -> None:
        self._current().sent += data
        super().send(data)
        self._current().went()


class _TappedTlsConnection(_TappedConnection, HTTPSConnection):
    pass


class PinnedAdapter(HTTPAdapter):
    """The transport under `requests`: it dials what the guard resolved, never a name."""

    def __init__(self) -> None:
        super().__init__(max_retries=0)
        self.wire: Wire | None = None
        self._pools: dict[tuple[str, str, int, str], HTTPConnectionPool] = {}

    def current(self) -> Wire:
        """Return the exchange under way."""
        if self.wire is None:
            raise RuntimeError("no exchange is under way")
        return self.wire

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> HTTPConnectionPool:
        """Return the pool of the checked address; the name goes into SNI and certificate."""
        wire = self.current()
        route = wire.route
        key = (route.scheme, wire.address, route.port, route.host)
        if key not in self._pools:
            self._pools[key] = self._pool(route, wire.address)
        return self._pools[key]

    def cert_verify(self, *_: Any, **__: Any) -> None:
        """Leave the pool's own certificate check as it is: always on."""

    def _pool(self, route: Route, address: str) -> HTTPConnectionPool:
        if route.scheme == "http":
            pool = HTTPConnectionPool(address, route.port)
            kind: Any = _TappedConnection
        else:
            pool = HTTPSConnectionPool(
                address,
                route.port,
                cert_reqs="CERT_REQUIRED",
                ca_certs=DEFAULT_CA_BUNDLE_PATH,
                server_hostname=route.host,
                assert_hostname=route.host,
            )
            kind = _TappedTlsConnection
        pool.ConnectionCls = partial(kind, current=self.current)  # type: ignore[assignment]
        return pool

    def close(self) -> None:
        """Close every connection."""
        for pool in self._pools.values():
            pool.close()
        super().close()
