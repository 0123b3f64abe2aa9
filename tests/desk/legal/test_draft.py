"""A draft says what the case knows, and loudly what it does not; nothing in it is markup."""

import re
from html.parser import HTMLParser

import pytest

from desk.legal.draft import BASES, draft_takedown
from desk.legal.erase import erase_evidence
from desk.legal.keep import keep_evidence
from desk.legal.place import Evidence
from desk.legal.review import add_mention, decide_case, open_case
from desk.legal.verify import verify
from listening.contract import (
    Brand,
    BrandFile,
    ConfigurationError,
    Protected,
    ProtectedMark,
    Work,
)
from tests.desk.legal.world import body, flag, post

ACME = Brand("acme", "Acme", "own", handles={"mastodon": ("@acme@a.example",)},
             domains=("acme.example",), marks=("ACME",))  # fmt: skip
FULL = BrandFile(
    (ACME,),
    works=(Work("story", "Every kettle tells a story of steam and patience."),),
    protected=(
        Protected(
            "acme", "Acme Ltd",
            {"name": "Ada Doe", "address": "1 Mill Lane", "phone": "555 0100",
             "email": "ip@acme.example"},
            (ProtectedMark("word", "ACME", "EUTM 018"),),
        ),
    ),
)  # fmt: skip
BARE = BrandFile((Brand("acme", "Acme", "own"),))
HOSTILE = "<script>alert(1)</script> replica Acme\n\n# Signed: Ada Doe\n[x](javascript:1)"


@pytest.fixture
def root(world):
    said = post("1", HOSTILE, author="@<b>shop</b>@x.example")
    copied = flag("copied_text") | {"reason": "12 words of work 'story', 80% of the text"}
    flags = [flag("counterfeit"), copied, flag("impersonation"), flag("doxxing")]
    world.hear([said], flags={"1": flags})
    keep_evidence(world.root)
    open_case(world.root, "c1", "Fakes", "ada")
    add_mention(world.root, "c1", said.mention_id, "ada")
    world.said = said
    return world.root


def read(root, line, suffix):
    (path,) = [one["path"] for one in body(line)["files"] if one["path"].endswith(suffix)]
    return (Evidence(root).path / path).read_text("utf-8")


@pytest.mark.parametrize("basis", sorted(BASES))
def test_what_is_known_is_filled_in_and_only_a_person_can_give_the_rest(root, basis):
    line, draft = draft_takedown(root, "c1", basis, "Mastodon", "ada", "", FULL)
    by_hand = ["Signature of a person authorised to act for the owner"]
    if basis == "privacy":
        by_hand.insert(0, "Whose data it is, and by what right you speak for that person")
    assert draft.missing == by_hand
    for text in (read(root, line, ".md"), read(root, line, ".html")):
        assert "Nothing was sent" in text
        assert "Acme Ltd" in text
        assert "https://social.example/@ann/1" in text
    assert verify(root).ok


def test_a_dmca_notice_has_every_field_of_the_statute(root):
    line, draft = draft_takedown(root, "c1", "dmca", "Mastodon", "ada", "", FULL)
    text = read(root, line, ".md")
    labels = [one.label for one in draft.fields]
    assert labels[0] == "Copyrighted work"
    assert "story: Every kettle tells a story" in text
    for needed in (
        "Address",
        "Telephone number",
        "Email address",
        "Where the material is (address)",
    ):
        assert needed in labels
    assert "good faith belief" in text
    assert "under penalty of perjury" in text
    assert "512(f)" in text
    assert "10 and no later than 14 business days" in text


def test_what_is_missing_is_said_first_and_loudly(root):
    line, draft = draft_takedown(root, "c1", "trademark", "Mastodon", "ada", "", BARE)
    assert {"Owner of the right", "Mark", "Email address"} <= set(draft.missing)
    text = read(root, line, ".md")
    assert text.index("## MISSING") < text.index("## Mark")
    assert text.count("[MISSING") == len(draft.missing)
    assert body(line)["missing"] == draft.missing


class Tags(HTMLParser):
    """Notes the tags of a page."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def test_what_people_wrote_is_no_markup(root):
    line, _ = draft_takedown(root, "c1", "dmca", "Mas<i>todon", "ada", "", FULL)
    page = Tags()
    page.feed(read(root, line, ".html"))
    assert not {"script", "b", "i", "a"} & {tag for tag, _ in page.found}
    text = read(root, line, ".md")
    assert not re.search(r"^# Signed|^\[x\]|^<script", text, re.MULTILINE)
    assert re.search(r"^ {4}# Signed", text, re.MULTILINE)


def test_a_draft_is_a_takedown_of_the_case_and_can_be_sent_by_a_person(root):
    line, draft = draft_takedown(root, "c1", "dmca", "Mastodon", "ada", "", FULL)
    assert draft.takedown_id == "c1-t1"
    (word,) = body(line)["decisions"]
    assert word["fields"] == {
        "basis": "dmca", "platform": "Mastodon", "url": "https://social.example/@ann/1",
        "brand_id": "acme",
    }  # fmt: skip
    (sent,) = decide_case(root, "c1", "sent", "ada", "by their form")
    assert body(sent)["decisions"][0]["subject_id"] == "c1-t1"
    assert draft_takedown(root, "c1", "privacy", "Host", "ada", "", FULL)[1].takedown_id == "c1-t2"


def test_a_draft_that_was_altered_shows_and_one_that_quotes_the_erased_goes(root, world):
    line, _ = draft_takedown(root, "c1", "dmca", "Mastodon", "ada", "", FULL)
    paths = [Evidence(root).path / one["path"] for one in body(line)["files"]]
    whole = paths[0].read_bytes()
    paths[0].write_bytes(whole + b" ")
    assert [one["what"] for one in verify(root).problems] == ["was altered: its SHA-256 is another"]
    paths[0].write_bytes(whole)
    erase_evidence(root, [world.said.mention_id], why="e1")
    assert not any(path.exists() for path in paths)
    assert verify(root).problems == []


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"basis": "slander"}, "is no basis"),
        ({"platform": " "}, "whom is it for"),
        ({"mention": "f" * 32}, "no evidence of it"),
        ({"case_id": "c9"}, "no such case"),
    ],
)
def test_what_cannot_be_drafted_is_refused(root, more, says):
    told = {"case_id": "c1", "basis": "dmca", "platform": "x", "mention": ""} | more
    with pytest.raises(ConfigurationError, match=says):
        draft_takedown(
            root, told["case_id"], told["basis"], told["platform"], "ada", "", FULL,
            mention=told["mention"],
        )  # fmt: skip
