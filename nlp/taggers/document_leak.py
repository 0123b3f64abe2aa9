"""Papers of a company that were not meant for all, passed on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from spacy.tokens import Doc

from nlp.notes import notes
from nlp.rulebook import Cues, nearest
from nlp.suspicion import Sign, SuspectTagger
from nlp.tagger import tagger

_BESIDE: Final = 60  # characters between the paper and what says that it is secret


@tagger("document_leak", version="8", needs=("cues", "marks"), uses=("brands", "suspicion"))
class DocumentLeakTagger(SuspectTagger):
    """Flags a paper said to be internal, with words that pass it on."""

    def signs(self, doc: Doc) -> Iterator[Sign]:
        """Yield at most one sign: likely where the paper is passed on too."""
        cues: Cues = notes(doc).cues
        whole: str = notes(doc).whole
        papers, passed = cues.get("document.paper", ()), cues.get("document.passed", ())
        for secret in sorted(cues.get("document.secret", ())):
            paper = nearest(secret, [each for each in papers if each != secret], _BESIDE)
            if paper is None:
                continue
            start, end = min(secret[0], paper[0]), max(secret[1], paper[1])
            words = f"{whole[slice(*secret)]!r} beside {whole[slice(*paper)]!r}"
            others = [each for each in passed if each not in (secret, paper)]
            if others:
                yield Sign(start, end, 0.6, "passed_on", f"{words}, passed on", "likely")
            else:
                yield Sign(start, end, 0.4, "secret", words, "hint")
            return
