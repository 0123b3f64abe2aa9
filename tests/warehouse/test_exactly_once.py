"""Killed anywhere, and run again: every item once, nothing lost, readers never the wiser."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from listening.contract import TEAMS, DataRoot
from tests.warehouse.child import start
from tests.warehouse.world import (
    BRANDS,
    World,
    again,
    bad,
    deleted,
    off_topic,
    rows_of,
    said,
    stored,
)
from warehouse.check import check_warehouse
from warehouse.load import LOAD_POINTS, load_pending
from warehouse.open import open_warehouse
from warehouse.publish import PUBLISH_POINTS, publish, team_file

pytestmark = pytest.mark.slow
KILLS = 20


def land(world: World, number: int) -> None:
    """Land two batches that touch each other's mentions."""
    ids = [str(number + step) for step in range(4)]
    first = said(ids[0], f"acme bad copy{number}", seen=number, likes=number, followers=number)
    world.land([
        first, again(first, number + 0.5, likes=number + 1),
        said(ids[1], f"acme late threat {number}", seen=number, author=f"p{number}"),
        said(ids[2], f"k2 copy{number} copy{number + 1}", seen=number), bad(f"bad{number}"),
    ])  # fmt: skip
    world.land(
        [
            off_topic(ids[3]),
            deleted(ids[1], number) if number % 3 == 0 else off_topic(f"o{number}"),
        ],
        stream="import--file--b",
    )


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The tables of a world of two landings that nothing disturbed."""
    world = World(DataRoot(tmp_path_factory.mktemp("calm")))
    for number in range(2):
        land(world, number)
    load_pending(world.root, BRANDS)
    return stored(world.root)


def test_twenty_kills_lose_and_double_nothing(world: World, tmp_path: Path) -> None:
    """Kill -9 at random moments of loading; after one more run all tables are as undisturbed."""
    chance = random.Random(20261121)  # noqa: S311
    killed = 0
    pace = 0.4
    for number in range(KILLS):
        land(world, number)
        child = start(world.root, "load")
        started = time.monotonic()
        if child.wait(chance.uniform(0, pace)) is None:
            child.kill()
            killed += 1
        else:
            pace = max(0.1, time.monotonic() - started)
    load_pending(world.root, BRANDS)
    assert killed >= KILLS // 2, f"only {killed} children were still alive to be killed"
    with open_warehouse(world.root) as connection:
        check_warehouse(connection)
    calm = World(DataRoot(tmp_path / "calm"))
    for number in range(KILLS):
        land(calm, number)
    load_pending(calm.root, BRANDS)
    assert stored(world.root) == stored(calm.root)
    with duckdb.connect(str(world.root.warehouse), read_only=True) as connection:
        query = "SELECT count(*), count(DISTINCT batch_id), sum(served) FROM core.receipt"
        assert connection.execute(query).fetchone() == (2 * KILLS, 2 * KILLS, 7 * KILLS)


@pytest.mark.parametrize("point", LOAD_POINTS)
def test_a_crash_at_a_named_point_of_loading_leaves_no_trace(
    world: World, calm: dict[str, Any], point: str
) -> None:
    """Before and after each step of the transaction: the next load completes, once."""
    for number in range(2):
        land(world, number)
    child = start(world.root, "load", crash_at=point)
    assert child.wait() == 137
    load_pending(world.root, BRANDS)
    assert stored(world.root) == calm


def test_a_kill_while_the_warehouse_is_made_leaves_one_that_opens(tmp_path: Path) -> None:
    """The new file appears whole: no log of DuckDB's that its next start could not read."""
    chance = random.Random(7)  # noqa: S311
    for number in range(6):
        world = World(DataRoot(tmp_path / str(number)))
        land(world, number)
        child = start(world.root, "load", crash_at="load:begin" if number % 2 else "")
        if child.wait(None if number % 2 else chance.uniform(0, 0.5)) is None:
            child.kill()
        load_pending(world.root, BRANDS)
        with open_warehouse(world.root) as connection:
            check_warehouse(connection)


@pytest.mark.parametrize("point", PUBLISH_POINTS)
def test_a_crash_at_a_named_point_of_publishing_keeps_the_good_files(
    built: DataRoot, point: str
) -> None:
    """The last good files open all along; the next publish completes and sweeps up."""
    publish(built, BRANDS)
    with open_warehouse(built) as connection, connection.begin():
        connection.exec_driver_sql(
            "UPDATE product.feedback_mention "
            "SET published_at = published_at - to_months((hash(mention_id) % 9)::INTEGER)"
        )
    before = {team: team_file(built, team).read_bytes() for team in TEAMS}
    child = start(built, "publish", crash_at=point)
    assert child.wait() == 137
    assert {team: team_file(built, team).read_bytes() for team in TEAMS} == before
    assert list(built.published.glob(".*.tmp"))
    for month in built.published.rglob("*.parquet"):  # what is in place is whole
        duckdb.read_parquet(str(month)).fetchall()
    publish(built, BRANDS)
    old = duckdb.read_parquet(str(built.published / "product" / "feedback_mention" / "*.parquet"))
    with duckdb.connect(str(team_file(built, "product")), read_only=True) as file:
        recent = file.execute("SELECT count(*) FROM feedback_mention").fetchall()
    whole = rows_of(built, "SELECT count(*) FROM product.feedback_mention")
    assert len(old) + recent[0][0] == whole[0][0]
    assert list(built.published.rglob(".*.tmp")) == []
    assert [path.name for path in built.published.glob(".*")] == [".lock"]
    for team in TEAMS:
        with duckdb.connect(str(team_file(built, team)), read_only=True) as file:
            assert file.execute("SELECT count(*) > 5 FROM readme").fetchone() == (True,)


def test_two_loads_at_once_load_each_batch_once(world: World) -> None:
    """The second waits for the first and finds nothing left to do, or shares the work."""
    for number in range(3):
        land(world, number)
    children = [start(world.root, "load") for _ in range(3)]
    for child in children:
        assert child.wait() == 0, child.errors
    with duckdb.connect(str(world.root.warehouse), read_only=True) as connection:
        query = "SELECT count(*), sum(served) FROM core.receipt"
        assert connection.execute(query).fetchone() == (6, 21)


def test_a_full_disk_ends_in_a_clear_error_and_the_next_load_completes(
    world: World,
) -> None:
    """The file may not grow: exit 1 with a mend, a whole file, and nothing lost."""
    rows = [said(str(n), f"acme {'words ' * 300} {n}") for n in range(3000)]
    world.land(rows)
    limit = world.root.warehouse.stat().st_size + 65_536
    child = start(world.root, "load", limit=limit)
    assert child.wait() == 1, child.errors
    assert "free the disk" in child.errors
    assert "Traceback" not in child.errors
    (receipt,) = load_pending(world.root, BRANDS)
    assert receipt.inserted == len(rows)
    with open_warehouse(world.root) as connection:
        check_warehouse(connection)


def test_a_full_disk_keeps_the_published_files(built: DataRoot) -> None:
    """A publish that cannot write is an error; the last good files stay, the next completes."""
    publish(built, BRANDS)
    before = {team: team_file(built, team).read_bytes() for team in TEAMS}
    child = start(built, "publish", limit=100_000)
    assert child.wait() == 1, child.errors
    assert "Traceback" not in child.errors
    assert {team: team_file(built, team).read_bytes() for team in TEAMS} == before
    assert len(publish(built, BRANDS)) == len(TEAMS)
