"""Where the phrases of `nlp/rules/` stand: one pass for all rules. A cue alone is no flag."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from nlp.rulebook import Cues, Span, phrases
from nlp.tagger import Setting, Tagger, tagger

MOST: Final = 50
"""Cues of one group that are kept: rules compare groups, and a text may repeat one word."""


@tagger("cues", version="3")
class CuesTagger(Tagger[Cues]):
    """Finds the phrases of every rule."""

    def prepare(self, setting: Setting) -> None:
        """Compile the phrases."""
        self._matcher = PhraseMatcher(setting.pipeline.vocab, attr="NORM")
        for group, words in phrases():
            self._matcher.add(group, [setting.pipeline.tokenizer(each) for each in words])

    def tag(self, docs: Sequence[Doc]) -> list[Cues]:
        """Return the cues of every document."""
        return [self._find(doc) for doc in docs]

    def columns(self, doc: Doc, value: Cues) -> dict[str, Any]:
        """Return nothing: cues are for the rules."""
        del doc, value
        return {}

    def _find(self, doc: Doc) -> Cues:
        found: dict[str, list[Span]] = defaultdict(list)
        for key, first, last in self._matcher(doc):
            spans = found[doc.vocab.strings[key]]
            if len(spans) < MOST:
                span = doc[first:last]
                spans.append((span.start_char, span.end_char))
        return found
