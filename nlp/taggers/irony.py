"""How likely a mention is ironic, where the model has that head and was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from spacy.tokens import Doc

from nlp.tagger import Tagger, tagger
from nlp.taggers.sentiment import measured_head


@tagger("irony", version="2", needs=("encoder", "language"))
class IronyTagger(Tagger[Mapping[str, float]]):
    """Reads the irony head."""

    failed: ClassVar[Mapping[str, Any]] = {"p_irony": None}

    def tag(self, docs: Sequence[Doc]) -> list[Mapping[str, float]]:
        """Return the head's probability; empty without the head or in other languages."""
        return [measured_head(doc, "irony") for doc in docs]

    def columns(self, doc: Doc, value: Mapping[str, float]) -> dict[str, Any]:
        """Return the probability."""
        del doc
        return {"p_irony": value.get("irony")}
