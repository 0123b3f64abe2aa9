"""Takes a picture of a page as it was received, in a browser that can reach nothing else.

The bytes are those of the WARC, served once on loopback; scripts are off and every other host is
unknown to the browser, so nothing is fetched a second time. Images and styles of the page that lie
elsewhere are therefore missing in the picture.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, Final

from desk.legal.exchange import Record
from listening.contract import ConfigurationError

VARIABLE: Final = "LISTENING_BROWSER"
PICTURE: Final = "page.png"
_SECONDS: Final = 60
_SIZE: Final = "1280,2400"
# Scripts off in the browser itself leave --screenshot without a picture (Chromium 156, 2026-11).
_POLICY: Final = "sandbox; script-src 'none'; object-src 'none'"


@dataclass(frozen=True, slots=True)
class Browser:
    """A Chromium, by the path of its program."""

    program: str

    def show(self, page: Record) -> tuple[dict[str, bytes], dict[str, Any]]:
        """Return the picture as a file, and what a manifest says of it; a failure is said too."""
        told: dict[str, Any] = {"browser": Path(self.program).name, "url": page.url}
        try:
            with _served(page) as address, tempfile.TemporaryDirectory() as folder:
                picture = Path(folder) / PICTURE
                self._shoot(address, picture, folder)
                data = picture.read_bytes()
        except (OSError, subprocess.SubprocessError) as error:
            return {}, {"state": "failed", "why": f"{type(error).__name__}: {error}"[:300], **told}
        missing = "scripts, and whatever the page loads from elsewhere"
        return {PICTURE: data}, {"state": "rendered", **told, "left_out": missing}

    def _shoot(self, address: str, picture: Path, folder: str) -> None:
        options = [
            "--headless=new", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-dev-shm-usage",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            f"--user-data-dir={folder}/profile", f"--window-size={_SIZE}",
            f"--screenshot={picture}",
        ]  # fmt: skip
        if os.geteuid() == 0:
            options.append("--no-sandbox")  # Chromium refuses to run as root with it
        command = [self.program, *options, address]
        subprocess.run(  # noqa: S603  a program that the operator named, no shell
            command, check=True, timeout=_SECONDS, capture_output=True
        )


def find_browser() -> Browser | None:
    """Return the browser that `LISTENING_BROWSER` names, None where it names none.

    Raises:
        ConfigurationError: there is no such program.
    """
    program = os.environ.get(VARIABLE)
    if not program:
        return None
    if not os.access(program, os.X_OK):
        mend = "Name the program of a Chromium, such as /usr/bin/chromium, or unset it"
        raise ConfigurationError("no such program", where=f"{VARIABLE}={program}", mend=mend)
    return Browser(program)


@contextmanager
def _served(page: Record) -> Iterator[str]:
    """Serve the page on loopback, at any path, as the type it came with."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", page.content_type)
            self.send_header("Content-Security-Policy", _POLICY)
            self.send_header("Content-Length", str(len(page.body)))
            self.end_headers()
            self.wfile.write(page.body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
