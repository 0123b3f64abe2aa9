"""Turns tagged batches into every team's tables: load, model, publish."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import Asset, dag, task

TAGGED = Asset("tagged_batches")
PUBLISHED = Asset("published_files")


@dag(
    schedule=[TAGGED],
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    default_args={"retries": 2, "retry_delay": timedelta(seconds=30)},
    doc_md=__doc__,
    tags=["listening"],
)
def warehouse_update() -> None:
    """Wire the tasks; the warehouse file has one writer, so they run one after the other.

    A batch that cannot be loaded, or a model that fails, keeps back only what it concerns: the
    next task runs all the same, and `watch` fails the run.
    """

    @task
    def load() -> list[str]:
        from listening.brand import brand_paths, load_brands
        from listening.contract import DataRoot
        from warehouse.load import load_pending

        receipts = load_pending(DataRoot.from_environment(), load_brands(brand_paths()))
        return [receipt.batch_id for receipt in receipts]

    @task(trigger_rule="all_done")
    def model() -> None:
        from listening.contract import DataRoot
        from warehouse.model import build_models

        build_models(DataRoot.from_environment())

    @task(trigger_rule="all_done", outlets=[PUBLISHED])
    def publish() -> list[str]:
        from listening.brand import brand_paths, load_brands
        from listening.contract import DataRoot
        from warehouse.publish import publish as publish_files

        paths = publish_files(DataRoot.from_environment(), load_brands(brand_paths()))
        return [path.name for path in paths]

    @task(trigger_rule="one_failed", retries=0)
    def watch() -> None:
        from airflow.sdk.exceptions import AirflowException

        raise AirflowException("a step before failed; its log says what, where and the mend")

    steps = [load(), model(), publish()]
    steps[0] >> steps[1] >> steps[2]
    steps >> watch()


warehouse_update()
