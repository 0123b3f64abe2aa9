"""One pass of the encoder for all heads: embedding and probabilities of every mention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from nlp.notes import notes
from nlp.tagger import Setting, Tagger, tagger

if TYPE_CHECKING:
    from nlp.encoder import Encoder, Reading


@dataclass(frozen=True, slots=True)
class Encoding:
    """What the encoder says of one text. `probabilities` maps a head to its classes.

    `reading` is what later questions need: word pieces, their tags, and the states below the
    target branch, which the tagger `target` lets go when it has used them.
    """

    embedding: NDArray[np.float32]
    probabilities: Mapping[str, Mapping[str, float]]
    reading: Reading


@tagger("encoder", version="1")
class EncoderTagger(Tagger[Encoding]):
    """Runs the encoder over a batch of documents at once."""

    failed: ClassVar[Mapping[str, Any]] = {"embedding": None}

    def prepare(self, setting: Setting) -> None:
        """Load the encoder."""
        self._encoder: Encoder = setting.encoder
        self.model = self._encoder.version

    def tag(self, docs: Sequence[Doc]) -> list[Encoding]:
        """Return embedding and probabilities of every document."""
        encoded = self._encoder.encode([notes(doc).whole for doc in docs])
        heads = {
            head.name: (head.labels, encoded.probabilities[head.name].tolist())
            for head in self._encoder.heads
        }
        return [
            Encoding(
                embedding,
                {
                    name: dict(zip(labels, rows[place], strict=True))
                    for name, (labels, rows) in heads.items()
                },
                encoded.readings[place],
            )
            for place, embedding in enumerate(encoded.embedding)
        ]

    def columns(self, doc: Doc, value: Encoding) -> dict[str, Any]:
        """Return the embedding."""
        del doc
        return {"embedding": value.embedding}
