"""What it takes to erase ten thousand mentions.

Killed in every room: tests/warehouse/test_erase_published.py.
"""

from __future__ import annotations

import tracemalloc

from listening.erase.file import erase_state
from listening.erase.match import plan_query
from listening.erase.room import erase_landing, erase_tagged
from listening.erase.run import erase
from tests.canary import find_words
from tests.warehouse.world import World, said


def test_ten_thousand_mentions_take_bounded_memory(world: World) -> None:
    for batch in range(4):
        texts = [
            said(f"canary-{batch}-{number}", f"acme {number}", query_ids=["other"])
            for number in range(2500)
        ]
        world.land(texts, tagged=False)
    world.land([said("stays", "acme fine")], tagged=False)
    plan = plan_query(world.root, "other")
    assert len(plan.mentions) == 10_000
    tracemalloc.start()
    proof = erase(world.root, plan, (erase_landing, erase_tagged, erase_state))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert proof.mentions == proof.tombstones == 10_000
    assert peak < 120e6
    assert find_words(world.root.path, ["canary-0-1", "canary-3-2499"]) == []
