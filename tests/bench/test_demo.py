"""What the real sources and imports take from the demo's world is exactly what is in it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from ruamel.yaml import YAML

from bench.replay import load_world, serve
from listening.brand.load import load_brands
from listening.contract import BrandFile, DataRoot, mention_id
from listening.crawl import crawl_stream, streams
from listening.imports.run import import_references
from listening.sources._web import page_id

ROOT = Path(__file__).parents[2]
LARKSPUR = ROOT / "bench/worlds/larkspur"


@pytest.fixture(scope="module")
def brands() -> BrandFile:
    return load_brands([ROOT / "brands/demo.yaml"])


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    told: dict[str, Any] = YAML(typ="safe").load((LARKSPUR / "expected.yaml").read_text("utf-8"))
    return told


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> DataRoot:
    return DataRoot(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def crawled(brands: BrandFile, root: DataRoot) -> dict[tuple[str, str, str], Any]:
    """Crawl every stream of the demo once, over real HTTP, at the world's `now`."""
    world = load_world(LARKSPUR)
    with pytest.MonkeyPatch.context() as patch, serve(world) as server:
        patch.setenv("LISTENING_NOW", world.now.isoformat())
        patch.setenv("LISTENING_CONNECT_TO", server.connect_to)
        return {
            (stream.source, stream.host, stream.target): crawl_stream(root, stream, brands)
            for stream in streams(brands)
        }


def rows(root: DataRoot, batch_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(root.landed(batch_id)).to_pylist()
    return found


def test_no_stream_fails(crawled):
    """Every stream of the demo answers, completely and without a word of complaint."""
    told = {key: str(outcome.error) for key, outcome in crawled.items() if outcome.error}
    assert told == {}
    assert {outcome.coverage.state for outcome in crawled.values()} == {"complete"}


def test_each_stream_serves_the_known_number(crawled, known):
    """Tags, apps, feeds and pages: as many items as expected.yaml counts."""
    served = {key: sum(outcome.counts.values()) for key, outcome in crawled.items()}
    sites = known["sites"]
    for (source, host, target), number in served.items():
        site = sites.get(host, {})
        if source == "mastodon":
            assert number == site["tags"][target], target
        elif source == "appstore":
            country, app = target.split("-")
            assert number == site["apps"][f"{app}/{country}"], target
        elif source == "rss":
            marked = site["gone"] if site["kind"] == "atom" else 0  # RFC 6721
            assert number == site["served"] + marked, host
        elif source == "web":
            assert number == site["allowed"], host


def test_every_planted_story_that_names_the_brand_lands(crawled, known, root):
    """Spike, counterfeit, doxxing and the rest are among the kept mentions, by their ids."""
    kept = {
        row["mention_id"]
        for outcome in crawled.values()
        if outcome.batch_id
        for row in rows(root, outcome.batch_id)
        if row["bucket"] == "kept"
    }
    source = {host: site["kind"] for host, site in known["sites"].items()}
    for story in ("counterfeit", "impersonation", "doxxing", "personal", "syndicated", "copied"):
        for host, ids in known["stories"][story].items():
            kind = "rss" if source[host] in ("rss", "atom") else source[host]
            if kind == "web":
                ids = [page_id(f"http://{host}{path}") for path in ids]  # noqa: PLW2901
            found = {mention_id(kind, native) for native in ids}
            assert found <= kept, (story, host)
    assert len(kept) >= 400


def test_nothing_of_the_world_is_quarantined(crawled):
    """The wire formats hold no field that the sources cannot read."""
    buckets: Counter[str] = Counter()
    for outcome in crawled.values():
        buckets.update(outcome.counts)
    assert buckets["quarantined"] == 0


def test_the_drop_is_taken_in_whole(crawled, known, root):
    """Posts with their later looks, and messages with their answers: no row is lost."""
    taken = {key[2]: outcome for key, outcome in crawled.items() if key[0] == "drop"}
    assert len(taken) == len(known["drop"])
    for name, drop in known["drop"].items():
        (outcome,) = (each for target, each in taken.items() if name.split(".")[0] in target)
        assert outcome.served == drop["rows"]
        with_text = {row["native_id"] for row in rows(root, outcome.batch_id) if row["text"]}
        assert len(with_text) == drop["mentions"]


def test_the_reference_tables_are_taken_in_whole(brands, known, tmp_path):
    """Campaigns, costs, experiments, goals, recommendations and releases, row by row."""
    batches = import_references(DataRoot(tmp_path), brands)
    assert sum(batch.counts["kept"] for batch in batches) == sum(known["reference"].values())
