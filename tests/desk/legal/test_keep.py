"""Every flagged mention gets one evidence pack, whatever befalls the process that makes it."""

import json
import random
import time

import pytest
from warcio.archiveiterator import ArchiveIterator

from desk.legal.chain import Chain
from desk.legal.keep import keep_evidence
from desk.legal.place import CRASH_POINTS, Evidence, make_ref
from desk.legal.verify import verify
from tests.desk.legal.child import start
from tests.desk.legal.world import NOON, Exchange, body, flag, post


def pack_of(world, mention):
    folder = Evidence(world.root).pack(make_ref(mention.mention_id, mention.content_hash))
    assert folder.is_dir(), mention.native_id
    return folder


def read(folder, name):
    return json.loads((folder / name).read_bytes())


def test_keeps_what_is_flagged_and_nothing_else(flagged):
    done = keep_evidence(flagged.root)
    assert (done.packs, done.batches, done.without_raw, done.errors) == (2, 1, 0, [])
    offer = pack_of(flagged, flagged.offer)
    assert [one.name for one in sorted(offer.iterdir())] == [
        "author.json", "exchange.warc.gz", "flags.json", "manifest.json", "mention.json",
        "origin.json", "others.json", "thread.json",
    ]  # fmt: skip
    assert read(offer, "mention.json")["text"] == flagged.offer.text
    assert read(offer, "author.json")["followers"] == 12
    assert [one["kind"] for one in read(offer, "flags.json")["flags"]] == [
        "counterfeit",
        "trademark",
    ]
    assert len(list(Evidence(flagged.root).packs())) == 2
    assert verify(flagged.root).ok


def test_the_exchange_is_the_one_that_carried_it_byte_for_byte(flagged):
    keep_evidence(flagged.root)
    folder = pack_of(flagged, flagged.exposure)
    batch = flagged.batch
    whole = (flagged.root.landed(batch.batch_id).parent / batch.warc).read_bytes()
    copied = (folder / "exchange.warc.gz").read_bytes()
    assert copied in whole
    with (folder / "exchange.warc.gz").open("rb") as file:
        told = [
            (one.rec_type, one.rec_headers.get_header("WARC-Target-URI"))
            for one in ArchiveIterator(file)
        ]
    assert told == [
        ("response", "https://social.example/api/2"),
        ("request", "https://social.example/api/2"),
    ]
    raw = read(folder, "manifest.json")["raw"]
    assert (raw["state"], raw["found_by"]) == ("kept", "native_id")


def test_says_when_by_which_clock_and_by_which_versions(flagged):
    keep_evidence(flagged.root)
    told = read(pack_of(flagged, flagged.offer), "manifest.json")
    assert told["made_at"]["utc"] == NOON.isoformat()
    assert told["made_at"]["source"] == "held by LISTENING_NOW"
    assert told["collector"]["parser"] == "4"
    assert told["model"] == {
        "weights": "c0ffee",
        "taggers": {
            "counterfeit": "3+m1", "trademark": "2+m1", "doxxing": "2+m1", "impersonation": "3+m1",
        },
    }  # fmt: skip
    origin = read(pack_of(flagged, flagged.offer), "origin.json")
    assert origin["batch"]["batch_id"] == flagged.batch.batch_id
    assert {one["url"] for one in origin["records"]} == {"https://social.example/api/1"}


def test_the_running_clock_says_whether_it_is_set_by_others(flagged, monkeypatch):
    monkeypatch.delenv("LISTENING_NOW")
    keep_evidence(flagged.root)
    clock = read(pack_of(flagged, flagged.offer), "manifest.json")["made_at"]
    assert clock["source"] == "system clock"
    assert clock["synchronised"] in (True, False, None)


def test_a_second_run_changes_nothing(flagged):
    keep_evidence(flagged.root)
    before = Evidence(flagged.root).chain.read_bytes()
    done = keep_evidence(flagged.root)
    assert (done.batches, done.packs) == (0, 0)
    Evidence(flagged.root).kept.unlink()
    assert keep_evidence(flagged.root).packs == 0
    assert Evidence(flagged.root).chain.read_bytes() == before


def test_new_taggers_that_raise_more_are_noted_in_the_chain_once(flagged):
    keep_evidence(flagged.root)
    more = {"1001": [flag("counterfeit"), flag("impersonation")], "1002": [flag("trademark")]}
    flagged.tag(flagged.batch, more, at="2026-11-01T00:00:00+00:00")
    done = keep_evidence(flagged.root)
    assert (done.packs, done.flagged_again) == (1, 1)
    (line,) = Chain(flagged.root).lines("flagged")
    assert [one["kind"] for one in body(line)["flags"]] == ["counterfeit", "impersonation"]
    Evidence(flagged.root).kept.unlink()
    assert keep_evidence(flagged.root).flagged_again == 0
    assert verify(flagged.root).ok


def test_an_edited_mention_has_a_pack_of_each_content(flagged):
    keep_evidence(flagged.root)
    edited = post("1001", "replica Acme K2 kettles, now 15 EUR")
    flagged.hear([edited], flags={"1001": [flag("counterfeit")]})
    assert keep_evidence(flagged.root).packs == 1
    assert pack_of(flagged, edited) != pack_of(flagged, flagged.offer)


@pytest.mark.parametrize("state", ["missing", "damaged", "none", "not_found"])
def test_a_missing_exchange_is_said_in_the_manifest(world, state):
    one = post("77", "replica Acme")
    exchanges = {"none": [], "not_found": [Exchange("https://social.example/x", "[]")]}
    batch = world.hear([one], exchanges.get(state), flags={"77": [flag("counterfeit")]})
    warc = world.root.landed(batch.batch_id).parent / (batch.warc or "none")
    if state == "missing":
        warc.unlink()
    if state == "damaged":
        warc.write_bytes(warc.read_bytes()[:-9] + b"otherwise")
    done = keep_evidence(world.root)
    folder = pack_of(world, one)
    assert not (folder / "exchange.warc.gz").exists()
    raw = read(folder, "manifest.json")["raw"]
    assert raw["state"] == state
    assert raw["why"]
    assert done.without_raw == (state != "none")
    assert verify(world.root).ok


def test_thread_and_other_handles_of_the_same_author_but_of_no_other_source(world):
    parent = post("1", "who sells kettles?", author="@cy@social.example", author_id="3")
    offer = post("2", "replica Acme here", parent_native_id="1", thread_native_id="1")
    answer = post("3", "is it real?", parent_native_id="2", thread_native_id="1", author_id="4")
    before = post("4", "hello", author="@ann_old@social.example")  # the same author_id, renamed
    world.hear([parent, before, answer])
    elsewhere = post("9", "me too", source="bluesky", author="@ann@social.example", author_id="7b")
    world.hear([elsewhere], source="bluesky")
    world.hear([offer], target="other", flags={"2": [flag("counterfeit")]})
    keep_evidence(world.root)
    folder = pack_of(world, offer)
    thread = {one["native_id"]: one["stands"] for one in read(folder, "thread.json")["mentions"]}
    assert thread == {"1": "is answered by it", "3": "answers it"}
    author = read(folder, "author.json")
    assert author["author"] == "@ann@social.example"
    assert author["other_handles_of_the_same_id"] == ["@ann_old@social.example"]
    assert read(folder, "others.json") == sorted([parent.mention_id, answer.mention_id])


def test_one_handle_on_two_platforms_is_two_authors(world):
    here = post("1", "replica Acme", author="@ann", author_id="7")
    there = post("1", "replica Acme too", source="bluesky", author="@ann", author_id="7")
    world.hear([here], flags={"1": [flag("counterfeit")]})
    world.hear([there], source="bluesky", flags={"1": [flag("counterfeit")]})
    keep_evidence(world.root)
    authors = [read(pack_of(world, one), "author.json") for one in (here, there)]
    assert [one["source"] for one in authors] == ["mastodon", "bluesky"]
    assert [one["other_handles_of_the_same_id"] for one in authors] == [[], []]


def test_a_batch_that_cannot_be_read_costs_no_other_its_evidence(flagged):
    path = flagged.root.tagged / "mention" / "rss--x--y" / "2026-10-08" / "00000001.parquet"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no parquet")
    done = keep_evidence(flagged.root)
    assert done.packs == 2
    assert [one.where for one in done.errors] == [str(path)]


# --- killed at any moment ---------------------------------------------------------------


def _many(world, count, start=1000):
    said = [post(str(start + number), f"replica number {number}") for number in range(count)]
    for first in range(0, count, 10):
        part = said[first : first + 10]
        world.hear(part, flags={one.native_id: [flag("counterfeit")] for one in part})
    return said


@pytest.mark.parametrize("point", CRASH_POINTS)
def test_killed_at_a_named_point_the_next_run_finishes(world, point):
    said = _many(world, 3)
    child = start(world.root, point)
    child.join()
    assert child.exitcode == 137
    assert verify(world.root).ok
    keep_evidence(world.root)
    _check_whole(world, said)


def test_killed_twenty_times_nothing_is_lost_or_doubled(world):
    said = _many(world, 60)
    chance = random.Random(7)  # noqa: S311
    killed = 0
    while killed < 20:
        child = start(world.root)
        time.sleep(chance.uniform(0.0, 0.15))
        child.kill()
        child.join()
        killed += child.exitcode == -9
        assert verify(world.root).ok
        if child.exitcode == 0:  # it was done: there must be something to disturb
            said += _many(world, 20, 1000 + len(said))
    keep_evidence(world.root)
    _check_whole(world, said)


def test_a_check_beside_a_writer_finds_nothing_wrong(world):
    _many(world, 60)
    child, checks = start(world.root), 0
    while child.is_alive():
        assert verify(world.root).problems == []
        checks += 1
    assert child.exitcode == 0
    assert checks


def _check_whole(world, said):
    verdict = verify(world.root)
    assert verdict.problems == []
    assert verdict.warnings == []
    evidence = Evidence(world.root)
    assert len(list(evidence.packs())) == verdict.packs == len(said)
    assert sum(1 for _ in Chain(world.root).lines("pack")) == len(said)
    assert not list(evidence.staging.iterdir())
    for one in said:
        pack_of(world, one)
