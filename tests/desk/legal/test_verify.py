"""Whatever is done to the evidence afterwards shows, to our own check and to anybody else's."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from desk.legal.chain import Chain
from desk.legal.keep import keep_evidence
from desk.legal.place import Evidence, canonical, digest
from desk.legal.verify import verify
from listening.contract import ListeningError

OUTSIDE = Path(__file__).parent / "outside.py"


@pytest.fixture
def evidence(flagged):
    keep_evidence(flagged.root)
    Chain(flagged.root).append("view", [{"case": "c1", "actor": "ada"}] * 5)
    return Evidence(flagged.root)


def ask_outside(evidence):
    """Ask the script that knows nothing of ours."""
    command = [sys.executable, "-I", str(OUTSIDE), str(evidence.path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout.split("\n")[:-1] if done.returncode else []


def lines(evidence):
    return evidence.chain.read_bytes().splitlines(keepends=True)


def pack(evidence, number=0):
    return list(evidence.packs())[number]


def flip(path, at):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def test_whole_evidence_stands_for_both(evidence):
    verdict = verify(evidence.root)
    assert (verdict.lines, verdict.packs, verdict.problems) == (7, 2, [])
    assert ask_outside(evidence) == []


NAMES = ("mention.json", "author.json", "thread.json", "flags.json", "others.json",
         "manifest.json", "exchange.warc.gz")  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_one_flipped_byte_in_any_file_of_a_pack_shows(evidence, name):
    flip(pack(evidence) / name, 1)
    assert not verify(evidence.root).ok


def test_every_byte_of_the_chain_counts(evidence):
    whole = evidence.chain.read_bytes()
    for at in range(0, len(whole), 23):
        data = bytearray(whole)
        data[at] ^= 1
        evidence.chain.write_bytes(data)
        assert not verify(evidence.root).ok, at
    evidence.chain.write_bytes(whole)
    assert verify(evidence.root).ok


def test_a_flipped_byte_shows_to_an_outsider_too(evidence):
    flip(pack(evidence) / "mention.json", 9)
    (fault,) = ask_outside(evidence)
    assert fault.endswith("mention.json: bytes")


@pytest.mark.parametrize("at", [0, 3, 5])
def test_a_removed_line_shows(evidence, at):
    kept = lines(evidence)
    del kept[at]
    evidence.chain.write_bytes(b"".join(kept))
    assert not verify(evidence.root).ok


def test_reordered_lines_show(evidence):
    kept = lines(evidence)
    kept[3], kept[4] = kept[4], kept[3]
    evidence.chain.write_bytes(b"".join(kept))
    verdict = verify(evidence.root)
    assert "out of order" in ask_outside(evidence)[0]
    assert verdict.problems[0]["where"] == "line 4"


def test_a_chain_cut_at_its_end_shows(evidence):
    evidence.chain.write_bytes(b"".join(lines(evidence)[:-2]))
    verdict = verify(evidence.root)
    assert [one["where"] for one in verdict.problems] == ["head.json"]
    assert ask_outside(evidence) == ["head: cut off"]
    with pytest.raises(ListeningError, match="ends with line 5"):
        Chain(evidence.root).append("view", [{}])


def test_a_chain_and_its_head_cut_together_show_by_a_head_written_down(evidence):
    before = verify(evidence.root).head
    old = (evidence.chain.read_bytes(), evidence.head.read_bytes())
    Chain(evidence.root).append("export", [{"case": "c1"}])
    after = verify(evidence.root, head=before)
    assert after.ok
    evidence.chain.write_bytes(old[0])
    evidence.head.write_bytes(old[1])
    assert verify(evidence.root).ok  # a backup that was put back looks like this, too
    assert not verify(evidence.root, head=after.head).ok


def test_a_head_nobody_signed_shows(evidence):
    kept = lines(evidence)[:-2]
    evidence.chain.write_bytes(b"".join(kept))
    last = json.loads(kept[-1])
    head = json.loads(evidence.head.read_bytes())
    evidence.head.write_text(json.dumps({**head, "n": last["n"], "hash": last["hash"]}))
    assert verify(evidence.root).problems == [
        {"where": "head.json", "what": "its signature is not of this key"}
    ]


def test_a_swapped_manifest_shows(evidence):
    one, two = pack(evidence, 0), pack(evidence, 1)
    shutil.copy(one / "manifest.json", two / "manifest.json")
    (fault,) = verify(evidence.root).problems
    assert fault["where"].endswith(f"{two.name}/manifest.json")
    assert ask_outside(evidence) != []


def test_two_packs_in_each_others_place_show(evidence, tmp_path):
    one, two = pack(evidence, 0), pack(evidence, 1)
    one.rename(tmp_path / "aside")
    two.rename(one)
    (tmp_path / "aside").rename(two)
    assert len(verify(evidence.root).problems) == 2


def test_a_pack_that_is_gone_and_one_too_many_show(evidence):
    pack(evidence, 0).rename(pack(evidence, 1).with_name("f" * 32 + "-" + "e" * 32))
    whats = [one["what"] for one in verify(evidence.root).problems]
    assert whats == [
        "its manifest cannot be read: No such file or directory",
        "is in no line of the chain",
    ]


def test_a_file_added_to_a_pack_shows(evidence):
    (pack(evidence) / "more.txt").write_text("x")
    (fault,) = verify(evidence.root).problems
    assert fault["what"] == "is in no manifest"


def test_a_chain_written_anew_by_somebody_without_the_key_shows(evidence):
    """He hashes everything anew, and signs nothing, or leaves the old signatures."""
    for signed in (False, True):
        previous, forged = "0" * 64, []
        for data in lines(evidence):
            line = json.loads(data)
            if line["what"] == "view":
                line["body"]["actor"] = "eve"
            line["previous"], line["sha256"] = previous, digest(canonical(line["body"]))
            header = {key: line[key] for key in ("n", "at", "what", "previous", "sha256")}
            previous = line["hash"] = digest(canonical(header))
            if not signed:
                line["key"] = line["signature"] = ""
            forged.append(canonical(line) + b"\n")
        whole = evidence.chain.read_bytes()
        evidence.chain.write_bytes(b"".join(forged))
        last = json.loads(forged[-1])
        head = json.loads(evidence.head.read_bytes())
        evidence.head.write_bytes(canonical({**head, "n": last["n"], "hash": last["hash"]}) + b"\n")
        assert not verify(evidence.root).ok
        evidence.chain.write_bytes(whole)


def test_a_line_signed_with_a_strange_key_shows(evidence, keys, tmp_path):
    (keys / "signing.key").rename(tmp_path / "mine.key")
    with pytest.raises(ListeningError, match="signing key is missing"):
        Chain(evidence.root).append("view", [{}])
    (keys / "signing.key").write_text("0" * 64)
    Chain(evidence.root).append("view", [{}])
    assert verify(evidence.root).problems  # the key of the other lines is gone
    (tmp_path / "mine.key").replace(keys / "signing.key")
    wheres = {one["where"] for one in verify(evidence.root).problems}
    assert wheres == {"line 8", "head.json"}


def test_who_got_a_copy_is_told_whose_keys_he_trusts(evidence, monkeypatch, tmp_path):
    monkeypatch.setenv("LISTENING_KEYS", str(tmp_path / "none"))
    verdict = verify(evidence.root)
    assert verdict.ok
    assert "public keys that lie beside the evidence" in verdict.warnings[0]["what"]


def test_a_blank_body_needs_a_line_that_says_so(evidence):
    chain = Chain(evidence.root)
    with evidence.lock():
        chain.blank({3})
    assert verify(evidence.root).problems == [
        {"where": "line 3", "what": "its body is gone, and no line says it was erased"}
    ]
    chain.append("erased", [{"of": [3]}])
    assert verify(evidence.root).ok
    assert ask_outside(evidence) == []


def test_half_a_line_as_a_kill_leaves_it_is_mended_by_the_next_write(evidence):
    with evidence.chain.open("ab") as file:
        file.write(b'{"at":"2026')
    verdict = verify(evidence.root)
    assert verdict.ok
    assert len(verdict.warnings) == 1
    Chain(evidence.root).append("view", [{}])
    assert verify(evidence.root).warnings == []
    assert verify(evidence.root).lines == 8


def test_two_processes_write_one_chain(evidence):
    code = (
        "from listening.contract import DataRoot\nfrom desk.legal.chain import Chain\n"
        "for _ in range(20): Chain(DataRoot.from_environment()).append('view', [{'case': 'c'}])"
    )
    both = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]
    assert [one.wait() for one in both] == [0, 0]
    verdict = verify(evidence.root)
    assert verdict.ok
    assert verdict.lines == 47
