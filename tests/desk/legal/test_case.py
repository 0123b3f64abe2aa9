"""A case and its custody: who did what, what it decides, what a hold keeps, what is erased."""

import json
import random
import subprocess
import sys
import time
import zipfile
from datetime import UTC, date, datetime

import pytest

from desk.legal.case import read_case, read_cases
from desk.legal.chain import Chain
from desk.legal.clock import counter_window
from desk.legal.erase import ERASE_POINTS, erase_evidence, finish_waiting
from desk.legal.export import export_case
from desk.legal.hold import held
from desk.legal.keep import keep_evidence
from desk.legal.place import Evidence, make_ref
from desk.legal.post import post_decisions, take_decisions
from desk.legal.review import (
    add_mention,
    decide_case,
    hold_case,
    open_case,
    plain_case,
    release_case,
    remove_mention,
    view_case,
)
from desk.legal.verify import verify
from desk.state import open_state, writing
from desk.work import outbox
from desk.work.outbox import open_outbox
from listening.contract import ConfigurationError, DataRoot, Decision
from tests.desk.legal.child import run
from tests.desk.legal.test_verify import ask_outside
from tests.desk.legal.world import body, flag, post


@pytest.fixture
def case(flagged):
    keep_evidence(flagged.root)
    open_case(flagged.root, "c1", "Fakes on two shops", "ada", "a buyer wrote")
    add_mention(flagged.root, "c1", flagged.offer.mention_id, "ada")
    return flagged


HOLDER = """
import fcntl, sys
file = open(sys.argv[1], "w")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def ref_of(mention):
    return make_ref(mention.mention_id, mention.content_hash)


def written(root):
    """Return what the outbox holds: kind, action or label, subject or target."""
    post_decisions(root)
    with open_outbox(root) as box:
        assert box is not None
        return [
            (kind, getattr(one.word, "action", "") or getattr(one.word, "label", ""))
            for kind in box.kinds()
            for one in box.read(kind, 0, 100)
        ]


def test_every_act_is_a_line_that_says_who_what_why_and_when(case):
    decide_case(case.root, "c1", "escalated", "ada", "it is organised", to="bo")
    view_case(case.root, "c1", "bo", "first look")
    told = plain_case(read_case(case.root, "c1"))
    assert [(one["what"], one["actor"], one["why"]) for one in told["custody"]] == [
        ("open", "ada", "a buyer wrote"),
        ("add", "ada", ""),
        ("decide", "ada", "it is organised"),
        ("view", "bo", "first look"),
    ]
    assert (told["title"], told["owner"], told["state"]) == ("Fakes on two shops", "bo", "open")
    assert all(one["at"] for one in told["custody"])
    assert verify(case.root).ok


def test_decisions_reach_the_outbox_once(case):
    decide_case(case.root, "c1", "confirmed", "ada", "bought one")
    expected = [
        ("case", "open"), ("case", "attach"), ("correction", "confirmed"),
        ("correction", "confirmed"),
    ]  # fmt: skip
    assert written(case.root) == expected
    assert post_decisions(case.root) == 0
    decide_case(case.root, "c1", "resolved", "ada", "the shop is gone")
    assert written(case.root) == [*expected[:2], ("case", "close"), *expected[2:]]
    assert read_case(case.root, "c1").state == "closed"


def test_a_verdict_is_of_the_content_that_was_read_and_says_what_the_model_said(case):
    decide_case(case.root, "c1", "dismissed", "ada", "its own dealer", kind="trademark")
    decide_case(case.root, "c1", "confirmed", "ada", "seen by hand", kind="impersonation")
    words = [
        one for line in read_case(case.root, "c1").log for one in body(line).get("decisions", ())
    ]
    dismissed, confirmed = [one for one in words if one["word"] == "correction"]
    assert dismissed["content_hash"] == case.offer.content_hash
    assert (dismissed["previous_label"], dismissed["previous_version"]) == ("confirmed", "2+m1")
    assert (confirmed["previous_label"], confirmed["previous_version"]) == ("dismissed", "3+m1")
    assert read_case(case.root, "c1").verdicts == {
        case.offer.mention_id: {"trademark": "dismissed", "impersonation": "confirmed"}
    }


def test_a_mention_leaves_a_case_and_its_evidence_stays(case):
    remove_mention(case.root, "c1", case.offer.mention_id, "ada", "wrong case")
    assert read_case(case.root, "c1").mentions == {}
    assert Evidence(case.root).pack(ref_of(case.offer)).is_dir()


def test_an_unflagged_mention_is_kept_when_asked_for(case):
    with pytest.raises(ConfigurationError, match="no evidence of it is kept"):
        add_mention(case.root, "c1", case.harmless.mention_id, "ada")
    keep_evidence(case.root, mentions=frozenset([case.harmless.mention_id]))
    add_mention(case.root, "c1", ref_of(case.harmless), "ada", kind="trademark")
    assert read_case(case.root, "c1").mentions[case.harmless.mention_id] == ["trademark"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda root: open_case(root, "c1", "", "ada"), "there is such a case"),
        (lambda root: open_case(root, "../x", "", "ada"), "is no id of a case"),
        (lambda root: open_case(root, "c2", "", "ada@acme.example"), "is no pseudonym"),
        (lambda root: view_case(root, "c9", "ada"), "there is no such case"),
        (lambda root: decide_case(root, "c1", "confirmed", "ada", " "), "needs its reason"),
        (lambda root: decide_case(root, "c1", "maybe", "ada", "x"), "is no decision"),
        (lambda root: decide_case(root, "c1", "escalated", "ada", "x"), "escalate needs owner"),
        (lambda root: decide_case(root, "c1", "sent", "ada", "x"), "which takedown"),
        (lambda root: add_mention(root, "c1", "0" * 32, "ada"), "no evidence of it"),
        (lambda root: hold_case(root, "c1", "b", "bo", "2026-10-07", "ada", "x"), "is over"),
        (lambda root: hold_case(root, "c1", "", "bo", "2026-12-01", "ada", "x"), "needs basis"),
        (lambda root: hold_case(root, "c1", "b", "bo", "soon", "ada", "x"), "is no date"),
        (lambda root: release_case(root, "c1", "ada", "x"), "is not on hold"),
    ],
)
def test_what_cannot_be_said_is_refused_and_leaves_no_line(case, wrong, says):
    before = Evidence(case.root).chain.read_bytes()
    with pytest.raises(ConfigurationError, match=says) as caught:
        wrong(case.root)
    assert caught.value.mend
    assert Evidence(case.root).chain.read_bytes() == before


# --- holds and erasure ------------------------------------------------------------------


def on_hold(case, until="2026-12-31"):
    return hold_case(case.root, "c1", "claim 12 O 3/26", "bo", until, "ada", "we will sue")


def test_a_hold_shows_the_platforms_own_rule(case):
    _, rules = on_hold(case)
    assert any(rule.startswith("Mastodon") for rule in rules)
    assert "GDPR" in rules[-1]
    (line,) = Chain(case.root).lines("hold")
    assert body(line)["warned"] == rules


def test_an_erasure_leaves_a_stub_and_a_chain_that_stands(case):
    done = erase_evidence(case.root, [case.offer.mention_id], why="e1")
    assert (done.packs, done.held) == (1, {})
    assert not Evidence(case.root).pack(ref_of(case.offer)).exists()
    for path in Evidence(case.root).path.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert case.offer.mention_id.encode() not in data, path
            assert b"fakes.example" not in data, path
    verdict = verify(case.root)
    assert (verdict.problems, verdict.packs, verdict.erased) == ([], 1, 2)  # pack and add
    assert ask_outside(Evidence(case.root)) == []
    assert read_case(case.root, "c1").mentions == {}
    again = erase_evidence(case.root, [case.offer.mention_id], why="e1")
    assert (again.packs, again.lines, again.paths) == (0, 0, [])


def test_the_exchange_of_another_that_carries_it_goes_too(case):
    """The harmless post came in the answer that carried the offer; nothing flagged it."""
    done = erase_evidence(case.root, [case.harmless.mention_id], why="e2")
    folder = Evidence(case.root).pack(ref_of(case.offer))
    assert (done.packs, done.parts) == (0, 4)
    assert sorted(path.name for path in folder.iterdir()) == [
        "author.json", "flags.json", "manifest.json", "mention.json",
    ]  # fmt: skip
    assert verify(case.root).problems == []
    assert ask_outside(Evidence(case.root)) == []


def test_what_names_whom_is_asked_unpacked(case):
    done = erase_evidence(case.root, [], says=lambda _, data: b"my Acme kettle" in data, why="e3")
    assert (done.packs, done.parts) == (0, 3)


def test_a_hold_keeps_the_evidence_until_it_ends_by_itself(case, monkeypatch):
    on_hold(case, "2026-10-20")
    assert set(held(case.root)) == {case.offer.mention_id}
    both = [case.offer.mention_id, case.exposure.mention_id]
    done = erase_evidence(case.root, both, why="e4")
    assert (done.packs, done.held) == (1, {case.offer.mention_id: "c1"})
    assert erase_evidence(case.root, both, why="e4").held  # the same again waits once
    assert sum(1 for _ in Chain(case.root).lines("waits")) == 1
    assert finish_waiting(case.root) is None
    monkeypatch.setenv("LISTENING_NOW", "2026-10-20T23:00:00Z")
    assert finish_waiting(case.root) is None  # its last day
    monkeypatch.setenv("LISTENING_NOW", "2026-10-21T00:01:00Z")
    assert held(case.root) == {}
    ended = finish_waiting(case.root)
    assert ended is not None
    assert ended.packs == 1
    assert case.offer.mention_id.encode() not in Evidence(case.root).chain.read_bytes()
    assert [body(line)["actor"] for line in Chain(case.root).lines("hold_ended")] == ["clock"]
    assert finish_waiting(case.root) is None
    assert verify(case.root).problems == []


def test_a_hold_keeps_its_pack_whole_when_others_in_it_are_erased(case):
    on_hold(case)
    erase_evidence(case.root, [case.harmless.mention_id], why="e5")
    assert (Evidence(case.root).pack(ref_of(case.offer)) / "exchange.warc.gz").exists()


def test_words_of_custody_that_name_whom_go_and_under_a_hold_with_it(case):
    """Also in a case of another mention; the line, its time and its hash stay."""
    open_case(case.root, "c2", "About bob the seller", "ada", "a call")
    view_case(case.root, "c2", "bo", "looked up")
    view_case(case.root, "c1", "bo", "is this bob the seller?")
    on_hold(case)

    def says(_, data):
        return b"bob the seller" in data

    assert erase_evidence(case.root, [], says, "e7").lines == 1
    assert erase_evidence(case.root, [], says, "e7").lines == 0
    chain = Evidence(case.root).chain
    assert chain.read_bytes().count(b"bob the seller") == 1
    assert set(read_cases(case.root)) == {"c1", "c2"}
    release_case(case.root, "c1", "ada", "settled")
    finish_waiting(case.root)
    assert b"bob the seller" not in chain.read_bytes()
    assert finish_waiting(case.root) is None
    assert verify(case.root).problems == []
    assert ask_outside(Evidence(case.root)) == []


def test_what_a_hold_kept_of_others_goes_when_it_is_released(case):
    on_hold(case)
    erase_evidence(case.root, [case.harmless.mention_id], why="e5")
    release_case(case.root, "c1", "ada", "settled")
    ended = finish_waiting(case.root)
    assert ended is not None
    assert ended.parts == 4
    assert not (Evidence(case.root).pack(ref_of(case.offer)) / "exchange.warc.gz").exists()
    assert verify(case.root).problems == []


def test_a_hold_placed_at_the_desk_holds_and_is_custody(case):
    post_decisions(case.root)
    fields = {"basis": "claim", "approver": "bo", "expires_on": "2026-12-31"}
    engine = open_state(case.root, [outbox.ROOM])
    with writing(engine) as connection:
        outbox.write(connection, Decision("case", "hold", "cy", "c1", note="web", fields=fields))
        outbox.write(connection, Decision("case", "assign", "cy", "c1", fields={"owner": "di"}))
    engine.dispose()
    assert erase_evidence(case.root, [case.offer.mention_id], why="e8").held
    found = read_case(case.root, "c1")
    assert (found.owner, found.is_held) == ("di", True)
    assert [body(line)["actor"] for line in found.log[-2:]] == ["cy", "cy"]
    assert take_decisions(case.root) == 0
    assert post_decisions(case.root) == 0
    assert len([one for one in written(case.root) if one[0] == "case"]) == 4
    assert verify(case.root).problems == []


@pytest.mark.parametrize("point", ERASE_POINTS)
def test_an_erasure_killed_anywhere_is_finished_by_the_same_call(case, point):
    child = run(case.root, "erase", case.offer.mention_id, crash_at=point)
    child.join()
    assert child.exitcode == 137
    erase_evidence(case.root, [case.offer.mention_id], why="e6")
    assert verify(case.root).problems == []
    assert case.offer.mention_id.encode() not in Evidence(case.root).chain.read_bytes()


def test_an_erasure_killed_twenty_times_is_finished(case):
    said = [post(str(100 + number), f"replica number {number}") for number in range(40)]
    case.hear(said, target="many", flags={one.native_id: [flag("counterfeit")] for one in said})
    keep_evidence(case.root)
    chance, killed = random.Random(7), 0  # noqa: S311
    for one in said:
        child = run(case.root, "erase", one.mention_id)
        time.sleep(chance.uniform(0.0, 0.06))
        child.kill()
        child.join()
        killed += child.exitcode == -9
        if killed == 20:
            break
    erase_evidence(case.root, [one.mention_id for one in said], why="e7")
    assert killed == 20
    assert verify(case.root).problems == []
    assert len(list(Evidence(case.root).packs())) == 2
    chain = Evidence(case.root).chain.read_bytes()
    assert not any(one.mention_id.encode() in chain for one in said)


# --- export -----------------------------------------------------------------------------


def test_an_export_can_be_checked_and_tells_of_no_other_case(case, tmp_path):
    open_case(case.root, "c2", "Secret other case", "ada")
    add_mention(case.root, "c2", case.exposure.mention_id, "ada")
    made = export_case(case.root, "c1", tmp_path / "c1.zip", "ada", "for counsel")
    with zipfile.ZipFile(made.path) as file:
        file.extractall(tmp_path / "copy")
    copy = DataRoot(tmp_path / "copy")
    for path in copy.path.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert b"Secret other case" not in data, path
            assert case.exposure.mention_id.encode() not in data, path
    verdict = verify(copy, head=made.head)
    assert verdict.problems == []
    assert verdict.packs == 1
    assert "withheld" in verdict.warnings[-1]["what"]
    told = json.loads((copy.path / "case.json").read_bytes())
    assert [one["what"] for one in told["custody"]] == ["open", "add", "export"]
    assert read_cases(copy).keys() == {"c1"}
    chain = Evidence(copy).chain
    chain.write_bytes(chain.read_bytes().replace(b"a buyer wrote", b"a rival wrote"))
    assert not verify(copy).ok


def test_a_case_is_exported_while_a_publish_holds_the_warehouse(case, tmp_path):
    lock = case.root.path / "warehouse.duckdb.lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(lock)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert export_case(case.root, "c1", tmp_path / "c1.zip", "ada", "for counsel").packs == 1
    finally:
        holder.communicate("")


def test_an_export_says_why_and_never_writes_over_a_file(case, tmp_path):
    with pytest.raises(ConfigurationError, match="needs its reason"):
        export_case(case.root, "c1", tmp_path / "a.zip", "ada", "")
    (tmp_path / "a.zip").write_text("mine")
    with pytest.raises(ConfigurationError, match="there already"):
        export_case(case.root, "c1", tmp_path / "a.zip", "ada", "for counsel")


# --- clocks -----------------------------------------------------------------------------


def test_a_counter_notice_runs_ten_to_fourteen_business_days():
    received = datetime(2026, 10, 30, 9, tzinfo=UTC)  # a Friday
    assert counter_window(received, "UTC", ()) == (date(2026, 11, 13), date(2026, 11, 19))
    holidays = (date(2026, 11, 2),)
    assert counter_window(received, "UTC", holidays) == (date(2026, 11, 16), date(2026, 11, 20))


def test_the_day_of_a_counter_notice_is_the_brands():
    received = datetime(2026, 10, 29, 23, 30, tzinfo=UTC)  # Friday already in Berlin
    assert counter_window(received, "Europe/Berlin", ())[0] == date(2026, 11, 13)
    assert counter_window(received, "UTC", ())[0] == date(2026, 11, 12)


def test_flags_of_two_mentions_are_decided_in_a_line_each(case):
    more = post("5", "another replica", author="@cy@social.example", author_id="9")
    case.hear([more], target="two", flags={"5": [flag("counterfeit")]})
    keep_evidence(case.root)
    add_mention(case.root, "c1", more.mention_id, "ada")
    lines = decide_case(case.root, "c1", "confirmed", "ada", "both are fakes")
    assert [len(body(line)["decisions"]) for line in lines] == [2, 1]
