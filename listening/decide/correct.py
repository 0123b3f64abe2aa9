"""Seals what people say a label should be, so that it survives every re-run of the model.

A correction names the content that was read. It is a row of a sealed `decision` batch, like
everything else that enters, and so the warehouse can be rebuilt with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from listening.contract import Batch, Correction, DataRoot, check_correction, refuse
from listening.decide.seal import decision_stream, seal_rows

STREAM: Final = decision_stream("correction")


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


def seal_corrections(root: DataRoot, corrections: Sequence[Correction]) -> Batch:
    """Seal corrections as one batch; of two about the same label the later stands.

    Every correction is given a moment of its own, so that which one is newest is never in doubt.

    Raises:
        ConfigurationError: one of them cannot be said.
        ListeningError: the disk refuses, or another process holds the stream.
    """
    for one in corrections:
        check_correction(one.tagger, one.label, one.target, actor=one.actor)
    return seal_rows(root, "correction", [correction_facts(one) for one in corrections])


def correction_facts(one: Correction) -> dict[str, Any]:
    """Return a correction as columns of DECISION_SCHEMA."""
    return {**asdict(one), "target": one.target or None}
