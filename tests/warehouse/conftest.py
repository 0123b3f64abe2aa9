"""A fresh data root for every test, and a migrated warehouse to copy into it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from listening.contract import DataRoot
from tests.warehouse.world import BRANDS, SMALL_WORLD, World
from warehouse.load import load_pending
from warehouse.model import build_models
from warehouse.open import open_warehouse

NOW = "2026-10-30T12:00:00+00:00"


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty warehouse file: migrating takes half a second, copying none."""
    root = DataRoot(tmp_path_factory.mktemp("migrated"))
    with open_warehouse(root):
        pass
    return root.warehouse


@pytest.fixture
def world(tmp_path: Path, migrated: Path) -> World:
    """A data root with an empty warehouse."""
    root = DataRoot(tmp_path / "data")
    root.path.mkdir()
    shutil.copy(migrated, root.warehouse)
    return World(root)


@pytest.fixture(scope="session")
def modelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data root that was loaded and modelled at a held clock; copy it, never write to it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LISTENING_NOW", NOW)
        world = World(DataRoot(tmp_path_factory.mktemp("modelled")))
        world.land(SMALL_WORLD)
        load_pending(world.root, BRANDS)
        build_models(world.root)
    return world.root.path


@pytest.fixture
def built(modelled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataRoot:
    """A data root ready to publish, with the clock held."""
    monkeypatch.setenv("LISTENING_NOW", NOW)
    return DataRoot(Path(shutil.copytree(modelled, tmp_path / "data")))
