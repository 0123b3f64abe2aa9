"""A data root with evidence in it, and keys beside it."""

import pytest

from listening.contract import DataRoot
from tests.desk.legal.world import NOON, Exchange, World, flag, post


@pytest.fixture
def keys(tmp_path, monkeypatch):
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("LISTENING_KEYS", str(folder))
    return folder


@pytest.fixture
def world(tmp_path, monkeypatch, keys):  # noqa: ARG001
    monkeypatch.setenv("LISTENING_NOW", NOON.isoformat())
    root = DataRoot(tmp_path / "data")
    monkeypatch.setenv("LISTENING_DATA", str(root.path))
    return World(root)


OFFER = "replica Acme K2 kettles, 20 EUR, order at fakes.example"
EXPOSED = "Bea Example lives at 4 Mill Lane, her phone is 555 0199"


@pytest.fixture
def flagged(world):
    """Three posts of two answers: an offer, an exposure, and a harmless one between them."""
    one, two = post("1001", OFFER), post("1002", "my Acme kettle is lovely")
    three = post("1003", EXPOSED, author="@bob@social.example", author_id="8")
    world.batch = world.hear(
        [one, two, three],
        [
            Exchange("https://social.example/api/1", f'[{{"id": "1001", "content": "{OFFER}"}},'
                     ' {"id": "1002", "content": "my Acme kettle is lovely"}]'),
            Exchange("https://social.example/api/2", f'[{{"id": "1003", "content": "{EXPOSED}"}}]'),
        ],
        flags={
            "1001": [flag("counterfeit", "replica", OFFER), flag("trademark")],
            "1003": [flag("doxxing", "4 Mill Lane", EXPOSED)],
        },
    )  # fmt: skip
    world.offer, world.harmless, world.exposure = one, two, three
    return world
