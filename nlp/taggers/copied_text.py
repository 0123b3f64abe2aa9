"""Copies of texts and pictures the brand owns, also edited ones; and talk of taken works."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from rapidfuzz.distance import Indel
from spacy.tokens import Doc

from listening.contract import ALIKE, BITS, Work, bits_apart, registered_hash
from nlp.notes import notes
from nlp.rulebook import Cues, nearest
from nlp.suspicion import Sign, SuspectTagger
from nlp.tagger import Flag, Setting, tagger
from nlp.words import fold, read_words

SHINGLE: Final = 3  # words in a row: a copy with every fifth word changed still shares some
_FEWEST: Final = 12  # words of a work in one piece; all of it where it is shorter, …
_SHORTEST: Final = 6  # … but not of one shorter than this
_SHARE: Final = 0.5  # of a mention that is copied …
_RUN: Final = 34  # … or words of the work, however long the text around them
_ALIKE: Final = 0.6  # of the words of both pieces, in the same order; more is edited away
_GAP: Final = 12  # words between two shared shingles of one piece
_QUOTE: Final = 45  # words: about two sentences, which may be quoted with credit
_CREDIT: Final = 80  # characters from a quotation to whom it is credited
_QUOTES: Final = "\"'\u201c\u201d\u201e\u00ab\u00bb\u2018\u2019>"
_SAME_PICTURE: Final = 0.95  # no bit apart …
_LESS_A_BIT: Final = 0.04  # … and less for each, to 0.55
_BESIDE: Final = 80  # characters between a work and what was done to it


class _Word(NamedTuple):
    """A word of a text: folded, and where it stands."""

    norm: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of words of a mention that a work has too."""

    work_id: str
    first: int
    last: int  # inclusive
    alike: float


@tagger("copied_text", version="9", needs=("marks", "brands", "cues"), uses=("suspicion",))
class CopiedTextTagger(SuspectTagger):
    """Flags texts that contain a registered work, and reports of copying."""

    def prepare(self, setting: Setting) -> None:
        """Cut the works of the brand file into shingles."""
        super().prepare(setting)
        self._words: dict[str, list[str]] = {}
        self._places: dict[tuple[str, ...], list[tuple[str, int]]] = defaultdict(list)
        for work in setting.brands.works:
            self._register(setting, work)
        images = setting.brands.sought_images
        self._images = {one.id: registered_hash(one) for one in images}

    def _register(self, setting: Setting, work: Work) -> None:
        words = _norms(setting.pipeline.tokenizer(work.text))
        self._words[work.id] = words
        for place, shingle in enumerate(_shingles(words)):
            self._places[shingle].append((work.id, place))

    def signs(self, doc: Doc) -> Iterator[Sign]:
        """Yield a sign for every work that is copied, and one for talk of copying."""
        hits = self._hits(_norms(doc)) if self._places else {}
        words = _words(doc) if hits else []
        for work_id, own in sorted(hits.items()):
            piece = self._align(work_id, words, own)
            if piece and not _is_quoted(doc, words, piece):
                yield _raise(words, piece)
        yield from _talk(doc)

    def flag(self, doc: Doc) -> Iterator[Flag]:
        """Yield the flags of a document's words, and one of its pictures."""
        yield from super().flag(doc)
        brands = notes(doc).brands
        if self._images and not (brands is not None and brands.is_owned()):
            yield from _flag_pictures(notes(doc).said.pictures, self._images)

    def _hits(self, norms: Sequence[str]) -> dict[str, list[tuple[int, int]]]:
        """Return for each work where its shingles stand: places in the mention and in it."""
        hits: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for place, shingle in enumerate(_shingles(norms)):
            for work_id, there in self._places.get(shingle, ()):
                hits[work_id].append((place, there))
        return hits

    def _align(
        self, work_id: str, words: Sequence[_Word], hits: Sequence[tuple[int, int]]
    ) -> _Piece | None:
        """Return the longest piece of a mention that is enough of a work to be a copy."""
        own = self._words[work_id]
        least = min(_FEWEST, len(own))
        best: _Piece | None = None
        for first, last in _runs([place for place, _ in hits]):
            there = [work_place for place, work_place in hits if first <= place <= last]
            start, end = min(there), max(there) + SHINGLE
            said = [word.norm for word in words[first : last + SHINGLE]]
            alike = Indel.normalized_similarity(said, own[start:end])
            enough = len(said) >= max(_SHORTEST, least) and alike >= _ALIKE
            if enough and (len(said) >= _SHARE * len(words) or len(said) >= _RUN):
                piece = _Piece(work_id, first, last + SHINGLE - 1, alike)
                if best is None or piece.last - piece.first > best.last - best.first:
                    best = piece
        return best


def _runs(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield first and last of places that lie close together."""
    ordered = sorted(set(places))
    start = 0
    for number in range(1, len(ordered) + 1):
        if number == len(ordered) or ordered[number] - ordered[number - 1] > _GAP:
            yield ordered[start], ordered[number - 1]
            start = number


def _is_quoted(doc: Doc, words: Sequence[_Word], piece: _Piece) -> bool:
    """Tell whether a piece is a short quotation that says whose it is."""
    if piece.last - piece.first + 1 > _QUOTE:
        return False
    start, end = words[piece.first].start, words[piece.last].end
    marked = set(notes(doc).whole[max(0, start - 3) : start] + notes(doc).whole[end : end + 3])
    own = [(name.start, name.end) for name in notes(doc).brands.names]
    whose = [*notes(doc).cues.get("copying.credit", ()), *own]
    outside = [each for each in whose if each[1] <= start or end <= each[0]]
    return bool(marked & set(_QUOTES)) and bool(nearest((start, end), outside, _CREDIT))


def _raise(words: Sequence[_Word], piece: _Piece) -> Sign:
    first, last = words[piece.first], words[piece.last]
    count = piece.last - piece.first + 1
    share = count / len(words)
    reason = f"{count} words of work {piece.work_id!r}, {share:.0%} of the text"
    if piece.alike < 1:
        reason += f", {piece.alike:.0%} alike"
    p = round(min(0.95, 0.45 + 0.25 * share + 0.25 * piece.alike), 2)
    return Sign(first.start, last.end, p, "shingles", reason, "sure")


def _flag_pictures(hashes: Sequence[str], images: Mapping[str, str]) -> Iterator[Flag]:
    """Yield one flag that names every protected picture a mention has a copy of, nearest first."""
    least = {
        name: min((bits_apart(one, own) for one in hashes), default=BITS)
        for name, own in images.items()
    }
    alike = sorted((bits, name) for name, bits in least.items() if bits <= ALIKE)
    if alike:
        told = (f"{name!r}, {bits} of {BITS} bits apart" for bits, name in alike)
        p = round(_SAME_PICTURE - _LESS_A_BIT * alike[0][0], 2)
        yield Flag("copied_text", None, None, p, "picture", f"picture alike {'; '.join(told)}")


def _talk(doc: Doc) -> Iterator[Sign]:
    """Yield at most one sign: a work beside what was done to it."""
    cues: Cues = notes(doc).cues
    for taken in sorted(cues.get("copying.taken", ())):
        work = nearest(taken, cues.get("copying.work", ()), _BESIDE)
        if work:
            start, end = min(taken[0], work[0]), max(taken[1], work[1])
            words = f"{notes(doc).whole[slice(*taken)]!r} beside {notes(doc).whole[slice(*work)]!r}"
            yield Sign(start, end, 0.5, "report", words, "likely")
            return


def _norms(doc: Doc) -> list[str]:
    return [fold(word) for word, _ in read_words(doc) if word.isalnum()]


def _words(doc: Doc) -> list[_Word]:
    return [
        _Word(fold(word), start, start + len(word))
        for word, start in read_words(doc)
        if word.isalnum()
    ]


def _shingles(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(words[at:] for at in range(SHINGLE)), strict=False)
