"""What tagged files say reaches the core tables: labels, brands, and both after an edit."""

from __future__ import annotations

import pytest

from tests.warehouse.loading import load
from tests.warehouse.world import World, rows_of, said


def test_an_edit_keeps_old_labels_and_replaces_the_rest(world: World) -> None:
    """Labels belong to a content; brands, topics, entities, flags and vectors to the mention."""
    world.land([said("1", "acme late threat bad")])
    world.land([said("1", "k2 good", seen=30)])
    assert load(world) == [{"inserted": 1}, {"updated": 1}]
    sentiment = "SELECT label FROM core.label WHERE tagger = 'sentiment' ORDER BY 1"
    assert rows_of(world.root, sentiment) == [("negative",), ("positive",)]
    brands = "SELECT brand_id, product_id FROM core.mention_brand"
    assert rows_of(world.root, brands) == [("acme", "k2")]
    assert rows_of(world.root, "SELECT * FROM core.mention_topic") == []
    assert rows_of(world.root, "SELECT * FROM core.flag") == []
    assert rows_of(world.root, "SELECT text FROM core.entity") == [("k2",)]
    assert rows_of(world.root, "SELECT vector[1] FROM core.embedding") == [(7.0,)]


def test_a_content_that_comes_back_stands_with_its_tags(world: World) -> None:
    """An edit taken back needs no new tags: those of its first batch are read again."""
    first = said("1", "acme late")
    world.land([first])
    world.land([said("1", "k2 good", seen=30)])
    world.land([said("1", "acme late", seen=40, seen_before=True)])
    assert load(world) == [{"inserted": 1}, {"updated": 1}, {"updated": 1}]
    assert rows_of(world.root, "SELECT text, version_no FROM core.mention") == [("acme late", 1)]
    assert rows_of(world.root, "SELECT topic_id FROM core.mention_topic") == [("late",)]
    brands = "SELECT brand_id, product_id FROM core.mention_brand"
    assert rows_of(world.root, brands) == [("acme", "")]


def test_labels_say_what_the_tags_say(world: World) -> None:
    """One row per tagger; a failed one is a row of its own, and the mention stays."""
    world.land([said("1", "acme slow complaint bad"), said("2", "acme")])
    load(world)
    one = said("1", "acme slow complaint bad")["mention_id"]
    found = rows_of(
        world.root,
        "SELECT tagger, version, label, round(p, 2), abstained, len(probabilities) "  # noqa: S608
        f"FROM core.label WHERE mention_id = '{one}' ORDER BY 1",
    )
    assert found == [
        ("emotion", "0123456789ab", "anger", 0.5, None, 1),
        ("intent", "0123456789ab", "complaint", pytest.approx(0.9), None, 9),
        ("irony", "0123456789ab", "none", 0.75, None, 1),
        ("language", "l1", "en", None, None, None),
        ("offensive", "0123456789ab", "offensive", 0.75, None, 1),
        ("sentiment", "s1", "negative", pytest.approx(0.8), None, 3),
    ]
    failed = "SELECT mention_id, tagger, version, reason FROM core.label_failure"
    assert rows_of(world.root, failed) == [(one, "emotion", "0123456789ab", "timeout")]
    short = "SELECT count(*) FROM core.label WHERE abstained = 'short'"
    assert rows_of(world.root, short) == [(1,)]


def test_the_closest_relation_to_a_brand_stands(world: World) -> None:
    """Served by the brand's own stream and by a tag, a mention is owned, in both orders."""
    row = said("1", "acme")
    match = {"brand_id": "acme", "product_id": None, "start": None, "end": None, "matched": None}
    for stream, relation in (("a", "tagged"), ("b", "owned"), ("c", "off_channel")):
        batch_id = world.land([row], stream=f"import--file--{stream}")
        world.tag(batch_id, [row], brands=[{**match, "relation": relation}])
    load(world)
    assert rows_of(world.root, "SELECT relation FROM core.mention_brand") == [("owned",)]
    assert rows_of(world.root, "SELECT count(*) FROM core.mention_stream") == [(3,)]
