"""Links, handles, hashtags and e-mail addresses, found once; and the words between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from spacy.tokens import Doc

from nlp.notes import notes
from nlp.tagger import Tagger, tagger
from nlp.words import WORD, fold

MarkKind = Literal["url", "email", "handle", "hashtag"]

# Names without a scheme count as links where their last label is hardly ever a word that
# follows a full stop without a space ("great.Thanks", "it.is").
_BARE: Final = (
    "com|net|org|io|co|app|shop|store|online|site|info|biz|dev|me|example|test|eu|uk|de|fr|"
    "es|it|nl|pt|at|ch|be|ca|au|us|ru|cn|top|xyz|club|live|news|blog|tv|ly|gl"
)
_MARK: Final = re.compile(
    r"(?P<email>(?<![\w.+-])[\w][\w.+-]{0,63}@(?:[\w-]{1,63}\.){1,5}[^\W\d_]{2,24}(?!\w))"
    r"|(?P<url>(?:https?://|www\.)[^\s<>\"\u201c\u201d]+"
    rf"|(?<![\w@./-])(?:[a-z0-9][a-z0-9-]{{0,62}}\.){{1,4}}(?:{_BARE})(?![\w.-]*\w)(?:/[^\s<>\"]*)?)"
    rf"|(?P<handle>(?<![\w@])(?<!\w\.)@{WORD}+(?:[.-]\w+){{0,4}}(?:@(?:[\w-]{{1,63}}\.){{1,4}}\w{{2,24}})?)"
    rf"|(?P<hashtag>(?<![\w&])[#\uff03]{WORD}+)"
)
_SCREEN: Final = re.compile(r"[@#\uff03]|://|www\.|\.[a-z]")  # no mark is without one of these
_TRAILING: Final = ".,;:!?)]}'\u2019\"\u201d»*_…"
_DOTTED_HOST: Final = re.compile(rf"\.(?:{_BARE}|social|app|team)$")
_PART: Final = re.compile(rf"{WORD}+")
_ENTITY: Final = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,5});")


@dataclass(frozen=True, slots=True)
class Mark:
    """A piece of text that is not prose. Offsets are in the whole (title and text)."""

    kind: MarkKind
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of a text, and its prose: what is left without them."""

    found: tuple[Mark, ...]
    prose: str
    words: tuple[str, ...]  # of the prose, folded

    def of(self, *kinds: MarkKind) -> tuple[Mark, ...]:
        """Return the marks of some kinds."""
        return tuple(mark for mark in self.found if mark.kind in kinds)


@tagger("marks", version="1")
class MarksTagger(Tagger[Marks]):
    """Finds the marks of a text."""

    def tag(self, docs: Sequence[Doc]) -> list[Marks]:
        """Return the marks of every document."""
        return [scan(notes(doc).whole) for doc in docs]

    def columns(self, doc: Doc, value: Marks) -> dict[str, Any]:
        """Return nothing: `entities` reports the marks."""
        del doc, value
        return {}


def scan(text: str) -> Marks:
    """Return the marks and the prose of a text."""
    found = tuple(_marks(text))
    prose = _ENTITY.sub(" ", _without(text, found))
    return Marks(found, prose, tuple(_PART.findall(fold(prose))))


def _marks(text: str) -> Iterator[Mark]:
    if not _SCREEN.search(text):
        return
    for match in _MARK.finditer(text):
        kind: Any = match.lastgroup
        piece = match[0]
        if kind == "url":
            piece = piece.rstrip(_TRAILING)
        elif kind == "handle":
            piece = _cut_handle(piece)
        elif kind == "hashtag" and not any(each.isalpha() for each in piece):
            continue  # "#1" is a rank
        yield Mark(kind, match.start(), match.start() + len(piece), piece)


def _cut_handle(handle: str) -> str:
    """Keep dots in a handle only where it is a host name, as on Bluesky, or has a host."""
    if "@" in handle[1:] or _DOTTED_HOST.search(handle):
        return handle
    return "@" + re.split(r"[.-]", handle[1:], maxsplit=1)[0]


def _without(text: str, marks: Sequence[Mark]) -> str:
    parts, position = [], 0
    for mark in marks:
        parts.append(text[position : mark.start])
        position = mark.end
    return " ".join([*parts, text[position:]])
