"""The second half of the fast path: what is due goes out, though nothing new was said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desk.deliver.lost import LostError, list_lost, report_lost
from desk.deliver.outbox import decide_fate
from listening.brand.load import load_brands
from listening.cli.chain import tag_and_alert
from listening.contract import DataRoot, ListeningError
from tests.desk.conftest import webhook
from tests.desk.deliver.lab import NOON, messages, put_alert, put_message

__all__ = ["webhook"]
DEMO = Path(__file__).parents[2] / "brands" / "demo.yaml"


@pytest.fixture
def root(tmp_path: Path, monkeypatch) -> DataRoot:
    monkeypatch.setenv("LISTENING_NOW", NOON.isoformat())
    monkeypatch.setenv("LISTENING_KEYS", str(tmp_path / "keys"))
    root = DataRoot(tmp_path / "data")
    put_alert(root, rule_id="spike")
    put_message(root, "d1", channel="pr-lead")
    return root


def test_what_waits_goes_out_though_nothing_was_said(root: DataRoot, webhook, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_PR_LEAD", json.dumps({"password": webhook.url}))
    assert tag_and_alert(root, load_brands([DEMO])) == ([], [])
    assert webhook.keys == ["d1"]


def test_a_channel_that_is_not_there_stops_nothing_and_is_kept_with_its_reason(
    root: DataRoot, monkeypatch, caplog
):
    monkeypatch.delenv("AIRFLOW_CONN_PR_LEAD", raising=False)
    assert tag_and_alert(root, load_brands([DEMO])) == ([], [])
    assert "AIRFLOW_CONN_PR_LEAD" in caplog.text
    assert messages(root)["d1"]["error"] == "no connection is called 'pr-lead'"


def test_a_batch_that_cannot_be_tagged_holds_up_no_message(root: DataRoot, webhook, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_PR_LEAD", json.dumps({"password": webhook.url}))
    bad = root.landed("mention/rss--x.example--feed/2026-10-30/00000001")
    bad.parent.mkdir(parents=True)
    bad.write_bytes(b"PAR1")
    with pytest.raises(ListeningError, match="not a sealed batch"):
        tag_and_alert(root, load_brands([DEMO]))
    assert webhook.keys == ["d1"]


def test_a_message_that_is_lost_turns_a_task_red_once_when_all_else_is_done(
    root: DataRoot, webhook, monkeypatch
):
    """It is told what was lost; the run after has nothing to tell of it, and it stays listed."""
    monkeypatch.setenv("AIRFLOW_CONN_PR_LEAD", json.dumps({"password": webhook.url}))
    webhook.answers = [0]
    put_message(root, "d2", channel="pr-lead")
    lost = tag_and_alert(root, load_brands([DEMO])).lost
    assert len(lost) == 1
    assert len(webhook.keys) == 2  # the other went out all the same
    with pytest.raises(LostError, match=rf"1 message lost: pr-lead: may not have.*{lost[0]}"):
        report_lost(root)
    report_lost(root)
    assert tag_and_alert(root, load_brands([DEMO])).lost == []
    assert [one.delivery_id for one in list_lost(root)] == lost
    decide_fate(root, lost[0], arrived=True)
    assert list_lost(root) == []
