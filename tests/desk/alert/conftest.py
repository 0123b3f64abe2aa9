"""A planted world in a fresh data root."""

import pytest

from listening.contract import DataRoot
from tests.desk.alert.world import World


@pytest.fixture
def world(tmp_path):
    return World(DataRoot(tmp_path / "data"))
