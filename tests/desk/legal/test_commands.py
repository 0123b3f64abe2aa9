"""The commands, from a flag to a sealed decision and an export; exit statuses and JSON."""

import json
import re

import pyarrow.parquet as pq
import pytest

from desk.legal.post import post_decisions
from listening.brand.load import check_file, load_brands
from listening.cli import main
from listening.contract import batch_ids
from nlp.protected import ProtectedNames
from tests.desk.legal.test_image import picture

BRAND = """
version: 1
brands:
  - {id: acme, name: Acme, role: own, handles: {x: ["@acme"]}, domains: [acme.example]}
  - {id: rival, name: Rival, role: competitor}
protected:
  owner: Acme Ltd
  contact: {email: ip@acme.example}
  marks: [{id: word, text: "Tide & Timber", registration: EUTM 018}]
  names: [K2 Kettle]
  texts: [{id: leaflet, text: Boil it like you mean it}]
  images: [{id: logo, path: logo.png}]
  handles: {x: ["@acmehelp", "@acme"]}
  domains: [acme-help.example]
"""


@pytest.fixture
def brand(tmp_path, monkeypatch):
    path = tmp_path / "acme.yaml"
    path.write_text(BRAND)
    picture(1).save(tmp_path / "logo.png")
    monkeypatch.setenv("LISTENING_BRANDS", str(path))
    return path


@pytest.fixture
def ask(capsys):
    """Run a command with --json; return its exit status and its object."""

    def run(*words):
        code: str | int = 0
        try:
            main([*words, "--json"])
        except SystemExit as error:
            code = error.code or 0
        return code, json.loads(capsys.readouterr().out)

    return run


def sealed(root):
    rows = []
    for batch_id in batch_ids(root.landing):
        if batch_id.startswith("decision/"):
            rows += pq.read_table(root.landed(batch_id), partitioning=None).to_pylist()
    return [(row["decision"], row["action"] or row["label"], row["target"]) for row in rows]


@pytest.mark.usefixtures("brand")
def test_from_a_flag_to_an_export(flagged, ask, tmp_path):
    code, told = ask("evidence")
    assert (code, told["packs"]) == (0, 2)
    who = ["--actor", "ada", "--reason", "a buyer wrote"]
    mention = flagged.offer.mention_id
    assert ask("case", "open", "c1", "--title", "Fakes", *who)[1]["batches"]
    assert ask("case", "add", "c1", "--mention", mention, *who)[0] == 0
    assert ask("case", "decide", "c1", "confirmed", "--kind", "counterfeit", *who)[0] == 0
    assert ask("case", "decide", "c1", "escalated", "--to", "bo", *who)[0] == 0
    code, told = ask("case", "draft", "c1", "--basis", "trademark", "--platform", "X", *who)
    assert (code, told["takedown"]) == (0, "c1-t1")
    assert "Address" in told["missing"]
    ask("case", "decide", "c1", "counter_notice", "--at", "2026-10-30T09:00:00Z", *who)
    hold = ["--basis", "claim", "--approver", "bo", "--expires-on", "2026-12-31"]
    assert ask("case", "hold", "c1", *hold, *who)[1]["warnings"]
    code, told = ask("case", "view", "c1", "--actor", "bo")
    assert told["counter_notices"] == [
        {"takedown": "c1-t1", "from": "2026-11-13", "until": "2026-11-19"}
    ]
    assert told["hold"]["stands"]
    assert told["custody"][-1]["what"] == "view"
    assert ask("case", "list")[1]["cases"][0]["held"]
    code, told = ask("case", "export", "c1", "--out", str(tmp_path / "c1.zip"), *who)
    assert (code, told["packs"]) == (0, 1)
    assert ask("case", "decide", "c1", "resolved", *who)[0] == 0
    code, told = ask("verify", "c1")
    assert (code, told["ok"], told["packs"]) == (0, True, 1)
    assert sorted(sealed(flagged.root), key=str) == sorted(
        [
            ("case", "open", None), ("case", "attach", None), ("case", "escalate", None),
            ("case", "hold", None), ("case", "close", None), ("takedown", "draft", None),
            ("takedown", "counter_notice", None), ("correction", "confirmed", "counterfeit"),
        ],
        key=str,
    )  # fmt: skip
    assert post_decisions(flagged.root) == 0


def test_exit_statuses(flagged, ask):
    assert ask("verify")[0] == 2
    assert ask("case", "view", "none", "--actor", "ada")[0] == 2
    ask("evidence")
    (flagged.root.path / "evidence" / "head.json").unlink()
    code, told = ask("verify", "--all")
    assert (code, told["ok"]) == (1, False)


@pytest.mark.usefixtures("brand", "world")
def test_a_picture_is_compared_with_the_protected_ones(ask, tmp_path):
    ask("case", "open", "c1", "--actor", "ada")
    picture(1).resize((97, 73)).save(tmp_path / "copy.png")
    code, told = ask("case", "add", "c1", "--image", str(tmp_path / "copy.png"), "--actor", "ada")
    assert (code, told["distances"][0]["image"], told["distances"][0]["alike"]) == (0, "logo", True)
    code, told = ask("protect", "image", str(tmp_path / "logo.png"))
    assert re.fullmatch("[0-9a-f]{16}", told["phash"])


# --- what is protected ------------------------------------------------------------------


def test_what_legal_registered_is_the_brands_own(brand):
    file = load_brands([brand])
    acme, rival = file.brands
    assert acme.handles == {"x": ("@acme", "@acmehelp")}
    assert acme.domains == ("acme.example", "acme-help.example")
    assert acme.marks == ("Tide & Timber", "K2 Kettle")
    assert rival.marks == ()
    assert [work.id for work in file.works] == ["leaflet"]
    (protected,) = file.protected
    assert (protected.brand_id, protected.owner) == ("acme", "Acme Ltd")
    assert protected.images[0].path.endswith("logo.png")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("owner: Acme Ltd", "brand: rival", "'rival' is no own brand"),
        ("role: competitor", "role: own", "2 own brands"),
        ("path: logo.png", "path: acme.yaml", "is no picture"),
        ("path: logo.png", "path: none.png", "cannot be read"),
        ("path: logo.png", "phash: xyz", "phash"),
        ("{id: logo, path: logo.png}", "{id: logo}", "needs either path or phash"),
        ("owner: Acme Ltd", "owners: Acme Ltd", "owners"),
    ],
)
def test_mistakes_in_what_is_protected_are_named_with_their_line(brand, old, new, says):
    brand.write_text(BRAND.replace(old, new))
    problems = check_file(brand)
    assert problems
    assert any(says in one.message for one in problems), problems
    assert all(one.line and one.mend for one in problems)


def test_names_are_found_as_whole_words_in_any_case(brand):
    names = ProtectedNames(load_brands([brand]).brands)
    text = "TIDE  &  timber mugs, a k2 kettle, no K2 Kettles, untide & timber"
    assert [text[start:end] for start, end in names.find(text)] == ["TIDE  &  timber", "k2 kettle"]
    assert ProtectedNames(()).find(text) == []
