"""What people decide and correct: of what, in which words, and who may not be named."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, NoReturn

import pyarrow as pa

from listening.border.batch import INSTANT
from listening.border.error import ConfigurationError
from listening.border.tag import EMOTIONS, FLAGS, INTENTS, SENTIMENTS

Subject = Literal["mention", "case", "takedown", "recommendation", "experiment", "alert"]


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """What decisions of one kind are about, and what they may say."""

    subject: Subject
    actions: tuple[str, ...]  # (): the label says it, see CORRECTIONS
    mention: bool  # it may name a mention; where that is the subject it must
    fields: tuple[str, ...] = ()  # what it may say besides, by name
    required: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # action -> fields


DECISIONS: Final[Mapping[str, DecisionRule]] = {
    "correction": DecisionRule("mention", (), mention=True),
    "case": DecisionRule(
        "case",
        (
            "open", "attach", "detach", "assign", "escalate", "hold", "release", "note", "close",
            "reopen",
        ),
        mention=True,
        fields=("title", "owner", "basis", "approver", "expires_on"),
        required={
            "hold": ("basis", "approver", "expires_on"), "assign": ("owner",),
            "escalate": ("owner",),
        },
    ),
    "takedown": DecisionRule(
        "takedown",
        (
            "draft", "send", "acknowledge", "remove", "refuse", "counter_notice", "sue", "restore",
            "repost", "withdraw", "note",
        ),
        mention=True,
        fields=("basis", "platform", "brand_id", "url", "reference", "owner"),
        required={"draft": ("basis", "platform")},
    ),
    "triage": DecisionRule(
        "mention",
        ("take", "assign", "pend", "resolve", "reopen", "dismiss"),
        mention=True,
        fields=("owner", "class", "priority"),
    ),
    "recommendation": DecisionRule(
        "recommendation",
        ("propose", "accept", "implement", "reject", "merge"),
        mention=False,
        fields=("title", "brand_id", "product_id", "topic_id", "duplicate_of"),
        required={"propose": ("title", "brand_id"), "merge": ("duplicate_of",)},
    ),
    "experiment": DecisionRule(
        # What was learnt without a trial is shared as a practice: an experiment of no arms.
        "experiment",
        ("share", "note", "adopt", "reject"),
        mention=False,
        fields=("region", "title", "brand_id"),
        required={"share": ("title", "brand_id")},
    ),
    "engage": DecisionRule(
        "mention", ("take", "join", "skip", "close"), mention=True, fields=("outcome", "url")
    ),
    "alert": DecisionRule(
        "alert",
        ("ack", "escalate", "close", "mute"),
        mention=False,
        fields=("owner", "rule", "brand_id"),
        required=dict.fromkeys(("ack", "escalate", "close", "mute"), ("owner", "rule")),
    ),
}  # fmt: skip
"""The kinds of decisions there are. A kind the code does not know fails its batch."""

NOTE_LIMIT: Final = 1_000
_ACTOR: Final = re.compile(r"[\w.-]{1,64}")
_SUBJECT: Final = re.compile(r"[\w.:-]{1,64}")


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided, of anything but a label. Instants are UTC."""

    kind: str  # one of DECISIONS, but correction
    action: str
    actor: str  # a pseudonym
    subject_id: str = ""  # case, takedown, recommendation, …; "": the mention
    mention_id: str = ""
    content_hash: str = ""  # of what was read, where it matters
    target: str = ""  # kind of flag (case), brand (triage, engage); "": all of it
    case_id: str = ""
    note: str = ""
    effective_at: datetime | None = None  # when it happened; None: when it is sealed
    due_at: datetime | None = None  # what must be done next is due
    fields: Mapping[str, str] = field(default_factory=dict)


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


@dataclass(frozen=True, slots=True)
class Reference:
    """A row of a reference table that was stated at the desk, such as a planned experiment."""

    table: str  # one of REFERENCE_TABLES
    row: Mapping[str, str]  # by column; days as ISO


@dataclass(frozen=True, slots=True)
class Written:
    """One word as the desk wrote it beside its working state, to be sealed once."""

    outbox_id: int  # rises with every decision, and is never used again
    decided_at: datetime
    word: Decision | Correction | Reference


def check_decision(one: Decision) -> None:
    """Check that such a thing can be decided, whatever is known of its subject.

    Raises:
        ConfigurationError: an unknown kind, action or field, a subject or field that lacks, a
            note that is too long, or no pseudonym.
    """
    rule = DECISIONS.get(one.kind)
    if rule is None or not rule.actions:
        known = ", ".join(kind for kind, other in DECISIONS.items() if other.actions)
        refuse("KIND", f"{one.kind!r} is no kind of decision made here", f"One of {known}")
    if one.action not in rule.actions:
        refuse("ACTION", f"a {one.kind} takes no {one.action!r}", f"One of {_list(rule.actions)}")
    _check_subject(one, rule)
    _check_fields(one, rule)
    check_actor(one.actor)
    check_note(one.note)
    for option, instant in (("--at", one.effective_at), ("--due", one.due_at)):
        if instant and instant.tzinfo is None:
            refuse(option, f"{instant} has no zone", "Write it like 2026-10-30T12:00:00Z")


def _check_subject(one: Decision, rule: DecisionRule) -> None:
    if rule.subject == "mention":
        if not one.mention_id or one.subject_id:
            refuse("--mention", f"{one.kind} is of a mention", "Name it, and no other subject")
    elif not _SUBJECT.fullmatch(one.subject_id):
        mend = "Letters, digits, dot, dash, colon, up to 64"
        refuse("--subject", f"{one.subject_id!r} is no id of a {rule.subject}", mend)
    if one.mention_id and not rule.mention:
        refuse("--mention", f"a {one.kind} names no mention", "Leave it out")
    if one.action in ("attach", "detach") and not one.mention_id:
        refuse("--mention", f"{one.action} needs a mention", "Copy its id from flag_open")
    if one.case_id and not _SUBJECT.fullmatch(one.case_id):
        refuse("--case", f"{one.case_id!r} is no id of a case", "Letters, digits, dot, dash")


def _check_fields(one: Decision, rule: DecisionRule) -> None:
    if unknown := sorted(set(one.fields) - set(rule.fields)):
        refuse("--field", f"a {one.kind} has no {unknown[0]!r}", f"One of {_list(rule.fields)}")
    for name in rule.required.get(one.action, ()):
        if not one.fields.get(name, "").strip():
            refuse("--field", f"{one.action} needs {name}", f"Add --field {name}=…")


def check_actor(actor: str) -> None:
    """Check that a pseudonym is one.

    Raises:
        ConfigurationError: it is empty, or could be a mail address.
    """
    if not _ACTOR.fullmatch(actor):
        mend = "Letters, digits, dot, dash, up to 64; no mail address: it is kept for good"
        refuse("--actor", f"{actor!r} is no pseudonym", mend)


def check_note(note: str) -> None:
    """Check that a note may be kept.

    Raises:
        ConfigurationError: it is too long.
    """
    if len(note.strip()) > NOTE_LIMIT:
        refuse("--reason", f"has {len(note.strip()):,} characters", f"At most {NOTE_LIMIT:,}")


def refuse(where: str, what: str, mend: str) -> NoReturn:
    """Raise what says which option is wrong, and its mend."""
    raise ConfigurationError(what, where=where, mend=mend)


def _list(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"


DECISION_SCHEMA: Final = pa.schema(
    [
        pa.field("item_no", pa.int64(), nullable=False),
        pa.field("bucket", pa.string(), nullable=False),
        pa.field("reason", pa.string()),  # code, for quarantined
        pa.field("detail", pa.string()),
        pa.field("raw", pa.string()),
        pa.field("decision", pa.string(), nullable=False),  # one of DECISIONS
        pa.field("decision_id", pa.string()),
        pa.field("mention_id", pa.string()),
        pa.field("content_hash", pa.string()),  # of what the person read
        pa.field("tagger", pa.string()),  # one of CORRECTIONS
        # Of a correction: brand, intent, topic or kind of flag; of a case: kind of flag; of
        # triage and engage: brand. Null: none.
        pa.field("target", pa.string()),
        pa.field("label", pa.string()),
        pa.field("previous_label", pa.string()),  # the model's; null where it said nothing
        pa.field("previous_version", pa.string()),
        pa.field("actor", pa.string()),  # a pseudonym
        pa.field("note", pa.string()),  # why, in the person's words
        pa.field("decided_at", INSTANT),
        # The rest is newer than the first batches, which lack these columns.
        pa.field("subject_id", pa.string()),  # of what; null where it is the mention
        pa.field("case_id", pa.string()),  # legal case it belongs to
        pa.field("action", pa.string()),  # null for corrections
        pa.field("effective_at", INSTANT),  # when it happened, where that is not decided_at
        pa.field("due_at", INSTANT),  # what must be done next is due
        pa.field("fields", pa.string()),  # what else was said, a JSON object of texts
    ]
)
"""Rows of `decision` batches: what people decided at the desk."""


CORRECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "sentiment": SENTIMENTS,  # of the mention, or towards the brand that `target` names
    "emotion": (*EMOTIONS, "none"),
    "irony": ("irony", "none"),
    "offensive": ("offensive", "none"),
    "language": (),  # any ISO 639 code
    "intent": ("yes", "no"),
    "topic": ("yes", "no"),
    "flag": ("confirmed", "dismissed"),
}
"""What a person may say of a mention: tagger -> labels."""
TARGETED: Final[Mapping[str, tuple[str, ...]]] = {"intent": INTENTS, "topic": (), "flag": FLAGS}
"""Corrections that say what of: tagger -> the targets there are; () where files name them."""


_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")


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
