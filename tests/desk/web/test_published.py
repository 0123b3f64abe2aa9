"""The library reads the file that is in place, and only reads."""

from __future__ import annotations

import threading

import duckdb
import pytest

from desk.web.published import Library
from listening.contract import ConfigurationError, DataRoot, ListeningError


def put(root: DataRoot, value: int, team: str = "product") -> None:
    """Publish a file that holds one number, as publish does: built beside, renamed into place."""
    root.published.mkdir(exist_ok=True)
    built = root.published / f".{team}.duckdb.tmp"
    with duckdb.connect(built) as connection:
        connection.execute(f"CREATE TABLE number AS SELECT {value} AS value, {value} AS again")
    built.replace(root.published / f"{team}.duckdb")


@pytest.fixture
def library(tmp_path):
    made = Library(DataRoot(tmp_path))
    yield made
    made.close()


def test_a_new_file_is_taken_up_when_it_is_in_place(library, tmp_path):
    for value in (1, 2, 3):
        put(DataRoot(tmp_path), value)
        assert library.ask("product", "SELECT value FROM number", {}).rows == ((value,),)


def test_readers_see_one_file_each_while_files_change(library, tmp_path):
    root = DataRoot(tmp_path)
    put(root, 0)
    stop, seen = threading.Event(), set()
    faults: list[object] = []

    def read():
        while not stop.is_set():
            try:
                ((value, again),) = library.ask(
                    "product", "SELECT value, again FROM number WHERE value >= $least", {"least": 0}
                ).rows
                if value != again:
                    faults.append((value, again))
                seen.add(value)
            except Exception as error:  # noqa: BLE001 (any of them is the fault)
                faults.append(error)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for value in range(1, 15):
        put(root, value)
    stop.set()
    for reader in readers:
        reader.join()
    assert not faults
    assert library.ask("product", "SELECT value FROM number", {}).rows == ((14,),)


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE mine AS SELECT 1",
        "DELETE FROM number",
        "COPY number TO '{folder}/out.csv'",
        "SELECT * FROM read_csv('{folder}/secret.csv')",
        "SELECT * FROM read_text('/etc/passwd')",
        "ATTACH '{folder}/published/legal.duckdb'",
        "SET enable_external_access = true",
        "INSTALL httpfs",
    ],
)
def test_nothing_is_written_and_nothing_else_is_read(library, tmp_path, sql):
    put(DataRoot(tmp_path), 1)
    put(DataRoot(tmp_path), 1, "legal")
    (tmp_path / "secret.csv").write_text("a\n1\n")
    library.ask("legal", "FROM number", {})
    with pytest.raises(duckdb.Error):
        library.ask("product", sql.format(folder=tmp_path), {})
    assert not (tmp_path / "out.csv").exists()


def test_instants_are_utc_in_every_thread(library, tmp_path):
    put(DataRoot(tmp_path), 1)
    sql = "SELECT current_setting('TimeZone')"
    assert library.ask("product", sql, {}).rows == (("UTC",),)


def test_what_is_not_there_is_said(library):
    with pytest.raises(ListeningError, match="nothing is published yet"):
        library.ask("product", "SELECT 1", {})
    with pytest.raises(ConfigurationError, match="no such team"):
        library.ask("sales", "SELECT 1", {})
