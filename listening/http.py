"""The one door to the network: what may be asked, how fast, how often, and what came back.

GET, and POST where an API reads by it. Nothing outside this module, `stream` and their helpers
(guard, wire, pace, warc) opens a connection, so the rules hold for every source: RFC 9110 for
Retry-After, redirects and validators, RFC 9309 for robots.txt (read 2026-11).
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Self, TypeVar
from urllib.parse import urlsplit

import requests
import urllib3

from listening.contract import DataRoot, now
from listening.net.answer import (
    BadAnswerError,
    CutError,
    DeniedError,
    GoneError,
    LaterError,
    Moved,
    RateLimitedError,
    Response,
    TransientError,
    is_conditional,
    judge,
    read_json,
    rest_after,
)
from listening.net.ask import Ask, cross, with_params
from listening.net.bulk import Bulk, open_bulk
from listening.net.effort import PATIENCE, WALL, Effort
from listening.net.guard import Guard, Resolver, Route, shown
from listening.net.pace import Clock, Pace
from listening.net.warc import Recorder
from listening.net.wire import PinnedAdapter, TooBigError, Wire

if TYPE_CHECKING:
    from listening.stream import Limits, Messages

AGENT: Final = "social-listening"
CONTACT: Final = "LISTENING_CONTACT"
PACE_NEAR: Final = "LISTENING_PACE_NEAR"
MAX_REDIRECTS: Final = 5
MAX_BYTES: Final = 10_000_000  # as received
_CONNECT: Final = 10.0
_FAULTS: Final = (requests.RequestException, urllib3.exceptions.HTTPError, HTTPException, OSError)

T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass
class Http:
    """The door of one crawl. It belongs to one thread; close it, or use `with`.

    Args:
        root: where the pace of hosts is kept.
        hosts: the only hosts it speaks to.
        allow_hosts: hosts that may have a private address.
        pace: seconds between two requests to a host; none for loopback and connect-to hosts.
        contact: how to reach us; `LISTENING_CONTACT` wins.
        warc: where every exchange is kept.
        wall: seconds of our own that a request may cost.
        patience: seconds that a server may ask us to wait.
    """

    root: DataRoot
    hosts: Iterable[str]
    allow_hosts: Iterable[str] = ()
    pace: float = 1.0
    contact: str = ""
    warc: Path | None = None
    max_bytes: int = MAX_BYTES
    resolver: Resolver | None = None
    clock: Clock = field(default_factory=Clock)
    pace_near: bool = False  # or LISTENING_PACE_NEAR: to measure the pace on loopback
    wall: float | None = None  # as every request
    patience: float | None = None

    def __post_init__(self) -> None:
        self.pace_near = self.pace_near or bool(os.environ.get(PACE_NEAR))
        self.guard = Guard.from_environment(self.hosts, self.allow_hosts, self.resolver)
        self.recorder = Recorder(self.warc)
        self._paces = Pace(self.root.path / "pace", self.clock)
        self._adapter = PinnedAdapter()
        self._session = requests.Session()
        self._session.trust_env = False  # no proxies, no .netrc
        for prefix in ("http://", "https://"):
            self._session.mount(prefix, self._adapter)
        self._robots: dict[str, Any] = {}
        contact = os.environ.get(CONTACT) or self.contact or f"set {CONTACT}"
        self._agent = f"{AGENT}/0.1 (+{contact})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close connections and the WARC."""
        self._session.close()
        self.recorder.close()

    def for_strangers(self, *, pace: float, max_bytes: int, wall: float, patience: float) -> Self:
        """Return a door beside this one to what anybody may have named: any public address.

        It keeps its exchanges in the same WARC, and is closed with this one. No host may have a
        private address, whatever is allowed elsewhere.
        """
        door = copy(self)
        door.guard = Guard.for_strangers(self.resolver)
        door.pace, door.max_bytes, door.wall, door.patience = pace, max_bytes, wall, patience
        return door

    def get_json(
        self,
        url: str,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Return the JSON value at a URL; raises as `fetch`."""
        return self.fetch(url, read_json, params=params, headers=headers)

    def get(
        self,
        url: str,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Return the whole answer at a URL; raises as `fetch`."""
        return self.fetch(url, lambda response: response, params=params, headers=headers)

    def fetch(
        self,
        url: str,
        read: Callable[[Response], T],
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        json: Any = None,
        put: bytes | None = None,
        post: bytes | None = None,
        secret: bool = False,
        into: Bulk | None = None,
        of: str = "",
    ) -> T:
        """Return what `read` makes of the answer; a `CutError` of it counts as a failed try.

        With a `form`, `json` or `post` it is a POST of it, with `put` a PUT of these bytes; either
        may be sent more than once. A `secret` exchange, such as for a token, is not kept in the
        WARC, nor is a body that goes `into` a file; `read` is given an empty one then. What is
        asked for `of` one mention alone is kept under its id, and goes with it.

        Raises:
            RefusedError: the URL, or one it redirects to, must not be asked.
            RateLimitedError, DeniedError, GoneError, BadAnswerError, TransientError.
        """
        url = with_params(url, params or {})
        ask = Ask(dict(headers or {}), form, json, secret, put, into, post, of)
        effort = Effort(self.clock, into.seconds if into else self.wall)
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._persist(url, ask, effort, read)
            if not isinstance(answer, Moved):
                return answer
            ask = cross(url, answer.url, ask)
            url = answer.url
        raise DeniedError(f"more than {MAX_REDIRECTS} redirects", where=shown(url))

    def rest(self, url: str, seconds: float) -> None:
        """Let nobody on this machine ask the URL's host for so long, as its answer wants."""
        self._paces.hold(self.guard.route(url).key, seconds)

    def get_page(self, url: str, headers: Mapping[str, str] | None = None) -> Response:
        """Return a page that robots.txt lets us read.

        Raises:
            DeniedError: robots.txt forbids it, or cannot be had (RFC 9309, 2.3.1.4).
        """
        robots = self.robots(url)
        if not robots.can_fetch(url, AGENT):
            raise DeniedError("robots.txt forbids it", where=shown(url))
        delay = robots.crawl_delay(AGENT)
        if delay and delay > self.pace:
            self.pace = min(float(delay), WALL)
        return self.get(url, headers=headers)

    def bulk(
        self, url: str, split: Callable[[IO[bytes]], Iterator[bytes]], most: int
    ) -> Iterator[bytes]:
        """Yield the records of a file too big to hold, of `most` bytes: it is split on the disk.

        The file is not kept. Who wants a record gives it to `recorder.resource`, under the URL,
        so that it is read again without the file. Raises as `fetch`.
        """
        with open_bulk(self.root.path, most) as bulk:
            self.fetch(url, lambda _: None, into=bulk)
            bulk.file.seek(0)
            yield from split(bulk.file)

    def stream(self, url: str, limits: Limits | None = None) -> Messages:
        """Open a web socket (`ws` or `wss`; http and https stand for them); raises as `fetch`."""
        from listening.stream import Limits, Messages

        def once(url: str, route: Route, address: str) -> Messages:
            return Messages(url, route, address, self._agent, limits or Limits(), self.recorder)

        return self._retry(re.sub(r"^ws(?=s?:)", "http", url), Effort(self.clock), once)

    def robots(self, url: str) -> Any:
        """Return the robots.txt of a URL's host, read once a crawl: a `protego.Protego`.

        Raises:
            DeniedError: the server fails to serve it.
        """
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._robots:
            self._robots[origin] = self._read_robots(f"{origin}/robots.txt")
        return self._robots[origin]

    def _read_robots(self, url: str) -> Any:
        from protego import Protego

        try:
            body = self.get(url).body
        except GoneError:
            body = b""
        except DeniedError as error:  # 4xx: no rules
            log.info("no robots.txt: %s", error)
            body = b""
        except TransientError as error:
            raise DeniedError(
                "robots.txt cannot be had, so nothing may be read", where=shown(url)
            ) from error
        return Protego.parse(body[:512_000].decode("utf-8", "replace"))

    def _persist(
        self, url: str, ask: Ask, effort: Effort, read: Callable[[Response], T]
    ) -> T | Moved:
        once = partial(self._once, ask=ask, effort=effort, read=read)
        return self._retry(url, effort, once)

    def _retry(self, url: str, effort: Effort, once: Callable[[str, Route, str], T]) -> T:
        """Return what `once` makes of a URL, its route and an address, tried until it is done."""
        while True:
            route, address = self._dial(url, effort)
            self._stay_away(url, route)
            try:
                self._paces.wait(route.key, self._pace_of(route))
                return once(url, route, address)
            except LaterError as later:
                pause = effort.pause(later, url)
                if later.asked:
                    self._paces.hold(route.key, pause)
                if pause > (self.patience or PATIENCE):
                    raise RateLimitedError.of(url, pause) from later
                log.info("%s: %s; again in %.1f s", shown(url), later, pause)
                self.clock.sleep(pause)

    def _pace_of(self, route: Route) -> float:
        return self.pace if not route.near or self.pace_near else 0.0

    def _dial(self, url: str, effort: Effort) -> tuple[Route, str]:
        """Return where a URL leads, resolved anew for each try, the addresses in turn."""
        while True:
            try:
                with effort:
                    route = self.guard.route(url)
            except OSError as error:
                self.clock.sleep(effort.pause(LaterError(f"no address: {error}"), url))
                continue
            return route, route.addresses[effort.tries % len(route.addresses)]

    def _stay_away(self, url: str, route: Route) -> None:
        held = self._paces.held(route.key)
        if held > (self.patience or PATIENCE):
            raise RateLimitedError.of(url, held)
        if held:
            self.clock.sleep(held)

    def _once(
        self,
        url: str,
        route: Route,
        address: str,
        *,
        ask: Ask,
        effort: Effort,
        read: Callable[[Response], T],
    ) -> T | Moved:
        with effort:
            answer = self._exchange(url, route, address, ask, effort.left())
        if isinstance(answer, Moved):
            return answer
        if (rest := rest_after(answer.headers)) and rest > 0:
            self._paces.hold(route.key, rest)
        try:
            return read(answer)
        except CutError as error:
            raise LaterError(str(error)) from error

    def _exchange(
        self, url: str, route: Route, address: str, ask: Ask, seconds: float
    ) -> Response | Moved:
        most = ask.into.most if ask.into else self.max_bytes
        went = partial(self._paces.went, route.key, self._pace_of(route))
        wire = Wire(route, address, self.clock.now() + seconds, most, self.clock.now, went)
        wire.holds = ask.into is None
        self._adapter.wire = wire
        cut = ""
        try:
            raw = self._send(route, ask, seconds)
            chunks = raw.raw.stream(65_536, decode_content=False)
            body = ask.into.pour(chunks) if ask.into else b"".join(chunks)
        except TooBigError as error:
            cut = "length"
            raise BadAnswerError(f"the answer is too big: {error}", where=shown(url)) from error
        except _FAULTS as error:
            cut = "disconnect"
            raise LaterError(_reason(error)) from error
        finally:
            if not ask.secret:
                self._keep(route, wire, cut, ask.of)
        conditional = is_conditional(ask.headers)
        return judge(url, raw.status_code, raw.headers, body, conditional=conditional)

    def _send(self, route: Route, ask: Ask, seconds: float) -> requests.Response:
        base = {
            "User-Agent": self._agent,
            "Host": str(route.url.netloc),
            "Accept-Encoding": "gzip, deflate",
            "Accept": "*/*",
        }
        # The cookie jar is emptied: what one page sets must not mark the next request.
        self._session.cookies.clear()
        request = requests.Request(
            ask.method,
            route.url.url,
            headers={**base, **ask.headers},
            data=next((one for one in (ask.put, ask.post, ask.form) if one is not None), None),
            json=ask.json,
        )
        timeout = min(_CONNECT, seconds)
        return self._session.send(
            self._session.prepare_request(request),
            stream=True,
            allow_redirects=False,
            timeout=(timeout, timeout),
        )

    def _keep(self, route: Route, wire: Wire, cut: str, of: str) -> None:
        sent, received = bytes(wire.sent), bytes(wire.received)
        self.recorder.write(str(route.url.url), sent, received, now(), wire.address, cut, of=of)


def _reason(error: BaseException) -> str:
    """Return an error's kind and its innermost reason, without URLs."""
    while isinstance(error.__cause__ or error.__context__, Exception):
        error = error.__cause__ or error.__context__  # type: ignore[assignment] # checked above
    return f"{type(error).__name__}: {shown(str(error))}"
