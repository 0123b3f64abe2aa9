"""A new version of a tagger reaches every table, from the landing zone, whatever kills it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import nlp.tag
from listening.cli import main
from listening.contract import (
    ConfigurationError,
    DataRoot,
    ListeningError,
    Product,
    ServiceHours,
)
from nlp.encoder import MODEL
from nlp.retag import _alone, retag_stale
from nlp.tag import read_footer, tag_pending
from nlp.taggers.language import LanguageTagger
from tests.retagging import few_taggers, say_german
from tests.warehouse.child import start
from tests.warehouse.world import BRANDS, World, counted, deleted, rows_of, said, stored
from warehouse.check import check_warehouse
from warehouse.load import load_pending
from warehouse.model import build_models
from warehouse.open import open_warehouse

pytestmark = pytest.mark.skipif(
    not (MODEL / "manifest.json").exists(), reason="nlp/model is absent"
)
ROOT = Path(__file__).parents[1]
BRAND = Path(__file__).parent / "worlds" / "kiosk" / "brand.yaml"
NOW = "2026-10-30T12:00:00+00:00"
STORY = "I waited two whole weeks for my acme kettle and then it arrived broken"
# What tells of the way and not of the end: a fresh load has one version, and tags of one making.
WAY = {"label", "label_failure", "target_label", "tagger_version", "retag"}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Four batches by real taggers, loaded: an edit, a look at counts, a shared mention."""
    monkeypatch.setenv("LISTENING_NOW", NOW)
    monkeypatch.setattr(nlp.tag, "_build", few_taggers)
    world = World(DataRoot(tmp_path / "data"))
    shared = said("s", f"{STORY}, says everybody")
    world.land([said("1", STORY), said("2", "acme is great"), shared], tagged=False)
    world.land([said("1", f"{STORY} twice", seen=25), said("3", "my acme leaks")], tagged=False)
    own = {**shared, "owned": True}
    world.land([own, said("4", "acme again")], stream="import--file--b", tagged=False)
    world.land([said("5", "acme five"), said("6", "acme six")], tagged=False)
    world.land([counted("2", 30, likes=3)], kind="engagement")
    tag_pending(world.root, BRANDS)
    load(world.root)
    return world


def load(root: DataRoot) -> None:
    load_pending(root, BRANDS)
    with open_warehouse(root) as connection:
        check_warehouse(connection)


def retag(root: DataRoot, version: str, *, limit: int = 100, kill: int = 0) -> dict[str, Any]:
    """Tag again in a process of its own; return what it says, nothing where it was killed."""
    command = [sys.executable, "-m", "tests.retagging", str(root.path), version, str(limit)]
    done = subprocess.run(
        [*command, *([str(kill)] if kill else [])],
        cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == (137 if kill else 0), done.stderr
    said: dict[str, Any] = {} if kill else json.loads(done.stdout)
    return said


def test_a_changed_brand_file_reaches_old_mentions(world: World) -> None:
    """A new alias finds what was said before it; hours and queries change nothing."""
    root, (brand, *others) = world.root, BRANDS.brands
    hours = replace(brand, service=ServiceHours(response_minutes=5))
    assert retag_stale(root, replace(BRANDS, brands=(hours, *others))).batches == []
    named = replace(brand, products=(Product("weeks", "two whole weeks"),))
    changed = replace(BRANDS, brands=(named, *others))
    done = retag_stale(root, changed)
    assert (len(done.batches), done.left) == (4, 0)
    load_pending(root, changed)
    found = rows_of(root, "SELECT count(*) FROM core.mention_brand WHERE product_id = 'weeks'")
    assert found == [(2,)]
    assert retag_stale(root, changed).batches == []


@pytest.fixture
def upgrade(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Give the language tagger another version, in this process."""

    def give(version: str) -> None:
        monkeypatch.setattr(LanguageTagger, "version", version)
        monkeypatch.setattr(LanguageTagger, "tag", say_german)

    return give


def languages(root: DataRoot) -> dict[str, int]:
    """Return how many labels each version of the language tagger made."""
    rows = rows_of(
        root,
        "SELECT split_part(version, '+', 1), count(*) FROM core.label WHERE tagger = 'language' "
        "GROUP BY 1",
    )
    return {str(version): count for version, count in rows}


def test_killed_half_way_it_ends_where_a_fresh_load_ends(world: World) -> None:
    """Both versions stand side by side, the new one is read, and nothing is served twice."""
    root = world.root
    before = stored(root)
    log = rows_of(root, "SELECT * FROM core.receipt ORDER BY ALL")
    assert languages(root) == {"1": 8}
    retag(root, "10", kill=3)
    half = tagged_by(root).values()
    assert sorted(half) == ["1", "1", "10", "10"], "two whole, the third is as it was"
    load(root)  # the load may come at any time
    assert languages(root) == {"1": 8, "10": 4}
    done = retag(root, "10")
    assert (len(done["batches"]), done["left"]) == (2, 0)
    assert list(root.tagged.rglob(".*.tmp")) == []
    load(root)
    assert languages(root) == {"1": 8, "10": 8}
    assert len(rows_of(root, "SELECT * FROM core.retag")) == 4
    assert rows_of(root, "SELECT * FROM core.receipt ORDER BY ALL") == log
    assert list(root.retagged.glob("*/*/*/*")) == []
    build_models(root)
    table = "SELECT DISTINCT label, version FROM staging.mention_label WHERE tagger = 'language'"
    ((label, version),) = rows_of(root, table)
    assert (label, version.split("+")[0]) == ("de", "10")
    after = stored(root)
    assert retag(root, "10") == {"batches": [], "rows": 0, "failed": 0, "left": 0}
    load(root)
    assert stored(root) == after, "with the clock held nothing changes"
    fresh = anew(root)
    assert {name: rows for name, rows in after.items() if name not in WAY} == {
        name: rows for name, rows in fresh.items() if name not in WAY
    }
    assert set(before["label"]) <= set(after["label"])
    assert set(fresh["label"]) <= set(after["label"])


def anew(root: DataRoot) -> dict[str, list[tuple[Any, ...]]]:
    """Return the tables of a warehouse that is loaded from the files as they are now."""
    kept = root.warehouse.rename(root.path / "kept.duckdb")
    load(root)
    found = stored(root)
    kept.replace(root.warehouse)
    return found


def tagged_by(root: DataRoot) -> dict[str, str]:
    """Return the version of the language tagger of every tagged batch."""
    footers = {batch: read_footer(root, batch) or {} for batch in landed(root)}
    return {batch: told["taggers"]["language"].split("+")[0] for batch, told in footers.items()}


def landed(root: DataRoot) -> list[str]:
    return [
        path.relative_to(root.landing).with_suffix("").as_posix()
        for path in sorted(root.landing.glob("mention/*/*/*.parquet"))
    ]


def test_the_newest_batch_comes_first_and_a_run_is_bounded(
    world: World, upgrade: Callable[[str], None]
) -> None:
    upgrade("2")
    done = retag_stale(world.root, BRANDS, limit=1)
    assert done.batches == ["mention/import--file--a/2026-10-02/00000003"]
    assert (done.left, done.rows, done.failed) == (3, 2, 0)


def test_a_version_that_comes_back_is_the_newest_again(
    world: World, upgrade: Callable[[str], None]
) -> None:
    root = world.root
    upgrade("2")
    retag_stale(root, BRANDS)
    load(root)
    upgrade("1")
    assert len(retag_stale(root, BRANDS).batches) == 4  # back to version 1
    load(root)
    newest = rows_of(
        root,
        "SELECT split_part(version, '+', 1) FROM core.tagger_version WHERE tagger = 'language' "
        "ORDER BY greatest(retagged_at, tagged_at) DESC LIMIT 1",
    )
    assert newest == [("1",)]
    assert languages(root) == {"1": 8, "2": 8}


def test_what_was_deleted_meanwhile_stays_deleted(
    world: World, upgrade: Callable[[str], None]
) -> None:
    upgrade("2")
    retag_stale(world.root, BRANDS)
    world.land([deleted("1", 40), deleted("s", 40)], kind="tombstone")
    load(world.root)
    gone = rows_of(
        world.root,
        "SELECT count(*) FROM core.label SEMI JOIN core.tombstone USING (mention_id)",
    )
    assert gone == [(0,)]
    assert languages(world.root) == {"1": 5, "2": 5}


def test_a_load_killed_while_it_takes_in_new_tags(
    world: World, upgrade: Callable[[str], None]
) -> None:
    upgrade("2")
    retag_stale(world.root, BRANDS)
    for point in ("retag:merge", "retag:commit", "retag:merge", "retag:commit"):
        assert start(world.root, "load", crash_at=point).wait(120) == 137
    load(world.root)
    assert languages(world.root) == {"1": 8, "2": 8}
    assert len(rows_of(world.root, "SELECT * FROM core.retag")) == 4


def test_a_note_before_its_file_waits(world: World) -> None:
    """The load comes between the note and the file: it neither fails nor forgets."""
    batch_id = landed(world.root)[0]
    note = world.root.retagged / batch_id
    note.parent.mkdir(parents=True)
    note.write_text("2026-11-30T12:00:00+00:00")
    before = stored(world.root)
    load(world.root)
    assert note.exists()
    assert stored(world.root) == before


def test_a_batch_that_cannot_be_read_keeps_its_tags_and_not_the_others(
    world: World, upgrade: Callable[[str], None]
) -> None:
    upgrade("2")
    broken = landed(world.root)[0]
    world.root.landed(broken).write_bytes(b"nothing")
    with pytest.raises(ListeningError, match="not a sealed batch"):
        retag_stale(world.root, BRANDS)
    versions = tagged_by(world.root)
    assert versions.pop(broken) == "1"
    assert set(versions.values()) == {"2"}


def test_two_runs_at_once_and_no_limit_are_refused(world: World) -> None:
    with _alone(world.root), pytest.raises(ListeningError, match="another process"):
        retag_stale(world.root, BRANDS)
    with pytest.raises(ConfigurationError, match="no number of batches"):
        retag_stale(world.root, BRANDS, limit=0)


def test_the_command_says_what_it_did(
    world: World,
    upgrade: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Down to the warehouse; a second time there is nothing to do."""
    monkeypatch.setenv("LISTENING_DATA", str(world.root.path))
    upgrade("2")
    command = ["retag", "--brand", str(BRAND), "--no-publish", "--json"]
    said = []
    for limit in ("3", "3", "3"):
        with pytest.raises(SystemExit, match="0"):
            main([*command, "--limit", limit])
        said.append(json.loads(capsys.readouterr().out))
    assert [len(each["batches"]) for each in said] == [3, 1, 0]
    assert [each["left"] for each in said] == [1, 0, 0]
    assert languages(world.root) == {"1": 8, "2": 8}
