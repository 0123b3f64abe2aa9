"""What was measured reaches the table once, and the teams as its latest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from listening.contract import DataRoot, ListeningError
from nlp.evaluate import Figure, seal_figures
from tests.warehouse.world import BRANDS, World, at, rows_of, stored
from warehouse.evaluation import load_evaluations
from warehouse.load import load_pending
from warehouse.model import build_models

FIGURE = Figure("irony", "val", "irony", "en", "macro_recall", 955, 0.689, 0.659, 0.719, "m1")
NOTHING = replace(FIGURE, task="flag", part="trademark", measure="precision", n=0, value=None,
                  ci_low=None, ci_high=None)  # fmt: skip


def test_figures_are_loaded_once(world: World) -> None:
    """Sealed twice at one moment they are one file; loaded twice they are the same rows."""
    paths = {seal_figures(world.root, [FIGURE, NOTHING], at(0)) for _ in range(2)}
    assert len(paths) == 1
    load_evaluations(world.root)
    before = stored(world.root)
    load_evaluations(world.root)
    load_pending(world.root, BRANDS)
    assert stored(world.root)["evaluation"] == before["evaluation"]
    assert rows_of(
        world.root, "SELECT task, measure, n, value FROM core.evaluation ORDER BY n"
    ) == [
        ("flag", "precision", 0, None),
        ("irony", "macro_recall", 955, 0.689),
    ]


def test_any_load_takes_them_in_and_teams_read_the_latest(world: World) -> None:
    """A rebuild finds them in tagged/; product sees all, executives what is to quote."""
    seal_figures(world.root, [FIGURE, replace(FIGURE, measure="ece", value=0.02)], at(0))
    seal_figures(world.root, [replace(FIGURE, value=0.75, model="m2")], at(1))
    load_pending(world.root, BRANDS)
    build_models(world.root)
    asked = "SELECT measure, value, model FROM {} ORDER BY measure"
    assert rows_of(world.root, asked.format("product.model_quality")) == [
        ("ece", 0.02, "m1"),
        ("macro_recall", 0.75, "m2"),
    ]
    assert rows_of(world.root, asked.format("executive.label_quality")) == [
        ("macro_recall", 0.75, "m2")
    ]


def test_a_damaged_file_is_named_and_the_others_are_loaded(world: World) -> None:
    broken = seal_figures(world.root, [replace(FIGURE, value=0.5)], at(0))
    seal_figures(world.root, [FIGURE], at(1))
    broken.write_bytes(broken.read_bytes()[:-9])
    with pytest.raises(ListeningError, match=broken.name):
        load_pending(world.root, BRANDS)
    assert rows_of(world.root, "SELECT value FROM core.evaluation") == [(0.689,)]


def test_a_first_evaluation_makes_the_warehouse(tmp_path: Path) -> None:
    root = DataRoot(tmp_path)
    seal_figures(root, [FIGURE], at(0))
    load_evaluations(root)
    assert rows_of(root, "SELECT count(*) FROM core.evaluation") == [(1,)]
