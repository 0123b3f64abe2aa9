"""Copies of texts the brand owns: how much of a mention are a work's own word sequences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from spacy.tokens import Doc
from spacy.tokens.token import Token

from nlp.tagger import Flag, FlagTagger, Setting, tagger

SHINGLE: Final = 5  # words in a row; shorter ones are shared by anybody
_FEWEST: Final = 8  # shingles: twelve words copied in a row
_SHARE: Final = 0.5  # of a mention that is copied …
_RUN: Final = 30  # … or shingles of the work, however long the text around them


@tagger("copied_text", version="1", needs=("marks", "brands"))
class CopiedTextTagger(FlagTagger):
    """Flags texts that contain a registered work, or a good part of one."""

    def prepare(self, setting: Setting) -> None:
        """Cut the works of the brand file into shingles."""
        self._works: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for work in setting.brands.works:
            words = [word.norm_ for word in _words(setting.pipeline.tokenizer(work.text))]
            for shingle in _shingles(words):
                self._works[shingle].add(work.id)

    def flag(self, doc: Doc) -> Iterator[Flag]:
        """Yield a flag for every work that is copied."""
        if not self._works or doc._.brands.is_owned():
            return
        words = _words(doc)
        shingles = _shingles([word.norm_ for word in words])
        places: dict[str, list[int]] = defaultdict(list)
        for place, shingle in enumerate(shingles):
            for work_id in self._works.get(shingle, ()):
                places[work_id].append(place)
        for work_id, copied in sorted(places.items()):
            share = len(copied) / len(shingles)
            if len(copied) >= _FEWEST and (share >= _SHARE or len(copied) >= _RUN):
                yield _raise(work_id, words, copied, share)


def _raise(work_id: str, words: Sequence[Token], copied: Sequence[int], share: float) -> Flag:
    first, last = words[copied[0]], words[copied[-1] + SHINGLE - 1]
    p = round(min(0.95, 0.5 + share / 2), 2)
    reason = f"{len(copied) + SHINGLE - 1} words of work {work_id!r}, {share:.0%} of the text"
    return Flag("copied_text", first.idx, last.idx + len(last), p, "shingles", reason)


def _words(doc: Doc) -> list[Token]:
    return [token for token in doc if token.is_alpha or token.text.isalnum()]


def _shingles(words: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + SHINGLE]) for at in range(len(words) - SHINGLE + 1)]
