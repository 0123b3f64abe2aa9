"""The landing zone: whole or absent, counted, and never silently wrong."""

import os
import resource
import subprocess
import sys
import textwrap
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from listening.bucket import Bucketer
from listening.contract import (
    LANDING_SCHEMA,
    ROW_GROUP,
    Coverage,
    DataRoot,
    ListeningError,
    Mention,
    batch_ids,
    read_batch,
)
from listening.landing import Draft, Landing
from listening.sealed import SEAL_POINTS, verify

NOON = datetime(2026, 10, 30, 12, tzinfo=UTC)
STREAM = "rss--news.example--all"
REPO = Path(__file__).parents[2]


@pytest.fixture
def landing(tmp_path, monkeypatch):
    monkeypatch.setenv("LISTENING_NOW", NOON.isoformat())
    return Landing(DataRoot(tmp_path / "data"))


def mention(number, text="kettle", **more):
    return Mention("rss", str(number), text, NOON - timedelta(days=1), NOON, **more)


def rows(*items):
    bucketer = Bucketer()
    bucketer.extend(items)
    return bucketer.table()


def draft(served, **more):
    return Draft(
        "mention", STREAM, "rss", "news.example", "all", served, Coverage("complete"), **more
    )


def files(landing):
    return sorted(
        path.relative_to(landing.root.path).as_posix()
        for path in landing.root.path.rglob("*")
        if path.is_file() and path.name != ".lock"
    )


def test_a_sealed_batch_is_the_cursor(landing):
    assert landing.newest("mention", STREAM) is None
    first = landing.seal(draft(1, cursor_after={"page": 7}), rows(mention(1)))
    second = landing.seal(draft(2, cursor_before={"page": 7}), rows(mention(2), mention(3)))
    assert (
        landing.newest("mention", STREAM)
        == second
        == read_batch(landing.root.landed(second.batch_id))
    )
    assert first.batch_id == f"mention/{STREAM}/2026-10-30/00000001"
    assert batch_ids(landing.root.landing) == [first.batch_id, second.batch_id]
    assert second.counts == {"kept": 2}
    assert landing.newest("engagement", STREAM) is None


def test_rows_that_do_not_add_up_to_served_are_not_sealed(landing):
    with pytest.raises(ListeningError, match="3 items were served, and 2 accounted for"):
        landing.seal(draft(3), rows(mention(1), mention(2)))
    assert files(landing) == []


def test_rows_of_another_shape_are_not_sealed(landing):
    with pytest.raises(ListeningError, match="another shape"):
        landing.seal(draft(1), pa.table({"bucket": ["kept"]}))


def test_the_warc_lies_beside_its_rows_with_its_digest(landing):
    with landing.lock("mention", STREAM):
        warc = landing.scratch("mention", STREAM)
        warc.write_bytes(b"raw exchanges")
        batch = landing.seal(draft(1), rows(mention(1)), warc)
    beside = landing.root.landed(batch.batch_id).with_name(batch.warc)
    assert beside.read_bytes() == b"raw exchanges"
    assert len(batch.warc_sha256) == 64
    assert not warc.exists()


def test_the_day_and_the_seal_never_go_back_when_the_clock_does(landing, monkeypatch):
    first = landing.seal(draft(1), rows(mention(1)))
    monkeypatch.setenv("LISTENING_NOW", (NOON - timedelta(days=3)).isoformat())
    second = landing.seal(draft(1), rows(mention(2)))
    assert (second.sealed_at, second.seq) == (first.sealed_at, 2)
    assert landing.newest("mention", STREAM) == second


def cut(path):
    path.write_bytes(path.read_bytes()[:-200])


def flip(path):
    """Change one bit in the middle of the texts."""
    group = pq.ParquetFile(path).metadata.row_group(0)
    column = next(
        each
        for each in map(group.column, range(group.num_columns))
        if each.path_in_schema == "text"
    )
    data = bytearray(path.read_bytes())
    data[column.data_page_offset + column.total_compressed_size // 2] ^= 0x40
    path.write_bytes(data)


def empty(path):
    path.write_bytes(b"")


def alter_footer(path):
    """Change one digit of the cursor, which no page checksum covers."""
    data = path.read_bytes()
    assert data.count(b'"page": 42') == 1
    path.write_bytes(data.replace(b'"page": 42', b'"page": 43'))


@pytest.mark.parametrize("damage", [cut, flip, empty, alter_footer])
def test_a_damaged_newest_batch_is_set_aside_and_its_predecessor_is_the_cursor(landing, damage):
    first = landing.seal(draft(1), rows(mention(1)))
    items = [mention(number, text=f"a kettle {number}") for number in range(50)]
    with landing.lock("mention", STREAM):
        (warc := landing.scratch("mention", STREAM)).write_bytes(b"raw")
        second = landing.seal(draft(50, cursor_after={"page": 42}), rows(*items), warc)
    path = landing.root.landed(second.batch_id)
    damage(path)
    damaged = path.read_bytes()

    assert landing.newest("mention", STREAM) == first
    aside = landing.set_aside("mention", STREAM)
    assert [one.batch_id for one in aside] == [second.batch_id]
    assert aside[0].path.read_bytes() == damaged
    assert aside[0].path.with_suffix(".warc.gz").read_bytes() == b"raw"

    third = landing.seal(draft(1), rows(mention(2)))
    assert third.seq == 3, "an id that may have been loaded is not used again"
    assert landing.set_aside("mention", STREAM) == []


def test_every_flipped_byte_is_found_or_harmless(landing):
    """Over the whole file: either verify refuses, or rows and footer read the same."""
    batch = landing.seal(draft(3), rows(mention(1), mention(2, "x" * 50), mention(3)))
    path = landing.root.landed(batch.batch_id)
    good, table = path.read_bytes(), pq.read_table(path)
    wrong = []
    for place in range(0, len(good), 11):
        path.write_bytes(good[:place] + bytes([good[place] ^ 0x10]) + good[place + 1 :])
        try:
            found = verify(path)
        except ListeningError:
            continue
        if found != batch or not pq.read_table(path).equals(table):
            wrong.append(place)
    assert wrong == []


def test_recent_gives_the_last_content_of_each_item(landing, monkeypatch):
    landing.seal(draft(2), rows(mention(1, "old"), mention(2, "same")))
    monkeypatch.setenv("LISTENING_NOW", (NOON + timedelta(days=2)).isoformat())
    landing.seal(draft(2), rows(mention(1, "new"), mention(1, "newest")))
    both = landing.recent("mention", STREAM, NOON - timedelta(days=1))
    assert both["1"].content_hash == mention(1, "newest").content_hash
    assert both["2"].content_hash == mention(2, "same").content_hash
    assert set(landing.recent("mention", STREAM, NOON + timedelta(days=1))) == {"1"}


def test_a_lock_is_held_against_others_and_names_its_holder(landing):
    other = Landing(landing.root)
    with landing.lock("mention", STREAM):
        with landing.lock("mention", STREAM), other.lock("engagement", STREAM):
            pass
        with (
            pytest.raises(ListeningError, match=f"held by process {os.getpid()}"),
            other.lock("mention", STREAM, timeout=0.2),
        ):
            pass
    with other.lock("mention", STREAM, timeout=0.2):
        pass


def test_a_data_root_that_cannot_be_written_is_explained(tmp_path):
    (tmp_path / "data").write_text("a file")
    with pytest.raises(ListeningError) as caught:
        Landing(DataRoot(tmp_path / "data")).seal(draft(1), rows(mention(1)))
    assert caught.value.exit_code == 1
    assert caught.value.mend


CHILD = """
    import os, resource, sys
    from pathlib import Path
    from listening.bucket import Bucketer
    from listening.contract import Coverage, DataRoot, Mention, now, ListeningError
    from listening.landing import Draft, Landing
    landing = Landing(DataRoot(Path(sys.argv[1])))
    bucketer = Bucketer()
    for number in range(2000):
        text = os.urandom(40).hex()
        bucketer.add(Mention("rss", str(number), text, now(), now()))
    rows = bucketer.table()
    draft = Draft("mention", "s", "rss", "h", "t", 2000, Coverage("complete"))
    if len(sys.argv) > 2:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), -1))
    with landing.lock("mention", "s"):
        warc = landing.scratch("mention", "s")
        warc.write_bytes(b"raw")
        try:
            landing.seal(draft, rows, warc)
        except ListeningError as error:
            print(error)
            sys.exit(error.exit_code)
"""


def child(tmp_path, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(CHILD), str(tmp_path / "data"), *arguments],
        env={**os.environ, "PYTHONPATH": str(REPO), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("point", SEAL_POINTS)
def test_killed_anywhere_a_seal_leaves_a_whole_batch_or_none(tmp_path, point):
    assert child(tmp_path, LISTENING_CRASH_AT=point).returncode == 137
    landing = Landing(DataRoot(tmp_path / "data"))
    whole = point == "seal:after_link"
    assert (landing.newest("mention", "s") is not None) == whole
    assert child(tmp_path).returncode == 0
    ids = batch_ids(landing.root.landing)
    assert len(ids) == (2 if whole else 1)
    expected = [f"landing/{name}{end}" for name in ids for end in (".parquet", ".warc.gz")]
    assert files(landing) == sorted(expected), "no orphan is left"
    for name in ids:
        assert verify(landing.root.landed(name)).served == 2000


@pytest.mark.parametrize("limit", [1, 4096, 50_000])
def test_a_full_disk_ends_in_an_error_with_a_mend_and_no_partial_file(tmp_path, limit):
    """A file size limit stands for the full disk: the same call fails in the same place."""
    if resource.getrlimit(resource.RLIMIT_FSIZE)[1] != resource.RLIM_INFINITY:
        pytest.skip("this machine limits file sizes already")
    ended = child(tmp_path, str(limit))
    assert ended.returncode == 1 or (limit == 1 and "File too large" in ended.stderr), ended.stderr
    landing = Landing(DataRoot(tmp_path / "data"))
    assert [name for name in files(landing) if not name.endswith(".warc.gz.tmp")] == []
    if limit > 1:
        assert "Raise the file size limit" in ended.stdout
    assert child(tmp_path).returncode == 0
    newest = landing.newest("mention", "s")
    assert newest is not None
    assert newest.served == 2000


def test_all_columns_survive_the_way_through_parquet(landing):
    full = replace(
        mention(1),
        title="t",
        author="@a",
        rating=4.5,
        verified=True,
        likes=3,
        warnings=("no_zone",),
    )
    batch = landing.seal(draft(1), rows(full))
    table = pq.read_table(landing.root.landed(batch.batch_id))
    assert table.schema.equals(LANDING_SCHEMA)
    (row,) = table.to_pylist()
    assert (row["rating"], row["verified"], row["likes"]) == (4.5, True, 3)
    assert row["warnings"] == ["no_zone"]
    assert row["content_hash"] == full.content_hash


def test_a_large_batch_is_written_so_that_several_threads_read_it(landing):
    one = rows(mention(1))
    batch = landing.seal(draft(ROW_GROUP + 1), pa.concat_tables([one] * (ROW_GROUP + 1)))
    path = landing.root.landed(batch.batch_id)
    assert pq.ParquetFile(path).metadata.num_row_groups == 2
    assert verify(path).served == ROW_GROUP + 1
