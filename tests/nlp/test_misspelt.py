"""Names are found as people write them: misspelt, split, joined, several; common words are not."""

from __future__ import annotations

import time
from typing import Any

import pytest

from listening.contract import Brand, BrandFile, Context, Person, Product
from nlp.names import read_forms
from nlp.pipeline import build, make_doc
from nlp.tagger import Said
from nlp.vocabulary import read_vocabulary

HARLUND = Brand(
    "harlund",
    "Harlund",
    "own",
    handles={"x": ("@harlund_help",)},
    products=(Product("brew", "BrewOne"), Product("mat", "Harlund Matrillo")),
    people=(Person("jo", "Jorunn Tessel", ("J. Tessel",), {"x": ("@jorunn",)}, "CEO"),),
)
STONE = Brand("stone", "Stone", "competitor", context=Context(near=("oven",)))
VALE = Brand("vale", "Furrow & Vælle", "competitor")
NORD = Brand("nord", "Nørrup", "competitor")
FILE = BrandFile((HARLUND, STONE, VALE, NORD))


@pytest.fixture(scope="module")
def pipeline():
    return build(FILE, only={"brands"})


def find(pipeline, text):
    doc = make_doc(pipeline, Said(text, channel="x"))
    for _, component in pipeline.pipeline:
        doc = component(doc)
    named = doc._.brands
    return [
        (name.person_id or name.product_id or name.brand_id, doc.text[name.start : name.end])
        for name in (*named.names, *named.people)
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("my Harlnud broke", [("harlund", "Harlnud")]),  # swapped
        ("my harllund broke", [("harlund", "harllund")]),  # doubled
        ("my Harlun broke", [("harlund", "Harlun")]),  # dropped
        ("my hraLund broke", [("harlund", "hraLund")]),
        ("two Harlunds", [("harlund", "Harlunds")]),
        ("Harlund\u2019s lid", [("harlund", "Harlund")]),
        ("the har lund app", [("harlund", "har lund")]),
        ("Harlund-Matrillo", [("mat", "Harlund-Matrillo")]),
        ("a Brew One for me", [("brew", "Brew One")]),
        ("a brew-one for me", []),  # two common words, and nothing says that they are a name
        ("HarlundMatrillo", [("mat", "HarlundMatrillo")]),
        ("my harlund matrilo", [("mat", "harlund matrilo")]),
        ("my Matrillo", [("mat", "Matrillo")]),
        ("my brewone", [("brew", "brewone")]),
        ("Jorunn Tesel spoke", [("jo", "Jorunn Tesel")]),
        ("Jorunn spoke", []),
        ("HarlundHelps is slow", [("harlund", "Harlund")]),  # begins a longer word
        ("Harlund_Pots", [("harlund", "Harlund")]),
        ("all harlundpots", [("harlund", "harlund")]),
        ("a Harlundovski", []),
        ("Furrow and Vaelle pans", [("vale", "Furrow and Vaelle")]),
        ("furrow und vaelle", [("vale", "furrow und vaelle")]),
        ("Furrow & Vælle", [("vale", "Furrow & Vælle")]),
        ("a furrow in the vale", []),
        ("Noerrup and Norrup", [("nord", "Noerrup"), ("nord", "Norrup")]),
        ("J. Tessel and @jorunn", [("jo", "J. Tessel"), ("jo", "@jorunn")]),
        ("#harlundfail", [("harlund", "#harlundfail")]),
        ("#MyHarlundStory", [("harlund", "#MyHarlundStory")]),
        ("#harlnud", [("harlund", "#harlnud")]),
        ("#harlund_help me", [("harlund", "#harlund_help")]),
        (".@harlund_help me", [("harlund", "@harlund_help")]),
        ("Stine and stoned", []),  # five letters are too few to be misspelt
        ("Harald and Garlund", []),
        ("Haarlund. One", [("harlund", "Haarlund")]),
    ],
)
def test_what_people_write_is_found_as_written(pipeline, text, found):
    assert find(pipeline, text) == found


def test_a_match_that_is_not_to_the_letter_is_weaker_and_says_why(pipeline):
    doc = make_doc(pipeline, Said("Harlund and Harlnud"))
    for _, component in pipeline.pipeline:
        doc = component(doc)
    exact, misspelt = doc._.brands.names
    assert (exact.p, exact.reason) == (1.0, "")
    assert misspelt.p < 1
    assert "misspelt" in misspelt.reason


def test_a_person_alone_is_no_match_of_the_brand(pipeline):
    doc = make_doc(pipeline, Said("Jorunn Tessel gave a talk"))
    for _, component in pipeline.pipeline:
        doc = component(doc)
    assert doc._.brands.matches == ()
    assert [name.person_id for name in doc._.brands.people] == ["jo"]


def test_hundreds_of_names_cost_little():
    """Measured 10,000 texts a second and more; the bar is low, machines differ."""
    brands = [
        Brand(f"b{i}", f"{a}{b}{c}", "own")
        for i, (a, b, c) in enumerate(
            (a, b, c) for a in ("Bar", "Tol", "Gur", "Mev") for b in ("len", "dor", "wi", "sta")
            for c in ("ghast", "mond", "relle", "tini", "vox", "sund", "quist", "nol", "pex")
        )
    ]  # fmt: skip
    pipeline = build(BrandFile(tuple(brands)), only={"brands"})
    tagger: Any = pipeline.get_pipe("brands")
    text = "Nobody told me that the new baelrnghast is so loud, I would have kept my old one"
    docs = [pipeline.get_pipe("marks")(make_doc(pipeline, Said(f"{text} {i}"))) for i in range(300)]
    begun = time.process_time()
    for doc in docs:
        tagger.find(doc)
    assert time.process_time() - begun < 300 / 500


def test_a_longer_name_is_no_homonym_of_the_shorter() -> None:
    """A file may call the brand "Stone Bank" and only its alias "Stone" may be a pebble."""
    bank = Brand("bank", "Stone Bank", "own", aliases=("Stone",), context=Context(near=("loan",)))
    forms = read_forms(BrandFile((bank,)), read_vocabulary())
    assert {form.text: form.plain for form in forms} == {"Stone Bank": False, "Stone": True}
