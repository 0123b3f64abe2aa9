"""The likeliest of four emotions, where the model has that head and was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from spacy.tokens import Doc

from nlp.tagger import Tagger, tagger
from nlp.taggers.sentiment import measured_head


@tagger("emotion", version="2", needs=("encoder", "language"))
class EmotionTagger(Tagger[Mapping[str, float]]):
    """Reads the emotion head."""

    failed: ClassVar[Mapping[str, Any]] = {"emotion": None, "p_emotion": None}

    def tag(self, docs: Sequence[Doc]) -> list[Mapping[str, float]]:
        """Return the probability of each emotion; empty without the head or in other languages."""
        return [measured_head(doc, "emotion") for doc in docs]

    def columns(self, doc: Doc, value: Mapping[str, float]) -> dict[str, Any]:
        """Return the likeliest emotion and its probability."""
        del doc
        label = max(value, key=lambda name: value[name], default=None)
        return {"emotion": label, "p_emotion": value[label] if label else None}
