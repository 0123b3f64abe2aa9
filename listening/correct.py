"""Seals what people say a label should be, so that it survives every re-run of the model.

A correction names the content that was read. It is a row of a sealed `decision` batch, like
everything else that enters, and so the warehouse can be rebuilt with it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import pyarrow as pa

from listening.clean import clean_text
from listening.contract import (
    CORRECTIONS,
    DECISION_SCHEMA,
    TARGETED,
    Batch,
    ConfigurationError,
    Coverage,
    DataRoot,
    now,
    stream_id,
)
from listening.landing import Draft, Landing

SOURCE: Final = "desk"
STREAM: Final = stream_id(SOURCE, "local", "correction")
NOTE_LIMIT: Final = 1_000
_ACTOR: Final = re.compile(r"[\w.-]{1,64}")
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
        _refuse("--brand-id", f"{tagger} is not towards a brand", "Leave it out, or use --id")
    if target and tagger == "sentiment":
        _refuse("--id", "a sentiment is towards a brand", "Name it by --brand-id")
    return brand_id or target


def check_correction(tagger: str, label: str, target: str = "", *, actor: str = "-") -> None:
    """Check that such a thing can be said, whatever the mention.

    Raises:
        ConfigurationError: an unknown tagger, label or target, or no pseudonym.
    """
    if tagger not in CORRECTIONS:
        _refuse("--tagger", f"{tagger!r} cannot be corrected", f"One of {', '.join(CORRECTIONS)}")
    labels = CORRECTIONS[tagger]
    if labels and label not in labels:
        _refuse("--label", f"{label!r} is no {tagger}", f"One of {', '.join(labels)}")
    if not labels and not _LANGUAGE.fullmatch(label):
        _refuse("--label", f"{label!r} is no language code", "Write it as ISO 639 does: en, de, fr")
    _check_target(tagger, target)
    if not _ACTOR.fullmatch(actor):
        mend = "Letters, digits, dot, dash, up to 64; no mail address: it is kept for good"
        _refuse("--actor", f"{actor!r} is no pseudonym", mend)


def _check_target(tagger: str, target: str) -> None:
    if tagger == "sentiment":
        return
    if tagger not in TARGETED:
        if target:
            _refuse("--id", f"{tagger} is said of the whole mention", "Leave it out")
        return
    known = TARGETED[tagger]
    what = "kind" if tagger == "flag" else tagger
    if not target or (known and target not in known):
        named = f"{target!r} is no {what}" if target else f"no {what} is named"
        _refuse("--id", named, f"One of {', '.join(known)}" if known else "Name the topic's id")


def _refuse(where: str, what: str, mend: str) -> None:
    raise ConfigurationError(what, where=where, mend=mend)


def seal_corrections(root: DataRoot, corrections: Sequence[Correction]) -> Batch:
    """Seal corrections as one batch; of two about the same label the later stands.

    Every correction is given a moment of its own, so that which one is newest is never in doubt.

    Raises:
        ConfigurationError: one of them cannot be said.
        ListeningError: the disk refuses, or another process holds the stream.
    """
    for one in corrections:
        check_correction(one.tagger, one.label, one.target, actor=one.actor)
    landing = Landing(root)
    with landing.lock("decision", STREAM):
        before = landing.newest("decision", STREAM)
        cursor = dict(before.cursor_after) if before else {}
        rows = _rows(corrections, _first_moment(cursor))
        draft = Draft(
            kind="decision",
            stream=STREAM,
            source=SOURCE,
            host="local",
            target="correction",
            served=len(rows),
            coverage=Coverage("complete", got=len(rows)),
            cursor_before=cursor,
            cursor_after={"decided_at": rows[-1]["decided_at"].isoformat()} if rows else cursor,
        )
        return landing.seal(draft, pa.Table.from_pylist(rows, DECISION_SCHEMA))


def _first_moment(cursor: Mapping[str, Any]) -> datetime:
    if not (last := cursor.get("decided_at")):
        return now()
    return max(now(), datetime.fromisoformat(last) + timedelta(microseconds=1))


def _rows(corrections: Sequence[Correction], first: datetime) -> list[dict[str, Any]]:
    return [
        _row(number, one, first + timedelta(microseconds=number))
        for number, one in enumerate(corrections)
    ]


def _row(number: int, one: Correction, decided_at: datetime) -> dict[str, Any]:
    told = {"decision": "correction", "decision_id": _identify(one, decided_at)}
    note = clean_text(one.note).strip()
    if len(note) > NOTE_LIMIT:
        _refuse("--reason", f"has {len(note):,} characters", f"At most {NOTE_LIMIT:,}")
    facts = {**asdict(one), "target": one.target or None, "note": note}
    return {"item_no": number, "bucket": "kept", **told, **facts, "decided_at": decided_at}


def _identify(one: Correction, decided_at: datetime) -> str:
    parts = (one.mention_id, one.content_hash, one.tagger, one.target, decided_at.isoformat())
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
