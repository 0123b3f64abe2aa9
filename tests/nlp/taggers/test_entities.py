"""The brand file's names go before those the model reads; marks stay what they are."""

from __future__ import annotations

import pytest

from listening.contract import Brand, BrandFile, Person, Product
from nlp.encoder import MODEL
from nlp.pipeline import build, make_doc, tag
from nlp.tagger import Said

FILE = BrandFile(
    (
        Brand(
            "vel",
            "Velmora",
            "own",
            products=(Product("p", "Velmora Press"),),
            people=(Person("ida", "Ida Falkner", handles={"x": ("@idaf",)}),),
        ),
    )
)


@pytest.fixture(scope="module")
def pipeline():
    if not (MODEL / "manifest.json").exists():
        pytest.skip("nlp/model is absent")
    return build(FILE, only={"encoder", "brands", "entities"})


def find(pipeline, text):
    (row,) = tag(pipeline, [Said(text, channel="x")])
    return {(each["text"], each["type"], each["canonical"]) for each in row["entities"]}


def test_names_of_the_brand_file_have_its_form(pipeline):
    found = find(pipeline, "the velmora press, says ida falkner (@idaf), is a Velmroa")
    assert {
        ("velmora press", "product", "Velmora Press"),
        ("ida falkner", "person", "Ida Falkner"),
        ("@idaf", "handle", "Ida Falkner"),
        ("Velmroa", "brand", "Velmora"),
    } <= found


def test_other_names_are_read_with_their_type(pipeline):
    found = find(pipeline, "Velmora is cheaper than Nespresso, says my sister in London")
    assert ("London", "location", "London") in found
    assert any(text == "Nespresso" and kind != "brand" for text, kind, _ in found)
    assert ("Velmora", "brand", "Velmora") in found


def test_a_hashtag_that_is_a_name_is_both(pipeline):
    found = find(pipeline, "dancing with #TaylorSwift all night")
    assert ("#TaylorSwift", "hashtag", "#taylorswift") in found
    assert ("TaylorSwift", "person", "Taylor Swift") in found


def test_the_document_holds_them_without_overlap(pipeline):
    doc = make_doc(pipeline, Said("Velmora Press in London, see https://a.example/London"))
    for _, component in pipeline.pipeline:
        doc = component(doc)
    assert [(span.text, span.label_, span.kb_id_) for span in doc.ents] == [
        ("Velmora Press", "product", "Velmora Press"),
        ("London", "location", "London"),
        ("https://a.example/London", "url", ""),
    ]


def test_without_the_model_the_brand_file_is_left(pipeline):
    del pipeline
    rules = build(FILE, only={"entities"})
    assert find(rules, "Velmora is in London") == {("Velmora", "brand", "Velmora")}
