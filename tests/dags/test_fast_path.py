"""The second half of the fast path: what is due goes out, though nothing new was said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from listening.brand import load_brands
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
    assert tag_and_alert(root, load_brands([DEMO])) == []
    assert webhook.keys == ["d1"]


def test_a_channel_that_is_not_there_stops_nothing_and_is_kept_with_its_reason(
    root: DataRoot, monkeypatch, caplog
):
    monkeypatch.delenv("AIRFLOW_CONN_PR_LEAD", raising=False)
    assert tag_and_alert(root, load_brands([DEMO])) == []
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
