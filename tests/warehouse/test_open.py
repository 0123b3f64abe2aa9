"""One opener at a time, named; settings that keep the engine inside the data root."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa

from listening.contract import ConfigurationError, DataRoot, ListeningError
from tests.warehouse.world import World
from warehouse.lock import lock_path, warehouse_lock
from warehouse.open import open_warehouse

HOLD = """
import sys, time
from pathlib import Path
from listening.contract import DataRoot
from warehouse.open import open_warehouse
with open_warehouse(DataRoot(Path(sys.argv[1]))):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_timeout_names_the_holder(world: World) -> None:
    """Who waits too long is told which process holds the warehouse, and by which command."""
    command = [sys.executable, "-c", HOLD, str(world.root.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(ListeningError, match=rf"held by process {holder.pid} \(-c .*since"),
            open_warehouse(world.root, timeout=0.3),
        ):
            pass
        holder.kill()
    # The system freed the lock of the killed holder.
    with open_warehouse(world.root, timeout=5) as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1


def test_openers_wait_for_each_other(world: World) -> None:
    """Threads that open at once all get their turn."""
    turns: list[int] = []

    def work(number: int) -> None:
        with open_warehouse(world.root, timeout=30):
            turns.append(number)
            time.sleep(0.05)
            turns.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert turns[::2] == turns[1::2]
    assert sorted(turns[::2]) == [0, 1, 2, 3]


def test_the_file_is_free_afterwards(world: World) -> None:
    """Nothing pools the connection: another process opens the file at once."""
    with open_warehouse(world.root):
        pass
    code = "import duckdb, sys; duckdb.connect(sys.argv[1]).execute('SELECT 1')"
    subprocess.run([sys.executable, "-c", code, str(world.root.warehouse)], check=True)
    assert lock_path(world.root).read_text() == ""


def test_a_shell_that_ignores_the_lock_is_a_clear_error(world: World) -> None:
    """A file that something else has open cannot be opened, and the error says so."""
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); input()"
    command = [sys.executable, "-c", code, str(world.root.warehouse)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as shell:
        assert shell.stdout is not None
        shell.stdout.readline()
        with pytest.raises(ListeningError, match="cannot be opened"), open_warehouse(world.root):
            pass
        shell.communicate("\n")


def test_reading_nothing_is_an_error(tmp_path: Path) -> None:
    """There is no warehouse before the first load, and reading does not make one."""
    root = DataRoot(tmp_path)
    with (
        pytest.raises(ListeningError, match="no warehouse yet"),
        open_warehouse(root, read_only=True),
    ):
        pass
    assert not root.warehouse.exists()


def test_a_reader_cannot_write(world: World) -> None:
    """Read-only is the engine's, not a promise."""
    with (
        open_warehouse(world.root, read_only=True) as connection,
        pytest.raises(sa.exc.DBAPIError, match="read-only"),
    ):
        connection.exec_driver_sql("DELETE FROM core.mention")


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "COPY (SELECT 1) TO '/tmp/out.csv'",
        "ATTACH '/tmp/other.duckdb'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SELECT * FROM read_parquet('https://host.example/x.parquet')",
    ],
)
def test_the_engine_stays_inside_the_data_root(world: World, statement: str) -> None:
    """No statement, whoever wrote it, reads or writes elsewhere or loads an extension."""
    with open_warehouse(world.root) as connection, pytest.raises(sa.exc.DBAPIError):
        connection.exec_driver_sql(statement)


def test_settings_come_from_the_environment(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads and memory can be set; rubbish is refused."""
    monkeypatch.setenv("LISTENING_THREADS", "1")
    monkeypatch.setenv("LISTENING_MEMORY", "512MB")
    with open_warehouse(world.root) as connection:
        query = "SELECT current_setting('threads'), current_setting('memory_limit')"
        threads, memory = connection.exec_driver_sql(query).one()
    assert (threads, memory) == (1, "488.2 MiB")
    monkeypatch.setenv("LISTENING_THREADS", "many")
    with pytest.raises(ConfigurationError, match="'many'"), open_warehouse(world.root):
        pass


def test_a_data_root_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A file where the data root should be: an error with a mend, no traceback of the engine."""
    (tmp_path / "file").write_text("")
    root = DataRoot(tmp_path / "file")
    with pytest.raises(ListeningError, match="set LISTENING_DATA"), warehouse_lock(root):
        pass


def test_odd_paths_are_quoted(tmp_path: Path) -> None:
    """A quote or a percent sign in the data root is a character like any other."""
    root = DataRoot(tmp_path / "o'neil 100%")
    with open_warehouse(root) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM core.mention").scalar() == 0
    assert root.warehouse.exists()
    assert duckdb.connect(str(root.warehouse), read_only=True).execute("SELECT 1").fetchone() == (
        1,
    )
    assert os.listdir(root.path)  # noqa: PTH208
