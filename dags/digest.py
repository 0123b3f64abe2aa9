"""Sends every team the digests of the last day and the last week, each once."""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow.sdk import CronTriggerTimetable, dag, task

TEAMS = ["product", "legal", "pr", "care", "marketing", "executive", "hr", "investor"]


@dag(
    schedule=CronTriggerTimetable("0 6 * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1),  # noqa: DTZ001 (Airflow reads a naive start as UTC)
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    default_args={"retries": 4, "retry_delay": timedelta(minutes=10)},
    doc_md=__doc__,
    tags=["listening"],
)
def digest() -> None:
    """Wire the task; a team without a connection `digest_<team>` is skipped."""

    @task(map_index_template="{{ team }}", max_active_tis_per_dag=1)
    def send(team: str) -> list[str]:
        from airflow.sdk import Connection, get_current_context
        from airflow.sdk.exceptions import AirflowNotFoundException, AirflowSkipException

        from desk.deliver.channel import NoChannelError
        from listening.cli.digest import send_due
        from listening.contract import DataRoot
        from listening.net.credential import consult
        from listening.priority import step_back

        step_back()
        get_current_context()["team"] = team  # type: ignore[typeddict-unknown-key]
        consult(lambda name: Connection.get(name).as_json(), AirflowNotFoundException)
        try:
            return send_due(DataRoot.from_environment(), team)
        except NoChannelError as error:
            raise AirflowSkipException(str(error)) from None

    send.expand(team=TEAMS)


digest()
