"""Killed anywhere and run again, an erasure ends where an undisturbed one ends: nothing is left.

Also what it takes to erase ten thousand mentions.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import tracemalloc
from pathlib import Path

import pytest

from listening.cli.eraserooms import erase_evidence_room, erase_warehouse, seal_decisions
from listening.contract import DataRoot
from listening.erase import erase, finish_erasure, is_pending, read_proofs
from listening.erasefile import erase_state
from listening.erasematch import plan_author, plan_query
from listening.eraseroom import erase_landing, erase_tagged
from listening.erasestate import erase_desk
from tests.canary import find_words
from tests.warehouse.test_erase import WORDS, fill
from tests.warehouse.world import BRANDS, World, said, stored
from warehouse.load import load_pending

KILLS = 20
SEED = int(os.environ.get("LISTENING_KILL_SEED") or random.SystemRandom().randrange(10**6))
ROOMS = (
    seal_decisions, erase_landing, erase_tagged, erase_evidence_room, erase_desk, erase_warehouse,
    erase_state,
)  # fmt: skip


@pytest.fixture(scope="module")
def filled(tmp_path_factory) -> Path:
    """A loaded data root; copy it, never write to it."""
    world = World(DataRoot(tmp_path_factory.mktemp("filled")))
    fill(world)
    load_pending(world.root, BRANDS)
    return world.root.path


def _work(path: Path) -> None:
    root = DataRoot(path)
    if is_pending(root):
        finish_erasure(root, ROOMS)
    elif not read_proofs(root):
        erase(root, plan_author(root, "import:canarybird"), ROOMS)


@pytest.mark.slow
def test_twenty_kills_leave_nothing_of_it(filled: Path, tmp_path: Path) -> None:
    calm = Path(shutil.copytree(filled, tmp_path / "calm"))
    _work(calm)
    expected = stored(DataRoot(calm))
    chance = random.Random(SEED)  # noqa: S311 (moments, not secrets)
    context = multiprocessing.get_context("fork")
    killed, pace, path = 0, 1.0, tmp_path / "0"
    for number in range(KILLS):
        if number % 4 == 0:  # begin anew: one that is done cannot be disturbed
            path = Path(shutil.copytree(filled, tmp_path / str(number)))
        child = context.Process(target=_work, args=(path,))
        child.start()
        child.join(chance.uniform(0, pace))
        if child.is_alive():
            child.kill()
            killed += 1
        child.join()
        if number % 4 == 3:
            _work(path)
            assert find_words(path, WORDS) == [], f"LISTENING_KILL_SEED={SEED}"
            assert stored(DataRoot(path)) == expected, f"LISTENING_KILL_SEED={SEED}"
            assert len(read_proofs(DataRoot(path))) == 1
    assert killed >= KILLS // 2


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
