"""The desk's state on both databases it may lie in: SQLite, and a PostgreSQL of this test run."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from desk.state import URL_VARIABLE, open_state
from desk.work.item import ROOMS
from listening.contract import DataRoot

BIN = Path("/usr/lib/postgresql/15/bin")
PORT = 5432  # of a unix socket in a folder of its own


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server on a unix socket, run by somebody who is not root."""
    if not BIN.exists():
        pytest.skip("no PostgreSQL here")
    user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    with tempfile.TemporaryDirectory(prefix="pg", dir="/tmp") as folder:
        if os.getuid() == 0:
            os.chown(folder, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
        data = f"{folder}/data"
        variables = {"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]}
        run: dict[str, Any] = {
            "user": user,
            "cwd": folder,
            "env": variables,
            "stdout": subprocess.DEVNULL,
        }
        made = [str(BIN / "initdb"), "-D", data, "-U", "desk", "-A", "trust", "-E", "UTF8", "-N"]
        subprocess.run(made, check=True, **run)
        settings = ("fsync=off", "listen_addresses=", f"unix_socket_directories={folder}")
        serve = [str(BIN / "postgres"), "-D", data, "-p", str(PORT)]
        serve += [part for setting in settings for part in ("-c", setting)]
        server = subprocess.Popen(serve, stderr=subprocess.DEVNULL, **run)
        try:
            ready = [str(BIN / "pg_isready"), "-h", folder, "-p", str(PORT), "-t", "30"]
            for _ in range(300):
                if subprocess.run(ready, check=False, **run).returncode == 0:
                    break
                assert server.poll() is None
            yield f"postgresql+pg8000://desk@/postgres?unix_sock={folder}/.s.PGSQL.{PORT}"
        finally:
            server.send_signal(signal.SIGINT)  # without waiting for those still connected
            server.wait(30)


@pytest.fixture(params=["sqlite", "postgres"])
def root(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> DataRoot:
    """A data root whose desk is new, on either database."""
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    if request.param == "postgres":
        address = sa.make_url(request.getfixturevalue("postgres"))
        name = f"desk_{uuid.uuid4().hex}"
        server = sa.create_engine(address, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE template0"))
        server.dispose()
        monkeypatch.setenv(
            URL_VARIABLE, address.set(database=name).render_as_string(hide_password=False)
        )
    return DataRoot(tmp_path)


@pytest.fixture
def engine(root: DataRoot) -> Iterator[sa.Engine]:
    """The open state."""
    engine = open_state(root, ROOMS)
    yield engine
    engine.dispose()
