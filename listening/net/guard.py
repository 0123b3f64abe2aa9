"""Decides where a request may go, before a byte is sent: the only judge of hosts and addresses."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from queue import Empty, Queue
from threading import Thread
from typing import Any, Final

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from listening.contract import ConfigurationError, ListeningError

CONNECT_TO: Final = "LISTENING_CONNECT_TO"
ALLOW_HOSTS: Final = "LISTENING_ALLOW_HOSTS"
DNS_SECONDS: Final = 10.0
PORTS: Final = {"http": 80, "https": 443}
# ipaddress calls these global (Python 3.11), yet each can carry a private IPv4 address inside:
# NAT64, its local-use block, and the old IPv4-compatible form.
_CARRIERS: Final = tuple(map(IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")))
_ODD: Final = re.compile(r"[\x00-\x20\x7f\\]")  # parsers disagree about these

Resolver = Callable[[str, int], Sequence[str]]  # host, port -> addresses; OSError when unknown


class RefusedError(ListeningError):
    """A request that must not be made; nothing was sent."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where a URL leads: what to say (`url`, `host`), and whom to dial (`addresses`, `port`)."""

    url: Url
    host: str
    scheme: str  # on the wire; a connect-to address is spoken to in plain http
    addresses: tuple[str, ...]
    port: int
    near: bool  # loopback or connect-to: no stranger is burdened

    @property
    def key(self) -> str:
        """Return the name its pace is kept under."""
        return f"{self.host}-{self.port}" if self.near else self.host


@dataclass(frozen=True, slots=True)
class Guard:
    """What one stream may speak to.

    Args:
        hosts: the hosts of the stream, no other is ever asked; None: any, at its usual port.
        allow: hosts that may have a private address.
        connect_to: host pattern -> (address, port) dialled in its stead.
    """

    hosts: frozenset[str] | None
    allow: frozenset[str] = frozenset()
    connect_to: tuple[tuple[str, str, int], ...] = ()
    resolve: Resolver = field(default_factory=lambda: resolve)

    @classmethod
    def from_environment(
        cls, hosts: Iterable[str], allow: Iterable[str] = (), resolver: Resolver | None = None
    ) -> Guard:
        """Return the guard of a stream, with what the environment allows besides.

        Raises:
            ConfigurationError: `LISTENING_CONNECT_TO` cannot be read.
        """
        allowed = [*allow, *os.environ.get(ALLOW_HOSTS, "").split(",")]
        return cls(
            hosts=frozenset(map(plain_host, hosts)),
            allow=frozenset(plain_host(host) for host in allowed if host.strip()),
            connect_to=read_connect_to(os.environ.get(CONNECT_TO, "")),
            resolve=resolver or resolve,
        )

    @classmethod
    def for_strangers(cls, resolver: Resolver | None = None) -> Guard:
        """Return the guard of addresses that anybody may have chosen: no private one, ever."""
        connect_to = read_connect_to(os.environ.get(CONNECT_TO, ""))
        return cls(None, connect_to=connect_to, resolve=resolver or resolve)

    def route(self, url: str) -> Route:
        """Judge a URL and resolve its host once; only the returned addresses may be dialled.

        Raises:
            RefusedError: its form, host or one of its addresses is not allowed.
            OSError: its host has no address.
        """
        parsed, host = _parse(url)
        scheme = str(parsed.scheme)
        port = parsed.port or PORTS[scheme]
        if self.hosts is None:
            _check_port(port, scheme, url)
        elif host not in self.hosts:
            raise RefusedError(
                f"{host} is none of this stream's hosts ({', '.join(sorted(self.hosts))})",
                where=shown(url),
                mend="If it should be, give the stream that host's own URL in the brand file",
            )
        for pattern, address, there in self.connect_to:
            if fnmatchcase(host, pattern):
                return Route(parsed, host, "http", (address,), there, near=True)
        addresses = _addresses(host) or tuple(self.resolve(host, port))
        if not addresses:
            raise OSError(f"{host} has no address")
        if host not in self.allow:
            _check(addresses, host, url)
        near = all(ip_address(address).is_loopback for address in addresses)
        return Route(parsed, host, scheme, addresses, port, near=near)


def shown(url: str) -> str:
    """Return a URL for people's eyes: without its query, fragment and user, which may be secret."""
    return re.sub(r"//[^/?#]*@", "//", re.split(r"[?#]", url, maxsplit=1)[0])[:300]


def plain_host(host: str) -> str:
    """Return a host name in the one form it is compared in."""
    return host.strip().lower().strip("[]").rstrip(".")


def read_connect_to(text: str) -> tuple[tuple[str, str, int], ...]:
    """Read `PATTERN=ADDRESS:PORT,…`.

    Raises:
        ConfigurationError: a part of it has another form.
    """
    rules = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        found = re.fullmatch(r"([^=\s]+)=\[?([^=\s\]]+)\]?:(\d{1,5})", part)
        if not found:
            raise ConfigurationError(
                f"{part!r} cannot be read",
                where=CONNECT_TO,
                mend="Write it like *.example=127.0.0.1:8080,other.example=127.0.0.1:8081",
            )
        rules.append((plain_host(found[1]), found[2], int(found[3])))
    return tuple(rules)


def resolve(host: str, port: int, seconds: float = DNS_SECONDS) -> list[str]:
    """Return the addresses of a host, in the system's order of preference.

    Raises:
        OSError: it has none, or nobody said so in time. The system's resolver takes no timeout
            (glibc waits up to 30 seconds a server), so it is asked in a thread that is left behind.
    """
    told: Queue[list[Any] | OSError] = Queue(1)

    def ask() -> None:
        try:
            told.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:  # UnicodeError: no name IDNA knows
            told.put(error if isinstance(error, OSError) else OSError(str(error)))

    Thread(target=ask, daemon=True, name=f"dns {host}").start()
    try:
        found = told.get(timeout=seconds)
    except Empty:
        raise TimeoutError(f"no answer from DNS in {seconds:g} seconds") from None
    if isinstance(found, OSError):
        raise found
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Tell whether an address is one of the open internet and nothing else."""
    ip: IPv4Address | IPv6Address = ip_address(address)
    if isinstance(ip, IPv6Address) and (
        ip.ipv4_mapped
        or ip.sixtofour
        or ip.teredo
        or ip.is_site_local
        or any(ip in carrier for carrier in _CARRIERS)
    ):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _parse(url: str) -> tuple[Url, str]:
    try:
        parsed = parse_url(url)
    except LocationParseError as error:
        raise RefusedError("no URL", where=shown(url), mend="Mend the URL") from error
    wrong = next(
        (
            reason
            for reason, found in (
                ("it holds a space, control character or backslash", _ODD.search(url)),
                ("only http and https are spoken", parsed.scheme not in PORTS),
                ("a URL must not carry a user or password", parsed.auth is not None),
                ("it names no host", not parsed.host),
            )
            if found
        ),
        "",
    )
    if wrong:
        raise RefusedError(wrong, where=shown(url), mend="Mend the URL")
    return parsed, plain_host(str(parsed.host))


def _check_port(port: int, scheme: str, url: str) -> None:
    if port != PORTS[scheme]:
        raise RefusedError(f"a stranger's address at port {port}", where=shown(url))


def _addresses(host: str) -> tuple[str, ...]:
    try:
        return (str(ip_address(host)),)
    except ValueError:
        return ()


def _check(addresses: Sequence[str], host: str, url: str) -> None:
    private = [address for address in addresses if not is_public(address)]
    if private:
        raise RefusedError(
            f"{host} is at {private[0]}, which is not a public address",
            where=shown(url),
            mend=f"If that is meant, allow it: --allow-host {host}, or {ALLOW_HOSTS}={host}",
        )
