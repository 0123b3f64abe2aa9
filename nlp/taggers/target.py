"""What a mention thinks of each brand and product it is about, and of a target asked for.

"A is great, B is not" is good for one and bad for the other; the sentiment of the whole says
neither. How a target without a name in the text is judged: docs/taggers.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from listening.contract import SENTIMENTS
from nlp.encoder import Question
from nlp.names import Match
from nlp.notes import notes
from nlp.presence import Presence
from nlp.switch import find_side, weigh
from nlp.tagger import Setting, Tagger, tagger
from nlp.taggers.sentiment import Sentiment, conclude
from nlp.tokens import find_target

if TYPE_CHECKING:
    from nlp.encoder import Encoder

Key = tuple[str, str | None]
"""A brand and one of its products, or None for the brand as a whole."""

PLACES: Final = 3
"""Places of one name that are judged; their mean counts."""


@dataclass(frozen=True, slots=True)
class Towards:
    """What is thought of each brand and product, and of what was asked for.

    `own`: a brand of the file says it itself; what it says of itself is not judged.
    """

    matches: Mapping[Key, Sentiment]
    asked: Sentiment | None = None
    own: bool = False


@tagger(
    "target",
    version="2",
    needs=("encoder", "brands", "language", "marks", "sentiment"),
    uses=("suspicion",),  # reads the same states, which end here
)
class TargetTagger(Tagger[Towards]):
    """Asks the target branch about the places that `brands` found."""

    failed: ClassVar[Mapping[str, Any]] = {"target_abstained": "failed"}

    def prepare(self, setting: Setting) -> None:
        """Read the names of the brand file, and load the encoder."""
        self._encoder: Encoder = setting.encoder
        self._presence = {brand.id: Presence(brand) for brand in setting.brands.brands}
        self._names: dict[Key, str] = {}
        for brand in setting.brands.brands:
            self._names[brand.id, None] = brand.name
            for product in brand.products:
                self._names[brand.id, product.id] = product.name

    def tag(self, docs: Sequence[Doc]) -> list[Towards]:
        """Return what every document thinks of its targets."""
        asked = [dict(self._ask(doc)) for doc in docs]
        questions = [one for each in asked for places in each.values() for one in places]
        answers = iter(self._encoder.judge(questions).astype(float))
        return [
            self._gather(doc, each, {key: [next(answers) for _ in each[key]] for key in each})
            for doc, each in zip(docs, asked, strict=True)
        ]

    def columns(self, doc: Doc, value: Towards) -> dict[str, Any]:
        """Return what was asked for; `brands` reports the rest beside its matches."""
        del doc
        fields = value.asked.fields if value.asked else {}
        return {f"target_{name}": held for name, held in fields.items()}

    def report(self, doc: Doc) -> Mapping[str, Any]:
        """Return the columns, or those of a failure where something was asked for."""
        return super().report(doc) if notes(doc).said.target else {}

    def _label(self, docs: Sequence[Doc]) -> None:
        super()._label(docs)
        for doc in docs:  # not before: a group that fails is asked again in parts
            _let_go(doc)

    def _ask(self, doc: Doc) -> Iterator[tuple[Key | None, list[Question]]]:
        """Yield the questions about each target; none: the whole mention speaks of it."""
        said, reading = notes(doc).said, notes(doc).encoder.reading
        for match in notes(doc).brands.matches:
            # A brand's own words tell nothing of what people think of it.
            if not self._is_own(doc, match):
                yield (match.brand_id, match.product_id), self._ask_match(doc, match)
        if said.target:
            place = find_target(notes(doc).whole, said.target)
            yield None, [Question(notes(doc).whole, place or said.target, reading)]

    def _ask_match(self, doc: Doc, match: Match) -> list[Question]:
        key, links = (match.brand_id, match.product_id), _links(doc)
        places = [
            (name.start, name.end)
            for name in notes(doc).brands.names
            if (name.brand_id, name.product_id) == key and (name.start, name.end) not in links
        ]
        if places:
            reading = notes(doc).encoder.reading
            return [Question(notes(doc).whole, place, reading) for place in places[:PLACES]]
        others = (name for name in notes(doc).brands.names if name.brand_id != match.brand_id)
        if all((name.start, name.end) in links for name in others):
            return []
        return [Question(notes(doc).whole, self._names[key])]

    def _is_own(self, doc: Doc, match: Match) -> bool:
        return self._presence[match.brand_id].is_author(notes(doc).said)

    def _gather(
        self,
        doc: Doc,
        asked: Mapping[Key | None, Sequence[Question]],
        answers: Mapping[Key | None, Sequence[NDArray[np.float64]]],
    ) -> Towards:
        judged = {
            key: conclude(doc, _weigh_places(doc, asked[key], places))
            if places
            else notes(doc).sentiment
            for key, places in answers.items()
        }
        wanted = judged.pop(None, None)
        matches = {key: held for key, held in judged.items() if key is not None}
        own = any(self._is_own(doc, match) for match in notes(doc).brands.matches)
        return Towards(matches, wanted, own)


def report_match(doc: Doc, key: Key) -> dict[str, Any]:
    """Return what is thought of a match by its columns; nothing where it was not judged."""
    if "target" in notes(doc).failures:
        return {"abstained": "failed"}
    judged = notes(doc).target.matches.get(key) if notes(doc).target else None
    return judged.fields if judged else {}


def _weigh_places(
    doc: Doc, questions: Sequence[Question], answers: Sequence[NDArray[np.float64]]
) -> dict[str, float]:
    """Return the mean of what is said at each place, a switch told by `nlp.switch` included."""
    mood = notes(doc).sentiment.p if notes(doc).sentiment else dict.fromkeys(SENTIMENTS, 0.0)
    weighed = []
    for question, answer in zip(questions, answers, strict=True):
        p = dict(zip(SENTIMENTS, answer.tolist(), strict=True))
        place = question.target
        side = None if isinstance(place, str) else find_side(notes(doc).whole, place, mood)
        weighed.append(weigh(side, p))
    return {name: float(np.mean([each[name] for each in weighed])) for name in SENTIMENTS}


def _links(doc: Doc) -> set[tuple[int, int]]:
    return {(mark.start, mark.end) for mark in notes(doc).marks.of("url")}


def _let_go(doc: Doc) -> None:
    """Drop the token states: a batch of long texts holds 200 MB of them."""
    encoding = notes(doc).encoder
    if encoding is None:
        return
    reading = encoding.reading
    none = np.empty((0, reading.whole_states.shape[1]), np.float32)
    notes(doc).encoder = replace(encoding, reading=replace(reading, whole_states=none))
