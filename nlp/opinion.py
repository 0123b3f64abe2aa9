"""A second opinion on legal flags: a linear model over words, word parts, cues and embedding.

The encoder's head generalises by meaning and reads English only; this one knows the phrases of
the rules and the spelling of seven languages, is fitted in seconds, and can say which words
spoke. Neither decides alone: `nlp.suspicion` weighs both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from listening.contract import FLAGS, ConfigurationError
from nlp.notes import notes
from nlp.rulebook import RULES, Cues, Span
from nlp.words import fold

if TYPE_CHECKING:
    from spacy.tokens import Doc

Floats = NDArray[np.float32]

FILE: Final = RULES / "opinion.safetensors"
EMBEDDING_WEIGHT: Final = 2.0
"""How much the embedding counts beside words, which count 1."""

_CHARACTERS: Final = 1_500  # the encoder reads hardly as far
_WORDS_HELD: Final = 32_768  # of which is known what they bring: 15 MB
_TOKEN: Final = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?|\d+|[^\w\s]")
_MARKS: Final = {"url": " http ", "email": " e-mail ", "handle": " @user ", "hashtag": " "}
_SIGNS: Final = {
    "price": r"[$€£¥₹]\s?\d|\d\s?(?:[$€£¥₹]|eur\b|usd\b|euros?\b|bucks\b|quid\b)",
    "long number": r"\d(?:[ .()/-]{0,2}\d){6}",
    "date": r"\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b",
    "number and name": r"\b\d{1,4}[a-z]?\s(?-i:[A-Z]\w+\s[A-Z]\w+)|\b(?-i:[A-Z]\w{3,})\s\d{1,4}\b",
    "two capitals": r"\b(?-i:[A-Z][a-z]+ [A-Z][a-z]{2,})\b",
    "made-up word": r"(?<!\S)[^\W\d_]{2,20}[\d!#$&*_@][^\s.,]{1,30}",
    "secret after": r"\b(?:pass|pw|pwd|pin|key|login|code|mdp|clave|senha)\w{0,8}\W{1,4}\S{0,30}\d",
    "quoted": r"[\"“„«][^\"”“»]{12,200}[\"”“»]",
    "you": r"\b(?:you|your|euch|euer|vous|votre|vosotros|voi|vocês|jullie)\b",
}
_FORMS: Final = {name: re.compile(form, re.IGNORECASE) for name, form in _SIGNS.items()}
_DIGIT: Final = re.compile(r"\d")
_WITHOUT_DIGIT: Final = {
    name: form
    for name, form in _FORMS.items()
    if name in {"two capitals", "made-up word", "quoted", "you"}
}
"""Of the signs those that a text without any digit may hold."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A feature of a text, and where it stands (whole text: where it stands nowhere)."""

    name: str
    span: Span | None = None


def pieces(doc: Doc) -> Iterator[Piece]:
    """Yield the features of a document: words, pairs, word parts, cues and signs."""
    whole: str = notes(doc).whole[:_CHARACTERS]
    words = list(_words(whole, doc))
    for place, (word, span) in enumerate(words):
        yield Piece(word, span)
        for part in _parts(word):
            yield Piece(part, span)
        if place:
            before, start = words[place - 1][0], words[place - 1][1][0]
            yield Piece(f"{before} {word}", (start, span[1]))
    yield from _beyond_words(whole, doc)


def _beyond_words(whole: str, doc: Doc) -> Iterator[Piece]:
    yield from _cues(notes(doc).cues)
    forms = _FORMS if _DIGIT.search(whole) else _WITHOUT_DIGIT
    for name, form in forms.items():
        if match := form.search(whole):
            yield Piece(f"sign:{name}", match.span())


def _words(whole: str, doc: Doc) -> Iterator[tuple[str, Span]]:
    """Yield the words, folded; a mark stands for its kind, a number for any of its length."""
    position = 0
    for mark in notes(doc).marks.found:
        if mark.start >= len(whole):
            break
        if mark.start >= position:
            yield from _tokens(whole, position, mark.start)
            yield _MARKS[mark.kind].strip() or mark.kind, (mark.start, mark.end)
            position = mark.end
    yield from _tokens(whole, position, len(whole))


def _tokens(whole: str, start: int, end: int) -> Iterator[tuple[str, Span]]:
    for match in _TOKEN.finditer(whole, start, end):
        yield _name(match[0]), match.span()


@lru_cache(maxsize=65_536)
def _name(word: str) -> str:
    return "0" * min(len(word), 5) if word[0].isdigit() else fold(word)


def _parts(word: str) -> tuple[str, ...]:
    if not word[:1].isalpha() or len(word) < 4:  # noqa: PLR2004
        return ()
    framed = f"<{word}>"
    return tuple(
        f"~{framed[at : at + size]}" for size in (3, 4, 5) for at in range(len(framed) - size + 1)
    )


def _cues(cues: Cues) -> Iterator[Piece]:
    """Yield the groups of phrases that were found, and which of one rule came together."""
    files: dict[str, list[str]] = {}
    for group in sorted(cues):
        yield Piece(f"cue:{group}", cues[group][0])
        files.setdefault(group.split(".")[0], []).append(group)
    for groups in files.values():
        if len(groups) > 1:
            yield Piece(f"cue:{'+'.join(groups)}", cues[groups[0]][0])


def key(name: str) -> int:
    """Return the number a feature is kept under."""
    return crc32(name.encode())


@dataclass(frozen=True)
class Opinion:
    """The fitted model: keys to rows, inverse document frequencies, weights by flag."""

    model: str
    rows: Mapping[int, int]
    idf: Floats
    weights: Floats  # [features, flags]
    dense: Floats  # [embedding width, flags]
    bias: Floats

    @classmethod
    def load(cls, path: Path = FILE) -> Opinion:
        """Read the model that ships with the rules.

        Raises:
            ConfigurationError: the file is missing or none of ours.
        """
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(path, framework="numpy") as file:
                held = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
                model = file.metadata()["model"]
            rows = {key: row for row, key in enumerate(held["keys"].tolist())}
            plain = [held[name].astype(np.float32) for name in ("idf", "weights", "dense", "bias")]
        except (OSError, SafetensorError, KeyError, TypeError) as error:
            mend = "python -m nlp.train.flags --data FOLDER --write"
            raise ConfigurationError(
                f"cannot be read: {error!r}", where=str(path), mend=mend
            ) from error
        return cls(model, rows, *plain)

    def save(self, path: Path = FILE) -> None:
        """Write the model."""
        from safetensors.numpy import save_file

        tensors: dict[str, NDArray[Any]] = {
            "keys": np.array(list(self.rows), np.uint32),
            "idf": self.idf.astype(np.float16),
            "weights": self.weights.astype(np.float16),
            "dense": self.dense.astype(np.float16),
            "bias": self.bias.astype(np.float32),
        }
        save_file(tensors, path, metadata={"model": self.model})
        path.chmod(0o644)  # safetensors makes it readable by its owner only

    def score(self, found: Sequence[Piece], embedding: Floats | None) -> Floats:
        """Return the score of a text for each flag, float32 [flags]; 0 is undecided."""
        known = {row for each in found if (row := self.rows.get(key(each.name))) is not None}
        return self.add(known, embedding)

    def add(self, known: Collection[int], embedding: Floats | None) -> Floats:
        """Return the score of a text with these rows, as `score` does."""
        total = self.bias.copy()
        if known:
            rows = np.sort(np.fromiter(known, np.intp, len(known)))
            idf = self.idf[rows]
            total += idf @ self.weights[rows] / np.sqrt((idf**2).sum())
        if embedding is not None:
            total += embedding @ self.dense
        return total

    def read(self, doc: Doc) -> set[int]:
        """Return the rows of the known features of a document: those of its `pieces`."""
        return set().union(*(rows for rows, _ in self._read(doc)))

    def locate(self, doc: Doc) -> list[tuple[int, Span]]:
        """Return the rows of the features that `read` finds, and where each stands."""
        return [(row, span) for rows, span in self._read(doc) if span for row in rows]

    def _read(self, doc: Doc) -> Iterator[tuple[Sequence[int], Span | None]]:
        """Yield rows that stand in one place; what a word brings is looked up once for all texts.

        A text has 250 features, of which 30 are words: asked one by one they took three times
        as long.
        """
        whole: str = notes(doc).whole[:_CHARACTERS]
        rows, held, before, start = self.rows, self._held, "", 0
        for word, span in _words(whole, doc):
            yield held(word), span
            if before and (row := rows.get(key(f"{before} {word}"))) is not None:
                yield (row,), (start, span[1])
            before, start = word, span[0]
        for each in _beyond_words(whole, doc):
            if (row := rows.get(key(each.name))) is not None:
                yield (row,), each.span

    @cached_property
    def _held(self) -> Callable[[str], tuple[int, ...]]:
        """What gives the rows of a word and of its parts."""

        def find(word: str) -> tuple[int, ...]:
            found = (self.rows.get(key(name)) for name in (word, *_parts(word)))
            return tuple(row for row in found if row is not None)

        return lru_cache(maxsize=_WORDS_HELD)(find)

    def weigh(self, places: Sequence[tuple[int, Span]], flag: str) -> list[tuple[float, Span]]:
        """Return what each feature that `locate` found says for a flag, and where it stands."""
        rows = [row for row, _ in places]
        said = (self.idf[rows] * self.weights[rows, FLAGS.index(flag)]).tolist()
        return [(weight, span) for weight, (_, span) in zip(said, places, strict=True)]
