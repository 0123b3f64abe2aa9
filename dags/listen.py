"""Hears what is said, says what it means, and tells those who must act.

The short way: a task crawls every stream and counts the young mentions again, a second tags what
is new, judges the rules of alerts, sends what is due, and keeps evidence of what is flagged.
A third turns red where a message was lost, once for each, when all else is done.
Tables and files follow by asset, behind this.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import Asset, DeltaTriggerTimetable, dag, task

TAGGED = Asset("tagged_batches")
POLL = timedelta(seconds=int(os.environ.get("LISTENING_POLL_SECONDS") or 900))
PARTS = int(os.environ.get("LISTENING_CRAWL_TASKS") or 1)


@dag(
    schedule=DeltaTriggerTimetable(POLL),
    start_date=datetime(2026, 1, 1),  # noqa: DTZ001 (Airflow reads a naive start as UTC)
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    # Before all work that nobody waits for, where they want the same slot.
    default_args={"priority_weight": 100, "weight_rule": "absolute"},
    doc_md=__doc__,
    tags=["listening"],
)
def listen() -> None:
    """Wire the tasks; what each one does is a function of `listening`, `nlp` or `desk`."""

    # The next run is the retry: one here would hold back what the other streams said. Airflow
    # itself tries again a task that never started.
    @task(map_index_template="part {{ part }}", retries=0, retry_delay=timedelta(seconds=2))
    def crawl(part: int) -> list[str]:
        from airflow.sdk import Connection, get_current_context
        from airflow.sdk.exceptions import AirflowNotFoundException

        from listening.brand.load import brand_paths, load_brands
        from listening.contract import DataRoot
        from listening.hear import hear
        from listening.net.credential import consult

        consult(lambda name: Connection.get(name).as_json(), AirflowNotFoundException)
        context: Any = get_current_context()
        context["part"] = part
        heard = hear(DataRoot.from_environment(), load_brands(brand_paths()), part, PARTS)
        context["ti"].xcom_push("sealed", list(heard.batch_ids))
        heard.check()
        return list(heard.batch_ids)

    @task.short_circuit(
        trigger_rule="all_done",
        outlets=[TAGGED],
        retries=2,
        retry_delay=timedelta(seconds=5),
    )
    def tag_and_alert() -> list[str]:
        from airflow.sdk import Connection, get_current_context
        from airflow.sdk.exceptions import AirflowNotFoundException, AirflowSkipException

        from listening.brand.load import brand_paths, load_brands
        from listening.cli.chain import tag_and_alert as act
        from listening.contract import DataRoot
        from listening.net.credential import consult

        consult(lambda name: Connection.get(name).as_json(), AirflowNotFoundException)
        done = act(DataRoot.from_environment(), load_brands(brand_paths()))
        sealed = get_current_context()["ti"].xcom_pull(
            task_ids="crawl", key="sealed", map_indexes=range(PARTS)
        )
        if not done.tagged and not any(sealed) and not done.lost:
            raise AirflowSkipException("nothing new was heard")
        return done.lost  # none: what is behind is skipped, and costs no process

    @task(retries=0)
    def undelivered() -> None:
        from desk.deliver.lost import report_lost
        from listening.contract import DataRoot

        report_lost(DataRoot.from_environment())

    crawl.expand(part=list(range(PARTS))) >> tag_and_alert() >> undelivered()


listen()
