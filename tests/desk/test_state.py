"""The desk's state is made whole, brought up to date, and refused where it is newer."""

import multiprocessing
import stat

import pytest
import sqlalchemy as sa

from desk.state import METADATA, Instant, Room, open_state, reading, state_url, writing
from listening.contract import ConfigurationError, DataRoot, ListeningError, now

NOTE = sa.Table(
    "test_note",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("text", sa.Text, nullable=False, server_default=""),
    sa.Column("at", Instant),
)
ROOM = Room("test", [NOTE])


def test_is_one_private_file_with_its_tables(tmp_path):
    engine = open_state(DataRoot(tmp_path / "new"), [ROOM])
    moment = now()
    with writing(engine) as connection:
        connection.execute(NOTE.insert().values(text="a", at=moment))
    with reading(engine) as connection:
        assert connection.execute(sa.select(NOTE.c.at)).scalar() == moment
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    for path in (tmp_path / "new").glob("desk.sqlite*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    engine.dispose()


def test_an_instant_without_a_zone_is_refused(tmp_path):
    engine = open_state(DataRoot(tmp_path), [ROOM])
    with pytest.raises(sa.exc.StatementError, match="no zone"), writing(engine) as connection:
        connection.execute(NOTE.insert().values(text="a", at=now().replace(tzinfo=None)))
    engine.dispose()


def test_an_older_file_is_brought_up_and_a_newer_one_refused(tmp_path):
    root = DataRoot(tmp_path)
    open_state(root, [ROOM]).dispose()

    def add(connection):
        connection.execute(sa.text("ALTER TABLE test_note ADD COLUMN more TEXT"))

    newer = Room("test", [NOTE], version=2, steps={2: add})
    engine = open_state(root, [newer])
    names = {column["name"] for column in sa.inspect(engine).get_columns("test_note")}
    assert "more" in names
    engine.dispose()
    open_state(root, [newer]).dispose()  # a second time changes nothing
    with pytest.raises(ConfigurationError, match="version 2, this program knows 1"):
        open_state(root, [ROOM])


def test_a_step_that_fails_leaves_the_old_version(tmp_path):
    root = DataRoot(tmp_path)
    open_state(root, [ROOM]).dispose()

    def fail(connection):
        connection.execute(sa.text("ALTER TABLE test_note ADD COLUMN half TEXT"))
        connection.execute(sa.text("SELEKT"))

    with pytest.raises(ListeningError, match="cannot be opened"):
        open_state(root, [Room("test", [NOTE], version=2, steps={2: fail})])
    engine = open_state(root, [ROOM])
    names = {column["name"] for column in sa.inspect(engine).get_columns("test_note")}
    assert "half" not in names
    engine.dispose()


def _open(folder):
    open_state(DataRoot(folder), [ROOM]).dispose()


def test_several_may_open_a_new_one_at_once(tmp_path):
    context = multiprocessing.get_context("fork")
    several = [context.Process(target=_open, args=(tmp_path,)) for _ in range(4)]
    for process in several:
        process.start()
    for process in several:
        process.join()
    assert [process.exitcode for process in several] == [0] * 4


@pytest.mark.parametrize("url", ["nonsense", "mysql://u:secret@host/x"])
def test_a_url_of_something_else_is_refused_without_its_password(tmp_path, monkeypatch, url):
    monkeypatch.setenv("LISTENING_DESK_URL", url)
    with pytest.raises(ConfigurationError, match="LISTENING_DESK_URL") as told:
        state_url(DataRoot(tmp_path))
    assert "secret" not in str(told.value)
