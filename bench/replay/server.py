"""The replay server: finds the site a request means, and answers as it stands at this moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar, Final
from urllib.parse import parse_qs, unquote, urlsplit

from bench.replay import appstore, feeds, hackernews, web
from bench.replay.answer import Answer, Request, conditional, refuse
from bench.replay.mastodon import Mastodon
from bench.replay.world import Site, World, load_world
from listening.contract import now

LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")
Answering = Callable[[Request], Answer | None]


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where it listens, and what it serves."""

    world: World
    host: str
    port: int
    handler: type[Handler]

    def replace(self, world: World) -> None:
        """Serve another world from the next request on, at the same hosts."""
        self.handler.sites = Sites(world)

    @property
    def base_url(self) -> str:
        """Return the address without any site's name."""
        return f"http://{self.host}:{self.port}"

    @property
    def connect_to(self) -> str:
        """Return the value of `LISTENING_CONNECT_TO` that sends the world's hosts here."""
        hosts = sorted({site.host for site in self.world.sites})
        names = ["*.example"] if all(host.endswith(".example") for host in hosts) else hosts
        return ",".join(f"{name}={self.host}:{self.port}" for name in names)


class Sites:
    """All sites of a world, ready to answer."""

    def __init__(self, world: World) -> None:
        # Feeds first: a web site answers for whatever else its host is asked.
        order = sorted(world.sites, key=lambda site: site.settings.kind == "web")
        self.sites = [(site.host, _answering(site)) for site in order]

    def answer(self, host: str, request: Request) -> Answer:
        """Return what the named site answers; over loopback, the one site the path fits."""
        name = host.rsplit(":", 1)[0].lower() if not host.endswith("]") else host
        chosen = [each for each in self.sites if name in LOOPBACK or each[0] == name]
        if not chosen:
            return refuse(421, f"No site of this world is called {name!r}.")
        found = [(site, answer) for site, say in chosen if (answer := say(request))]
        if name in LOOPBACK and len({site for site, _ in found}) > 1:
            hosts = ", ".join(site for site, _ in found)
            return refuse(421, f"Several sites answer here; name one in the Host header: {hosts}")
        return conditional(found[0][1], request) if found else refuse(404, "Not found.")


def _answering(site: Site) -> Answering:
    if site.settings.kind == "mastodon":
        return Mastodon(site).answer
    module: Any = {
        "rss": feeds, "atom": feeds, "hackernews": hackernews, "appstore": appstore, "web": web,
    }[site.settings.kind]  # fmt: skip
    return lambda request: module.answer(site, request)


class Handler(BaseHTTPRequestHandler):
    """Turns one HTTP request into a `Request` and an `Answer` into a response."""

    protocol_version = "HTTP/1.1"
    server_version = "replay"
    timeout = 30
    sites: ClassVar[Sites]

    def do_GET(self) -> None:
        """Answer a GET."""
        self._send(self._answer(), with_body=True)

    def do_HEAD(self) -> None:
        """Answer a HEAD: a GET without its body."""
        self._send(self._answer(), with_body=False)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Say nothing: the crawl keeps its own log, and its exchanges as WARC."""

    def _answer(self) -> Answer:
        parts = urlsplit(self.path)
        host = self.headers.get("Host", "127.0.0.1")
        query = parse_qs(parts.query, keep_blank_values=True)
        request = Request(
            path=unquote(parts.path),
            at=now(),
            base=f"http://{host}",
            query={name: tuple(values) for name, values in query.items()},
            headers={name.lower(): value for name, value in self.headers.items()},
        )
        return self.sites.answer(host, request)

    def _send(self, answer: Answer, *, with_body: bool) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 304:  # noqa: PLR2004 - HTTP's own number
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if with_body:
            self.wfile.write(answer.body)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


@contextmanager
def serve(world: Path | World, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[Server]:
    """Serve a world while the block runs; port 0 takes a free one.

    Raises:
        ConfigurationError: the world is wrong.
        OSError: the port is taken.
    """
    loaded = load_world(world) if isinstance(world, Path) else world
    handler: type[Handler] = type("WorldHandler", (Handler,), {"sites": Sites(loaded)})
    with _Listener((host, port), handler) as listener:
        thread = threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield Server(loaded, host, listener.server_address[1], handler)
        finally:
            listener.shutdown()
            thread.join()
