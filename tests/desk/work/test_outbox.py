"""What is decided at the desk is sealed once, in order, whoever seals it and whatever dies."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import shutil
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from desk.state import URL_VARIABLE, open_state, writing
from desk.work.outbox import ROOM, Outbox, open_outbox, outbox, plain, write
from listening.contract import (
    CRASH_VARIABLE,
    ConfigurationError,
    Correction,
    DataRoot,
    Decision,
    ListeningError,
    Reference,
    Written,
)
from listening.decide.outbox import seal_outbox
from listening.decide.seal import decision_facts, seal_rows
from listening.sealed import SEAL_POINTS

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
FORK = multiprocessing.get_context("fork")


def note(number: int, action: str = "note") -> Decision:
    return Decision("case", action, "ada", "c1", note=f"number {number}")


def put(engine: sa.Engine, *words: Decision | Correction) -> list[int]:
    with writing(engine) as connection:
        return [write(connection, word) for word in words]


def sealed(root: DataRoot, kind: str = "case") -> list[dict[str, Any]]:
    """Every sealed row of a kind, in the order of the batches."""
    folder = root.landing / "decision" / f"desk--local--{kind}"
    return [
        row
        for path in sorted(folder.glob("*/*.parquet"))
        for row in pq.read_table(path, partitioning=None).to_pylist()
    ]


def notes(root: DataRoot) -> list[str]:
    return [row["note"] for row in sealed(root)]


def test_every_field_of_a_decision_and_of_a_correction_arrives(root, engine):
    """With the moment it was taken, not the moment it was sealed."""
    whole = Decision(
        "takedown", "draft", "ada", "t1", "m", "h", "", "c1", "by form", NOON,
        NOON + timedelta(days=3), {"basis": "dmca", "platform": "ebay"},
    )  # fmt: skip
    label = Correction("m", "h", "flag", "dismissed", "bob", "threat", "a quote", "raised", "7")
    put(engine, whole, label)
    before = datetime.now(UTC)
    batches = seal_outbox(root, Outbox(engine))
    assert [batch.target for batch in batches] == ["correction", "takedown"]
    (draft,), (said,) = sealed(root, "takedown"), sealed(root, "correction")
    assert draft["fields"] == '{"basis": "dmca", "platform": "ebay"}'
    assert (draft["effective_at"], draft["due_at"]) == (NOON, NOON + timedelta(days=3))
    assert (draft["case_id"], draft["mention_id"], draft["content_hash"]) == ("c1", "m", "h")
    assert draft["decided_at"] < before
    assert (said["tagger"], said["label"], said["target"]) == ("flag", "dismissed", "threat")
    assert (said["previous_label"], said["previous_version"]) == ("raised", "7")


def test_sealing_again_seals_only_what_came_since(root, engine):
    put(engine, note(1), note(2))
    with open_outbox(root) as found:
        (first,) = seal_outbox(root, found)
    assert seal_outbox(root, Outbox(engine)) == []
    last = put(engine, note(3))
    seal_rows(
        root, "case", [decision_facts(note(4))]
    )  # by hand, past the outbox: the cursor keeps its place
    (second,) = seal_outbox(root, Outbox(engine))
    assert first.cursor_after["outbox_id"] < second.cursor_after["outbox_id"] == last[0]
    assert notes(root) == ["number 1", "number 2", "number 4", "number 3"]
    moments = [row["decided_at"] for row in sealed(root)]
    assert moments == sorted(set(moments))


def test_what_is_rolled_back_is_never_sealed(root, engine):
    def half() -> None:
        with writing(engine) as connection:
            write(connection, note(1))
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        half()
    put(engine, note(2))
    seal_outbox(root, Outbox(engine))
    assert notes(root) == ["number 2"]


def test_what_cannot_be_decided_is_not_written(engine):
    with pytest.raises(ConfigurationError):
        put(engine, note(1), note(2, "explode"))
    with pytest.raises(ConfigurationError, match="characters"):
        put(engine, Correction("m", "h", "irony", "irony", "ada", note="x" * 1_001))
    assert Outbox(engine).kinds() == []


def test_a_row_that_no_code_would_write_keeps_nothing_back(root, engine):
    """It is sealed as quarantined, without its words."""
    put(engine, note(1))
    with writing(engine) as connection:
        connection.execute(sa.update(outbox).values(action="explode", mention_id="him"))
    put(engine, note(2))
    (batch,) = seal_outbox(root, Outbox(engine))
    assert batch.counts == {"quarantined": 1, "kept": 1}
    bad = sealed(root)[0]
    assert (bad["reason"], bad["note"], bad["mention_id"]) == ("bad_decision", "", None)
    with writing(engine) as connection:
        connection.execute(sa.update(outbox).values(kind="verdict"))
    with pytest.raises(ListeningError, match="verdict"):
        seal_outbox(root, Outbox(engine))


def test_text_that_a_database_would_refuse_is_cleaned():
    assert plain(" a\x00b\r\nc\ud83d ") == "ab\nc?"


def test_ids_rise_with_the_clock_held_and_set_back(root, engine, monkeypatch):
    monkeypatch.setenv("LISTENING_NOW", NOON.isoformat())
    ids = put(engine, note(1), note(2))
    monkeypatch.setenv("LISTENING_NOW", (NOON - timedelta(days=1)).isoformat())
    ids += put(engine, note(3))
    assert ids == sorted(set(ids))
    seal_outbox(root, Outbox(engine))
    assert notes(root) == ["number 1", "number 2", "number 3"]


def test_many_write_at_once_while_others_seal(root, engine):
    """Nothing is passed over: ids become visible in their order, on either database."""
    wrong: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 (told below, by the test's thread)
            wrong.append(error)

    def write_some(who: int) -> None:
        for number in range(8):
            with writing(engine) as connection:
                write(connection, note(who * 100 + number))
                time.sleep(random.random() / 200)  # noqa: S311

    done = threading.Event()

    def seal_some() -> None:
        while not done.is_set():
            seal_outbox(root, Outbox(engine))

    writers = [
        threading.Thread(target=run, args=(lambda who=n: write_some(who),)) for n in range(4)
    ]
    sealers = [threading.Thread(target=run, args=(seal_some,)) for _ in range(2)]
    for thread in (*writers, *sealers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in sealers:
        thread.join()
    assert wrong == []
    seal_outbox(root, Outbox(engine))
    assert sorted(notes(root)) == sorted(
        f"number {w * 100 + n}" for w in range(4) for n in range(8)
    )


def _seal_in_child(root: DataRoot, point: str, pause: float) -> None:
    os.environ[CRASH_VARIABLE] = point

    class Slow(Outbox):
        def read(self, kind: str, after: int, limit: int) -> list[Written]:
            time.sleep(pause)
            return list(super().read(kind, after, limit))

    engine = open_state(root, [ROOM])
    seal_outbox(root, Slow(engine))


@pytest.mark.parametrize("point", ["outbox:read", *(p for p in SEAL_POINTS if "warc" not in p)])
def test_killed_at_any_point_it_seals_each_once(root, engine, point):
    put(engine, note(1), note(2))
    child = FORK.Process(target=_seal_in_child, args=(root, point, 0))
    child.start()
    child.join(60)
    assert child.exitcode == 137
    put(engine, note(3))
    seal_outbox(root, Outbox(engine))
    assert notes(root) == ["number 1", "number 2", "number 3"]


def test_killed_at_random_it_seals_each_once(root, engine):
    """Twelve sealers are killed while decisions come in; every one of those is sealed once."""
    dice = random.Random(8)  # noqa: S311
    for number in range(12):
        put(engine, note(2 * number), note(2 * number + 1))
        child = FORK.Process(target=_seal_in_child, args=(root, "", dice.random() / 50))
        child.start()
        child.join(dice.random() / 25)
        child.kill()
        child.join()
    seal_outbox(root, Outbox(engine))
    assert notes(root) == [f"number {number}" for number in range(24)]
    ids = [row["decision_id"] for row in sealed(root)]
    assert len(set(ids)) == len(ids)


def test_a_damaged_batch_is_sealed_again_as_it_was(root, engine):
    """The ids are those of the lost batch, so that a load that had it already changes nothing."""
    put(engine, note(1), note(2))
    (batch,) = seal_outbox(root, Outbox(engine))
    before = [row["decision_id"] for row in sealed(root)]
    path = root.landed(batch.batch_id)
    data = bytearray(path.read_bytes())
    data[60] ^= 255
    path.write_bytes(data)
    put(engine, note(3))
    seal_outbox(root, Outbox(engine))
    assert [row["decision_id"] for row in sealed(root)][:2] == before
    assert notes(root) == ["number 1", "number 2", "number 3"]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataRoot:
    """A data root whose desk is a file."""
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    return DataRoot(tmp_path)


def test_a_desk_that_was_lost_goes_on(file):
    """What was sealed stays sealed; what is decided anew is sealed though the file is new."""
    engine = open_state(file, [ROOM])
    put(engine, note(1))
    seal_outbox(file, Outbox(engine))
    engine.dispose()
    for path in file.path.glob("desk.sqlite*"):
        path.unlink()
    engine = open_state(file, [ROOM])
    put(engine, note(2))
    seal_outbox(file, Outbox(engine))
    assert notes(file) == ["number 1", "number 2"]


def test_a_desk_restored_from_a_backup_seals_nothing_twice_and_loses_nothing_new(file):
    engine = open_state(file, [ROOM])
    put(engine, note(1))
    engine.dispose()
    backup = file.path / "backup"
    shutil.copy(file.path / "desk.sqlite", backup)
    put(engine, note(2))
    seal_outbox(file, Outbox(engine))
    engine.dispose()
    for path in file.path.glob("desk.sqlite-*"):
        path.unlink()
    shutil.copy(backup, file.path / "desk.sqlite")
    put(engine, note(3))
    seal_outbox(file, Outbox(engine))
    assert notes(file) == ["number 1", "number 2", "number 3"]


def test_no_desk_no_file(file):
    with open_outbox(file) as nobody:
        assert nobody is None
        assert seal_outbox(file, nobody) == []
    assert list(file.path.iterdir()) == []


def test_a_planned_experiment_becomes_a_reference_row(root, engine):
    """Once; and a row that cannot be one is quarantined with its reason."""
    plan = {"experiment_id": "e1", "name": "Caps", "brand_id": "acme", "starts_on": "2026-11-03"}
    with writing(engine) as connection:
        write(connection, Reference("experiment", plan), "cy")
        write(connection, Reference("experiment", {**plan, "starts_on": "soon"}), "cy")
        write(connection, Reference("experiment", {"name": "no id"}), "cy")
    (batch,) = seal_outbox(root, Outbox(engine))
    assert seal_outbox(root, Outbox(engine)) == []
    assert batch.batch_id.startswith("reference/reference--local--desk-experiment/")
    rows = pq.read_table(root.landed(batch.batch_id), partitioning=None).to_pylist()
    assert [(row["bucket"], row["reason"], row["key"]) for row in rows] == [
        ("kept", None, "e1"),
        ("quarantined", "bad_date", None),
        ("quarantined", "missing_value", None),
    ]
    assert '"starts_on": "2026-11-03"' in rows[0]["row"]
    with pytest.raises(ConfigurationError, match="--table"), writing(engine) as connection:
        write(connection, Reference("secrets", plan), "cy")


def test_the_command_seals_and_says_how_many(file, monkeypatch, capsys):
    from listening.cli import main

    monkeypatch.setenv("LISTENING_DATA", str(file.path))
    put(open_state(file, [ROOM]), note(1), note(2))
    for count in (2, 0):
        with pytest.raises(SystemExit) as ended:
            main(["seal", "--json"])
        assert ended.value.code in (0, None)
        assert json.loads(capsys.readouterr().out)["decisions"] == count
    assert notes(file) == ["number 1", "number 2"]
