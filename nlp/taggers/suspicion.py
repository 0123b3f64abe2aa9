"""How likely the models find each kind of flag, and which sentence speaks for it.

The flags' own taggers weigh this with what their rules see.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
from spacy.tokens import Doc

from listening.contract import FLAGS
from nlp.opinion import Opinion
from nlp.suspicion import HEAD, Suspect, check_model, speaking, thresholds
from nlp.tagger import Setting, Tagger, tagger
from nlp.taggers.sentiment import measured

_log: Final = logging.getLogger(__name__)
_WORTH: Final = 0.05  # below, the models raise nothing alone: the sentence is not looked for


@tagger("suspicion", version="5", needs=("encoder", "cues", "marks"), uses=("language",))
class SuspicionTagger(Tagger[Mapping[str, Suspect]]):
    """Joins the encoder's head with the second opinion; says nothing without the head."""

    def prepare(self, setting: Setting) -> None:
        """Load the second opinion, and check that all was fitted for this encoder."""
        heads = {head.name: head.labels for head in setting.encoder.heads}
        self._is_able = heads.get(HEAD) == FLAGS
        if not self._is_able:
            _log.warning("model %s has no head %r: rules flag alone", setting.encoder.version, HEAD)
            return
        self._opinion = Opinion.load()
        check_model(setting.encoder.version)

    def tag(self, docs: Sequence[Doc]) -> list[Mapping[str, Suspect]]:
        """Return probability and sentence of each kind; nothing where there is no head."""
        return [dict(self._judge(doc)) if self._is_able else {} for doc in docs]

    def columns(self, doc: Doc, value: Mapping[str, Suspect]) -> dict[str, Any]:
        """Return nothing: the flags report what comes of it."""
        del doc, value
        return {}

    def _judge(self, doc: Doc) -> Iterator[tuple[str, Suspect]]:
        encoding, whole = doc._.encoder, doc._.whole
        said = encoding.probabilities[HEAD]
        head = np.array([said[kind] for kind in FLAGS], np.float32)
        opinion = self._opinion.add(self._opinion.read(doc), encoding.embedding)
        spoken = doc._.language
        known = not spoken or measured(spoken)
        weights = thresholds().choose(measured=known)
        likely = thresholds().weigh(head, opinion, measured=known).tolist()
        # Few texts are suspect of anything: where each feature stands is asked of those only.
        places = self._opinion.locate(doc) if max(likely) >= _WORTH else []
        for kind, p in zip(FLAGS, likely, strict=True):
            span = (0, len(whole))
            if p >= _WORTH:
                span = speaking(whole, self._opinion.weigh(places, kind))
            yield kind, Suspect(p, *span, weights.hint, weights.likely)
