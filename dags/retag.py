"""Tags again what older versions of the taggers tagged, from the landing zone, newest first."""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow.sdk import Asset, dag, task

TAGGED = Asset("tagged_batches")


@dag(
    schedule=timedelta(hours=1),
    start_date=datetime(2026, 1, 1),  # noqa: DTZ001 (Airflow reads a naive start as UTC)
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    default_args={"retries": 2, "retry_delay": timedelta(seconds=30)},
    doc_md=__doc__,
    tags=["listening"],
)
def retag() -> None:
    """Wire the task; where no tagger has a new version, it skips."""

    @task(outlets=[TAGGED])
    def tag_again() -> list[str]:
        from airflow.sdk.exceptions import AirflowSkipException

        from listening.brand.load import brand_paths, load_brands
        from listening.contract import DataRoot
        from listening.priority import step_back
        from nlp.retag import retag_stale

        step_back()
        done = retag_stale(DataRoot.from_environment(), load_brands(brand_paths()))
        if not done.batches:
            raise AirflowSkipException("every batch was tagged by these versions")
        return done.batches

    tag_again()


retag()
