"""In whatever order batches are loaded, the same tables stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listening.contract import DataRoot, read_batch
from tests.warehouse.world import BRANDS, World, bad, contents, deleted, off_topic, said
from warehouse.check import check_warehouse
from warehouse.dimension import sync_brands
from warehouse.merge import merge_batch
from warehouse.migrations import migrate
from warehouse.open import connect

TEXTS = ("acme bad copy1", "acme k2 late copy1 copy2", "k2 good copy2", "acme complaint")
IDS = st.sampled_from("123")
SEEN = st.integers(24, 27)
ROWS = st.one_of(
    st.builds(
        said, IDS, st.sampled_from(TEXTS), SEEN, likes=st.none() | st.integers(0, 3),
        followers=st.none() | st.integers(0, 3), author=st.sampled_from(["ann", "bob", ""]),
        author_name=st.sampled_from(["", "A", "B"]), owned=st.booleans(),
        warnings=st.sampled_from([(), ("no_zone",), ("future",)]),
        query_ids=st.sampled_from([[], ["main"], ["other"]]),
    ),
    st.builds(deleted, IDS, SEEN),
    st.builds(off_topic, IDS),
    st.builds(bad, IDS, st.sampled_from("xy")),
)  # fmt: skip
BATCHES = st.lists(st.lists(ROWS, min_size=1, max_size=4), min_size=2, max_size=4)


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DataRoot, sa.Connection]]:
    """A migrated warehouse in memory: examples load into it and are rolled back."""
    root = DataRoot(tmp_path_factory.mktemp("law"))
    with connect(root, ":memory:") as connection:
        migrate(connection)
        with connection.begin():
            sync_brands(connection, BRANDS)
        yield root, connection


def result(connection: sa.Connection, root: DataRoot, batch_ids: list[str]) -> dict[str, Any]:
    """Return the tables after loading these batches in this order."""
    with connection.begin() as transaction:
        for batch_id in batch_ids:
            merge_batch(connection, root, read_batch(root.landed(batch_id)), b"k" * 32)
        check_warehouse(connection)
        tables = contents(connection)
        transaction.rollback()
    return tables


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(batches=BATCHES, data=st.data())
def test_the_order_of_batches_leaves_no_trace(
    memory: tuple[DataRoot, sa.Connection], batches: Any, data: st.DataObject
) -> None:
    """Batches of several streams give the same tables in whatever order they are loaded."""
    root, connection = memory
    world = World(root)
    ids = [world.land(rows, stream=f"import--file--{n}") for n, rows in enumerate(batches)]
    shuffled = data.draw(st.permutations(ids))
    assert result(connection, root, ids) == result(connection, root, shuffled)
