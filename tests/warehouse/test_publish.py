"""What a team gets, what it never gets, and that readers and publishes leave each other alone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from listening.cli.chain import load_and_publish
from listening.contract import TEAMS, ConfigurationError, DataRoot, ListeningError, now
from tests.warehouse.world import BRANDS, SMALL_WORLD, World, rows_of, said
from warehouse.fault import ModelError, read_faults
from warehouse.integrity import PERSONAL
from warehouse.load import LoadError, load_pending
from warehouse.model import build_models
from warehouse.open import open_warehouse
from warehouse.publish import publish, team_file

pytestmark = pytest.mark.slow
READ = """
import duckdb, pathlib, sys
file, stop = sys.argv[1], pathlib.Path(sys.argv[2])
seen = []
while not stop.exists():
    with duckdb.connect(file, read_only=True) as connection:
        seen.append(connection.execute(
            "SELECT (SELECT count(*) FROM feedback_mention), (SELECT count(*) FROM readme) > 5"
        ).fetchone())
print(len(seen), sorted(set(seen)))
"""


def read(file: Path, query: str) -> list[tuple[Any, ...]]:
    """Read as a team does: plain DuckDB, read-only."""
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(query).fetchall()


def stamp(root: DataRoot, team: str) -> tuple[int, int]:
    """Return what changes when a team's file is replaced; an inode alone may be used again."""
    found = team_file(root, team).stat()
    return found.st_ino, found.st_mtime_ns


def more(root: DataRoot) -> World:
    """Return the world that `modelled` began, for more batches."""
    world = World(root, sealed=1)
    world.streams["import--file--a"] = 1
    return world


def everything(root: DataRoot) -> dict[str, Any]:
    """Return every row of every published file."""
    found: dict[str, Any] = {}
    for file in sorted(root.published.glob("*.duckdb")):
        for (table,) in read(file, "SELECT table_name FROM duckdb_tables()"):
            found[f"{file.stem}.{table}"] = read(file, f'FROM "{table}" ORDER BY ALL')
    for file in sorted(root.published.rglob("*.parquet")):
        rows = duckdb.read_parquet(str(file)).fetchall()
        found[str(file.relative_to(root.published))] = sorted(rows, key=repr)
    return found


def test_every_team_gets_its_documented_tables(built: DataRoot) -> None:
    """One file each; every table and column says what it is; nothing is world-readable."""
    files = publish(built, BRANDS)
    assert files == [team_file(built, team) for team in TEAMS]
    for file in files:
        assert file.stat().st_mode & 0o777 == 0o640
        tables = dict(read(file, "SELECT table_name, comment FROM duckdb_tables()"))
        common = {"readme", "metric", "coverage", "use_case", "topic", "alert_act"}
        assert common < set(tables)
        assert all(tables.values())
        bare = read(
            file,
            "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND comment "
            "IS NULL",
        )
        assert bare == []
        named = {item for (item,) in read(file, "SELECT item FROM readme WHERE section = 'table'")}
        assert named == set(tables) - common
        assert read(file, "SELECT text FROM readme WHERE item = 'at'") == [
            ("2026-10-30T12:00:00Z",)
        ]
        team = file.stem
        assert read(file, "SELECT DISTINCT team FROM metric") in ([], [(team,)])
    assert sorted(path.name for path in built.published.glob(".*")) == [".lock"]


def test_old_mentions_lie_beside_by_month(built: DataRoot) -> None:
    """The file holds the last days, Parquet the rest; together they are the warehouse's rows."""
    short = BRANDS.__class__(brands=BRANDS.brands, publish_days=10)
    publish(built, short)
    horizon = now() - timedelta(days=10)
    file = team_file(built, "product")
    recent = read(file, "SELECT mention_id, published_at FROM feedback_mention")
    months = sorted((built.published / "product" / "feedback_mention").glob("*.parquet"))
    older = [
        row
        for month in months
        for row in duckdb.read_parquet(str(month)).project("mention_id, published_at").fetchall()
    ]
    assert recent
    assert older
    assert [month.name for month in months] == ["2026-10.parquet"]
    assert all(row[1] >= horizon for row in recent)
    assert all(row[1] < horizon for row in older)
    whole = rows_of(built, "SELECT mention_id, published_at FROM product.feedback_mention")
    assert sorted(recent + older) == sorted(whole)
    publish(built, BRANDS)  # with more days nothing is old, and the months go
    assert list(built.published.rglob("*.parquet")) == []
    assert len(read(file, "FROM feedback_mention")) == len(whole)


def test_a_second_run_at_the_held_clock_changes_coverage_only(built: DataRoot) -> None:
    """The same items in a new batch: teams see one more row of coverage, and nothing else."""
    publish(built, BRANDS)
    before = everything(built)
    more(built).land(SMALL_WORLD)
    load_pending(built, BRANDS)
    build_models(built)
    publish(built, BRANDS)
    after = everything(built)
    assert after.keys() == before.keys()
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {f"{team}.coverage" for team in TEAMS}


def test_people_are_named_only_where_the_job_needs_it(built: DataRoot) -> None:
    """Canary names reach legal and care alone: no other file holds their bytes."""
    publish(built, BRANDS, teams=TEAMS)
    holding = set()
    for name, rows in everything(built).items():
        if re.search(r"Canary|person\d", repr(rows)):
            holding.add(name.partition(".")[0].partition("/")[0])
    assert holding <= {"legal", "care", "pr"}
    assert "care" in holding
    for team in set(TEAMS) - {"legal", "care"}:
        assert b"Canary" not in team_file(built, team).read_bytes()


@pytest.mark.parametrize(
    ("statement", "test"),
    [
        ("ALTER TABLE product.feedback_daily DROP COLUMN intent", "contract"),
        ("DROP TABLE product.topic_week", "contract"),
        ("ALTER TABLE product.topic_week ADD COLUMN author_handle VARCHAR", "personal_data"),
        ("UPDATE product.feedback_mention SET published_at = NULL", "row_count"),
    ],
)
def test_a_failed_test_keeps_the_last_good_file(built: DataRoot, statement: str, test: str) -> None:
    """The error names team and test; that team keeps its file, the others get theirs."""
    publish(built, BRANDS)
    good = team_file(built, "product").read_bytes()
    before = {team: stamp(built, team) for team in TEAMS}
    with open_warehouse(built) as connection, connection.begin():
        if "UPDATE" in statement:
            connection.exec_driver_sql(
                "ALTER TABLE product.feedback_mention ALTER published_at DROP NOT NULL"
            )
        connection.exec_driver_sql(statement)
    with pytest.raises(ListeningError, match=f"'{test}'") as caught:
        publish(built, BRANDS)
    assert caught.value.where == "published/product.duckdb"
    assert team_file(built, "product").read_bytes() == good
    fresh = {team for team in TEAMS if stamp(built, team) != before[team]}
    assert fresh == set(TEAMS) - {"product"}
    assert rows_of(built, "SELECT status FROM core.run WHERE step = 'publish' ORDER BY 1") == [
        ("done",), ("failed",)
    ]  # fmt: skip
    assert list(built.published.glob(".*.tmp")) == []


def test_readers_never_wait_nor_see_half(built: DataRoot, tmp_path: Path) -> None:
    """Plain DuckDB reads all through loads and publishes: one version or the next, no error."""
    publish(built, BRANDS)
    stop = tmp_path / "stop"
    command = [sys.executable, "-c", READ, str(team_file(built, "product")), str(stop)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as reader:
        world = more(built)
        for turn in range(3):
            world.land([said(f"new{turn}", "acme good praise", published_at=now())])
            load_pending(built, BRANDS)
            publish(built, BRANDS, teams=["product"])
        stop.touch()
        out, errors = reader.communicate(timeout=60)
    assert errors == ""
    reads, _, versions = out.partition(" ")
    assert int(reads) > 3
    assert versions.strip() == "[(50, True)]"  # models were not run again: one version only


def test_an_open_reader_keeps_its_version(built: DataRoot) -> None:
    """The old file stays whole for whoever has it open; the next to open sees the new one."""
    publish(built, BRANDS)
    file = team_file(built, "product")
    with duckdb.connect(str(file), read_only=True) as connection:
        before = connection.execute("SELECT count(*) FROM feedback_mention").fetchone()
        with open_warehouse(built) as writer, writer.begin():
            gone = {"id": SMALL_WORLD[0]["mention_id"]}
            writer.exec_driver_sql(
                "DELETE FROM product.feedback_mention WHERE mention_id = $id", gone
            )
        publish(built, BRANDS, teams=["product"])
        assert connection.execute("SELECT count(*) FROM feedback_mention").fetchone() == before
    assert before is not None
    assert read(file, "SELECT count(*) FROM feedback_mention") == [(before[0] - 1,)]


def test_an_unknown_team_is_refused(built: DataRoot) -> None:
    """A team that does not exist is a configuration error, before anything is built."""
    with pytest.raises(ConfigurationError, match="'sales'"):
        publish(built, BRANDS, teams=["sales"])
    assert not built.published.exists()


def test_publishing_before_modelling_is_a_clear_error(world: World) -> None:
    """Without models there is nothing to publish, and the error says what is missing."""
    with pytest.raises(ListeningError, match=r"could not be built|no table"):
        publish(world.root, BRANDS)
    assert list(world.root.published.glob("*.duckdb")) == []


def test_more_days_than_the_models_hold_are_refused(built: DataRoot) -> None:
    with pytest.raises(ListeningError, match="`publish_days` is 91, and the models hold 90"):
        publish(built, replace(BRANDS, publish_days=91))
    assert not team_file(built, "product").exists()


def test_after_an_erasure_no_number_of_days_keeps_a_file_back(built: DataRoot) -> None:
    publish(built, replace(BRANDS, publish_days=91), ["care"], gated=False)
    assert read(team_file(built, "care"), "SELECT count(*) > 0 FROM mention") == [(True,)]


def test_a_failing_model_is_named_and_keeps_its_table(
    built: DataRoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broken core table fails its model by name; the run says so; the file stays usable."""
    with open_warehouse(built) as connection, connection.begin():
        connection.exec_driver_sql("ALTER TABLE core.goal_actual RENAME COLUMN target TO aim")
    with pytest.raises(ListeningError, match="failed") as caught:
        build_models(built, select="scorecard")
    assert caught.value.where == "scorecard"
    steps = "SELECT status FROM core.run WHERE step = 'model' ORDER BY started_at, status"
    assert rows_of(built, steps) == [("done",), ("failed",)]
    with open_warehouse(built) as connection, connection.begin():
        connection.exec_driver_sql("ALTER TABLE core.goal_actual RENAME COLUMN aim TO target")
    monkeypatch.setenv("LISTENING_WAREHOUSE", "kept")
    build_models(built, select="scorecard")
    assert os.environ["LISTENING_WAREHOUSE"] == "kept"


def test_a_failed_model_keeps_back_only_whom_it_concerns(built: DataRoot) -> None:
    """The team whose model failed keeps its last good file, and says why; the others get theirs."""
    publish(built, BRANDS)
    before = {team: stamp(built, team) for team in TEAMS}
    with open_warehouse(built) as connection, connection.begin():
        connection.exec_driver_sql("ALTER TABLE core.goal_actual RENAME COLUMN target TO aim")
    with pytest.raises(ModelError, match="failed"):
        build_models(built, select="scorecard content_piece")
    for _ in range(2):  # it is remembered until the model is built
        with pytest.raises(ListeningError, match="model failed") as caught:
            publish(built, BRANDS)
        assert caught.value.where == "scorecard"
    fresh = {team for team in TEAMS if stamp(built, team) != before[team]}
    assert fresh == set(TEAMS) - {"executive"}
    with open_warehouse(built) as connection, connection.begin():
        connection.exec_driver_sql("ALTER TABLE core.goal_actual RENAME COLUMN aim TO target")
    build_models(built, select="scorecard")
    publish(built, BRANDS)
    assert stamp(built, "executive") != before["executive"]


def test_a_batch_that_cannot_be_loaded_keeps_nobody_back(built: DataRoot) -> None:
    """The command names the batch and fails; what the other batches say is published."""
    world = more(built)
    cut = world.land([said("cut", "acme good")], served=2)
    world.land([said("whole", "acme good praise", published_at=now())])
    with pytest.raises(LoadError) as caught:
        load_and_publish(built, BRANDS, publish=True)
    assert caught.value.where == cut
    found = read(team_file(built, "product"), "SELECT count(*) FROM feedback_mention")
    assert found == rows_of(built, "SELECT count(*) FROM product.feedback_mention")
    (whole,) = rows_of(built, "SELECT mention_id FROM core.mention WHERE native_id = 'whole'")
    assert whole in read(team_file(built, "product"), "SELECT mention_id FROM feedback_mention")


def test_a_failed_test_of_a_shared_model_concerns_all_who_read_it(built: DataRoot) -> None:
    """A broken rule in `mart` keeps back every team below it, and no other."""
    with open_warehouse(built) as connection, connection.begin():
        connection.exec_driver_sql("DELETE FROM core.brand_business_day")
        connection.exec_driver_sql("ALTER TABLE core.brand_holiday RENAME COLUMN on_date TO day")
    with pytest.raises(ModelError):
        build_models(built, select="business_day+")
    assert set(read_faults(built)) == {"care", "executive"}


def test_a_failed_model_that_publishing_reads_concerns_every_team(built: DataRoot) -> None:
    """No team's table is made of it, and every team's file tells it."""
    with open_warehouse(built) as connection, connection.begin():
        connection.exec_driver_sql("ALTER TABLE core.entity RENAME COLUMN type TO kind")
    with pytest.raises(ModelError):
        build_models(built, select="mention_told")
    assert set(read_faults(built)) == set(TEAMS)


def test_personal_columns_are_known() -> None:
    """The names that must not leave legal and care are stated once."""
    assert {"author_handle", "author_name", "handle"} <= PERSONAL
