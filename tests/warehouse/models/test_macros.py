"""Every team file answers its common questions by name, and says which it knows."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pytest

from listening.contract import TEAMS, DataRoot
from warehouse.publish import team_file
from warehouse.script import FOLDER

SINCE, UNTIL = date(2000, 1, 1), date(2100, 1, 1)
ARGUMENTS = {
    "brand": "acme", "since": SINCE, "until": UNTIL, "topic": "leak", "intent": "complaint",
    "flag_kind": "counterfeit", "on_day": UNTIL, "business_goal_of": "growth",
}  # fmt: skip


def ask(root: DataRoot, team: str, query: str, values: list[Any] | None = None) -> list[Any]:
    """Read as a team does: plain DuckDB, read-only."""
    with duckdb.connect(str(team_file(root, team)), read_only=True) as connection:
        return connection.execute(query, values or []).fetchall()


@pytest.mark.parametrize("team", TEAMS)
def test_every_macro_is_listed_and_runs(root: DataRoot, team: str) -> None:
    """The readme has its name, its parameters and what it tells."""
    listed = ask(root, team, "SELECT item, text FROM readme WHERE section = 'macro' ORDER BY 1")
    written = (FOLDER / "macro" / f"{team}.sql").read_text("utf-8")
    assert len(listed) == written.count("CREATE MACRO") > 0
    for item, text in listed:
        assert text
        name, _, parameters = item.rstrip(")").partition("(")
        values = [ARGUMENTS[each] for each in parameters.split(", ")]
        ask(root, team, f"FROM {name}({', '.join('?' * len(values))})", values)


def test_parts_are_added_up_before_they_are_divided(root: DataRoot) -> None:
    """The share over a month is no mean of daily shares."""
    rows = ask(root, "pr", "SELECT * FROM share_of_voice(?, ?)", [SINCE, UNTIL])
    counted = ask(root, "pr", "SELECT brand_id, sum(mentions) FROM share_of_voice_daily GROUP BY 1")
    assert {row[0]: row[1] for row in rows} == dict(counted)
    (acme,) = [row for row in rows if row[0] == "acme"]
    assert acme[4] == pytest.approx(acme[1] / acme[2])


def test_open_questions_wait_for_ever(root: DataRoot) -> None:
    """The macro counts as the table of days does."""
    macro = ask(root, "care", "FROM response_time('acme', ?, ?)", [SINCE, UNTIL])
    daily = ask(
        root,
        "care",
        "SELECT sum(inbound), sum(answered), sum(breached) FROM response_daily "
        "WHERE brand_id = 'acme'",
    )
    assert macro[0][:3] == daily[0]


def test_the_macro_waits_as_the_table_does(root: DataRoot) -> None:
    """Over each day, week and month it gives the quantiles that `response_period` has."""
    spans = ask(
        root,
        "care",
        "SELECT starts_on, (starts_on + CASE period WHEN 'day' THEN INTERVAL 1 DAY "
        "WHEN 'week' THEN INTERVAL 7 DAY ELSE INTERVAL 1 MONTH END - INTERVAL 1 DAY)::DATE, "
        "median_calendar_s, p90_calendar_s, median_business_s FROM response_period "
        "WHERE brand_id = 'acme' AND channel = '(all)'",
    )
    assert any(median is not None for _, _, median, _, _ in spans)
    for first, last, *quantiles in spans:
        (row,) = ask(root, "care", "FROM response_time('acme', ?, ?)", [first, last])
        assert list(row[3:]) == quantiles, (first, last)
