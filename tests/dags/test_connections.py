"""Airflow's connections are credentials of the sources, by the same ids."""

import json
import os
import subprocess
import sys

import pytest

ASK = """
from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException
from listening.net.credential import consult, find_credential
consult(lambda name: Connection.get(name).as_json(), AirflowNotFoundException)
found = find_credential("forum")
print(found.login, found.password, dict(found.extra), find_credential("nobody"))
"""


@pytest.mark.airflow
def test_a_connection_of_airflow_is_found_and_an_unknown_one_is_none(tmp_path):
    file = tmp_path / "connections.json"
    kept = {"conn_type": "http", "login": "me", "password": "pass-word", "extra": {"a": "b"}}
    file.write_text(json.dumps({"forum": kept}))
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        env={
            **os.environ,
            "AIRFLOW_HOME": str(tmp_path),
            "AIRFLOW__SECRETS__BACKEND": "airflow.secrets.local_filesystem.LocalFilesystemBackend",
            "AIRFLOW__SECRETS__BACKEND_KWARGS": json.dumps({"connections_file_path": str(file)}),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.splitlines()[-1] == "me pass-word {'a': 'b'} None"
