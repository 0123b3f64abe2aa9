"""Which of the declared topics a mention is about: nearness of meaning, and shared words.

A topic counts where it is nearer than the others of its taxonomy: what all of them share
(every airline topic has a flight in it) says nothing.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from listening.contract import Topic
from nlp.notes import notes
from nlp.stems import content_stems
from nlp.tagger import Setting, Tagger, tagger
from nlp.taggers.marks import scan

Scores = Mapping[str, float]

# Fitted 2026-11 by logistic regression, one against the rest, on the 4,000 airline tweets
# with a reason given: seven topics with one or two examples each (docs/taggers.md).
_NEARNESS: Final = 10.0  # of the cosine beyond the mean cosine of the taxonomy
_WORDS: Final = 1.5  # of the weight of shared words
_BIAS: Final = -2.8
_LEAST: Final = 0.35
_MOST_WORDS: Final = 1.5  # weight of shared words at most
_NAME, _EXAMPLE = 1.0, 0.5  # weight of a word of the name, of the examples
# A taxonomy of one or two topics has little to compare with; these stand in for the rest.
_ELSE: Final = (
    "Good morning everybody",
    "What a match last night",
    "I love this song",
    "Read my new article",
    "The weather is nice today",
)


@tagger("topic", version="1", needs=("encoder", "marks"))
class TopicTagger(Tagger[Scores]):
    """Scores the topics of the brand file."""

    failed: ClassVar[Mapping[str, Any]] = {"topics": None}

    def prepare(self, setting: Setting) -> None:
        """Encode the topics and weigh their words."""
        self._topics = setting.brands.topics
        if not self._topics:
            return
        centres = [_centre(setting, (topic.name, *topic.examples)) for topic in self._topics]
        centres += [_centre(setting, (each,)) for each in _ELSE[len(centres) :]]
        self._centres: NDArray[np.float32] = np.stack(centres)
        self._words = _weigh(self._topics)

    def tag(self, docs: Sequence[Doc]) -> list[Scores]:
        """Return the topics of every document that reach the threshold, with p."""
        if not self._topics:
            return [{} for _ in docs]
        # One product a document: a matrix product's last bits depend on its other rows.
        cosines = np.stack([self._centres @ notes(doc).encoder.embedding for doc in docs])
        nearness = cosines - cosines.mean(axis=1, keepdims=True)
        return [self._score(doc, near) for doc, near in zip(docs, nearness.tolist(), strict=True)]

    def columns(self, doc: Doc, value: Scores) -> dict[str, Any]:
        """Return the topics, the likeliest first."""
        del doc
        ranked = sorted(value.items(), key=lambda each: (-each[1], each[0]))
        return {"topics": [{"id": topic_id, "p": p} for topic_id, p in ranked]}

    def _score(self, doc: Doc, nearness: Sequence[float]) -> Scores:
        stems = set(content_stems(notes(doc).marks.words))
        if not stems:
            return {}
        scores = {}
        for topic, near, words in zip(self._topics, nearness, self._words, strict=False):
            shared = min(_MOST_WORDS, sum(words[stem] for stem in stems & words.keys()))
            p = 1 / (1 + math.exp(-(_NEARNESS * near + _WORDS * shared + _BIAS)))
            if p >= _LEAST:
                scores[topic.id] = p
        return scores


def _centre(setting: Setting, texts: Sequence[str]) -> NDArray[np.float32]:
    mean = setting.encoder.encode(list(texts)).embedding.mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean), np.float32)


def _weigh(topics: Sequence[Topic]) -> list[dict[str, float]]:
    """Return the stems of each topic with their weight: divided among topics that share one."""
    weights: list[dict[str, float]] = []
    for topic in topics:
        own: dict[str, float] = {}
        for text, weight in ((topic.name, _NAME), *((each, _EXAMPLE) for each in topic.examples)):
            for stem in content_stems(scan(text).words):
                own[stem] = max(own.get(stem, 0.0), weight)
        weights.append(own)
    shared = Counter(stem for own in weights for stem in own)
    return [{stem: weight / shared[stem] for stem, weight in own.items()} for own in weights]
