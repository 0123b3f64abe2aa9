"""The DAG files load, chain by asset, and hold no logic of their own."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DAGS = ROOT / "dags"

SHOW = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
from airflow.utils.db import initdb
initdb()
bag = DagBag(sys.argv[1])
print(json.dumps({
    "errors": bag.import_errors,
    "dags": {
        name: {
            "tasks": sorted(dag.task_ids),
            "max_active_runs": dag.max_active_runs,
            "paused": dag.is_paused_upon_creation,
            "schedule": type(dag.timetable).__name__,
            "outlets": sorted(o.name for t in dag.tasks for o in t.outlets),
            "priorities": sorted({t.priority_weight for t in dag.tasks}),
        }
        for name, dag in bag.dags.items()
    },
}))
"""


@pytest.fixture(scope="module")
def bag(tmp_path_factory):
    import json

    from bench.airflow_home import airflow_environment

    environment = airflow_environment(tmp_path_factory.mktemp("airflow"), port=8080)
    done = subprocess.run(
        [sys.executable, "-c", SHOW, str(DAGS)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.airflow
def test_every_file_loads(bag):
    assert bag["errors"] == {}
    assert sorted(bag["dags"]) == [
        "digest", "discover_topics", "listen", "reference", "retag", "retention",
        "warehouse_check",
        "warehouse_update",
    ]  # fmt: skip


@pytest.mark.airflow
def test_the_warehouse_follows_tagged_batches_by_asset(bag):
    dags = bag["dags"]
    assert "tagged_batches" in dags["listen"]["outlets"]
    assert "tagged_batches" in dags["reference"]["outlets"]
    assert "tagged_batches" in dags["retag"]["outlets"]
    assert "tagged_batches" in dags["discover_topics"]["outlets"]
    assert dags["warehouse_update"]["schedule"] == "AssetOrTimeSchedule"
    assert "published_files" in dags["warehouse_check"]["outlets"]


@pytest.mark.airflow
def test_the_way_to_an_alert_is_two_tasks_that_go_first(bag):
    """A third waits behind them for what was lost."""
    dags = bag["dags"]
    assert dags["listen"]["tasks"] == ["crawl", "tag_and_alert", "undelivered"]
    assert dags["listen"]["schedule"] == "DeltaTriggerTimetable"
    others = [weight for name in dags if name != "listen" for weight in dags[name]["priorities"]]
    assert min(dags["listen"]["priorities"]) > max(others)


@pytest.mark.airflow
def test_one_run_at_a_time_and_unpaused(bag):
    for name, dag in bag["dags"].items():
        assert dag["max_active_runs"] == 1, name
        assert dag["paused"] is False, name


@pytest.mark.parametrize("path", sorted(DAGS.glob("*.py")), ids=lambda path: path.stem)
def test_parsing_a_file_imports_nothing_of_ours_and_nothing_heavy(path):
    """The scheduler parses these files again and again: what is heavy waits for the task."""
    tree = ast.parse(path.read_text())
    names = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name) or ""
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert {name.split(".")[0] for name in names} <= {
        "__future__", "airflow", "datetime", "os", "typing",
    }  # fmt: skip


def test_no_dag_file_shadows_a_package():
    """Airflow puts `dags/` on sys.path."""
    packages = {"listening", "nlp", "warehouse", "desk", "bench"}
    assert not packages & {path.stem for path in DAGS.iterdir()}
