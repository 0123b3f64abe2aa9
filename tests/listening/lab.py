"""A data root, a server and a clock, for crawling one stream again and again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow.parquet as pq
import pytest

from listening.contract import Batch, Brand, BrandFile, DataRoot, batch_ids, read_batch
from listening.crawl import Outcome, crawl_stream, streams

from .conftest import Asked, FakeTime, Server, reply

BRAND = Brand(id="quillon", name="Quillon", role="own", domains=("quillon.example",))
TAG = "/api/v1/timelines/tag/quillon"
NOON = datetime(2026, 10, 8, 12, tzinfo=UTC)


def brand_file(**settings: Any) -> BrandFile:
    return BrandFile(brands=(BRAND,), sources=settings, files=("brands/test.yaml",))


def feed(*guids: str) -> bytes:
    items = "".join(
        f"<item><title>Quillon {guid}</title><guid>http://news.example/{guid}</guid>"
        f"<pubDate>Mon, 05 Oct 2026 09:00:00 GMT</pubDate></item>"
        for guid in guids
    )
    return f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>".encode()


def status(number: int, at: datetime) -> dict[str, Any]:
    account = {
        "id": "7", "acct": "ada", "display_name": "Ada", "url": "http://social.example/@ada",
        "followers_count": 3,
    }  # fmt: skip
    return {
        "id": str(number), "created_at": at.isoformat(), "edited_at": None, "content": "#quillon",
        "in_reply_to_id": None, "spoiler_text": "", "visibility": "public", "language": "en",
        "uri": f"http://social.example/{number}", "url": None, "favourites_count": 0,
        "reblogs_count": 0, "replies_count": 0, "reblog": None, "account": account,
    }  # fmt: skip


class Lab:
    """A data root, a server and a clock, for crawling one stream again and again."""

    def __init__(
        self, root: DataRoot, server: Server, monkeypatch: pytest.MonkeyPatch, time: FakeTime
    ) -> None:
        self.root, self.server, self.monkeypatch, self.time = root, server, monkeypatch, time
        monkeypatch.setenv("LISTENING_CONNECT_TO", f"*.example=127.0.0.1:{server.port}")
        self.brands = brand_file(
            rss={"urls": ["http://news.example/feed.xml"]},
            mastodon={"base_url": "http://social.example", "tags": ["quillon"]},
        )
        self.at(NOON)

    def at(self, moment: datetime) -> None:
        """Hold the clock at a moment."""
        self.monkeypatch.setenv("LISTENING_NOW", moment.isoformat())

    def crawl(self, name: str = "rss") -> Outcome:
        """Crawl a source's one stream."""
        (stream,) = streams(self.brands, only=name)
        return crawl_stream(self.root, stream, self.brands, clock=self.time.clock)

    def batches(self) -> list[Batch]:
        """Return every sealed batch."""
        return [read_batch(self.root.landed(one)) for one in batch_ids(self.root.landing)]

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows of every sealed batch."""
        paths = [self.root.landed(one) for one in batch_ids(self.root.landing)]
        return [row for path in paths for row in pq.read_table(path).to_pylist()]

    def timeline(self, *pages: list[dict[str, Any]] | bytes) -> None:
        """Serve a tag timeline of these pages, each linked to the next."""

        def answer(asked: Asked) -> bytes:
            number = int(asked.query.get("max_id", "0"))
            page = pages[number]
            if isinstance(page, bytes):
                return page
            more = number + 1 < len(pages)
            link = f'<http://social.example{TAG}?max_id={number + 1}>; rel="next"' if more else ""
            return reply(page, Link=link)

        self.server.on(TAG, answer)
