"""Runs the DAGs of `dags/` once, one after the other, in this process: `python -m bench.once`.

The files are the ones the scheduler runs; `dag.test()` neither honours pools nor starts the
consumers of an asset, so the order is given here (Airflow 3.3.2, 2026-11).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

ORDER = ("reference", "listen", "warehouse_update")


def run_once(dag_ids: tuple[str, ...]) -> int:
    """Run the DAGs; return 0 if every task of every run succeeded or was skipped, else 1."""
    from airflow.dag_processing.dagbag import DagBag
    from airflow.utils.db import initdb

    initdb()
    bag = DagBag(Path(os.environ["LISTENING_HOME"]) / "dags")
    for path, error in bag.import_errors.items():
        print(f"error: {path}: {error}", file=sys.stderr)  # noqa: T201
    if bag.import_errors:
        return 1
    failed = 0
    for dag_id in dag_ids:
        run = bag.dags[dag_id].test()
        for instance in run.get_task_instances():
            if instance.state in {"failed", "upstream_failed"}:
                print(f"error: {instance} {instance.state}", file=sys.stderr)  # noqa: T201
                failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(run_once(tuple(sys.argv[1:]) or ORDER))
