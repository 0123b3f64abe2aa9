"""Near copies are one cluster, by whichever of them they are joined."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse.loading import load
from tests.warehouse.world import World, at, deleted, rows_of, said
from warehouse.cluster import components


def test_near_copies_are_one_cluster_named_after_the_first(world: World) -> None:
    """Copies of copies belong together, and the cluster falls apart with its middle."""
    world.land([said("1", "acme copy1", published_at=at(3)),
                said("3", "acme copy2", published_at=at(2)), said("4", "acme alone")])  # fmt: skip
    load(world)
    clusters = "SELECT count(DISTINCT cluster_id) FROM core.duplicate_cluster"
    assert rows_of(world.root, clusters) == [(3,)]
    world.land([said("2", "acme copy1 copy2", published_at=at(5))])
    load(world)
    first = said("3", "")["mention_id"]
    sizes = "SELECT cluster_id, count(*) AS n FROM core.duplicate_cluster GROUP BY 1 HAVING n > 1"
    assert rows_of(world.root, sizes) == [(first, 3)]
    world.land([deleted("2", 40)], kind="tombstone")
    load(world)
    assert rows_of(world.root, sizes) == []


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh"))))
def test_components_are_the_classes_of_reachability(edges: list[tuple[str, str]]) -> None:
    """Two nodes share a component exactly where a path of edges joins them."""
    found = components(edges)
    reach = {node: {node} for edge in edges for node in edge}
    for _ in reach:
        for left, right in edges:
            joined = reach[left] | reach[right]
            for node in joined:
                reach[node] = reach[node] | joined
    for left, right in itertools.product(reach, reach):
        assert (found[left] == found[right]) == (right in reach[left])
