"""Brands, topics, products and competitors are as the brand files say."""

from __future__ import annotations

from dataclasses import replace

from listening.contract import Brand, BrandFile, ServiceHours
from tests.warehouse.loading import load
from tests.warehouse.world import BRANDS, World, at, rows_of, said, stored
from warehouse.check import check_warehouse
from warehouse.dimension import sync_brands
from warehouse.load import load_pending
from warehouse.open import open_warehouse


def test_authors_are_as_their_latest_mention_shows_them(world: World) -> None:
    """Name and handle of the latest mention; a declared handle names its brand."""
    world.land([
        said("1", "acme a", author="ann", author_id="7", author_name="Ann", published_at=at(2)),
        said("2", "acme b", author="ann2", author_id="7", author_name="Ann B", published_at=at(3)),
        said("3", "acme c", source="mastodon", author="acme@a.example", followers=10),
    ])  # fmt: skip
    load(world)
    found = "SELECT handle, name, brand_id FROM core.author ORDER BY 1"
    assert rows_of(world.root, found) == [("acme@a.example", None, "acme"), ("ann2", "Ann B", None)]
    assert rows_of(world.root, "SELECT followers FROM core.author_follower") == [(10,)]
    other = replace(BRANDS.brands[0], handles={"import": ("Ann2",)})
    load_pending(world.root, replace(BRANDS, brands=(other,)))
    assert rows_of(world.root, found) == [("acme@a.example", None, None), ("ann2", "Ann B", "acme")]


def test_brands_follow_the_file_and_stay_when_unlisted(world: World) -> None:
    """Changed rows are replaced; what mentions may refer to stays."""
    load_pending(world.root, BRANDS)
    before = stored(world.root)
    load_pending(world.root, BRANDS)
    assert stored(world.root) == before
    acme = replace(
        BRANDS.brands[0], name="ACME", domains=(), products=(), service=ServiceHours(days=(0, 5))
    )
    load_pending(world.root, replace(BRANDS, brands=(acme,), topics=()))
    assert rows_of(world.root, "SELECT brand_id, name FROM core.brand ORDER BY 1") == [
        ("acme", "ACME"), ("rival", "Rival")
    ]  # fmt: skip
    assert rows_of(world.root, "SELECT count(*) FROM core.domain") == [(0,)]
    assert rows_of(world.root, "SELECT product_id FROM core.product") == [("k2",)]
    assert rows_of(world.root, "SELECT topic_id FROM core.topic") == [("late",)]
    days = "SELECT weekday FROM core.brand_business_day WHERE brand_id = 'acme' ORDER BY 1"
    assert rows_of(world.root, days) == [(0,), (5,)]


def test_a_set_of_competitors_follows_the_brand_files(world: World) -> None:
    """Rewritten where its brand is listed; who became our own leaves the sets of others too."""
    rival, zeta = Brand("rival", "Rival", "competitor"), Brand("zeta", "Zeta", "competitor")
    for brands, expected in (
        ((Brand("acme", "Acme", "own"), rival, zeta), [("acme", "rival"), ("acme", "zeta")]),
        ((Brand("acme", "Acme", "own", competitors=("zeta",)), rival, zeta), [("acme", "zeta")]),
        ((Brand("other", "Other", "own"), rival), [("acme", "zeta"), ("other", "rival")]),
        ((Brand("zeta", "Zeta", "own", competitors=()),), [("other", "rival")]),
    ):
        with open_warehouse(world.root) as connection, connection.begin():
            sync_brands(connection, BrandFile(brands=brands))
            check_warehouse(connection)
        assert rows_of(world.root, "SELECT * FROM core.competitor ORDER BY ALL") == expected
