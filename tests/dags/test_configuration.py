"""Airflow's settings keep everything on this machine and out of the tree."""

from configparser import RawConfigParser
from pathlib import Path

import pytest

import bench.airflow_home
from bench.airflow_home import airflow_environment, load_secrets, password

ROOT = Path(__file__).parents[2]


@pytest.fixture
def settings():
    parser = RawConfigParser()
    parser.read(ROOT / "airflow.cfg")
    return parser


def test_listens_on_loopback_only(settings):
    assert settings["api"]["host"] == "127.0.0.1"
    assert settings["core"]["execution_api_server_url"].startswith("http://127.0.0.1:")


def test_no_secret_lies_in_the_tree(settings):
    for section in settings.sections():
        assert not [key for key in settings[section] if "secret" in key or "fernet" in key]


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    monkeypatch.setattr(bench.airflow_home, "SECRETS", tmp_path / "kept" / "airflow.json")
    monkeypatch.setattr(bench.airflow_home, "PASSWORDS", tmp_path / "kept" / "passwords.json")
    return tmp_path


def test_secrets_are_made_once_and_kept_private(checkout):
    first = dict(load_secrets())
    assert dict(load_secrets()) == first
    assert len(set(first.values())) == len(first)
    for path in (checkout / "kept").iterdir():
        assert path.stat().st_mode & 0o077 == 0


def test_every_process_gets_the_same_environment(checkout):
    one = airflow_environment(checkout / "home", port=8080)
    assert one == airflow_environment(checkout / "home", port=8080)
    assert password() not in str(one)
