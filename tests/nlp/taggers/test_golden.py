"""Every tagger has a golden file: texts of ours, and what it must say of them.

What hangs on the model is compared by its label, what is a rule to the letter.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nlp.pipeline import discover, make_doc
from nlp.tagger import Said

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

GOLDEN = Path(__file__).parent / "golden"


def _marks(doc: Doc) -> Any:
    return [[mark.kind, mark.text] for mark in doc._.marks.found]


def _cues(doc: Doc) -> Any:
    return {
        group: [doc._.whole[start:end] for start, end in spans]
        for group, spans in sorted(doc._.cues.items())
    }


def _is_likely(p: float | None) -> bool | None:
    return None if p is None else p >= 0.5


def _intents(columns: Mapping[str, Any]) -> Any:
    """Return what is likely, and what is not said at all."""
    likely = {each["id"]: _is_likely(each["p"]) for each in columns["intents"]}
    return {
        "likely": [name for name, value in likely.items() if value],
        "null": [name for name, value in likely.items() if value is None],
    }


def _brands(columns: Mapping[str, Any]) -> Any:
    """Leave out what is thought of them: that is `target`'s."""
    places = {"brand_id", "product_id", "relation", "start", "end", "matched"}
    return {
        "brands": [
            {name: held for name, held in match.items() if name in places}
            for match in columns["brands"]
        ]
    }


def _targets(doc: Doc) -> Any:
    towards = {
        "/".join(filter(None, key)): each.abstained or each.label
        for key, each in doc._.target.matches.items()
    }
    asked = doc._.target.asked
    return {**towards, **({"asked": asked.abstained or asked.label} if asked else {})}


PROJECTIONS: Mapping[str, Callable[[Doc, Mapping[str, Any]], Any]] = {
    "marks": lambda doc, _: _marks(doc),
    "cues": lambda doc, _: _cues(doc),
    "suspicion": lambda doc, _: len(doc._.suspicion),
    "encoder": lambda _, columns: {"width": len(columns["embedding"])},
    "sentiment": lambda _, columns: columns["abstained"] or columns["sentiment"],
    "brands": lambda _, columns: _brands(columns),
    "target": lambda doc, _: _targets(doc),
    "emotion": lambda _, columns: columns["emotion"],
    "irony": lambda _, columns: {"is_number": isinstance(columns["p_irony"], float)},
    "offensive": lambda _, columns: _is_likely(columns["p_offensive"]),
    "intent": lambda _, columns: _intents(columns),
    "topic": lambda _, columns: sorted(each["id"] for each in columns["topics"]),
}


def say(pipeline: Language, tagger: str, said: Mapping[str, Any]) -> Any:
    """Return what a tagger says of a mention, in the form the golden files hold."""
    doc = make_doc(pipeline, Said(**said))
    for _, each in pipeline.pipeline:
        doc = each(doc)
    component: Any = pipeline.get_pipe(tagger)
    assert doc._.failures == {}
    columns = component.report(doc)
    project = PROJECTIONS.get(tagger)
    return project(doc, columns) if project else json.loads(json.dumps(columns))


@pytest.mark.parametrize("tagger", sorted(discover()))
def test_no_golden_file_no_tagger(tagger: str) -> None:
    assert (GOLDEN / f"{tagger}.json").exists(), f"write tests/nlp/taggers/golden/{tagger}.json"


CASES = [
    pytest.param(path.stem, case, id=f"{path.stem}-{number}")
    for path in sorted(GOLDEN.glob("*.json"))
    for number, case in enumerate(json.loads(path.read_text(encoding="utf-8")))
]


@pytest.mark.parametrize(("tagger", "case"), CASES)
def test_a_tagger_says_what_its_golden_file_says(
    tagger: str, case: Mapping[str, Any], request: pytest.FixtureRequest
) -> None:
    pipeline = request.getfixturevalue("rules")
    if tagger not in pipeline.pipe_names:
        pipeline = request.getfixturevalue("whole")
    assert say(pipeline, tagger, case["said"]) == case["says"]
