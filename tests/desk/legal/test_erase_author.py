"""One handle on two platforms is two authors: only the one that was asked for is erased."""

from __future__ import annotations

import json
import re

import pyarrow.parquet as pq
import pytest

from desk.legal.keep import keep_evidence
from desk.legal.place import Evidence, make_ref
from desk.legal.review import add_mention, open_case
from desk.legal.verify import verify
from listening.cli.eraserooms import erase_evidence_room, erase_warehouse
from listening.contract import BrandFile, ListeningError, batch_ids, read_batch
from listening.erase.file import erase_state
from listening.erase.inbox import inbox_room
from listening.erase.match import plan_author
from listening.erase.room import erase_landing, erase_tagged
from listening.erase.run import erase
from listening.erase.stream import brand_room
from listening.erase.subject import gather
from listening.sealed import verify as verify_batch
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


def test_who_asks_is_told_of_exchanges_and_custody_too(world):
    one, _ = hear(world, "mastodon", "4711001")
    other, _ = hear(world, "bluesky", "4711002")
    keep_evidence(world.root)
    open_case(world.root, "c1", "Fakes by canarybird", "ada", "a call")
    open_case(world.root, "c2", "Somebody else", "ada", "a call")
    add_mention(world.root, "c1", one.mention_id, "ada")
    add_mention(world.root, "c2", other.mention_id, "ada")
    rooms = gather(world.root, "mastodon:@canarybird", {}).rooms
    assert {told["address"] for told in rooms["raw"]} == {"https://mastodon.example/api"}
    assert any('"handle": "canarybird"' in told["exchange"] for told in rooms["raw"])
    assert [told["what"] for told in rooms["evidence"] if "line" in told] == ["open", "add"]
    assert {told["said"]["case"] for told in rooms["evidence"] if "line" in told} == {"c1"}


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


def test_a_name_of_two_letters_goes_where_a_value_is_known_to_be_a_name(world):
    """In words it would be found everywhere, so only authors, ids and marks are compared."""
    one = post("81", "replica Acme", source="drop", author="@al", author_id=None)
    other = post("82", "al fresco, says al", source="drop", author="@bo", author_id=None)
    batch = world.hear([one, other], source="drop")
    assert batch.cursor_after == {"seen": "82"}
    marked = world.hear([other, one], source="drop")
    assert marked.cursor_after == {"seen": "81"}
    top = world.root.path
    for name in ("exports", "spool"):
        (top / name).mkdir()
    (top / "exports" / "a.csv").write_text('no,who,body\n81,Al,"one\ntwo"\n82,bo,al\n')
    (top / "exports" / "b.jsonl").write_text(
        '{"no": 9, "who": "@al", "body": "x"}\n{"no": 8, "who": "bo", "body": "al"}\n'
    )
    for name, body in {
        "1": {"by": {"user": "AL"}},
        "2": {"by": {"user": "bo"}, "text": "al"},
    }.items():
        told = {"body": json.dumps({"items": [body]}), "signature": "x"}
        (top / "spool" / f"{name}.json").write_text(json.dumps(told))
    shape = {"no": "id", "who": "author", "body": "text"}
    brands = BrandFile(
        brands=(),
        files=(str(top / "brands.yaml"),),
        sources={"drop": {"folders": [{"path": "exports", "map": shape}]},
                 "webhook": {"folders": [{"path": "spool", "name": "drop", "items": "items",
                                          "map": {"by.user": "author"}}]}},
    )  # fmt: skip
    rooms = (erase_landing, erase_tagged, inbox_room(brands), erase_state)
    erase(world.root, plan_author(world.root, "drop:al"), rooms)
    assert (top / "exports" / "a.csv").read_text() == "no,who,body\n82,bo,al\n"
    assert (top / "exports" / "b.jsonl").read_text() == '{"no": 8, "who": "bo", "body": "al"}\n'
    assert [path.name for path in (top / "spool").iterdir()] == ["2.json"]
    cursors = [read_batch(world.root.landed(one.batch_id)).cursor_after for one in (batch, marked)]
    assert cursors == [{"seen": "82"}, {}]


def test_a_stream_called_by_who_is_erased_is_called_otherwise(world):
    """What others said there stays, under a name that tells nobody; and nobody asks again."""
    one = post("4711001", "replica Acme", author="@canarybird", author_id="70007")
    other = post("4711002", "replica Acme two", author="@ben", author_id="70008")
    alike = post("4711003", "who saw a canarybird", author="@cleo", author_id="70009")
    flags = {"4711001": [flag("counterfeit")], "4711002": [flag("counterfeit")]}
    batch = world.hear([one, other], target="canarybird", flags=flags)
    named = world.hear([alike], target="birds-canarybird")  # a word that others use, too
    keep_evidence(world.root)
    brands = world.root.path.parent / "brands.yaml"
    brands.write_text("sources:\n  mastodon:\n    accounts: [CanaryBird]\n")
    rooms = (erase_landing, erase_tagged, erase_evidence_room, erase_warehouse,
             brand_room(BrandFile(brands=(), files=(str(brands),))), erase_state)  # fmt: skip
    proof = erase(world.root, plan_author(world.root, "mastodon:@canarybird"), rooms)
    left = find_words(world.root.path, ["canarybird", "4711001", "70007"])
    assert {path.partition("--birds-")[0] for _, path in left} <= {
        "landing/mention/mastodon--social.example", "tagged/mention/mastodon--social.example",
        "evidence/kept.txt",
    }  # fmt: skip
    renamed, kept = [read_batch(world.root.landed(one)) for one in batch_ids(world.root.landing)]
    assert (kept.batch_id, kept.stream) == (named.batch_id, named.stream)
    assert verify_batch(world.root.landed(renamed.batch_id)) == renamed
    assert re.fullmatch("mastodon--erased--[0-9a-f]{16}", renamed.stream)
    assert (renamed.served, renamed.warc, renamed.cursor_after) == (2, "", {})
    assert renamed.raw_partial
    rows = pq.read_table(world.root.landed(renamed.batch_id), partitioning=None).to_pylist()
    assert [row["author"] for row in rows] == [None, "@ben"]
    assert pq.read_metadata(world.root.tagged_batch(renamed.batch_id)).num_rows == 1
    assert verify(world.root).ok
    assert keep_evidence(world.root).packs == 0
    notes = [note for room in proof.rooms for note in room["notes"]]
    assert any(note.startswith("1 streams had the name") for note in notes)
    assert any(note.startswith("brands.yaml, line 3: names") for note in notes)
    moved = {told["path"] for told in proof.files if renamed.stream in told["path"]}
    assert (
        f"landing/mention/{renamed.stream}/{batch.batch_id.split('/')[2]}/00000001.parquet" in moved
    )
    with pytest.raises(ListeningError, match="somebody who was erased"):
        world.hear([other], target="canarybird")
    assert not (world.root.landing / "mention" / batch.stream).exists()
