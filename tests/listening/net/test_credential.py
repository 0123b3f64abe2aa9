"""Credentials: found where they may lie, in Airflow's form, and told to nobody."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from listening.contract import ConfigurationError
from listening.net import credential
from listening.net.credential import NoCredentialError, consult, find_credential, need_credential

AS_JSON = json.dumps({"login": "id", "password": "s@cret", "extra": {"units": "9"}})


@pytest.mark.parametrize(
    "stated",
    ["http://id:s%40cret@?units=9", AS_JSON, "generic://id:s%40cret@/?__extra__=%7B%22units%22%3A%229%22%7D"],
)  # fmt: skip
def test_a_connection_is_read_in_each_of_its_forms(
    stated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_MY_KEY", stated)
    found = need_credential("my-key", "a key")
    assert (found.login, found.password, dict(found.extra)) == ("id", "s@cret", {"units": "9"})
    assert "s@cret" not in repr(found)


def test_a_file_of_connections_is_read_and_the_environment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "connections.json"
    file.write_text(json.dumps({"a": json.loads(AS_JSON), "b": "http://x:from-file@"}))
    monkeypatch.setenv("LISTENING_CONNECTIONS", str(file))
    monkeypatch.setenv("AIRFLOW_CONN_B", "http://x:from-environment@")
    found = [need_credential(name, "a key").password for name in ("a", "b")]
    assert found == ["s@cret", "from-environment"]
    assert find_credential("c") is None


def test_a_missing_credential_says_how_it_is_given() -> None:
    with pytest.raises(NoCredentialError, match=r"AIRFLOW_CONN_NOBODY, .* to an API key"):
        need_credential("nobody", "an API key")


@pytest.mark.parametrize(
    "stated", ["no-uri-s3cret", '{"password": "s3cret"', '["s3cret"]', "{s3cret}"]
)
def test_a_broken_connection_is_refused_without_its_content(
    stated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_X", stated)
    with pytest.raises(ConfigurationError) as refused:
        find_credential("x")
    assert "s3cret" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_broken_file_is_refused_without_its_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "connections.json"
    file.write_text('{"a": "s3cret"')
    monkeypatch.setenv("LISTENING_CONNECTIONS", str(file))
    with pytest.raises(ConfigurationError) as refused:
        find_credential("a")
    assert "s3cret" not in str(refused.value)


def test_a_keeper_is_asked_last_and_may_know_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credential, "_KEEPERS", {})
    store = {"x": AS_JSON, "y": "http://a:kept@"}
    consult(store.__getitem__, KeyError)
    monkeypatch.setenv("AIRFLOW_CONN_Y", "http://a:nearer@")
    assert [need_credential(name, "a key").password for name in "xy"] == ["s@cret", "nearer"]
    assert find_credential("z") is None
