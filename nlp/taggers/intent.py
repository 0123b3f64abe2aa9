"""What the writer wants: one head for all intents, joined with what else tells of one.

Every id of `contract.INTENTS` is listed; its p is null where nothing measured stands behind
it: no head, or a language that the heads were not measured on. No list of keywords stands in
for a model.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final, Literal

from spacy.tokens import Doc

from listening.contract import INTENTS
from nlp.notes import notes
from nlp.tagger import Setting, Tagger, tagger
from nlp.taggers.sentiment import measured
from nlp.words import fold

Way = Literal["head", "other", "mean", "max"]

HEAD: Final = "intent"
"""The head that knows all intents; it learned from texts of our own."""

JOINED: Final[Mapping[str, Way]] = {
    "complaint": "mean",
    "question": "mean",
    "suggestion": "mean",
    "praise": "mean",
    "purchase": "mean",
    "bug_report": "mean",
}
"""How the head is joined with the other sign of an intent, a head for it alone, the rule for
questions or the sentiment towards the brand; of the rest the head decides alone. Chosen by
`python -m nlp.train.intents`, see docs/taggers.md."""

Scores = Mapping[str, float | None]

_MARK: Final = re.compile(r"[?\uff1f\u061f\u037e]")  # Latin, wide, Arabic, Greek
_SENTENCE: Final = re.compile(
    r"[^.!?\n\uff1f\u061f\u037e\u3002\uff01]+[.!?\uff1f\u061f\u037e\u3002\uff01]*"
)
# A question put without its mark: a word that asks, then an auxiliary or a pronoun.
_ASKING: Final = re.compile(
    r"^\W*(?:(?:hi|hey|hello|hallo|bonjour|hola|ciao)\W+)?(?:"
    r"(?:how|what|when|where|why|which|who)\s+(?:do|does|did|is|are|am|can|could|should|would|"
    r"will|long|much|many|often)\b|"
    r"(?:does|do|is|are|can|could|would|will|has|have)\s+(?:any\s?(?:one|body)|you|i|we|it|this|"
    r"that|the|there|somebody|someone)\b|"
    r"(?:wie|was|wann|wo|warum|wer|welche[rsn]?)\s+(?:kann|konnt|ist|sind|habe?n?|muss|soll|geht|"
    r"viel|lange|bekomm)\w*|(?:kann|hat|weiss|konnte)\s+(?:jemand|mir|man|ich)\b|"
    r"(?:est-ce\s+que?|comment|pourquoi|quand|combien)\b|(?:quelqu.un|savez-vous|pouvez-vous)\b|"
    r"(?:alguien)\s+\w+|(?:como|cuando|cuanto|donde|por\s+que)\s+(?:se|puedo|puede|es|esta|hago)\b"
    r")"
)
_RHETORICAL: Final = re.compile(r"[?]+!|![?]|[?]{3,}|\b(?:seriously|really|wtf|huh|right)\s*[?]")
_MARKED, _ASKED, _BOTH, _RHETORIC, _NEITHER = 0.75, 0.6, 0.9, 0.4, 0.02
_NEVER: Final = 1e-4  # a head is never surer, so that one alone cannot decide
_SENTENCES: Final = 40  # of a long article only the beginning is read


@tagger(
    "intent",
    version="2",
    needs=("encoder", "language", "marks"),
    uses=("sentiment", "brands", "target"),
)
class IntentTagger(Tagger[Scores]):
    """Joins the intent heads with the question rule and the sentiment towards the brand."""

    failed: ClassVar[Mapping[str, Any]] = {"intents": [{"id": id_, "p": None} for id_ in INTENTS]}

    def prepare(self, setting: Setting) -> None:
        """Look up which heads say which intents."""
        self._heads = {
            intent: head.name
            for head in setting.encoder.heads
            for intent in head.intents
            if intent in INTENTS and head.name != HEAD
        }

    def tag(self, docs: Sequence[Doc]) -> list[Scores]:
        """Return a probability, or None, for every intent of every document."""
        return [self._score(doc) for doc in docs]

    def columns(self, doc: Doc, value: Scores) -> dict[str, Any]:
        """Return the intents in the order of the contract."""
        del doc
        return {"intents": [{"id": intent, "p": value.get(intent)} for intent in INTENTS]}

    def _score(self, doc: Doc) -> Scores:
        rule = question(notes(doc).marks.prose)
        if not measured(notes(doc).language) or not notes(doc).marks.words:
            return {"question": rule}  # no head learned from texts without words
        said = notes(doc).encoder.probabilities
        others: dict[str, float | None] = {
            intent: said[head][intent] for intent, head in self._heads.items()
        }
        others |= {"question": rule, "praise": _liking(doc)}
        head = said.get(HEAD, {})
        scores = {intent: join(intent, head.get(intent), others.get(intent)) for intent in INTENTS}
        if notes(doc).target is not None and notes(doc).target.own:
            scores["praise"] = None  # what a brand says of itself
        return scores


def join(intent: str, head: float | None, other: float | None) -> float | None:
    """Return the probability of an intent by the head and another sign of it."""
    way = JOINED.get(intent, "head")
    if head is None or other is None:
        return other if head is None else head
    return blend(way, head, other)


def blend(way: Way, head: float, other: float) -> float:
    """Return two probabilities as one; `mean` is that of their log-odds."""
    if way == "mean":
        return 1 / (1 + math.exp(-(_log_odds(head) + _log_odds(other)) / 2))
    return {"head": head, "other": other, "max": max(head, other)}[way]


def _log_odds(p: float) -> float:
    p = min(max(p, _NEVER), 1 - _NEVER)
    return math.log(p / (1 - p))


def question(prose: str) -> float:
    """Return how surely a prose asks something: a mark, a form that asks, or both."""
    return max((_ask(each) for each in _SENTENCE.findall(prose)[:_SENTENCES]), default=_NEITHER)


def _ask(sentence: str) -> float:
    marked = bool(_MARK.search(sentence)) and any(each.isalpha() for each in sentence)
    asked = bool(_ASKING.match(fold(sentence[:200]).strip()))
    if marked and _RHETORICAL.search(fold(sentence)):
        return _RHETORIC
    if marked and asked:
        return _BOTH
    return _MARKED if marked else _ASKED if asked else _NEITHER


def _liking(doc: Doc) -> float | None:
    """Return the positive probability towards the brand liked best, else of the whole mention."""
    towards = notes(doc).target.matches.values() if notes(doc).target else ()
    liked = [each.p["positive"] for each in towards]
    if not liked and notes(doc).sentiment:
        liked = [notes(doc).sentiment.p["positive"]]
    return max(liked, default=None)
