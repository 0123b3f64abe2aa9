"""Sentiment of the whole mention, with calibrated probabilities, and when not to count it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, ClassVar, Final

import emoji
from spacy.tokens import Doc

from listening.contract import SENTIMENTS
from nlp.notes import notes
from nlp.tagger import Setting, Tagger, tagger
from nlp.taggers.language import Spoken
from nlp.taggers.marks import Marks

LANGUAGES: Final = frozenset({"en"})
"""The languages the head was measured on; of others it abstains (docs/taggers.md)."""

_POLE: Final = 0.3  # mixed: both poles at least this likely
_BORDER: Final = 0.1  # border: the two likeliest classes closer than this
_LONE_WORD: Final = 0.6  # a single word is judged only where the model is this sure


@dataclass(frozen=True, slots=True)
class Sentiment:
    """The likeliest class, the probability of each, and why it should not be counted."""

    label: str
    p: Mapping[str, float]
    abstained: str | None

    @property
    def fields(self) -> dict[str, Any]:
        """Return label, probabilities and abstention by the names of the contract."""
        shares = {f"p_{name}": self.p[name] for name in SENTIMENTS}
        return {"sentiment": self.label, **shares, "abstained": self.abstained}


@tagger("sentiment", version="1", needs=("encoder", "language", "marks"))
class SentimentTagger(Tagger[Sentiment]):
    """Reads the sentiment head."""

    failed: ClassVar[Mapping[str, Any]] = {"sentiment": None, "abstained": "failed"}

    def prepare(self, setting: Setting) -> None:
        """Look for the head.

        Raises:
            KeyError: the model has no sentiment head of the three classes.
        """
        heads = {head.name: head for head in setting.encoder.heads}
        if set(heads["sentiment"].labels) != set(SENTIMENTS):
            raise KeyError(f"sentiment head has the labels {heads['sentiment'].labels}")

    def tag(self, docs: Sequence[Doc]) -> list[Sentiment]:
        """Return the sentiment of every document."""
        return [conclude(doc, notes(doc).encoder.probabilities["sentiment"]) for doc in docs]

    def columns(self, doc: Doc, value: Sentiment) -> dict[str, Any]:
        """Return label, probabilities and abstention."""
        del doc
        return value.fields


def conclude(doc: Doc, raw: Mapping[str, float]) -> Sentiment:
    """Return the sentiment that probabilities of a mention amount to."""
    total = sum(raw.values())
    p = {name: raw[name] / total for name in SENTIMENTS}
    label = max(SENTIMENTS, key=lambda name: p[name])
    return Sentiment(label, p, abstain(p, notes(doc).marks, notes(doc).language))


def is_pleased(doc: Doc, least: float) -> bool:
    """Tell whether a mention is surely positive; not where the head abstains or is absent."""
    sentiment: Sentiment | None = notes(doc).sentiment
    return bool(sentiment and not sentiment.abstained and sentiment.p["positive"] >= least)


def measured(spoken: Spoken) -> bool:
    """Tell whether the heads were measured on what is spoken; unsure counts as measured."""
    return not spoken.sure or spoken.code in LANGUAGES


def measured_head(doc: Doc, head: str) -> Mapping[str, float]:
    """Return a head's probabilities; none without it, or of what it was not measured on."""
    held = notes(doc)
    found: Mapping[str, float] = held.encoder.probabilities.get(head, {})
    return found if measured(held.language) else {}


def abstain(p: Mapping[str, float], marks: Marks, spoken: Spoken) -> str | None:
    """Return why a sentiment should not be counted, or None where it should.

    In this order: short (nothing to judge), language (the head was not measured on it),
    mixed (both poles likely), border (the two likeliest classes close).
    """
    first, second, _ = sorted(p.values(), reverse=True)
    words = len(list(islice(filter(_has_letter, marks.words), 2)))  # more change nothing
    if words <= 1:
        words += emoji.emoji_count(marks.prose)
    if not words or (words == 1 and first < _LONE_WORD):
        return "short"
    if not measured(spoken):
        return "language"
    if min(p["negative"], p["positive"]) >= _POLE:
        return "mixed"
    return "border" if first - second < _BORDER else None


def _has_letter(word: str) -> bool:
    return any(map(str.isalpha, word))
