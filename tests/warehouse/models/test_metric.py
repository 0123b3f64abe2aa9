"""A metric's number keeps its meaning: frozen by version, and known where use cases name it."""

from __future__ import annotations

import pytest
import yaml

from listening.contract import TEAMS, ListeningError
from warehouse.dictionary import FROZEN, freeze_metrics, read_metrics, read_models
from warehouse.model import PROJECT

COLUMNS = ["metric_id", "version", "formula", "denominator"]
COLUMN = {
    "topic_change": "change_ratio", "topic_trend": "trend",
    "aspect_sentiment": "net_sentiment_of_all",
    "release_change": "change", "release_effect": "effect",
    "flag_score": "score", "flag_age": "age_days", "case_age": "age_days",
    "counter_notice_clock": "counter_due_until", "issue_size": "velocity", "issue_count": "issues",
    "issue_velocity_24h": "velocity_24h", "issue_response_change": "change",
    "time_to_first_response": "time_to_first_response_s", "influencer_relevance": "relevance",
    "response_time": "p90_business_s", "sentiment_after_response": "share_better",
    "care_engagement": "conversations", "join_score": "score",
    "campaign_mentions": "mentions_during", "participation": "handles",
}  # fmt: skip
"""The columns of metrics that go by another name in their tables."""

FIRST = freeze_metrics(COLUMNS, [("rate", 1, "a / b", "b")], "")


def test_every_metric_is_frozen_at_its_version():
    """What `metric.sql` says today is what its versions have meant all along."""
    assert freeze_metrics(*read_metrics(), FROZEN.read_text("utf-8")) == FROZEN.read_text("utf-8")


def test_every_metric_has_a_unit_test_with_its_column():
    """Rows given and rows expected, by which a person can follow the number."""
    expected = {
        column
        for path in (PROJECT / "models").glob("*/*_unit_tests.yml")
        for test in yaml.safe_load(path.read_text("utf-8"))["unit_tests"]
        for row in test["expect"]["rows"]
        for column in row
    }
    metrics = {str(row[0]) for row in read_metrics()[1]}
    assert set(COLUMN) <= metrics
    assert [each for each in sorted(metrics) if COLUMN.get(each, each) not in expected] == []


@pytest.mark.parametrize("changed", [("a / c", "b"), ("a / b", "c"), ("a / b", None)])
def test_a_changed_formula_needs_a_higher_version(changed):
    """The same version with another formula or denominator is refused; the next one is kept."""
    with pytest.raises(ListeningError, match="'rate' changed, but not its version") as caught:
        freeze_metrics(COLUMNS, [("rate", 1, *changed)], FIRST)
    assert "version 2" in caught.value.mend
    second = freeze_metrics(COLUMNS, [("rate", 2, *changed)], FIRST)
    assert second.splitlines()[:2] == FIRST.splitlines()
    assert second.splitlines()[2].startswith("rate,2,")


def test_an_older_version_never_comes_back_with_another_meaning():
    """Old versions stay frozen after newer ones came."""
    second = freeze_metrics(COLUMNS, [("rate", 2, "a / c", "c")], FIRST)
    with pytest.raises(ListeningError):
        freeze_metrics(COLUMNS, [("rate", 1, "a / c", "c")], second)


def test_use_cases_name_tables_and_metrics_that_are_there(warehouse):
    """Fourteen uses, each answered by tables of its team and metrics of the registry."""
    tables = {(table.schema, table.name) for table in read_models()}
    metrics = {(row[0], row[2]) for row in read_metrics()[1]}
    told = warehouse.exec_driver_sql("SELECT * FROM mart.use_case").mappings().all()
    assert len(told) == 14
    for case in told:
        assert case["team"] in TEAMS
        assert case["question"].endswith("?")
        assert {(case["team"], name) for name in case["tables"]} <= tables, case
        assert {(name, case["team"]) for name in case["metric_ids"]} <= metrics, case
