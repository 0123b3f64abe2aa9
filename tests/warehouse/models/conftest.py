"""The month of `month.py`, modelled and published once for all tests here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from listening import contract
from tests.warehouse.models.core import Core
from tests.warehouse.models.month import BRANDS, FILLERS, NOW
from warehouse.model import build_models
from warehouse.open import connect, open_warehouse
from warehouse.publish import publish


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> contract.DataRoot:
    """A data root whose warehouse holds the month, modelled and published, clock held."""
    root = contract.DataRoot(tmp_path_factory.mktemp("models"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(contract.CLOCK_VARIABLE, NOW)
        with open_warehouse(root) as connection:
            core = Core(connection)
            for fill in FILLERS:
                fill(core)
            connection.commit()
        build_models(root)
        publish(root, BRANDS)
    return root


@pytest.fixture(autouse=True)
def held_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold the clock for these tests alone; a fixture of the session held it for all after them."""
    monkeypatch.setenv(contract.CLOCK_VARIABLE, NOW)


@pytest.fixture
def warehouse(root: contract.DataRoot) -> Iterator[sa.Connection]:
    """The warehouse, to read."""
    with connect(root, str(root.warehouse), read_only=True) as connection:
        yield connection
