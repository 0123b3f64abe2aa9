"""From real requests to the published files by command, and what is read of them again."""

import dataclasses
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from bench.replay import load_world, serve
from listening.contract import TEAMS
from tests.listening.cli.conftest import BRAND, WORLD

pytestmark = pytest.mark.slow


class TestRun:
    def test_from_real_requests_to_every_teams_file(self, listening, tmp_path, monkeypatch):
        with serve(WORLD) as server:
            monkeypatch.setenv("LISTENING_CONNECT_TO", server.connect_to)
            status, told = listening("run", "--brand", BRAND)
        assert (status, told["inserted"], told["off_topic"]) == (0, 11, 1)
        assert {row["state"] for row in told["coverage"]} == {"complete"}
        for team in TEAMS:
            path = tmp_path / "data" / "published" / f"{team}.duckdb"
            with duckdb.connect(path, read_only=True) as connection:
                tables = {name for (name,) in connection.execute("SHOW TABLES").fetchall()}
            assert {"readme", "metric", "coverage"} <= tables
        status, told = listening(
            "query",
            "product",
            "SELECT count(*) AS n FROM feedback_mention WHERE brand_id = 'nimbus'",
        )
        assert (status, told["columns"]) == (0, ["n"])
        assert told["rows"][0][0] > 0
        _, told = listening("status")
        assert {row["source"] for row in told["streams"]} == {"rss", "mastodon", "hackernews"}
        assert {"stream", "source", "last_batch_at", "state", "quarantined"} <= told["streams"][
            0
        ].keys()

    def test_an_unreachable_source_fails_alone_and_is_told(self, listening, monkeypatch):
        # Port 9 answers nobody here.
        monkeypatch.setenv("LISTENING_CONNECT_TO", "*.example=127.0.0.1:9")
        status, told = listening("crawl", "rss", "--brand", BRAND)
        assert status == 1
        assert told["served"] == 0
        assert [row["state"] for row in told["coverage"]] == ["blocked"]

    def test_a_stream_that_seals_nothing_is_told_beside_those_that_do(self, listening, monkeypatch):
        """A source still out of reach seals one empty batch an hour, but is told every time."""
        with serve(WORLD) as server:
            address = f"{server.host}:{server.port}"
            monkeypatch.setenv(
                "LISTENING_CONNECT_TO",
                f"paper.example=127.0.0.1:9,social.example={address},hn.example={address}",
            )
            for _ in range(2):
                status, told = listening("run", "--brand", BRAND, "--no-publish")
                states = {row["stream"].split("--")[0]: row["state"] for row in told["coverage"]}
                assert status == 1
                assert states == {
                    "rss": "blocked",
                    "mastodon": "complete",
                    "hackernews": "complete",
                }

    def test_another_server_by_base_url_and_allow_host(self, listening):
        with serve(WORLD) as server:
            status, told = listening(
                "crawl", "mastodon", "--brand", BRAND,
                "--base-url", server.base_url, "--allow-host", "127.0.0.1",
            )  # fmt: skip
        assert (status, told["served"], told["inserted"]) == (0, 7, 7)

    def test_loopback_is_refused_unless_allowed(self, listening):
        with serve(WORLD) as server:
            status, told = listening(
                "crawl", "mastodon", "--brand", BRAND, "--base-url", server.base_url
            )
        assert status != 0
        assert told["served"] == 0


def test_counts_of_young_mentions_become_a_history(listening, monkeypatch, tmp_path):
    from listening.brand.load import load_brands
    from listening.contract import DataRoot
    from listening.recount import recount_stream
    from listening.streams import streams
    from nlp.tag import tag_pending
    from warehouse.load import load_pending

    brands, root = load_brands([Path(BRAND)]), DataRoot(tmp_path / "data")
    (stream,) = streams(brands, only="mastodon")
    with serve(WORLD) as server:
        monkeypatch.setenv("LISTENING_CONNECT_TO", server.connect_to)
        listening("crawl", "mastodon", "--brand", BRAND)
        later = load_world(WORLD).now + timedelta(days=20)
        monkeypatch.setenv("LISTENING_NOW", later.isoformat())
        outcome = recount_stream(root, stream, brands)
    tag_pending(root, brands)  # an edit or a deletion it found
    receipts = load_pending(root, brands)
    assert outcome is not None
    assert [receipt.batch_id for receipt in receipts] == list(outcome.batch_ids)
    assert receipts[-1].inserted == receipts[-1].served > 0
    with duckdb.connect(str(root.warehouse), read_only=True) as warehouse:
        looks = warehouse.execute("SELECT count(*) FROM core.engagement GROUP BY mention_id")
        assert set(looks.fetchall()) == {(2,)}  # what was deleted has none


def test_kept_exchanges_are_read_again(listening, monkeypatch):
    with serve(WORLD) as server:
        monkeypatch.setenv("LISTENING_CONNECT_TO", server.connect_to)
        listening("crawl", "mastodon", "--brand", BRAND)
    status, told = listening("reparse", "mastodon", "--brand", BRAND, "--all")
    assert (status, told["batches"]) == (0, [])
    assert told["coverage"][0]["reason"] == "1 batches read again, 0 rows changed"


def test_the_past_of_a_source_is_a_stream_of_its_own(listening, monkeypatch):
    with serve(WORLD) as server:
        monkeypatch.setenv("LISTENING_CONNECT_TO", server.connect_to)
        status, told = listening("crawl", "hackernews", "--brand", BRAND, "--since", "2026-04-01")
    assert (status, told["inserted"] > 0) == (0, True)
    assert all("-backfill-2026-04-01" in one["stream"] for one in told["coverage"])


def test_status_verifies_every_byte_and_tells_what_was_spent(listening, monkeypatch, tmp_path):
    from listening import sources
    from listening.contract import DataRoot
    from listening.net.meter import Budget, Meter

    budget = Budget({"post": 0.5}, cap=2)
    paid = dataclasses.replace(sources.SOURCES["rss"], budget=budget)
    monkeypatch.setitem(sources._REGISTERED, "rss", paid)
    root = DataRoot(tmp_path / "data")
    with Meter(root, "rss", budget).pay(post=3):
        pass
    with serve(WORLD) as server:
        monkeypatch.setenv("LISTENING_CONNECT_TO", server.connect_to)
        crawl_kiosk(root)
    status, told = listening("status", "--verify")
    assert (status, {row["state"] for row in told["streams"]}) == (0, {"complete"})
    (spent,) = told["spend"]
    assert (spent["source"], spent["spent"], spent["cap"]) == ("rss", 1.5, 2)
    (warc,) = root.landing.rglob("*.warc.gz")
    warc.write_bytes(warc.read_bytes()[:-1])
    assert listening("status")[0] == 0
    status, told = listening("status", "--verify")
    assert (status, told["streams"][0]["state"]) == (1, "corrupt")


def crawl_kiosk(root):
    from listening.brand.load import load_brands
    from listening.crawl import crawl_stream, streams

    brands = load_brands([Path(BRAND)])
    (stream,) = streams(brands, only="mastodon")
    assert crawl_stream(root, stream, brands).error is None
