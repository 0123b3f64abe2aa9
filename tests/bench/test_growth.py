"""The growth bench on ten thousand mentions: a whole warehouse, as loads would have left it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from bench.growth.fill import BRAND, NOW, check, fill
from bench.growth.layer import layer
from bench.growth.more import seal_more
from bench.growth.recipe import time_recipes
from bench.growth.report import Measured, Size, to_markdown
from bench.growth.wide import seal_wide
from listening.brand.load import load_brands
from listening.contract import CLOCK_VARIABLE, TEAMS, Batch, DataRoot, ListeningError, mention_id
from warehouse.load import load_pending, totals
from warehouse.model import build_models
from warehouse.open import open_warehouse
from warehouse.publish import publish

MENTIONS = 10_000
MORE = 300
LAYERS = 2
LATER = "2026-10-30T18:00:00+00:00"


class Grown(NamedTuple):
    root: DataRoot
    batches: list[Batch]
    told: dict[str, int]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataRoot]:
    root = DataRoot(tmp_path_factory.mktemp("growth"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CLOCK_VARIABLE, NOW)
        fill(root, MENTIONS)
        yield root


@pytest.fixture(scope="module")
def grown(root: DataRoot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grown]:
    """A copy of it six hours later, with more batches, modelled and published."""
    later = DataRoot(tmp_path_factory.mktemp("grown") / "data")
    shutil.copytree(root.path, later.path)
    brands = load_brands([BRAND])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CLOCK_VARIABLE, LATER)
        batches = seal_more(later, brands, MORE)
        batches.append(seal_wide(later, brands, batches[0], LAYERS))
        told = totals(load_pending(later, brands))
        build_models(later, tested=False)  # by tests/warehouse/models
        publish(later, brands)
        yield Grown(later, batches, told)


def rows(root: DataRoot, query: str) -> list[tuple[Any, ...]]:
    with open_warehouse(root, read_only=True) as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def test_every_assertion_holds(root):
    check(root)


def test_layers_are_as_loads_would_have_left_them(root, tmp_path):
    """Twice the mentions, authors and near copies, at the moments of the first."""
    large = DataRoot(tmp_path / "large")
    layer(root, large, 2)
    counts = "SELECT {} FROM core.mention JOIN core.duplicate_cluster USING (mention_id)"
    for counted in ("count(*)", "count(DISTINCT author_key)", "count(DISTINCT cluster_id)"):
        ((before,),) = rows(root, counts.format(counted))
        assert rows(large, counts.format(counted)) == [(2 * before,)]
    check(large)
    for found in rows(large, "SELECT mention_id, source, native_id FROM core.mention"):
        assert found[0] == mention_id(*found[1:])
    alone = "SELECT count(*) FROM core.author GROUP BY source, handle HAVING count(*) > 1 "
    assert not rows(large, f"{alone} AND handle LIKE '%user%'")
    with pytest.raises(ListeningError, match="holds a world"):
        layer(root, large, 2)


def test_a_filled_root_is_not_filled_again(root):
    with pytest.raises(ListeningError, match="10,000 mentions already"):
        fill(root, MENTIONS)


def test_what_is_told_of_batches_is_what_is_there(root):
    """Receipts and batches count the rows that name them."""
    assert rows(root, "SELECT count(*) FROM core.mention") == [(MENTIONS,)]
    ((told, inserted),) = rows(root, "SELECT sum(b.served), sum(r.inserted) FROM core.batch b "
        "JOIN core.receipt r USING (batch_id) WHERE kind = 'mention'")  # fmt: skip
    assert inserted == MENTIONS
    assert told > inserted
    unknown = "SELECT count(*) FROM core.mention ANTI JOIN core.receipt USING (batch_id)"
    assert rows(root, unknown) == [(0,)]
    late = "SELECT count(*) FROM core.engagement WHERE observed_at > TIMESTAMPTZ '{}'"
    assert rows(root, late.format(NOW)) == [(0,)]


def test_the_world_is_skewed_as_real_ones_are(root):
    """A few loud authors, quiet nights, growth, near copies, answers and flags."""
    ((loud, authors),) = rows(root, "SELECT max(n), count(*) FROM "
        "(SELECT count(*) AS n FROM core.mention GROUP BY author_key)")  # fmt: skip
    assert loud > 20
    assert authors > MENTIONS / 10
    ((night, day),) = rows(root, "SELECT count(*) FILTER (hour(published_at) = 2), "
        "count(*) FILTER (hour(published_at) = 14) FROM core.mention")  # fmt: skip
    assert night * 5 < day
    ((first, last),) = rows(root, "SELECT count(*) FILTER (published_at < '2024-10-30'), "
        "count(*) FILTER (published_at >= '2025-10-30') FROM core.mention")  # fmt: skip
    assert last > 1.3 * first
    assert rows(root, "SELECT max(n) > 3 FROM (SELECT count(*) AS n FROM core.duplicate_cluster "
        "GROUP BY cluster_id)") == [(True,)]  # fmt: skip
    ((looks,),) = rows(root, "SELECT count(*) / 10000.0 FROM core.engagement")
    assert looks == pytest.approx(2, abs=0.3)
    ((flags,),) = rows(root, "SELECT count(*) / 10000.0 FROM core.flag")
    assert flags == pytest.approx(0.01, abs=0.004)


def test_more_is_added_as_in_production(grown):
    """New, edited and deleted posts, later looks, and layers of the posts: all with their tags."""
    said, looks, wide = grown.batches
    assert said.counts["kept"] == pytest.approx(MORE * 1.03, rel=0.05)
    assert wide.served == LAYERS * said.counts["kept"]
    assert grown.told["served"] == said.served + looks.served + wide.served
    assert grown.told["inserted"] >= (1 + LAYERS) * MORE * 0.95
    tagged = (
        "FROM core.mention SEMI JOIN core.label USING (mention_id, content_hash) WHERE batch_id = "
    )
    assert len(rows(grown.root, f"{tagged} '{wide.batch_id}'")) == wide.served
    spoke = rows(grown.root, "SELECT batch_id, author_key FROM core.mention")
    before = {
        author for batch_id, author in spoke if batch_id not in (said.batch_id, wide.batch_id)
    }
    found = [author for batch_id, author in spoke if batch_id == said.batch_id and author in before]
    assert len(found) > MORE / 2, "most are by authors who spoke before"
    assert grown.told["updated"] > 0
    assert grown.told["deleted"] > 0
    assert grown.told["quarantined"] == 0
    check(grown.root)


def test_every_team_is_answered(grown):
    """Ten questions each, and the tables behind them are not empty."""
    for team in TEAMS:
        told = time_recipes(grown.root, team)
        assert len(told) == 10, team
        assert sum(each["rows"] > 0 for each in told.values()) >= 4, (team, told)
    answered = "FROM care.response WHERE state = 'answered'"
    assert len(rows(grown.root, answered)) > 100
    filled = ("product.topic_week", "product.discovered_topic_week", "legal.flag_open",
              "legal.legal_case", "pr.issue", "pr.media_pickup", "care.triage")  # fmt: skip
    for table in filled:
        assert rows(grown.root, f"FROM {table} LIMIT 1"), table


def make_size(mentions: int, *loads: float) -> Size:
    def taken(seconds: float) -> dict[str, Any]:
        longest = [("INSERT", seconds)]
        return {"seconds": seconds, "cpu": seconds / 2, "longest": longest, "told": {}}

    added = [{"load": taken(each), "models": taken(10), "publish": taken(5)} for each in loads]
    asked = {"pr": {"quick?": {"ms": 20.0}, "slow?": {"ms": 450.0}}}
    return Size(mentions, 100, {"fill": 60}, added, asked)


def test_ratios_are_of_medians_and_slow_questions_are_named():
    copies: list[dict[str, dict[str, Any]]] = [
        {"load": {"seconds": 2.0, "cpu": 1.0, "told": {"served": 100}},
         "copy": {"told": {"seconds": each, "cpu": each, "rows": 1000}}}
        for each in (0.5, 1.0, 3.0)
    ]  # fmt: skip
    measured = Measured(
        {"processor": "one"}, [make_size(10, 1, 10, 90), make_size(100, 20, 20, 20)], copies
    )
    assert [size.adding() for size in measured.sizes] == [20, 30]
    assert measured.copy_ratio() == 0.5
    assert measured.copy_ratio("cpu") == 1.0
    lines = list(to_markdown(measured))
    assert any("1.50 times (1.50)" in line for line in lines)
    assert "- 100, pr: slow? 450 ms" in lines
    assert not any("quick?" in line for line in lines)
