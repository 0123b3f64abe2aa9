"""What is erased leaves every byte of the landing zone, and does not land again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from listening.contract import (
    ConfigurationError,
    DataRoot,
    ListeningError,
    batch_ids,
    mention_id,
    read_batch,
)
from listening.crawl import Stream, crawl_stream
from listening.erase.file import erase_state
from listening.erase.match import Plan, plan_author, plan_mention
from listening.erase.room import Ledger, Report, erase_landing, erase_tagged
from listening.erase.run import IncompleteError, erase, finish_erasure, is_pending, read_proofs
from listening.erase.tombstone import tombstone_path
from listening.landing import REVISE_POINTS
from listening.sealed import verify
from tests.canary import find_words
from tests.listening.lab import NOON, Lab, status

ROOMS = (erase_landing, erase_tagged, erase_state)
CANARY = "the quillon zephyrine kettle sang canarywords all night long"
SPOKEN = ("canarybird", "Canary Bird", "canarywords all", "zephyrine", "70007")


def post(number: int, who: str = "ada", text: str = "#quillon", **more: Any) -> dict[str, Any]:
    """Return a status by somebody; who they are follows from the name."""
    one = status(number, NOON - timedelta(hours=1, minutes=number % 7))
    account = {
        **one["account"], "id": str(70000 + len(who)), "acct": who, "display_name": who.title(),
        "url": f"http://social.example/@{who}",
    }  # fmt: skip
    return {**one, "content": f"<p>{text}</p>", "account": account, **more}


def canary(number: int = 4711001, **more: Any) -> dict[str, Any]:
    one = post(number, "canarybird", f"#quillon {CANARY}", **more)
    one["account"] |= {"id": "70007", "display_name": "Canary Bird"}
    return one


@pytest.fixture
def crawled(lab: Lab) -> Lab:
    """Two crawls: the canary among others, then a reply to it, and the canary once more."""
    others = [post(4711100 + number) for number in range(3)]
    lab.timeline([*others, canary()], [post(4711201, "ben")])
    assert lab.crawl("mastodon").error is None
    lab.at(NOON + timedelta(hours=2))
    answer = post(4711301, "cleo", in_reply_to_id="4711001", in_reply_to_account_id="70007")
    edited = canary(edited_at=NOON.isoformat(), favourites_count=5)
    lab.timeline([answer, edited, *others], [post(4711201, "ben")])
    assert lab.crawl("mastodon").error is None
    return lab


IDENTITY = mention_id("mastodon", "http://social.example/4711001")


def local(row: dict[str, Any]) -> str | None:
    author: str | None = row["author"]
    return author and author.strip("@").partition("@")[0]


def native(lab: Lab) -> str:
    return next(str(row["native_id"]) for row in lab.rows() if local(row) == "canarybird")


def test_an_author_leaves_every_byte_and_others_stay(crawled: Lab) -> None:
    lab = crawled
    identity = next(row["mention_id"] for row in lab.rows() if local(row) == "canarybird")
    words = (*SPOKEN, native(lab), "4711001", identity)
    assert {word for word, _ in find_words(lab.root.path, words)} == set(words)
    before = lab.batches()
    proof = erase(lab.root, plan_author(lab.root, "mastodon:@CanaryBird@social.example"), ROOMS)
    assert find_words(lab.root.path, words) == []
    assert proof.mentions == 1
    rows = lab.rows()
    assert {local(row) for row in rows} == {"ada", "ben", "cleo", None}
    assert [row["reason"] for row in rows if row["bucket"] == "deleted"] == ["erased"] * 2
    for old, new in zip(before, lab.batches(), strict=True):
        assert (new.batch_id, new.served, new.revision) == (old.batch_id, old.served, 1)
        assert new.raw_partial
        assert verify(lab.root.landed(new.batch_id)) == new
    # The reply still has a parent, by a name that leads nowhere.
    (reply,) = [row for row in rows if local(row) == "cleo"]
    assert reply["parent_id"]
    assert reply["parent_id"] != identity


def test_the_second_page_keeps_its_raw_exchange(crawled: Lab) -> None:
    first = crawled.batches()[0]
    erase(crawled.root, plan_author(crawled.root, "mastodon:canarybird@social.example"), ROOMS)
    batch = read_batch(crawled.root.landed(first.batch_id))
    assert batch.warc == "00000001.r1.warc.gz"
    folder = crawled.root.landed(batch.batch_id).parent
    assert find_words(folder, ["4711201"]) != []  # ben's page
    kept = sorted(path.name for path in folder.glob("*.warc.gz"))
    assert kept == [batch.warc, "00000002.r1.warc.gz"]


def test_what_was_erased_does_not_land_again(crawled: Lab) -> None:
    lab = crawled
    plan = plan_author(lab.root, "mastodon:canarybird@social.example")
    erase(lab.root, plan, ROOMS)
    lab.at(NOON + timedelta(hours=4))
    again = canary(edited_at=(NOON + timedelta(hours=3)).isoformat())
    new = canary(4711999, content="<p>#quillon zephyrine again</p>")
    lab.timeline([post(4711400, "dora"), again, new], [post(4711401, "ben", in_reply_to_id=None)])
    outcome = lab.crawl("mastodon")
    assert outcome.error is None
    batch = lab.batches()[-1]
    erased = [row for row in lab.rows()[-batch.served :] if row["reason"] == "erased"]
    assert len(erased) == 2
    assert batch.raw_partial
    words = (*SPOKEN, "4711001", "4711999", *plan.mentions)
    assert find_words(lab.root.path, words) == []
    assert {local(row) for row in lab.rows()} == {"ada", "ben", "cleo", "dora", None}
    assert verify(lab.root.landed(batch.batch_id)) == batch


def test_tombstones_and_proof_name_nobody_without_the_key(crawled: Lab) -> None:
    proof = erase(
        crawled.root, plan_author(crawled.root, "mastodon:canarybird@social.example"), ROOMS
    )
    assert len(tombstone_path(crawled.root).read_text().split()) == proof.tombstones == 3
    assert find_words(crawled.root.path / "erased", [*SPOKEN, "4711001", IDENTITY]) == []
    (kept,) = read_proofs(crawled.root)
    assert kept["erasure_id"] == proof.erasure_id
    changed = {one["path"]: one for one in kept["files"]}
    for batch in crawled.batches():
        told = changed[f"landing/{batch.batch_id}.parquet"]
        assert told["before"] != told["after"]
        assert told["removed"] == 1
    (next(crawled.root.path.parent.glob("*keys*/tombstone.key"), None) or _key()).unlink()
    crawled.at(NOON + timedelta(hours=6))
    error = crawled.crawl("mastodon").error
    assert error is not None
    assert "tombstone key is missing" in str(error)


def test_a_proof_names_no_mention_by_the_path_of_a_file(crawled: Lab) -> None:
    """Evidence lies in folders that are called by the mention."""
    erased = next(row["mention_id"] for row in crawled.rows() if local(row) == "canarybird")
    pack = crawled.root.path / "evidence" / "pack" / erased[:2] / f"{erased}-0000" / "mention.json"
    pack.parent.mkdir(parents=True)
    pack.write_text("{}")

    def evidence(_root: DataRoot, _plan: Plan, _veils: Mapping[str, str], ledger: Ledger) -> Report:
        ledger.note(pack, 1)
        pack.unlink()
        return Report("evidence", 1, 1)

    plan = plan_mention(crawled.root, erased)
    proof = erase(crawled.root, plan, (*ROOMS, evidence))
    assert erased not in (crawled.root.path / proof.path).read_text("utf-8")
    (told,) = [each for each in proof.files if each["path"].startswith("evidence/")]
    assert told["before"] is not None
    assert told["after"] is None
    assert told["path"].endswith("-0000/mention.json")


def _key() -> Path:
    return Path(os.environ["LISTENING_KEYS"]) / "tombstone.key"


def test_one_mention_goes_and_its_author_stays(crawled: Lab) -> None:
    identity = next(row["mention_id"] for row in crawled.rows() if local(row) == "ben")
    proof = erase(crawled.root, plan_mention(crawled.root, identity), ROOMS)
    assert proof.tombstones == 1
    assert "ben" not in {local(row) for row in crawled.rows()}
    crawled.at(NOON + timedelta(hours=4))
    crawled.timeline([post(4711501, "ben")])
    crawled.crawl("mastodon")
    assert "ben" in {local(row) for row in crawled.rows()}
    with pytest.raises(ListeningError, match="is in no batch"):
        plan_mention(crawled.root, identity)


def test_an_author_who_changed_the_handle_is_one(lab: Lab) -> None:
    renamed = canary(4711002)
    renamed["account"] = {**renamed["account"], "acct": "newbird", "display_name": "New Bird"}
    lab.timeline([canary(), renamed, post(4711100)])
    lab.crawl("mastodon")
    plan = plan_author(lab.root, "mastodon:newbird@social.example")
    assert len(plan.mentions) == 2
    erase(lab.root, plan, ROOMS)
    assert find_words(lab.root.path, (*SPOKEN, "newbird")) == []


def test_a_handle_two_people_had_is_refused(lab: Lab) -> None:
    other = canary(4711002)
    other["account"] = {**other["account"], "id": "70099"}
    lab.timeline([canary(), other])
    lab.crawl("mastodon")
    with pytest.raises(ConfigurationError, match="2 authors of mastodon had this handle") as caught:
        plan_author(lab.root, "mastodon:canarybird@social.example")
    assert "70007, 70099" in caught.value.mend
    assert len(plan_author(lab.root, "mastodon:70099").mentions) == 1


def test_a_damaged_batch_leaves_the_erasure_open(crawled: Lab) -> None:
    plan = plan_author(crawled.root, "mastodon:canarybird@social.example")
    first = crawled.root.landed(crawled.batches()[0].batch_id)
    whole = first.read_bytes()
    first.write_bytes(whole[:200])
    with pytest.raises(IncompleteError, match="not a sealed batch"):
        erase(crawled.root, plan, ROOMS)
    assert is_pending(crawled.root)
    first.write_bytes(whole)
    proof = finish_erasure(crawled.root, ROOMS)
    assert proof is not None
    assert find_words(crawled.root.path, SPOKEN) == []
    assert not is_pending(crawled.root)
    assert finish_erasure(crawled.root, ROOMS) is None


def test_a_dead_erasure_is_finished_by_the_next(crawled: Lab) -> None:
    """Dies at every named place in turn; each next run goes on, and the last one ends it."""
    points = ("erase:journal", "erase:tombstones", *REVISE_POINTS, "erase:landing", "erase:state",
              "erase:proof")  # fmt: skip
    code = (
        "import os, sys\n"
        "from listening.contract import DataRoot\n"
        "from listening.erase.run import erase, finish_erasure, is_pending\n"
        "from listening.erase.match import plan_author\n"
        "from tests.listening.erase.test_run import ROOMS\n"
        "root = DataRoot.from_environment()\n"
        "if is_pending(root): finish_erasure(root, ROOMS)\n"
        "else: erase(root, plan_author(root, 'mastodon:canarybird@social.example'), ROOMS)\n"
    )
    for point in points:
        environment = {
            **os.environ, "LISTENING_DATA": str(crawled.root.path), "LISTENING_CRASH_AT": point
        }  # fmt: skip
        run = subprocess.run([sys.executable, "-c", code], env=environment, check=False)
        assert run.returncode == 137, point
        for batch in batch_ids(crawled.root.landing):
            read = read_batch(crawled.root.landed(batch))
            if read.warc:
                assert crawled.root.landed(batch).with_name(read.warc).exists()
    assert finish_erasure(crawled.root, ROOMS) is not None
    assert find_words(crawled.root.path, (*SPOKEN, "4711001")) == []
    assert len(read_proofs(crawled.root)) == 1
    changed = {one["path"] for one in json.loads(json.dumps(read_proofs(crawled.root)[0]["files"]))}
    assert {f"landing/{one}.parquet" for one in batch_ids(crawled.root.landing)} <= changed
    for batch in batch_ids(crawled.root.landing):
        assert (
            pq.read_metadata(crawled.root.landed(batch)).num_rows
            == read_batch(crawled.root.landed(batch)).served
        )


def test_an_erased_author_of_another_source_is_another(lab: Lab) -> None:
    """One handle on two platforms: only the named one goes."""
    lab.timeline([canary()])
    lab.crawl("mastodon")
    with pytest.raises(ListeningError, match="no batch of bluesky"):
        plan_author(lab.root, "bluesky:canarybird")


def test_nobody_asks_for_an_erased_author_again(lab: Lab) -> None:
    """Also by a stream that is new, and for their past."""
    lab.timeline([canary()])
    lab.crawl("mastodon")
    erase(lab.root, plan_author(lab.root, "mastodon:70007"), ROOMS)
    asked = len(lab.server.asked)
    for target in ("c-70007", "70007/kettles"):
        stream = Stream("mastodon", "social.example", target, "off_channel")
        outcome = crawl_stream(lab.root, stream, lab.brands, clock=lab.time.clock)
        assert outcome.error is not None
        assert "somebody who was erased" in str(outcome.error)
        assert outcome.error.mend.startswith("Take it out of the brand file")
        assert outcome.coverage.state == "blocked"
    assert len(lab.server.asked) == asked
    assert find_words(lab.root.path, ["70007"]) == []
    assert lab.crawl("mastodon").error is None
