"""Hears what is said and says what it means.

Every stream is crawled, what is young is counted again, and what is new is tagged.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import Asset, dag, task

TAGGED = Asset("tagged_batches")


@dag(
    schedule=timedelta(minutes=15),
    start_date=datetime(2026, 1, 1),  # noqa: DTZ001 (Airflow reads a naive start as UTC)
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    default_args={"retries": 2, "retry_delay": timedelta(seconds=30)},
    doc_md=__doc__,
    tags=["listening"],
)
def listen() -> None:
    """Wire the tasks; what each one does is a function of `listening` or `nlp`."""

    @task
    def plan() -> list[dict[str, Any]]:
        from listening.brand import brand_paths, load_brands
        from listening.streams import streams

        return [stream.to_json() for stream in streams(load_brands(brand_paths()))]

    @task(map_index_template="{{ stream_id }}")
    def crawl(stream: dict[str, Any]) -> str | None:
        from airflow.sdk import Connection, get_current_context
        from airflow.sdk.exceptions import AirflowNotFoundException

        from listening.brand import brand_paths, load_brands
        from listening.contract import DataRoot
        from listening.crawl import crawl_stream
        from listening.credential import consult
        from listening.streams import Stream

        consult(lambda name: Connection.get(name).as_json(), AirflowNotFoundException)
        what = Stream.from_json(stream)
        get_current_context()["stream_id"] = what.id  # type: ignore[typeddict-unknown-key]
        outcome = crawl_stream(DataRoot.from_environment(), what, load_brands(brand_paths()))
        if outcome.error:
            raise outcome.error
        return outcome.batch_id

    @task(map_index_template="{{ stream_id }}", trigger_rule="all_done")
    def recount(stream: dict[str, Any]) -> list[str]:
        from airflow.sdk import Connection, get_current_context
        from airflow.sdk.exceptions import AirflowNotFoundException

        from listening.brand import brand_paths, load_brands
        from listening.contract import DataRoot
        from listening.credential import consult
        from listening.recount import recount_stream
        from listening.streams import Stream

        consult(lambda name: Connection.get(name).as_json(), AirflowNotFoundException)
        what = Stream.from_json(stream)
        get_current_context()["stream_id"] = what.id  # type: ignore[typeddict-unknown-key]
        outcome = recount_stream(DataRoot.from_environment(), what, load_brands(brand_paths()))
        if outcome and outcome.error:
            raise outcome.error
        return list(outcome.batch_ids) if outcome else []

    @task(trigger_rule="all_done", outlets=[TAGGED])
    def tag(counted: list[list[str]]) -> list[str]:
        from airflow.sdk.exceptions import AirflowSkipException

        from listening.brand import brand_paths, load_brands
        from listening.contract import DataRoot
        from nlp.tag import tag_pending

        batches = tag_pending(DataRoot.from_environment(), load_brands(brand_paths()))
        if not batches and not any(counted):
            raise AirflowSkipException("nothing new to tag or to count")
        return batches

    planned = plan()
    counted = recount.expand(stream=planned)
    crawl.expand(stream=planned) >> counted
    tag(counted)  # type: ignore[arg-type] # Airflow hands it what the tasks returned


listen()
