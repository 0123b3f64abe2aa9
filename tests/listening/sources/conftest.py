"""A lab for one source, and the world of its recorded answers, against the loopback server."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from listening.contract import Brand, BrandFile, DataRoot, Query
from listening.crawl import Outcome, crawl_stream, streams
from tests.listening.conftest import FakeTime, Server

if TYPE_CHECKING:
    from tests.listening.sources.world import World

ANSWERING = (  # sources whose answers are by a handle of the brand file
    "appstoreconnect", "facebook", "googlebusiness", "googleplay", "intercom", "linkedin",
    "trustpilot", "zendesk",
)  # fmt: skip
BRAND = Brand(
    id="quillon", name="Quillon", role="own", domains=("quillon.example",),
    handles=dict.fromkeys(ANSWERING, ("quillon",)),
)  # fmt: skip
NOON = datetime(2026, 10, 8, 12, tzinfo=UTC)


class Lab:
    """Crawls one source's one stream against the server."""

    def __init__(self, root: DataRoot, server: Server, time: FakeTime) -> None:
        self.root, self.server, self.time = root, server, time
        self.brands = BrandFile((BRAND,))
        self.queries: tuple[Query, ...] = ()

    def brand_file(self, name: str, settings: dict[str, Any]) -> BrandFile:
        """Return a brand file that listens to one source."""
        return BrandFile((BRAND,), self.queries, sources={name: settings}, files=self.brands.files)

    def crawl(
        self, name: str, *, only: str = "", **settings: Any
    ) -> tuple[Outcome, list[dict[str, Any]]]:
        """Crawl once its one stream, or the one whose target is named; return the batch's rows."""
        brands = self.brand_file(name, settings)
        (stream,) = (one for one in streams(brands) if only in ("", one.target))
        outcome = crawl_stream(self.root, stream, brands, clock=self.time.clock)
        if not outcome.batch_id:
            return outcome, []
        return outcome, pq.read_table(self.root.landed(outcome.batch_id)).to_pylist()


@pytest.fixture
def lab(
    root: DataRoot, server: Server, monkeypatch: pytest.MonkeyPatch, fake_time: FakeTime
) -> Lab:
    """A lab at noon."""
    monkeypatch.setenv("LISTENING_CONNECT_TO", f"*.example=127.0.0.1:{server.port}")
    monkeypatch.setenv("LISTENING_NOW", NOON.isoformat())
    return Lab(root, server, fake_time)


@pytest.fixture
def world(
    request: pytest.FixtureRequest,
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fake_time: FakeTime,
) -> World:
    """The world of the source a test is run for."""
    from tests.listening.sources.world import World

    return World(request.param, server, tmp_path, monkeypatch, fake_time)
