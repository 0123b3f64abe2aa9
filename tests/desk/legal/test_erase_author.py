"""One handle on two platforms is two authors: only the one that was asked for is erased."""

from __future__ import annotations

import json

import pyarrow.parquet as pq

from desk.legal.keep import keep_evidence
from desk.legal.place import Evidence, make_ref
from desk.legal.verify import verify
from listening.cli.eraserooms import erase_evidence_room
from listening.contract import BrandFile, read_batch
from listening.erase.file import erase_state, inbox_room
from listening.erase.match import plan_author
from listening.erase.room import erase_landing, erase_tagged
from listening.erase.run import erase
from tests.canary import find_words
from tests.desk.legal.world import Exchange, flag, post

ROOMS = (erase_landing, erase_tagged, erase_evidence_room, erase_state)


def hear(world, source, number):
    one = post(number, f"replica Acme {number}", source=source, author="@canarybird",
               author_id=f"7000{number}", url=f"https://{source}.example/{number}")  # fmt: skip
    body = json.dumps([{"id": number, "content": one.text, "handle": "canarybird"}])
    exchange = Exchange(f"https://{source}.example/api", body)
    flags = {number: [flag("counterfeit")]}
    return one, world.hear([one], [exchange], source=source, flags=flags)


def test_one_handle_on_two_platforms_is_two_authors(world):
    gone, batch = hear(world, "mastodon", "4711001")
    other, kept = hear(world, "bluesky", "4711002")
    keep_evidence(world.root)
    evidence = Evidence(world.root)
    pack = evidence.pack(make_ref(other.mention_id, other.content_hash))
    before = {path.name: path.read_bytes() for path in pack.iterdir()}
    erase(world.root, plan_author(world.root, "mastodon:@canarybird"), ROOMS)
    assert find_words(world.root.path, ["4711001", gone.mention_id]) == []
    assert {path.name: path.read_bytes() for path in pack.iterdir()} == before
    assert read_batch(world.root.landed(kept.batch_id)) == kept
    (row,) = pq.read_table(world.root.landed(kept.batch_id), partitioning=None).to_pylist()
    assert (row["author"], row["text"]) == ("@canarybird", other.text)
    assert verify(world.root).ok
    # What a batch says of itself names nobody either: the next crawl begins without that mark.
    assert batch.cursor_after == {"seen": "4711001"}
    assert read_batch(world.root.landed(batch.batch_id)).cursor_after == {}
    # And it stays so when the source serves it again.
    _, again = hear(world, "mastodon", "4711001")
    assert again.cursor_after == {}
    assert find_words(world.root.path, ["4711001", gone.mention_id]) == []


CSV = (
    "id,handle,text\n"
    '4711001,canarybird,"the first\nof two lines"\n'
    "4711003,ben,kettles are fine\n"
)  # fmt: skip


def test_folders_that_sources_read_are_in_reach_below_the_data_root(world):
    hear(world, "mastodon", "4711001")
    top = world.root.path
    for name in ("exports", "spool", "own"):
        (top / name).mkdir()
    (top / "exports" / "a.csv").write_text(CSV)
    (top / "exports" / "b.jsonl").write_text('{"by": "canarybird"}\n{"by": "ben"}\n')
    pq.write_table(pq.read_table(next(top.glob("landing/*/*/*/*.parquet")), partitioning=None),
                   top / "exports" / "c.parquet")  # fmt: skip
    (top / "spool" / "1.json").write_text('{"body": "\\"canarybird\\""}')
    (top / "spool" / "2.json").write_text('{"body": "\\"ben\\""}')
    (top / "own" / "notes.odd").write_text("ben came by")
    brands = BrandFile(
        brands=(),
        files=(str(top / "brands.yaml"),),
        sources={"drop": {"folders": [{"path": "exports"}]},
                 "webhook": {"folders": [{"path": "spool"}]}},
    )  # fmt: skip
    rooms = (erase_landing, erase_tagged, inbox_room(brands), erase_state)
    proof = erase(world.root, plan_author(world.root, "mastodon:@canarybird"), rooms)
    assert find_words(top, ["4711001", "canarybird", "of two lines"]) == []
    assert (top / "exports" / "a.csv").read_text() == (
        "id,handle,text\n4711003,ben,kettles are fine\n"
    )
    assert (top / "exports" / "b.jsonl").read_text() == '{"by": "ben"}\n'
    assert [path.name for path in sorted((top / "spool").iterdir())] == ["2.json"]
    assert not (top / "exports" / "c.parquet").exists()
    assert {"exports/a.csv", "spool/1.json"} <= {one["path"] for one in proof.files}


def test_a_stream_called_by_who_is_erased_is_told(world):
    one = post("4711001", "replica Acme", author="@canarybird", author_id="70007")
    world.hear([one], target="canarybird")
    proof = erase(world.root, plan_author(world.root, "mastodon:@canarybird"), ROOMS)
    (note,) = [note for room in proof.rooms for note in room["notes"]]
    assert note.startswith("1 streams are called by what was erased")
    assert find_words(world.root.path / "erased", ["canarybird"]) == []
