"""After an erasure and the publish in it no byte of the data root tells who was erased.

Also where it was killed, in every room: dbt is killed among its models once and builds them once
(24 s of a core on 2026-11-22), and they are copied from there in each run that follows.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pytest

from desk.legal.erase import ERASE_POINTS as EVIDENCE_POINTS
from desk.legal.keep import keep_evidence
from desk.legal.verify import verify
from desk.state import open_state, writing
from desk.work.item import ROOMS as DESK
from desk.work.outbox import write
from listening.cli.eraserooms import rooms
from listening.contract import TEAMS, DataRoot, Decision, ListeningError
from listening.erase.match import Plan, plan_author
from listening.erase.run import (
    IncompleteError,
    Proof,
    erase,
    finish_erasure,
    is_pending,
    read_proofs,
)
from tests.canary import find_words
from tests.forked import fork
from tests.warehouse import world
from tests.warehouse.conftest import NOW
from tests.warehouse.world import stored
from warehouse.erase import ERASE_POINTS
from warehouse.model import build_models
from warehouse.publish import PUBLISH_POINTS, publish, team_file

pytestmark = pytest.mark.slow
BRANDS = replace(world.BRANDS, publish_days=14)  # so that there are older months
FAULT = {
    "test.listening.holds_triage": {
        "teams": ["care"], "error": {"what": "test failed", "where": "triage", "mend": "x"}
    }
}  # fmt: skip
POINTS = (
    "erase:tombstones", "revise:after_replace", "erase:tagged", *EVIDENCE_POINTS, "erase:scrub",
    "erase:sqlite", "erase:vacuum", *ERASE_POINTS, *PUBLISH_POINTS, "erase:published",
)  # fmt: skip
RANDOM = 4
SEED = int(os.environ.get("LISTENING_KILL_SEED") or random.SystemRandom().randrange(10**6))
AUTHOR = "import:person3"


@dataclass
class Worlds:
    """A data root before an erasure, one after, and what it was to find."""

    before: Path
    after: Path
    plan: Plan
    proof: Proof
    months: list[str]

    @property
    def words(self) -> tuple[str, ...]:
        """Return what may be in no byte."""
        return ("person3", "Canary 3", *self.plan.mentions)


@pytest.fixture(scope="module")
def worlds(modelled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    """Every room filled; and the same after an erasure that nothing disturbed."""
    folder = tmp_path_factory.mktemp("worlds")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LISTENING_NOW", NOW)
        before = DataRoot(Path(shutil.copytree(modelled, folder / "before")))
        plan = plan_author(before, AUTHOR)
        _fill(before, plan)
        months = sorted(path.name for path in before.published.rglob("*.parquet"))
        after = DataRoot(Path(shutil.copytree(before.path, folder / "after")))
        _kill_inside_dbt(after)
        proof = finish_erasure(after, rooms(BRANDS))
        assert proof is not None
        yield Worlds(before.path, after.path, plan, proof, months)


def _kill_inside_dbt(root: DataRoot) -> None:
    """Let a child erase, and kill it once dbt has made some of the models."""
    log = root.path / "dbt" / "logs" / "dbt.log"
    log.unlink(missing_ok=True)
    child = fork(_erase, root.path)
    while not (log.exists() and "OK created" in log.read_text("utf-8")):
        assert child.is_alive()
        time.sleep(0.05)
    child.kill()
    child.join()
    assert child.exitcode == -9
    assert is_pending(root)
    results = root.path / "dbt" / "target" / "run_results.json"
    assert not results.exists() or results.stat().st_mtime < log.stat().st_mtime  # dbt did not end


def _erase(path: Path) -> None:
    erase(DataRoot(path), plan_author(DataRoot(path), AUTHOR), rooms(BRANDS))


def _fill(root: DataRoot, plan: Plan) -> None:
    """Publish, keep evidence, and have people at work on the mentions."""
    publish(root, BRANDS)
    assert keep_evidence(root).packs > 0
    first = next(iter(plan.mentions))
    engine = open_state(root, DESK)
    with writing(engine) as connection:
        write(connection, Decision("case", "open", "ada", "c1", first, note="by person3"))
    engine.dispose()
    with closing(sqlite3.connect(root.path / "alerts.sqlite")) as alerts, alerts:
        alerts.execute("PRAGMA journal_mode = WAL")
        alerts.execute("CREATE TABLE story (n INTEGER PRIMARY KEY, mention_id TEXT, said TEXT)")
        alerts.executemany(
            "INSERT INTO story VALUES (NULL, ?, 'person3 again')", [[one] for one in plan.mentions]
        )
    logs = root.path / "dbt" / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    (logs / "old.log").write_text("row of person3 broke\nanother line\n")


def _copy_models(root: DataRoot, after: Path) -> None:
    """Put what models made into a warehouse, as an undisturbed erasure has it."""
    with duckdb.connect(str(root.warehouse)) as connection:
        connection.execute(f"ATTACH '{after / 'warehouse.duckdb'}' AS done (READ_ONLY)")
        tables = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() "
            "WHERE database_name = 'done' AND schema_name <> 'core'"
        ).fetchall()
        views = connection.execute(
            "SELECT schema_name, sql FROM duckdb_views() "
            "WHERE database_name = 'done' AND NOT internal ORDER BY view_oid"
        ).fetchall()
        for schema in {schema for schema, _ in tables + views}:
            connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
        for schema, table in tables:
            name = f'"{schema}"."{table}"'
            connection.execute(f"CREATE OR REPLACE TABLE {name} AS FROM done.{name}")
        waiting = [sql.replace("CREATE VIEW done.", "CREATE VIEW ", 1) for _, sql in views]
        while waiting:  # one may be made of another
            left = [sql for sql in waiting if not _make(connection, sql)]
            assert len(left) < len(waiting), left
            waiting = left


def _make(connection: duckdb.DuckDBPyConnection, view: str) -> bool:
    try:
        connection.execute(view.replace("CREATE VIEW", "CREATE OR REPLACE VIEW", 1))
    except duckdb.CatalogException:
        return False
    return True


def test_the_team_files_and_their_months_are_built_anew(worlds: Worlds) -> None:
    told = {name for _, name in find_words(worlds.before, worlds.words)}
    assert {"published/legal.duckdb", "warehouse.duckdb", "desk.sqlite", "alerts.sqlite"} <= told
    assert {name.split("/")[0] for name in told} >= {"landing", "tagged", "evidence", "dbt"}
    assert find_words(worlds.after, worlds.words) == []
    after = DataRoot(worlds.after)
    with duckdb.connect(str(team_file(after, "product")), read_only=True) as product:
        ((left,),) = product.execute("SELECT count(*) FROM feedback_mention").fetchall()
    assert left > 0
    assert worlds.months
    assert sorted(path.name for path in after.published.rglob("*.parquet")) == worlds.months
    assert (worlds.after / "dbt" / "logs" / "old.log").read_text() == "[erased]\nanother line\n"
    ran = json.loads((worlds.after / "dbt" / "target" / "run_results.json").read_text())["results"]
    assert {one["unique_id"].partition(".")[0] for one in ran} == {"model"}  # no test is waited for
    changed = {one["path"] for one in worlds.proof.files}
    assert {"published/care.duckdb", "warehouse.duckdb", "dbt/logs/old.log"} <= changed


def test_a_file_that_cannot_be_built_leaves_the_erasure_open(
    worlds: Worlds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LISTENING_NOW", NOW)
    root = DataRoot(Path(shutil.copytree(worlds.before, tmp_path / "data")))
    # A model's failed test keeps back a publishing, but not one after an erasure.
    (root.path / "dbt" / "faults.json").write_text(json.dumps(FAULT))
    with pytest.raises(ListeningError, match="test failed"):
        publish(root, BRANDS, ["care"])
    monkeypatch.setattr("warehouse.model.build_models", lambda *_, **__: None)
    with pytest.raises(IncompleteError, match="could not be built"):
        erase(root, worlds.plan, rooms(BRANDS))
    assert is_pending(root)
    monkeypatch.setattr(
        "warehouse.model.build_models", lambda root, **_: _copy_models(root, worlds.after)
    )
    assert finish_erasure(root, rooms(BRANDS)) is not None
    assert find_words(root.path, worlds.words) == []


def _work(path: Path, after: Path) -> None:
    """Erase, or go on erasing; all rooms are the real ones, but for who makes the models."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"{build_models.__module__}.build_models",
                      lambda root, **_: _copy_models(root, after))  # fmt: skip
        root = DataRoot(path)
        if is_pending(root):
            finish_erasure(root, rooms(BRANDS))
        elif not read_proofs(root):
            erase(root, plan_author(root, AUTHOR), rooms(BRANDS))


def test_killed_in_every_room_the_next_run_goes_on(
    worlds: Worlds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dies at every named place in turn, then at random moments; the desk has its file open."""
    monkeypatch.setenv("LISTENING_NOW", NOW)
    path = Path(shutil.copytree(worlds.before, tmp_path / "data"))
    desk = sqlite3.connect(path / "desk.sqlite")
    desk.execute("SELECT * FROM outbox").fetchall()
    for point in POINTS:
        child = fork(_work, path, worlds.after, LISTENING_CRASH_AT=point)
        child.join()
        assert child.exitcode == 137, point
    started = time.monotonic()
    _work(path, worlds.after)
    pace = time.monotonic() - started
    _check(path, worlds)
    desk.close()

    chance, killed = random.Random(SEED), 0  # noqa: S311 (moments, not secrets)
    path = Path(shutil.copytree(worlds.before, tmp_path / "again"))
    while killed < RANDOM:
        child = fork(_work, path, worlds.after)
        child.join(chance.uniform(0, pace / 2))
        child.kill()
        child.join()
        killed += child.exitcode == -9
        if child.exitcode == 0:  # it was quicker; what is done cannot be killed
            shutil.rmtree(path)
            shutil.copytree(worlds.before, path)
    _work(path, worlds.after)
    _check(path, worlds)
    assert 1 + len(POINTS) + killed >= 20  # one among dbt's models


def _check(path: Path, worlds: Worlds) -> None:
    root = DataRoot(path)
    assert find_words(path, worlds.words) == [], f"LISTENING_KILL_SEED={SEED}"
    assert stored(root) == stored(DataRoot(worlds.after)), f"LISTENING_KILL_SEED={SEED}"
    assert len(read_proofs(root)) == 1
    assert verify(root).problems == []
    assert sorted(one.name for one in root.published.glob("*.duckdb")) == [
        f"{team}.duckdb" for team in sorted(TEAMS)
    ]
    for team in TEAMS:
        with (
            duckdb.connect(str(team_file(root, team)), read_only=True) as mine,
            duckdb.connect(str(team_file(DataRoot(worlds.after), team)), read_only=True) as theirs,
        ):
            sizes = "SELECT table_name, estimated_size FROM duckdb_tables() ORDER BY ALL"
            assert mine.execute(sizes).fetchall() == theirs.execute(sizes).fetchall(), team
