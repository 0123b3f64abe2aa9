"""Lets go by night of what was kept long enough, and of what sources deleted.

Raw exchanges, mentions that are too old, and evidence whose hold ended; an erasure that died is
finished first.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow.sdk import dag, task


@dag(
    schedule="45 3 * * *",
    start_date=datetime(2026, 1, 1),  # noqa: DTZ001 (Airflow reads a naive start as UTC)
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=5)},
    doc_md=__doc__,
    tags=["listening"],
)
def retention() -> None:
    """Wire the one task; it may be killed and run again."""

    @task
    def let_go() -> dict[str, int]:
        from listening.brand.load import brand_paths, load_brands
        from listening.cli.eraserooms import let_go as let_go_of
        from listening.contract import DataRoot, ListeningError

        told = let_go_of(DataRoot.from_environment(), load_brands(brand_paths()))
        if told["problems"]:
            raise ListeningError(told["problems"][0], where="retention")
        return {name: told[name] for name in ("raw_batches", "deletion", "retention")}

    let_go()


retention()
