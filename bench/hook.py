"""A webhook on loopback that notes when each message arrived."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from listening.contract import now


@dataclass(frozen=True, slots=True)
class Got:
    """One message: when it arrived, under which key, and what it said."""

    at: datetime
    key: str
    said: dict[str, Any]


@dataclass
class Hook:
    """What arrived, in order."""

    url: str = ""
    got: list[Got] = field(default_factory=list)


@contextmanager
def listen() -> Iterator[Hook]:
    """Take messages on a free loopback port while the block runs."""
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.got.append(Got(now(), self.headers.get("Idempotency-Key", ""), json.loads(body)))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        hook.url = f"json://127.0.0.1:{server.server_address[1]}/hook"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield hook
        finally:
            server.shutdown()
            thread.join()
