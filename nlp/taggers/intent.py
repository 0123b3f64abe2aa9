"""What the writer wants: heads of the model, a rule of syntax for questions, and praise.

Every id of `contract.INTENTS` is listed; its p is null where nothing measured stands behind
it yet: no head, or a language that the heads were not measured on. No list of keywords stands
in for a model.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from spacy.tokens import Doc

from listening.contract import INTENTS
from nlp.tagger import Setting, Tagger, tagger
from nlp.taggers.sentiment import measured
from nlp.words import fold

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
_SENTENCES: Final = 40  # of a long article only the beginning is read


@tagger("intent", version="1", needs=("encoder", "language", "marks"), uses=("sentiment", "brands"))
class IntentTagger(Tagger[Scores]):
    """Joins the intent heads with the question rule and praise."""

    failed: ClassVar[Mapping[str, Any]] = {"intents": [{"id": id_, "p": None} for id_ in INTENTS]}

    def prepare(self, setting: Setting) -> None:
        """Look up which heads say which intents."""
        self._heads = {
            intent: head.name
            for head in setting.encoder.heads
            for intent in head.intents
            if intent in INTENTS
        }

    def tag(self, docs: Sequence[Doc]) -> list[Scores]:
        """Return a probability, or None, for every intent of every document."""
        return [self._score(doc) for doc in docs]

    def columns(self, doc: Doc, value: Scores) -> dict[str, Any]:
        """Return the intents in the order of the contract."""
        del doc
        return {"intents": [{"id": intent, "p": value.get(intent)} for intent in INTENTS]}

    def _score(self, doc: Doc) -> Scores:
        rules = {"question": question(doc._.marks.prose), "praise": _praise(doc)}
        if not measured(doc._.language):
            return {**rules, **dict.fromkeys(self._heads)}
        probabilities = doc._.encoder.probabilities
        heads = {intent: probabilities[head][intent] for intent, head in self._heads.items()}
        return {**rules, **heads}


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


def _praise(doc: Doc) -> float | None:
    """Return the positive probability of a mention of a brand, by somebody else than a brand."""
    named = doc._.brands
    if doc._.sentiment is None or named is None or not named.ids or named.is_owned():
        return None
    p: float = doc._.sentiment.p["positive"]
    return p
