"""A topic's name: the words that its texts have and others have not (class-based TF-IDF)."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from listening.contract import find_denied
from nlp.discover.window import Heard
from nlp.stems import content_stems
from nlp.taggers.marks import scan
from nlp.words import fold

_FEWEST_TEXTS: Final = 3  # that have a word, before it may name a topic: no name of a person
_WORDS: Final = 10  # kept of each topic
_LEAST, _MOST = 3, 5  # words of a name
_WEAK: Final = 0.4  # of the first word's weight: words below it are no part of a name
# Pieces that the tokenizer leaves of "didn't"; the stop lists hold the parts of others.
_CUT: Final = re.compile(
    r"(?:did|does|do|is|was|are|were|has|have|had|could|would|should|must|ai)n|amp"
)

Stems = dict[str, str]  # stem -> the word as written, folded


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as a night knows it. `words`: its own, the strongest first."""

    topic_id: str
    name: str
    words: tuple[str, ...]
    born: date


def read_stems(text: str, names: Collection[str] = ()) -> Stems:
    """Return the content words of a text by stem, without links, handles and brand names."""
    own = {word for name in names for word in scan(name).words or (fold(name.strip("@#")),)}
    found: Stems = {}
    for word in scan(text).words:
        stem = None if word in own else _stem(word)
        if stem is not None:
            found.setdefault(stem, word)
    return found


def choose_words(
    stems: Sequence[Stems], labels: Sequence[str | None]
) -> dict[str, tuple[tuple[str, float], ...]]:
    """Return each topic's words with their weights, the strongest first.

    A word weighs its share of the topic's words times log(1 + A / f): `f` texts have it in
    all, `A` words stand in a topic on average. What has no topic counts as one.
    """
    texts: dict[str | None, Counter[str]] = defaultdict(Counter)
    written: dict[tuple[str | None, str], Counter[str]] = defaultdict(Counter)
    for own, label in zip(stems, labels, strict=True):
        texts[label].update(own.keys())
        for stem, word in own.items():
            written[label, stem][word] += 1
    everywhere = sum(texts.values(), Counter())
    average = everywhere.total() / max(1, len(texts))
    return {
        label: tuple(
            (_usual(written[label, stem]), weight)
            for weight, stem in _weigh(counts, everywhere, average)
        )
        for label, counts in texts.items()
        if label is not None
    }


def name_topics(
    heard: Sequence[Heard],
    labels: Sequence[str | None],
    known: Mapping[str, Topic],
    standing: Iterable[str],
    night: date,
) -> list[Topic]:
    """Return the topics that stand, named. A name stays while half of it is still strong."""
    stems = [read_stems(each.text, each.names) for each in heard]
    chosen = choose_words(stems, labels)
    return [
        _name(topic_id, chosen.get(topic_id, ()), known.get(topic_id), night)
        for topic_id in sorted(set(standing))
    ]


def _name(
    topic_id: str, weighed: Sequence[tuple[str, float]], before: Topic | None, night: date
) -> Topic:
    words = tuple(word for word, _ in weighed)
    if before is not None:
        named = before.name.split(", ")
        short = len(named) < _LEAST <= len(words)  # named when it was small
        stays = not short and sum(word in words for word in named) * 2 >= len(named)
        if stays or not words:
            return Topic(topic_id, before.name, words or before.words, before.born)
    strong = [word for word, weight in weighed[:_MOST] if weight >= _WEAK * weighed[0][1]]
    name = ", ".join(strong if len(strong) >= _LEAST else words[:_LEAST])
    return Topic(topic_id, name or topic_id, words, before.born if before else night)


def _weigh(
    counts: Counter[str], everywhere: Counter[str], average: float
) -> list[tuple[float, str]]:
    total = counts.total()
    weights = [
        (count / total * math.log(1 + average / everywhere[stem]), stem)
        for stem, count in counts.items()
        if count >= _FEWEST_TEXTS
    ]
    return sorted(weights, key=lambda each: (-each[0], each[1]))[:_WORDS]


def _usual(words: Counter[str]) -> str:
    return min(words, key=lambda word: (-words[word], word))


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str | None:
    """Return the stem of a content word; None of a stop word, a number or a piece.

    None also of words that would tell what people are or believe: no topic is named by these.
    """
    if find_denied(word) or _CUT.fullmatch(word) or not any(letter.isalpha() for letter in word):
        return None
    return next(content_stems((word,)), None)
