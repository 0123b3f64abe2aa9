"""Whatever a load changes is in the log of changes, so that models need look at nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from listening.contract import Decision, mention_id
from tests.warehouse.test_decision import decide
from tests.warehouse.test_topics import write_night
from tests.warehouse.world import (
    BRANDS,
    World,
    at,
    bad,
    counted,
    deleted,
    off_topic,
    reference,
    rows_of,
    said,
)
from warehouse.change import forget_changes, newest_change
from warehouse.load import load_pending
from warehouse.open import open_warehouse

NAMES = {mention_id("import", str(n)): str(n) for n in range(10)}


@pytest.fixture
def loaded(world: World) -> World:
    """A warehouse whose changes were taken in."""
    world.land([
        said("1", "acme copy1", author="ann", author_id="7", author_name="Ann", followers=5),
        said("2", "acme copy2", author="bob"),
        said("3", "acme late", author="ann", author_id="7", author_name="Ann",
             published_at=at(-30), seen=25),
        said("4", "acme", author="cy"),
    ])  # fmt: skip
    changes(world)
    return world


def changes(world: World) -> dict[str, str]:
    """Load, return the mentions of each change as one word, and forget them."""
    load_pending(world.root, BRANDS)
    query = "SELECT change_no, coalesce(batch_id, '-'), mention_id, whole FROM core.change"
    found: dict[str, str] = {}
    for _, batch_id, mention, whole in sorted(
        rows_of(world.root, query), key=lambda row: (row[0], NAMES.get(row[2], ""))
    ):
        kind = batch_id.partition("/")[0]
        found[kind] = found.get(kind, "") + ("whole" if whole else NAMES[mention])
    with open_warehouse(world.root) as connection, connection.begin():
        forget_changes(connection, newest_change(connection))
    return found


def test_a_new_warehouse_must_be_built_whole(world: World) -> None:
    """The first build takes in everything, brand files too."""
    assert changes(world) == {"-": "wholewhole"}
    assert changes(world) == {}


def test_what_a_batch_says_has_changed(loaded: World) -> None:
    """New, edited, counted and deleted mentions; not what became none."""
    loaded.land([
        said("5", "acme new"), said("2", "acme edited", seen=40, author="bob"), off_topic("8"),
        bad("9"),
    ])  # fmt: skip
    assert changes(loaded) == {"mention": "25"}
    loaded.land([counted("4", 50, likes=3), counted("9", 50, likes=1)], kind="engagement")
    assert changes(loaded) == {"engagement": "4"}
    loaded.land([deleted("4", 60)], kind="tombstone")
    assert changes(loaded) == {"tombstone": "4"}
    loaded.land([deleted("4", 60), said("5", "acme new", seen=70)])
    assert changes(loaded) == {"mention": "45"}


def test_members_of_a_cluster_change_with_it(loaded: World) -> None:
    """A copy joins two, and takes them apart again when it goes."""
    loaded.land([said("5", "acme copy1 copy2", author="eve")])
    assert changes(loaded) == {"mention": "125"}
    loaded.land([deleted("5", 60)], kind="tombstone")
    assert changes(loaded) == {"tombstone": "125"}


def test_mentions_change_with_their_author(loaded: World) -> None:
    """Another handle changes them all; another name beside it none but the new one."""
    more: dict[str, Any] = {"author": "ann", "author_id": "7"}
    loaded.land([said("5", "acme", author_name="Ann", published_at=at(2), **more)])
    assert changes(loaded) == {"mention": "5"}
    loaded.land([said("6", "acme", author_name="Anna", published_at=at(3), **more)])
    assert changes(loaded) == {"mention": "6"}
    assert rows_of(loaded.root, "SELECT name FROM core.author WHERE handle = 'ann'") == [("Anna",)]
    more["author"] = "anna"
    loaded.land([said("7", "acme", author_name="Anna", published_at=at(4), **more)])
    assert changes(loaded) == {"mention": "13567"}


def test_mentions_change_with_their_authors_followers(loaded: World) -> None:
    """Those said or looked at from that look to the next: they read it."""
    more: dict[str, Any] = {"author": "ann", "author_id": "7", "author_name": "Ann"}
    loaded.land([said("5", "acme", seen=20, published_at=at(20), followers=4, **more)])
    # A first look tells of everything before it; 3 was looked at after the look of 1.
    assert changes(loaded) == {"mention": "135"}
    loaded.land([said("6", "acme", seen=22, published_at=at(22), followers=6, **more)])
    assert changes(loaded) == {"mention": "6"}
    loaded.land([said("7", "acme", seen=90, published_at=at(90), **more)])
    assert changes(loaded) == {"mention": "7"}
    loaded.land([said("8", "acme", seen=80, published_at=at(80), followers=9, **more)])
    assert changes(loaded) == {"mention": "78"}


def test_a_decision_changes_its_mention_and_those_of_its_case(loaded: World) -> None:
    """A case that is closed tells something else of what is in it."""
    attach = Decision("case", "attach", "ada", "c1", mention_id("import", "1"), target="threat")
    decide(loaded.root, attach)
    assert changes(loaded) == {"decision": "1"}
    decide(loaded.root, Decision("case", "close", "ada", "c1"))
    assert changes(loaded) == {"decision": "1"}
    decide(loaded.root, Decision("triage", "take", "bob", "", mention_id("import", "2")))
    assert changes(loaded) == {"decision": "2"}


def test_what_is_tagged_again_has_changed(loaded: World) -> None:
    """All mentions the file speaks of."""
    ((batch_id,),) = rows_of(loaded.root, "SELECT batch_id FROM core.batch")
    rows = [said("2", "acme copy2", author="bob"), said("4", "acme", author="cy")]
    loaded.tag(batch_id, rows)
    note = loaded.root.retagged / batch_id
    note.parent.mkdir(parents=True)
    note.write_text("1970-01-01T00:00:00+00:00")
    assert changes(loaded) == {"mention": "24"}


def test_a_night_of_topics_changes_what_it_looked_at(loaded: World) -> None:
    """The window, and what had a topic's example taken away."""
    write_night(loaded.root, 0, {"1": "t1", "3": "t1"}, since=-48)
    assert changes(loaded) == {"-": "13"}
    write_night(loaded.root, 1, {"4": "t1"})
    assert changes(loaded) == {"-": "134"}


def test_reference_rows_and_brand_files_change_everything(loaded: World) -> None:
    """Nobody can say which mentions a campaign, a holiday or an alias concerns."""
    loaded.land([reference("campaign", "c", {"campaign_id": "c"})], kind="reference")
    assert changes(loaded) == {"reference": "whole"}
    for change in ({"name": "Acme Ltd"}, {"handles": {"import": ("ann",)}}, {"domains": ()}):
        brand = replace(BRANDS.brands[0], **change)
        load_pending(loaded.root, replace(BRANDS, brands=(brand, *BRANDS.brands[1:])))
        assert "whole" in changes(loaded)["-"]


def test_a_number_is_never_used_twice(loaded: World) -> None:
    """Also when every row was forgotten and the file was closed between."""
    numbers = []
    for n in range(3):
        loaded.land([counted("4", 50 + n, likes=n)], kind="engagement")
        load_pending(loaded.root, BRANDS)
        ((number,),) = rows_of(loaded.root, "SELECT max(change_no) FROM core.change")
        numbers.append(number)
        changes(loaded)
    assert numbers == sorted(set(numbers))
