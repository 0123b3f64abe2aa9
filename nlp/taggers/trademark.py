"""Names, logos and domains of the brand in the hands of somebody without the right to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from spacy.tokens import Doc

from nlp.notes import notes
from nlp.protected import ProtectedNames
from nlp.rulebook import Cues, nearest
from nlp.suspicion import Sign, Strength, SuspectTagger
from nlp.tagger import Setting, tagger

_BESIDE: Final = 120  # characters between the sign of the brand and what says it is misused


@tagger("trademark", version="8", needs=("cues", "marks"), uses=("brands", "suspicion"))
class TrademarkTagger(SuspectTagger):
    """Flags a logo, name, domain or protected mark beside words that say the right is missing."""

    def prepare(self, setting: Setting) -> None:
        """Read the marks and names that legal registered."""
        super().prepare(setting)
        self._protected = ProtectedNames(setting.brands.brands)

    def signs(self, doc: Doc) -> Iterator[Sign]:
        """Yield at most one sign."""
        cues: Cues = notes(doc).cues
        whole: str = notes(doc).whole
        sale = cues.get("counterfeit.sale", ())
        own = self._protected.find(whole)
        # Copies of goods bear the mark too: that is the other flag, unless the models say both.
        copied = bool(cues.get("counterfeit.replica") or cues.get("counterfeit.fake"))
        for mark in sorted({*cues.get("trademark.sign", ()), *own}):
            misuse = nearest(mark, cues.get("trademark.misuse", ()), _BESIDE)
            beside = misuse or nearest(mark, sale, _BESIDE)
            if beside is None or (copied and not misuse):
                continue
            start, end = min(mark[0], beside[0]), max(mark[1], beside[1])
            words = f"{whole[slice(*mark)]!r} beside {whole[slice(*beside)]!r}"
            strength: Strength = "likely" if misuse and not copied else "hint"
            yield Sign(start, end, 0.5, "misuse" if misuse else "goods", words, strength)
            return
