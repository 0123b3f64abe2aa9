"""Takes in what people keep in tables: costs, campaigns, experiments, releases, goals."""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow.sdk import Asset, dag, task

TAGGED = Asset("tagged_batches")


@dag(
    schedule=timedelta(days=1),
    start_date=datetime(2026, 1, 1),  # noqa: DTZ001 (Airflow reads a naive start as UTC)
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    default_args={"retries": 2, "retry_delay": timedelta(seconds=30)},
    doc_md=__doc__,
    tags=["listening"],
)
def reference() -> None:
    """Wire the task; the brand file's `reference` section names the files."""

    @task(outlets=[TAGGED])
    def take_in() -> list[str]:
        from airflow.sdk.exceptions import AirflowSkipException

        from listening.brand.load import brand_paths, load_brands
        from listening.contract import DataRoot
        from listening.imports.run import import_references

        batches = import_references(DataRoot.from_environment(), load_brands(brand_paths()))
        if not batches:
            raise AirflowSkipException("the brand files name no reference tables")
        return [batch.batch_id for batch in batches]

    take_in()


reference()
