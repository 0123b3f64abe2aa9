"""Seals what people say a label should be, so that it survives every re-run of the model.

A correction names the content that was read. It is a row of a sealed `decision` batch, like
everything else that enters, and so the warehouse can be rebuilt with it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from listening.contract import CORRECTIONS, TARGETED, Batch, DataRoot, stream_id
from listening.decide import SOURCE, check_actor, refuse, seal_rows

STREAM: Final = stream_id(SOURCE, "local", "correction")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person says of one content of a mention, and what the model had said."""

    mention_id: str
    content_hash: str
    tagger: str
    label: str
    actor: str  # a pseudonym
    target: str = ""  # brand, intent, topic or kind of flag; "": the whole mention
    note: str = ""
    previous_label: str | None = None
    previous_version: str | None = None


def choose_target(tagger: str, brand_id: str, target: str) -> str:
    """Return what a correction is of: the brand of a sentiment, or the target of others.

    Raises:
        ConfigurationError: the one is given where only the other makes sense.
    """
    if brand_id and tagger != "sentiment":
        refuse("--brand-id", f"{tagger} is not towards a brand", "Leave it out, or use --id")
    if target and tagger == "sentiment":
        refuse("--id", "a sentiment is towards a brand", "Name it by --brand-id")
    return brand_id or target


def check_correction(tagger: str, label: str, target: str = "", *, actor: str = "-") -> None:
    """Check that such a thing can be said, whatever the mention.

    Raises:
        ConfigurationError: an unknown tagger, label or target, or no pseudonym.
    """
    if tagger not in CORRECTIONS:
        refuse("--tagger", f"{tagger!r} cannot be corrected", f"One of {', '.join(CORRECTIONS)}")
    labels = CORRECTIONS[tagger]
    if labels and label not in labels:
        refuse("--label", f"{label!r} is no {tagger}", f"One of {', '.join(labels)}")
    if not labels and not _LANGUAGE.fullmatch(label):
        refuse("--label", f"{label!r} is no language code", "Write it as ISO 639 does: en, de, fr")
    _check_target(tagger, target)
    check_actor(actor)


def _check_target(tagger: str, target: str) -> None:
    if tagger == "sentiment":
        return
    if tagger not in TARGETED:
        if target:
            refuse("--id", f"{tagger} is said of the whole mention", "Leave it out")
        return
    known = TARGETED[tagger]
    what = "kind" if tagger == "flag" else tagger
    if not target or (known and target not in known):
        named = f"{target!r} is no {what}" if target else f"no {what} is named"
        refuse("--id", named, f"One of {', '.join(known)}" if known else "Name the topic's id")


def seal_corrections(root: DataRoot, corrections: Sequence[Correction]) -> Batch:
    """Seal corrections as one batch; of two about the same label the later stands.

    Every correction is given a moment of its own, so that which one is newest is never in doubt.

    Raises:
        ConfigurationError: one of them cannot be said.
        ListeningError: the disk refuses, or another process holds the stream.
    """
    for one in corrections:
        check_correction(one.tagger, one.label, one.target, actor=one.actor)
    return seal_rows(
        root, "correction", [{**asdict(one), "target": one.target or None} for one in corrections]
    )
