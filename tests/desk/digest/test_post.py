"""A digest goes out once a period, whatever happens; and the command that sends it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desk.deliver.channel import Channel, NoChannelError
from desk.deliver.send import Door, RefusedError, UnansweredError
from desk.digest.build import build_digest
from desk.digest.page import Message
from desk.digest.post import post
from listening.cli import main
from listening.cli.digest import send_due
from listening.contract import DataRoot

from .conftest import Publish

MESSAGE = Message("pr-daily-2026-10-29", "PR, Thursday", "<p>x</p>", "x", ())


def test_a_digest_is_sent_once(tmp_path: Path, webhook):
    root, door = DataRoot(tmp_path), Door(Channel("digest_pr", webhook.url))
    assert [post(root, MESSAGE, door) for _ in range(3)] == ["sent", "sent before", "sent before"]
    assert webhook.keys == ["pr-daily-2026-10-29"]


def test_one_that_was_refused_is_sent_by_the_next_try(tmp_path: Path, webhook):
    root, door = DataRoot(tmp_path), Door(Channel("digest_pr", webhook.url))
    webhook.answers = [503]
    with pytest.raises(RefusedError):
        post(root, MESSAGE, door)
    assert post(root, MESSAGE, door) == "sent"
    assert len(webhook.keys) == 1


@pytest.mark.parametrize("dedupes", [True, False])
def test_one_that_nobody_answered_is_repeated_only_to_who_drops_it(
    tmp_path: Path, webhook, dedupes
):
    root, door = DataRoot(tmp_path), Door(Channel("digest_pr", webhook.url, dedupes=dedupes))
    webhook.answers = [0]
    with pytest.raises(UnansweredError):
        post(root, MESSAGE, door)
    if dedupes:
        assert post(root, MESSAGE, door) == "sent"
        assert len(set(webhook.keys)) == 1
    else:
        with pytest.raises(UnansweredError, match=r"cut short.*remove the file"):
            post(root, MESSAGE, door)
        assert len(webhook.keys) == 1


def test_a_team_gets_its_day_and_its_week_and_the_next_run_sends_neither(
    publish: Publish, webhook, monkeypatch
):
    root = publish("pr")
    monkeypatch.setenv("AIRFLOW_CONN_DIGEST_PR", json.dumps({"password": webhook.url}))
    assert send_due(root, "pr") == ["daily sent", "weekly sent"]
    assert send_due(root, "pr") == ["daily sent before", "weekly sent before"]
    assert webhook.keys == ["pr-daily-2026-10-29", "pr-weekly-2026-10-19"]


def test_a_team_without_a_channel_is_said_so(publish: Publish, monkeypatch):
    monkeypatch.delenv("AIRFLOW_CONN_DIGEST_PR", raising=False)
    with pytest.raises(NoChannelError, match="digest_pr"):
        send_due(publish("pr"), "pr")


# --- the command ------------------------------------------------------------------------


def run(capsys, *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main(["digest", *arguments])
    return int(ended.value.code or 0), capsys.readouterr().out


def test_the_command_prints_the_text(publish: Publish, capsys):
    publish("pr")
    status, out = run(capsys, "pr", "--weekly")
    assert status == 0
    assert "PR: weekly digest" in out


def test_the_command_writes_one_file_and_tells_of_it(publish: Publish, capsys, tmp_path):
    root, file = publish("pr"), tmp_path / "pr.html"
    status, out = run(capsys, "pr", "--out", str(file), "--json")
    told = json.loads(out)
    assert status == 0
    assert (told["role"], told["kind"], told["since"]) == ("pr", "daily", "2026-10-29")
    assert told["cautions"] == list(build_digest(root, "pr", _day()).cautions)
    assert file.read_text().lstrip().startswith("<!doctype html>")
    assert "cid:" not in file.read_text()
    run(capsys, "pr", "--out", str(file.with_suffix(".txt")))
    assert file.with_suffix(".txt").read_text().startswith("PR: daily digest")


def _day():
    from listening.cli.digest import last_period

    return last_period("daily")


def test_the_command_sends_and_says_what_went_wrong(publish: Publish, capsys, monkeypatch, webhook):
    publish("pr")
    monkeypatch.setenv("AIRFLOW_CONN_DIGEST_PR", json.dumps({"password": webhook.url}))
    assert json.loads(run(capsys, "pr", "--send", "--json")[1])["sent"] == "sent"
    monkeypatch.delenv("AIRFLOW_CONN_DIGEST_PR")
    status, out = run(capsys, "pr", "--send", "--json")
    assert status == 1
    assert "AIRFLOW_CONN_DIGEST_PR" in json.loads(out)["error"]["where"]
    assert run(capsys, "sales")[0] == 2
