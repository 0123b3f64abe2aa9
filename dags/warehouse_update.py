"""Turns tagged batches and the desk's decisions into every team's tables; keeps evidence."""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow.sdk import Asset, AssetOrTimeSchedule, CronTriggerTimetable, dag, task

TAGGED = Asset("tagged_batches")
PUBLISHED = Asset("published_files")


@dag(
    # By the hour too: what a run that was killed or failed had tagged waits no longer than that.
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("7 * * * *", timezone="UTC"), assets=[TAGGED]
    ),
    start_date=datetime(2026, 1, 1),  # noqa: DTZ001 (Airflow reads a naive start as UTC)
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
    def keep() -> int:
        from desk.legal.keep import keep_evidence
        from desk.legal.render import find_browser
        from listening.contract import DataRoot

        done = keep_evidence(DataRoot.from_environment(), find_browser())
        if done.errors:
            raise done.errors[0]
        return done.packs

    @task
    def seal() -> list[str]:
        from listening.cli.chain import seal_desk
        from listening.contract import DataRoot

        return [batch.batch_id for batch in seal_desk(DataRoot.from_environment())]

    @task(trigger_rule="all_done")
    def load() -> list[str]:
        from listening.brand.load import brand_paths, load_brands
        from listening.contract import DataRoot
        from listening.priority import step_back
        from warehouse.load import load_pending

        step_back()
        receipts = load_pending(DataRoot.from_environment(), load_brands(brand_paths()))
        return [receipt.batch_id for receipt in receipts]

    @task(trigger_rule="all_done")
    def model() -> None:
        from listening.contract import DataRoot
        from listening.priority import step_back
        from warehouse.model import build_models

        step_back()
        build_models(DataRoot.from_environment())

    @task(trigger_rule="all_done", outlets=[PUBLISHED])
    def publish() -> list[str]:
        from listening.brand.load import brand_paths, load_brands
        from listening.contract import DataRoot
        from listening.priority import step_back
        from warehouse.publish import publish as publish_files

        step_back()
        paths = publish_files(DataRoot.from_environment(), load_brands(brand_paths()))
        return [path.name for path in paths]

    @task(trigger_rule="one_failed", retries=0)
    def watch() -> None:
        from airflow.sdk.exceptions import AirflowException

        raise AirflowException("a step before failed; its log says what, where and the mend")

    steps = [seal(), load(), model(), publish()]
    steps[0] >> steps[1] >> steps[2] >> steps[3]
    [keep(), *steps] >> watch()


warehouse_update()
