"""Finds by night what people talk about that nobody declared, and keeps track of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow.sdk import Asset, dag, task

TAGGED = Asset("tagged_batches")


@dag(
    schedule="30 2 * * *",
    start_date=datetime(2026, 1, 1),  # noqa: DTZ001 (Airflow reads a naive start as UTC)
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=5)},
    doc_md=__doc__,
    tags=["listening"],
)
def discover_topics() -> None:
    """Wire the task; the warehouse follows by asset."""

    @task(outlets=[TAGGED])
    def discover() -> str:
        from listening.contract import DataRoot
        from listening.priority import step_back
        from nlp.discover import discover_topics as find_topics

        step_back()
        return find_topics(DataRoot.from_environment()).night.isoformat()

    discover()


discover_topics()
