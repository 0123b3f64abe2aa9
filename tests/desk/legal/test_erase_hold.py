"""Under a hold only the evidence is kept: everything else is erased, and the proof says so."""

from __future__ import annotations

from desk.legal.case import read_cases
from desk.legal.keep import keep_evidence
from desk.legal.review import add_mention, hold_case, open_case
from listening.cli.eraserooms import erase_evidence_room, finish_holds, seal_decisions
from listening.erase.file import erase_state
from listening.erase.match import plan_mention
from listening.erase.room import erase_landing, erase_tagged
from listening.erase.run import erase
from listening.erase.state import erase_desk
from tests.canary import find_words
from tests.desk.legal.conftest import OFFER

ROOMS = (
    seal_decisions, erase_landing, erase_tagged, erase_evidence_room, erase_desk, erase_state,
)  # fmt: skip


def test_a_hold_keeps_the_evidence_alone_until_it_ends(flagged, monkeypatch):
    root, offer = flagged.root, flagged.offer
    keep_evidence(root)
    open_case(root, "c1", "Fakes on two shops", "ada", "a buyer wrote")
    add_mention(root, "c1", offer.mention_id, "ada")
    hold_case(root, "c1", "claim 12 O 3/26", "bo", "2026-10-20", "ada", "we will sue")
    proof = erase(root, plan_mention(root, offer.mention_id), ROOMS)
    where = {name.split("/")[0] for _, name in find_words(root.path, [OFFER, offer.mention_id])}
    assert where == {"evidence"}
    (room,) = [room for room in proof.rooms if room["room"] == "evidence"]
    assert "under a hold (c1)" in room["notes"][0]
    assert finish_holds(root) == 0
    monkeypatch.setenv("LISTENING_NOW", "2026-10-21T00:01:00Z")
    assert finish_holds(root) == 1
    assert find_words(root.path, [OFFER, offer.mention_id]) == []
    assert list(read_cases(root)) == ["c1"]
