"""Measures many streams at once: time, memory, and whether every host's pace was kept.

    python -m bench.crowd --streams 200

Starts a loopback server of invented feeds and timelines, four streams to a host, crawls them all
twice in one process as `listening run` does, and prints what it took. Exit status 1: a host was
asked too soon, a stream failed or lost an entry, or memory went over a gigabyte.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from listening.contract import Brand, BrandFile, DataRoot, batch_ids, read_batch
from listening.crawl import crawl_stream
from listening.http import PACE_NEAR
from listening.recount import recount_stream
from listening.sidebyside import side_by_side
from listening.sources import SOURCES
from listening.streams import Stream, streams

ROOT: Final = Path(__file__).resolve().parent.parent
ENTRIES: Final = 40  # of a feed or a timeline
PER_HOST: Final = 4
# Seconds that a busy machine may hold up a request between its sending, from which the pace counts,
# and the server's look at the clock: 0.05 at a load of 8 (2026-11-23).
SLACK: Final = 0.2
LIMIT: Final = 1_000_000_000  # bytes
START: Final = datetime(2026, 10, 8, 12, tzinfo=UTC)


@dataclass
class Crowd:
    """What the server was asked: per host, the moments."""

    asked: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    port: int = 0


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.crowd", description=__doc__)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--serve", action="store_true", help="be the server")
    options = parser.parse_args(arguments)
    if options.serve:
        return serve()
    with tempfile.TemporaryDirectory(prefix="crowd-") as folder:
        told = measure(DataRoot(Path(folder)), options.streams)
    print(json.dumps(told, indent=1))  # noqa: T201
    return 1 if told["faults"] else 0


def measure(root: DataRoot, count: int) -> dict[str, Any]:
    """Crawl so many streams twice; return the figures, and what went wrong."""
    os.environ[PACE_NEAR] = "1"
    brands = _brands(count)
    planned = streams(brands)
    faults: list[str] = []

    def work(stream: Stream) -> list[str]:
        told = (crawl_stream(root, stream, brands), recount_stream(root, stream, brands))
        return [str(one.error) for one in told if one and one.error]

    with _serving() as crowd:
        os.environ["LISTENING_CONNECT_TO"] = f"*.example=127.0.0.1:{crowd.port}"
        began, cpu = time.monotonic(), time.process_time()
        for _ in range(2):
            for stream, errors in side_by_side(planned, work):
                faults += [f"{stream.id}: {error}" for error in errors]
        seconds, cpu = time.monotonic() - began, time.process_time() - cpu
    memory = _peak_memory()
    faults += _too_soon(crowd, planned) + _lost(root, planned)
    if memory > LIMIT:
        faults.append(f"{memory:,} bytes of memory")
    return {
        "streams": len(planned),
        "hosts": len(crowd.asked),
        "requests": sum(map(len, crowd.asked.values())),
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu, 1),
        "peak_megabytes": round(memory / 1e6),
        "shortest_gap_over_pace": round(_shortest(crowd, planned), 3),
        "faults": faults,
    }


def _peak_memory() -> int:
    """Return the bytes this process held at most; getrusage would count those of its parent."""
    told = Path("/proc/self/status").read_text("ascii")
    return 1024 * next(int(line.split()[1]) for line in told.splitlines() if "VmHWM" in line)


def _paces(planned: list[Stream]) -> dict[str, float]:
    return {stream.host: SOURCES[stream.source].pace for stream in planned}


def _gaps(crowd: Crowd) -> Iterator[tuple[str, float]]:
    for host, moments in crowd.asked.items():
        for before, after in pairwise(sorted(moments)):
            yield host, after - before


def _shortest(crowd: Crowd, planned: list[Stream]) -> float:
    paces = _paces(planned)
    return min(gap - paces[host] for host, gap in _gaps(crowd))


def _too_soon(crowd: Crowd, planned: list[Stream]) -> list[str]:
    paces = _paces(planned)
    return [
        f"{host} was asked again after {gap:.3f} s"
        for host, gap in _gaps(crowd)
        if gap < paces[host] - SLACK
    ]


def _lost(root: DataRoot, planned: list[Stream]) -> list[str]:
    kept: dict[str, int] = defaultdict(int)
    for batch_id in batch_ids(root.landing):
        batch = read_batch(root.landed(batch_id))
        kept[batch.stream] = max(kept[batch.stream], batch.counts.get("kept", 0))
    lacking = {stream.id: kept[stream.id] for stream in planned if kept[stream.id] != ENTRIES}
    return [f"{name} landed {count} of {ENTRIES}" for name, count in lacking.items()]


def _brands(count: int) -> BrandFile:
    timelines = count // 5
    feeds = [
        f"http://feed{number // PER_HOST}.example/{number}.xml"
        for number in range(count - timelines)
    ]
    # A brand file names one Mastodon server; its tags are all of one host.
    tags = [f"quillon{number}" for number in range(min(timelines, PER_HOST))]
    feeds += [
        f"http://more{number // PER_HOST}.example/{number}.xml"
        for number in range(timelines - len(tags))
    ]
    sources: dict[str, dict[str, Any]] = {"rss": {"urls": feeds}}
    if tags:
        sources["mastodon"] = {"base_url": "http://social.example", "tags": tags}
    brand = Brand(id="quillon", name="Quillon", role="own")
    return BrandFile(brands=(brand,), sources=sources)


@contextmanager
def _serving() -> Iterator[Crowd]:
    """Run the server in a process of its own, so that its clock is not held up by the crawl."""
    command = [sys.executable, "-m", "bench.crowd", "--serve"]
    process = subprocess.Popen(  # noqa: S603 - our own module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    try:
        assert process.stdout is not None  # noqa: S101 (PIPE was asked for)
        crowd = Crowd(port=int(process.stdout.readline()))
        yield crowd
        crowd.asked.update(json.loads(process.communicate("", timeout=30)[0]))
    finally:
        process.kill()
        process.wait()


def serve() -> int:
    """Serve until standard input ends, and then tell who was asked when."""
    asked: dict[str, list[float]] = defaultdict(list)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked[self.headers["Host"]].append(time.time())
            path = urlsplit(self.path).path
            feed = path.endswith(".xml")
            body = _feed(path) if feed else _timeline(path)
            self.send_response(200)
            self.send_header("Content-Type", "application/xml" if feed else "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Listener(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 512  # with five, a connection may wait a second to be tried again

    server = Listener(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)  # noqa: T201
    sys.stdin.read()
    print(json.dumps(asked))  # noqa: T201
    return 0


def _feed(path: str) -> bytes:
    items = "".join(
        f"<item><title>Quillon {number}</title><guid>http://any.example{path}/{number}</guid>"
        f"<description>{'My Quillon whistles. ' * 20}</description>"
        f"<pubDate>{START - timedelta(hours=number):%a, %d %b %Y %H:%M:%S GMT}</pubDate></item>"
        for number in range(ENTRIES)
    )
    return f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>".encode()


def _timeline(path: str) -> bytes:
    tag = path.rsplit("/", 1)[-1]
    account = {
        "id": "7", "acct": "ada", "display_name": "Ada", "url": "http://social.example/@ada",
        "followers_count": 3,
    }  # fmt: skip
    first = int(tag.removeprefix("quillon") or 0) * ENTRIES
    return json.dumps(
        [
            {
                "id": str(first + number),
                "created_at": (START - timedelta(hours=number)).isoformat(),
                "edited_at": None, "content": f"#Quillon #{tag} whistles", "in_reply_to_id": None,
                "spoiler_text": "", "visibility": "public", "language": "en",
                "uri": f"http://social.example/{first + number}", "url": None,
                "favourites_count": 0, "reblogs_count": 0, "replies_count": 0, "reblog": None,
                "account": account,
            }
            for number in range(ENTRIES)
        ]
    ).encode()  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
