"""`listening erase` says what would go, what went, and what only a person can change."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from listening.cli import app
from listening.contract import ConfigurationError, ListeningError
from tests.canary import find_words
from tests.desk.legal.world import post

BRANDS = """
version: 1
brands:
  - {id: acme, name: Acme, role: own, handles: {mastodon: ["@CanaryBird"]}}
"""


@pytest.fixture
def ask(world, tmp_path):
    """Return a function that asks for an erasure and returns what it says."""
    path = tmp_path / "acme.yaml"
    path.write_text(BRANDS)
    world.hear([post("4711001", "replica Acme", author="@canarybird", author_id="70007")],
               target="canarybird")  # fmt: skip

    def run(*options):
        done = CliRunner().invoke(app, ["erase", *options, "--brand", str(path), "--json"])
        if done.exception:
            raise done.exception
        return json.loads(done.stdout)

    return run


def test_a_dry_run_changes_nothing_and_the_run_says_what_is_left_to_do(world, ask):
    before = {one: one.read_bytes() for one in world.root.path.rglob("*") if one.is_file()}
    told = ask("--author", "mastodon:@canarybird", "--dry-run")
    assert (told["mentions"], told["streams"]) == (1, ["mastodon--social.example--canarybird"])
    assert {one: one.read_bytes() for one in world.root.path.rglob("*") if one.is_file()} == before
    told = ask("--author", "mastodon:@canarybird")
    assert told["mentions"] == 1
    assert [note for note in told["notes"] if note.startswith("acme.yaml, line 4: names")]
    assert "canarybird" not in (world.root.path / told["proof"]).read_text()
    assert find_words(world.root.path, ["canarybird", "CanaryBird", "70007", "4711001"]) == []
    assert ask("--resume") == {"erasure_id": None, "mentions": 0}
    with pytest.raises(ListeningError, match="no batch of mastodon"):
        ask("--author", "mastodon:@canarybird")


@pytest.mark.parametrize("options", [
    (), ("--author", "mastodon:@canarybird", "--resume"), ("--author", "canarybird"),
])  # fmt: skip
def test_one_thing_is_asked_for(ask, options):
    with pytest.raises(ConfigurationError):
        ask(*options)
