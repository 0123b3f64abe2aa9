"""How likely a mention is offensive, where the model has that head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from spacy.tokens import Doc

from nlp.tagger import Tagger, tagger


@tagger("offensive", version="1", needs=("encoder",))
class OffensiveTagger(Tagger[Mapping[str, float]]):
    """Reads the offensive head."""

    failed: ClassVar[Mapping[str, Any]] = {"p_offensive": None}

    def tag(self, docs: Sequence[Doc]) -> list[Mapping[str, float]]:
        """Return the head's probability; empty without the head."""
        return [doc._.encoder.probabilities.get("offensive", {}) for doc in docs]

    def columns(self, doc: Doc, value: Mapping[str, float]) -> dict[str, Any]:
        """Return the probability."""
        del doc
        return {"p_offensive": value.get("offensive")}
