"""How likely the models find each kind of flag, and which sentence speaks for it.

Head and opinion are asked about every text, the branch about those that they find suspect.

The flags' own taggers weigh this with what their rules see.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from spacy.tokens import Doc

from listening.contract import FLAGS, ConfigurationError
from nlp.manifest import RESTORE
from nlp.notes import notes
from nlp.opinion import Opinion
from nlp.suspicion import (
    HEAD,
    Floats,
    Join,
    Suspect,
    check_model,
    speaking,
    thresholds,
    weigh,
)
from nlp.tagger import Setting, Tagger, tagger
from nlp.taggers.sentiment import measured

_log: Final = logging.getLogger(__name__)


@dataclass(slots=True)
class _View:
    """What is thought of one text so far."""

    doc: Doc
    head: Floats
    opinion: Floats
    known: bool
    join: Join
    likely: Floats


@tagger("suspicion", version="9", needs=("encoder", "cues", "marks"), uses=("language",))
class SuspicionTagger(Tagger[Mapping[str, Suspect]]):
    """Joins the encoder's head with the second opinion; says nothing without the head."""

    def prepare(self, setting: Setting) -> None:
        """Load the second opinion, and check that all was fitted for this encoder.

        Raises:
            ConfigurationError: the model's branch tells other kinds apart.
        """
        branch = setting.encoder.manifest.flag
        if branch is not None and branch.labels != FLAGS:
            what = f"the branch for flags has the labels {branch.labels}, not {FLAGS}"
            raise ConfigurationError(what, where=str(setting.encoder.folder), mend=RESTORE)
        heads = {head.name: head.labels for head in setting.encoder.heads}
        self._is_able = heads.get(HEAD) == FLAGS
        if not self._is_able:
            _log.warning("model %s has no head %r: rules flag alone", setting.encoder.version, HEAD)
            return
        self._opinion = Opinion.load()
        self._encoder = setting.encoder
        check_model(setting.encoder.version)

    def tag(self, docs: Sequence[Doc]) -> list[Mapping[str, Suspect]]:
        """Return probability and sentence of each kind; nothing where there is no head."""
        if not self._is_able:
            return [{} for _ in docs]
        views = self._look(docs)
        asked = [view for view in views if self._is_suspect(view)]
        readings = [notes(view.doc).encoder.reading for view in asked]
        logits = self._encoder.judge_flags(readings) if asked else ()
        for view, found in zip(asked, logits, strict=True):
            view.join = thresholds().choose(measured=view.known, asked=True)
            view.likely = weigh(view.join, view.head, view.opinion, found)
        return [dict(self._conclude(view)) for view in views]

    def columns(self, doc: Doc, value: Mapping[str, Suspect]) -> dict[str, Any]:
        """Return nothing: the flags report what comes of it."""
        del doc, value
        return {}

    def _look(self, docs: Sequence[Doc]) -> list[_View]:
        """Weigh head and opinion of all documents, those of one join at a time."""
        said = [notes(doc).encoder.probabilities[HEAD] for doc in docs]
        head = np.array([[each[kind] for kind in FLAGS] for each in said], np.float32)
        opinion = np.stack([self._opine(doc) for doc in docs])
        known = [_is_known(doc) for doc in docs]
        likely = np.empty_like(head)
        for is_known in (True, False):
            rows = [row for row, each in enumerate(known) if each is is_known]
            join = thresholds().choose(measured=is_known)
            likely[rows] = weigh(join, head[rows], opinion[rows])
        joins = [thresholds().choose(measured=is_known) for is_known in known]
        return list(map(_View, docs, head, opinion, known, joins, likely))

    def _opine(self, doc: Doc) -> Floats:
        return self._opinion.add(self._opinion.read(doc), notes(doc).encoder.embedding)

    def _is_suspect(self, view: _View) -> bool:
        branch = self._encoder.manifest.flag
        return branch is not None and float(view.likely.max()) >= thresholds().screen

    def _conclude(self, view: _View) -> Iterator[tuple[str, Suspect]]:
        whole: str = notes(view.doc).whole
        likely = view.likely.tolist()
        limits = thresholds().limits
        raised = {kind for kind, p in zip(FLAGS, likely, strict=True) if p >= limits[kind]}
        # The models raise few flags alone: where each feature stands is asked for those only.
        places = self._opinion.locate(view.doc) if raised else []
        for kind, p in zip(FLAGS, likely, strict=True):
            span = (0, len(whole))
            if kind in raised:
                span = speaking(whole, self._opinion.weigh(places, kind))
            yield kind, Suspect(p, *span, view.join.hint, view.join.likely)


def _is_known(doc: Doc) -> bool:
    """Tell whether the head was measured on a document's language, or nobody knows it."""
    spoken = notes(doc).language
    return not spoken or measured(spoken)
