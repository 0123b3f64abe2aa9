"""Checks by night that the whole warehouse is sound, and on Sundays builds every model anew.

A load checks what it wrote, and a build takes up what changed. Both are enough as long as nobody
else wrote into the file and nothing of ours is wrong: this finds out.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow.sdk import Asset, dag, task

PUBLISHED = Asset("published_files")


@dag(
    schedule="15 3 * * *",
    start_date=datetime(2026, 1, 1),  # noqa: DTZ001 (Airflow reads a naive start as UTC)
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=5)},
    doc_md=__doc__,
    tags=["listening"],
)
def warehouse_check() -> None:
    """Wire the tasks; a warehouse that is not sound is not built upon."""

    @task
    def check() -> None:
        from listening.contract import DataRoot
        from listening.priority import step_back
        from warehouse.check import check_file

        step_back()
        check_file(DataRoot.from_environment())

    @task
    def build_anew() -> None:
        from airflow.sdk.exceptions import AirflowSkipException

        from listening.contract import DataRoot, now
        from listening.priority import step_back
        from warehouse.model import build_models

        step_back()
        if now().strftime("%a") != "Sun":
            raise AirflowSkipException("everything is built anew on Sundays")
        build_models(DataRoot.from_environment(), whole=True)

    @task(outlets=[PUBLISHED])
    def publish() -> list[str]:
        from listening.brand.load import brand_paths, load_brands
        from listening.contract import DataRoot
        from listening.priority import step_back
        from warehouse.publish import publish as publish_files

        step_back()
        paths = publish_files(DataRoot.from_environment(), load_brands(brand_paths()))
        return [path.name for path in paths]

    check() >> build_anew() >> publish()


warehouse_check()
