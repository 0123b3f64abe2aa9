"""Nights of discovered topics in the warehouse: each once, in order, and nothing of the deleted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from listening.contract import FOOTER_KEY, TOPIC_SCHEMA, DataRoot, ListeningError, mention_id
from tests.warehouse.world import BRANDS, RUN_TABLES, T0, World, at, deleted, rows_of, said, stored
from warehouse.load import load_pending

Move = tuple[str, str, str, float]
FIRST = date(2026, 10, 2)
TOPICS = "SELECT topic_id, name, ended_on, counts_as FROM core.discovered_topic ORDER BY topic_id"
MEMBERS = "SELECT mention_id, topic_id FROM core.discovered_topic_mention ORDER BY mention_id"


def write_night(
    root: DataRoot,
    number: int,
    members: Mapping[str, str],
    lineage: Sequence[Move] = (),
    *,
    since: float = -24,
    names: Mapping[str, str] | None = None,
) -> None:
    """Write what `nlp.discover` seals: a night, its topics, and native id -> topic."""
    night = FIRST + timedelta(days=number)
    rows: list[dict[str, Any]] = [
        {"mention_id": mention_id("import", native), "content_hash": "h", "topic_id": topic,
         "nearness": 0.5, "copy_of": None, "example": place if place < 4 else None}
        for place, (native, topic) in enumerate(sorted(members.items()), start=1)
    ]  # fmt: skip
    told = {
        "night": night.isoformat(),
        "since": at(since).isoformat(),
        "until": at(24 * (number + 1)).isoformat(),
        "model": "m",
        "topics": [
            {"id": topic, "name": (names or {}).get(topic, topic), "words": [topic],
             "born": FIRST.isoformat() if topic == "t1" else night.isoformat()}
            for topic in sorted(set(members.values()))
        ],
        "lineage": [
            {"kind": kind, "from": before, "to": after, "share": share}
            for kind, before, after, share in lineage
        ],
        "texts": len(members),
        "left_out": 0,
    }  # fmt: skip
    table = pa.Table.from_pylist(rows, schema=TOPIC_SCHEMA)
    footer = {FOOTER_KEY: json.dumps(told).encode()}
    root.topics.mkdir(parents=True, exist_ok=True)
    path = root.topics / f"{night.isoformat()}.parquet"
    pq.write_table(table.replace_schema_metadata(footer), path)


@pytest.fixture
def told(world: World) -> World:
    """A world with six mentions, loaded."""
    world.land([said(str(n), f"acme {n}", published_at=at(n)) for n in range(6)])
    load_pending(world.root, BRANDS)
    return world


def ids(**topics: str) -> list[tuple[str, str]]:
    """Return rows of `MEMBERS`: native id (after its letter) -> topic."""
    return sorted((mention_id("import", native[1:]), topic) for native, topic in topics.items())


def test_a_night_is_loaded_once(told: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Topics, lineage and members are there; a second load changes no row."""
    monkeypatch.setenv("LISTENING_NOW", at(48).isoformat())
    write_night(told.root, 0, {"0": "t1", "1": "t1"}, [("birth", "", "t1", 1.0)])
    load_pending(told.root, BRANDS)
    assert rows_of(told.root, TOPICS) == [("t1", "t1", None, "t1")]
    assert rows_of(told.root, MEMBERS) == ids(m0="t1", m1="t1")
    before = stored(told.root, whole=True)
    load_pending(told.root, BRANDS)
    after = stored(told.root, whole=True)
    assert {name: rows for name, rows in before.items() if name not in RUN_TABLES} == {
        name: rows for name, rows in after.items() if name not in RUN_TABLES
    }


def test_a_mention_has_the_topic_of_the_latest_night(told: World) -> None:
    """What left the window keeps its last topic; what is in it and not listed has none."""
    write_night(told.root, 0, {"0": "t1", "1": "t1", "2": "t1"}, [("birth", "", "t1", 1.0)])
    write_night(told.root, 1, {"2": "t2", "3": "t2"}, [("split", "t1", "t2", 0.3)], since=0.5)
    load_pending(told.root, BRANDS)
    assert rows_of(told.root, MEMBERS) == ids(m0="t1", m2="t2", m3="t2")
    examples = "SELECT count(*) FROM core.discovered_topic_mention WHERE example IS NOT NULL"
    assert rows_of(told.root, examples) == [(2,)]


def test_merges_are_followed_to_their_end(told: World) -> None:
    """t3 into t2, a night later t2 into t1: what t3 was counts as t1."""
    write_night(told.root, 0, {"0": "t1", "1": "t2", "2": "t3"})
    write_night(told.root, 1, {"0": "t1", "1": "t2", "2": "t2"}, [("merge", "t3", "t2", 1.0)])
    write_night(told.root, 2, {"0": "t1", "1": "t1"}, [("merge", "t2", "t1", 1.0)], since=3)
    write_night(told.root, 3, {}, [("death", "t1", "", 1.0)], since=3)
    load_pending(told.root, BRANDS)
    days = [FIRST + timedelta(days=number) for number in range(4)]
    assert rows_of(told.root, TOPICS) == [
        ("t1", "t1", days[3], "t1"),
        ("t2", "t2", days[2], "t1"),
        ("t3", "t3", days[1], "t1"),
    ]


def test_a_deleted_mention_has_no_topic_whatever_the_file_says(told: World) -> None:
    """Neither one deleted after the night was loaded, nor one the night still lists."""
    write_night(told.root, 0, {"0": "t1", "1": "t1"})
    load_pending(told.root, BRANDS)
    told.land([deleted("0", 30)])
    load_pending(told.root, BRANDS)
    assert rows_of(told.root, MEMBERS) == ids(m1="t1")
    write_night(told.root, 1, {"0": "t1", "1": "t1"})
    load_pending(told.root, BRANDS)
    assert rows_of(told.root, MEMBERS) == ids(m1="t1")


def test_the_newest_night_may_be_made_again(told: World) -> None:
    """What its first making said is taken back whole."""
    write_night(told.root, 0, {"0": "t1", "1": "t2"}, [("birth", "", "t1", 1.0)])
    write_night(told.root, 1, {"0": "t1", "1": "t1"}, [("merge", "t2", "t1", 1.0)])
    load_pending(told.root, BRANDS)
    write_night(told.root, 1, {"0": "t1", "1": "t2", "2": "t9"}, [("birth", "", "t9", 1.0)])
    load_pending(told.root, BRANDS)
    assert rows_of(told.root, TOPICS) == [
        ("t1", "t1", None, "t1"),
        ("t2", "t2", None, "t2"),
        ("t9", "t9", None, "t9"),
    ]
    assert rows_of(told.root, "SELECT kind, to_id FROM core.topic_lineage ORDER BY ALL") == [
        ("birth", "t1"),
        ("birth", "t9"),
    ]


def test_an_older_night_made_again_is_refused_and_changes_nothing(told: World) -> None:
    for number in range(2):
        write_night(told.root, number, {"0": "t1"})
    load_pending(told.root, BRANDS)
    write_night(told.root, 0, {"0": "t1", "1": "t1"})
    with pytest.raises(ListeningError, match="after a later night was loaded"):
        load_pending(told.root, BRANDS)
    assert rows_of(told.root, MEMBERS) == ids(m0="t1")


@pytest.mark.parametrize("damage", ["cut", "share"])
def test_a_damaged_night_loads_nothing_and_names_the_file(told: World, damage: str) -> None:
    """The night is one transaction; the batches of the same load are in all the same."""
    write_night(told.root, 0, {"0": "t1"}, [("birth", "", "t1", 1.5 if damage == "share" else 1)])
    (path,) = told.root.topics.glob("*.parquet")
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-40])
    told.land([said("new", "acme new", published_at=T0)])
    with pytest.raises(ListeningError, match=path.name):
        load_pending(told.root, BRANDS)
    assert rows_of(told.root, MEMBERS) == []
    assert rows_of(told.root, TOPICS) == []
    assert rows_of(told.root, "SELECT count(*) FROM core.mention") == [(7,)]


def test_the_warehouse_can_be_made_again_from_the_files(told: World) -> None:
    """All nights at once give what they gave one by one."""
    for number in range(3):
        lineage = [("merge", "t2", "t1", 1.0)] if number == 2 else []
        members = {"0": "t1", "1": "t1" if number == 2 else "t2", str(number + 2): "t1"}
        write_night(told.root, number, members, lineage, since=number)
        load_pending(told.root, BRANDS)
    tables = ("discovered_topic", "discovered_topic_mention", "topic_lineage")
    before = {name: stored(told.root)[name] for name in tables}
    told.root.warehouse.unlink()
    load_pending(told.root, BRANDS)
    assert {name: stored(told.root)[name] for name in tables} == before
