"""The values that cross a border between packages, and their Arrow schemas: one place.

Standard library and pyarrow only. `listening` fills these, `nlp`, `warehouse` and `desk`
read them; none of those packages imports another.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import re
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from fnmatch import fnmatchcase
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Literal, NoReturn
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

_LOG: Final = logging.getLogger(__name__)

# --- errors -----------------------------------------------------------------------------


class ListeningError(Exception):
    """Work that failed: says what happened, where, and the mend. Exit status 1."""

    exit_code: int = 1

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        super().__init__(what, where, mend)
        self.what, self.where, self.mend = what, where, mend

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.what}" if self.where else self.what]
        return ". ".join([*parts, self.mend] if self.mend else parts)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild_error, (type(self), self.what, self.where, self.mend)


class ConfigurationError(ListeningError):
    """A file, flag or setting is wrong; nothing was started. Exit status 2."""

    exit_code = 2


def _rebuild_error(kind: type[ListeningError], what: str, where: str, mend: str) -> ListeningError:
    return kind(what, where=where, mend=mend)


# --- clock and identity -----------------------------------------------------------------

CLOCK_VARIABLE: Final = "LISTENING_NOW"


def now() -> datetime:
    """Return this moment in UTC, or the moment `LISTENING_NOW` holds the clock at.

    Raises:
        ConfigurationError: `LISTENING_NOW` is not an ISO instant.
    """
    held = os.environ.get(CLOCK_VARIABLE)
    if not held:
        return datetime.now(UTC)
    try:
        instant = datetime.fromisoformat(held)
    except ValueError as error:
        raise ConfigurationError(
            f"{held!r} is not an ISO instant",
            where=CLOCK_VARIABLE,
            mend="Write it like 2026-10-30T12:00:00Z",
        ) from error
    return instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(UTC)


def mention_id(source: str, native_id: str) -> str:
    """Return the id of a mention: the same whichever stream saw it (32 hex digits)."""
    return _digest(source, native_id)


def _digest(*parts: str) -> str:
    # The unit separator keeps ("ab", "c") and ("a", "bc") apart.
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def slug(text: str) -> str:
    """Return text as a path-safe name: lower case letters, digits, dots and dashes."""
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-.") or "none"


# --- the brand file, as a value ---------------------------------------------------------

Role = Literal["own", "competitor"]


@dataclass(frozen=True, slots=True)
class Product:
    """A product of a brand, and the names people use for it."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody people name when they mean a brand, such as its chief."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    handles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # channel -> handles
    role: str = ""  # in the brand: CEO, founder; for people to read


@dataclass(frozen=True, slots=True)
class Context:
    """Words that make a homonym the brand (`near`) or something else (`not_near`)."""

    near: tuple[str, ...] = ()
    not_near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceHours:
    """When a brand answers: time zone, business hours, and its promise in minutes."""

    timezone: str = "UTC"
    days: tuple[int, ...] = (0, 1, 2, 3, 4)  # Monday is 0
    opens: time = time(9)
    closes: time = time(17)
    holidays: tuple[date, ...] = ()
    response_minutes: int = 60

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone as an object."""
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class Brand:
    """A brand we listen for: our own, or a competitor's."""

    id: str
    name: str
    role: Role
    aliases: tuple[str, ...] = ()
    handles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # channel -> handles
    domains: tuple[str, ...] = ()
    context: Context = Context()
    products: tuple[Product, ...] = ()
    people: tuple[Person, ...] = ()
    service: ServiceHours = ServiceHours()
    competitors: tuple[str, ...] | None = None  # of an own brand: ids; None: all of the file
    marks: tuple[str, ...] = ()  # names and marks that legal registered (`protected`)


@dataclass(frozen=True, slots=True)
class Query:
    """What is on topic. `sources` empty means every off-channel source."""

    id: str
    q: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """A declared topic: its name, and examples of how people put it."""

    id: str
    name: str
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """A text the brand owns and wants copies of found (legal registers it)."""

    id: str
    text: str


AlertKind = Literal[
    "post_count", "post_velocity", "volume_spike", "sentiment_drop", "topic", "issue",
    "legal_flag", "unanswered", "voice_shift", "source_silent", "amplify", "join",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who hears of an alert too, where nobody acknowledged it so many minutes after it rose."""

    after_minutes: int
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AlertRule:
    """What to tell whom, and when. Empty filters let everything pass."""

    id: str
    kind: AlertKind
    owner: str  # one of TEAMS
    channels: tuple[str, ...]  # names; who sends resolves them, secrets stay outside the file
    action: str  # what the owner is to do
    when: Mapping[str, Any]  # limits of its kind, all of them: docs/alerts.md
    cool_down_minutes: int = 240  # between two messages of one story
    escalate: tuple[Escalation, ...] = ()
    brands: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    enabled: bool = True  # false: only `listening alerts replay` looks at it


@dataclass(frozen=True, slots=True)
class ProtectedMark:
    """A mark or product name of the brand, and where it is registered."""

    id: str
    text: str
    registration: str = ""


@dataclass(frozen=True, slots=True)
class ProtectedImage:
    """A picture of the brand: its perceptual hash (16 hex digits), or the file it is taken of."""

    id: str
    phash: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Protected:
    """What legal registered as the brand's own, and who speaks for it in a takedown."""

    brand_id: str
    owner: str = ""  # who holds the rights
    contact: Mapping[str, str] = field(default_factory=dict)  # name, address, phone, email
    marks: tuple[ProtectedMark, ...] = ()
    images: tuple[ProtectedImage, ...] = ()
    works: tuple[str, ...] = ()  # ids


@dataclass(frozen=True, slots=True)
class Keep:
    """How many days something is kept; None: as long as the data root is."""

    raw_days: int = 30  # exchanges as they were received, to parse them again
    text_days: int | None = None  # mentions, in everything that is made of them


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what is kept, for each source."""

    usual: Keep = Keep()
    sources: Mapping[str, Keep] = field(default_factory=dict)

    def of(self, source: str) -> Keep:
        """Return how long a source's raw exchanges and mentions are kept."""
        return self.sources.get(source, self.usual)


@dataclass(frozen=True, slots=True)
class BrandFile:
    """One validated brand file, or several merged: what to listen for, where, and how."""

    brands: tuple[Brand, ...]
    queries: tuple[Query, ...] = ()
    sources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    topics: tuple[Topic, ...] = ()
    works: tuple[Work, ...] = ()
    alerts: tuple[AlertRule, ...] = ()
    protected: tuple[Protected, ...] = ()
    publish_days: int = 90
    retention: Retention = Retention()
    reference: Mapping[str, str] = field(default_factory=dict)  # table -> path of a CSV
    files: tuple[str, ...] = ()  # where it was read from, for messages


# --- what a source yields ---------------------------------------------------------------

Cursor = Mapping[str, Any]  # JSON-able; {} before the first crawl
CoverageState = Literal["complete", "partial", "capped", "blocked", "blind"]
Kind = Literal["post", "comment", "review", "share"]
KINDS: Final = ("post", "comment", "review", "share")


@dataclass(frozen=True, slots=True)
class Mention:
    """One thing somebody said, as its source served it at one moment. Instants are UTC."""

    source: str
    native_id: str
    text: str
    published_at: datetime
    observed_at: datetime
    kind: Kind = "post"
    channel: str = ""  # the platform people know: mastodon, appstore, …
    title: str = ""
    url: str = ""
    author: str = ""  # handle
    author_id: str = ""  # the source's own id of the author, where it has one
    author_name: str = ""
    edited_at: datetime | None = None
    parent_native_id: str = ""
    thread_native_id: str = ""
    lang: str = ""  # as declared by the source, BCP 47
    region: str = ""
    rating: float | None = None
    verified: bool | None = None
    likes: int | None = None
    shares: int | None = None
    comments: int | None = None
    views: int | None = None
    followers: int | None = None
    brand_id: str = ""  # mapped by an import, or by an owned stream
    campaign: str = ""
    experiment: str = ""
    arm: str = ""
    owned: bool = False  # served by one of the brand's own channels
    private: bool = False  # a message or ticket: its words are for legal and care alone
    warnings: tuple[str, ...] = ()  # no_zone, future, date_guessed, …

    @property
    def mention_id(self) -> str:
        """Return the id of this mention."""
        return mention_id(self.source, self.native_id)

    @property
    def content_hash(self) -> str:
        """Return a hash of what was said, not of how it fared.

        Counts, followers, verification, warnings, privacy and the moment of looking are left out,
        and empty fields do not count, so that a new field changes no old hash.
        """
        parts = [
            f"{name}={value}"
            for name in CONTENT_FIELDS
            if (value := getattr(self, name)) not in ("", None)
        ]
        return _digest(*parts)


CONTENT_FIELDS: Final = (
    "kind", "channel", "title", "text", "url", "author", "published_at", "edited_at",
    "parent_native_id", "lang", "region", "rating", "brand_id", "campaign", "experiment", "arm",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A later look at a mention's counts, without its text."""

    source: str
    native_id: str
    observed_at: datetime
    likes: int | None = None
    shares: int | None = None
    comments: int | None = None
    views: int | None = None
    followers: int | None = None


@dataclass(frozen=True, slots=True)
class Deletion:
    """A source says that a mention is gone."""

    source: str
    native_id: str
    deleted_at: datetime
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class Reject:
    """A served item that could not be read: why, and what it looked like."""

    source: str
    native_id: str  # "" where even that could not be read
    reason: str  # a fixed code, such as bad_date
    detail: str = ""  # one sentence for people: field, value, mend
    raw: str = ""  # the item as served, cut at 4,000 characters


Item = Mention | Snapshot | Deletion | Reject


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of an interval a stream could see."""

    state: CoverageState
    since: datetime | None = None
    until: datetime | None = None
    expected: int | None = None
    got: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One whole page of a source: its items, and where to go on after them."""

    items: tuple[Item, ...]
    served: int  # items in the response, counted before any of them was parsed
    cursor: Cursor | None = None  # None: the cursor does not move with this page
    coverage: Coverage | None = None


# --- batches ----------------------------------------------------------------------------

BatchKind = Literal["mention", "engagement", "tombstone", "decision", "reference"]
Bucket = Literal["kept", "duplicate", "deleted", "off_topic", "quarantined"]
BUCKETS: Final = (
    "inserted", "updated", "unchanged", "duplicate", "deleted", "off_topic", "quarantined",
)  # fmt: skip
# At the crawl a good item is `kept`; the load, which knows the warehouse, says whether
# that was inserted, updated or unchanged. The other buckets are final at the crawl.

REFERENCE_TABLES: Final = (
    "cost", "campaign", "experiment", "release", "recommendation", "goal_actual", "goal",
    "hr_figure",
)  # fmt: skip

INSTANT: Final = pa.timestamp("us", tz="UTC")
FOOTER_KEY: Final = b"listening"

LANDING_SCHEMA: Final = pa.schema(
    [
        pa.field("item_no", pa.int64(), nullable=False),
        pa.field("bucket", pa.string(), nullable=False),
        pa.field("reason", pa.string()),  # code, for quarantined and off_topic
        pa.field("detail", pa.string()),
        pa.field("raw", pa.string()),  # quarantined items only
        pa.field("seen_before", pa.bool_(), nullable=False),  # same content, recent batch
        pa.field("mention_id", pa.string()),
        pa.field("source", pa.string(), nullable=False),
        pa.field("native_id", pa.string()),
        pa.field("content_hash", pa.string()),
        pa.field("kind", pa.string()),
        pa.field("channel", pa.string()),
        pa.field("title", pa.string()),
        pa.field("text", pa.string()),
        pa.field("url", pa.string()),
        pa.field("author", pa.string()),
        pa.field("author_id", pa.string()),
        pa.field("author_name", pa.string()),
        pa.field("published_at", INSTANT),
        pa.field("edited_at", INSTANT),
        pa.field("deleted_at", INSTANT),
        pa.field("observed_at", INSTANT),
        pa.field("parent_id", pa.string()),  # mention_id of the parent
        pa.field("thread_id", pa.string()),  # mention_id of the thread's first mention
        pa.field("lang", pa.string()),
        pa.field("region", pa.string()),
        pa.field("rating", pa.float64()),
        pa.field("verified", pa.bool_()),
        pa.field("likes", pa.int64()),
        pa.field("shares", pa.int64()),
        pa.field("comments", pa.int64()),
        pa.field("views", pa.int64()),
        pa.field("followers", pa.int64()),
        pa.field("brand_id", pa.string()),
        pa.field("campaign", pa.string()),
        pa.field("experiment", pa.string()),
        pa.field("arm", pa.string()),
        pa.field("owned", pa.bool_()),
        pa.field("query_ids", pa.list_(pa.string())),
        pa.field("warnings", pa.list_(pa.string())),
        pa.field("private", pa.bool_()),  # null: no; the first batches lack this column
    ]
)
"""Rows of `mention`, `engagement` and `tombstone` batches: one per served item, in order."""

REFERENCE_SCHEMA: Final = pa.schema(
    [
        pa.field("item_no", pa.int64(), nullable=False),
        pa.field("bucket", pa.string(), nullable=False),
        pa.field("reason", pa.string()),
        pa.field("detail", pa.string()),
        pa.field("raw", pa.string()),
        pa.field("table", pa.string(), nullable=False),  # one of REFERENCE_TABLES
        pa.field("key", pa.string()),  # the row's natural key, parts joined by "/"
        pa.field("row", pa.string()),  # the row as a JSON object, values validated
        pa.field("content_hash", pa.string()),
        pa.field("observed_at", INSTANT),
    ]
)
"""Rows of `reference` batches."""

Subject = Literal["mention", "case", "takedown", "recommendation", "experiment"]


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
        "experiment", ("note", "adopt", "reject"), mention=False, fields=("region",)
    ),
    "engage": DecisionRule(
        "mention", ("take", "join", "skip", "close"), mention=True, fields=("outcome", "url")
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
    subject_id: str = ""  # case, takedown, recommendation or experiment; "": the mention
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


@dataclass(frozen=True, slots=True)
class Batch:
    """A sealed batch, as its Parquet footer tells it. `batch_id` is its path's stem."""

    batch_id: str  # <kind>/<stream>/<day>/<seq>
    kind: BatchKind
    stream: str
    source: str
    host: str
    target: str
    seq: int
    cursor_before: Cursor
    cursor_after: Cursor
    started_at: datetime
    sealed_at: datetime
    fetched_at: datetime
    served: int
    counts: Mapping[str, int]  # Bucket -> rows
    coverage: Coverage
    parser_version: str = "1"
    warc: str = ""  # file name beside the Parquet, "" where nothing was exchanged
    warc_sha256: str = ""
    revision: int = 0
    raw_partial: bool = False
    brand_files: tuple[str, ...] = ()

    def to_footer(self) -> bytes:
        """Return this batch as the JSON kept under `FOOTER_KEY` in the Parquet footer."""
        return json.dumps(_plain(self), sort_keys=True).encode()

    @classmethod
    def from_footer(cls, footer: bytes) -> Batch:
        """Read a batch back from its footer.

        Raises:
            KeyError, TypeError, ValueError: the footer is not one of ours.
        """
        data = json.loads(footer)
        for name in ("started_at", "sealed_at", "fetched_at"):
            data[name] = datetime.fromisoformat(data[name])
        coverage = data["coverage"]
        for name in ("since", "until"):
            coverage[name] = datetime.fromisoformat(coverage[name]) if coverage[name] else None
        data["coverage"] = Coverage(**coverage)
        data["brand_files"] = tuple(data["brand_files"])
        return cls(**data)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(inner) for inner in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value


def stream_id(source: str, host: str, target: str) -> str:
    """Return the path-safe name of a stream: source, host and target."""
    return "--".join((slug(source), slug(host), slug(target)))


# --- tags -------------------------------------------------------------------------------

SENTIMENTS: Final = ("negative", "neutral", "positive")
EMOTIONS: Final = ("anger", "joy", "optimism", "sadness")
INTENTS: Final = (
    "complaint", "question", "suggestion", "praise", "purchase", "churn", "support", "spam",
    "bug_report",
)  # fmt: skip
FLAGS: Final = (
    "counterfeit", "trademark", "impersonation", "copied_text", "personal_data", "doxxing",
    "credential_leak", "document_leak", "threat", "safety", "legal_talk",
)  # fmt: skip
RELATIONS: Final = ("owned", "tagged", "untagged", "off_channel")
# owned: on the brand's own channel or by its own handle. tagged: carries its @handle or
# #hashtag. untagged: names it where it has a handle. off_channel: names it where it has none.
ABSTENTIONS: Final = ("short", "language", "mixed", "border", "failed")

SCORED: Final = pa.list_(pa.struct([pa.field("id", pa.string()), pa.field("p", pa.float32())]))

SENTIMENT_FIELDS: Final = (
    pa.field("language", pa.string()),
    pa.field("sentiment", pa.string()),
    pa.field("p_negative", pa.float32()),
    pa.field("p_neutral", pa.float32()),
    pa.field("p_positive", pa.float32()),
    pa.field("abstained", pa.string()),
)
ENTITY_TYPE: Final = pa.list_(
    pa.struct(
        [
            pa.field("start", pa.int32()),
            pa.field("end", pa.int32()),
            pa.field("text", pa.string()),
            pa.field("type", pa.string()),
            pa.field("canonical", pa.string()),
        ]
    )
)
FLAG_TYPE: Final = pa.list_(
    pa.struct(
        [
            pa.field("kind", pa.string()),
            pa.field("start", pa.int32()),
            pa.field("end", pa.int32()),
            pa.field("p", pa.float32()),
            pa.field("rule", pa.string()),
            pa.field("reason", pa.string()),
        ]
    )
)
TAG_FIELDS: Final = (
    *SENTIMENT_FIELDS,
    pa.field("emotion", pa.string()),
    pa.field("p_emotion", pa.float32()),
    pa.field("p_irony", pa.float32()),
    pa.field("p_offensive", pa.float32()),
    pa.field("intents", SCORED),
    pa.field("topics", SCORED),
    pa.field("entities", ENTITY_TYPE),
    pa.field("flags", FLAG_TYPE),
)
"""The columns `listening tag` adds. Offsets count code points, end exclusive."""

_POLARITY_FIELDS: Final = tuple(each for each in SENTIMENT_FIELDS if each.name != "language")
TARGET_FIELDS: Final = tuple(each.with_name(f"target_{each.name}") for each in _POLARITY_FIELDS)
"""The columns it adds with `--target`; null where a row names no target."""

BRAND_MATCH_TYPE: Final = pa.list_(
    pa.struct(
        [
            pa.field("brand_id", pa.string()),
            pa.field("product_id", pa.string()),  # null: the brand as a whole
            pa.field("relation", pa.string()),  # one of RELATIONS
            pa.field("start", pa.int32()),  # null: mapped by an import or an owned channel
            pa.field("end", pa.int32()),
            pa.field("matched", pa.string()),
            # What is thought of it, as of the whole mention in SENTIMENT_FIELDS; null: its own
            # words, or tagged before targets were judged.
            *_POLARITY_FIELDS,
        ]
    )
)
EMBEDDING_WIDTH: Final = 384
TAGGED_SCHEMA: Final = pa.schema(
    [
        pa.field("mention_id", pa.string(), nullable=False),
        pa.field("content_hash", pa.string(), nullable=False),
        *TAG_FIELDS,
        pa.field("brands", BRAND_MATCH_TYPE),
        pa.field("embedding", pa.list_(pa.float32(), EMBEDDING_WIDTH)),
        pa.field("bands", pa.list_(pa.uint64())),  # MinHash bands; one in common: near copies
        pa.field(
            "failures",  # taggers that failed on this mention; the mention stays
            pa.list_(pa.struct([pa.field("tagger", pa.string()), pa.field("reason", pa.string())])),
        ),
    ]
)
"""Rows of a tagged batch: the kept, not `seen_before` mentions of one landing batch.

The footer under `FOOTER_KEY` is JSON: `batch_id`, `taggers` (name -> version), `model`
(SHA-256 of the weights), `rows`, `failed`, `tagged_at`.
"""


# --- corrections and measures -----------------------------------------------------------

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


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person and the model say of one content: what `listening eval` compares."""

    tagger: str
    target: str  # "" where the label is of the whole mention
    source: str
    language: str  # "" where unknown
    decided: str
    said: str | None  # the model's label; `abstained`; None: none on record
    version: str  # of the tagger; "" where unknown
    stale: bool  # the mention was edited since


EVERY: Final = "(all)"  # in `source` and `language`: taken together
EVALUATION_SCHEMA: Final = pa.schema(
    [
        pa.field("run_at", INSTANT, nullable=False),
        pa.field("model", pa.string(), nullable=False),  # version; several joined by ", "
        pa.field("task", pa.string(), nullable=False),
        pa.field("part", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),  # a labelled set's name
        pa.field("language", pa.string(), nullable=False),
        pa.field("measure", pa.string(), nullable=False),
        pa.field("n", pa.int64(), nullable=False),  # what it was measured on
        pa.field("value", pa.float64()),  # null: nothing to measure it on
        pa.field("ci_low", pa.float64()),  # 95 %
        pa.field("ci_high", pa.float64()),
    ]
)
"""Rows of `tagged/evaluation/<id>.parquet`: one measure of one task on one set."""

TOPIC_SCHEMA: Final = pa.schema(
    [
        pa.field("mention_id", pa.string(), nullable=False),
        pa.field("content_hash", pa.string(), nullable=False),
        pa.field("topic_id", pa.string(), nullable=False),
        pa.field("nearness", pa.float32()),  # cosine with the topic's centre
        pa.field("copy_of", pa.string()),  # mention it is a near copy of
        pa.field("example", pa.int8()),  # 1 to 3 for those that show the topic best
    ]
)
"""Rows of `tagged/topics/<day>.parquet`: every mention of the window that has a topic.

The footer under `FOOTER_KEY` is JSON: `night`, `since`, `until`, `model` (of the vectors),
`method`, `previous` (night), `topics` ({id, name, words, born}), `lineage` ({kind, from, to,
share}; kind one of LINEAGE) and counts: `read`, `texts`, `left_out` (vectors of another model).
"""
LINEAGE: Final = ("birth", "death", "merge", "split")


# --- the data root ----------------------------------------------------------------------

TEAMS: Final = (
    "product", "legal", "pr", "care", "marketing", "executive", "hr", "investor",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DataRoot:
    """Where everything lies, below `LISTENING_DATA` (default `data/`)."""

    path: Path

    @classmethod
    def from_environment(cls) -> DataRoot:
        """Return the data root the environment names."""
        return cls(Path(os.environ.get("LISTENING_DATA") or "data").resolve())

    @property
    def landing(self) -> Path:
        """Return the folder of sealed batches."""
        return self.path / "landing"

    @property
    def tagged(self) -> Path:
        """Return the folder of tagged batches, laid out as `landing`."""
        return self.path / "tagged"

    @property
    def retagged(self) -> Path:
        """Return the folder of notes: which tagged batches were replaced, and when tagged anew."""
        return self.tagged / ".retagged"

    @property
    def evaluations(self) -> Path:
        """Return the folder of what `listening eval` measured."""
        return self.tagged / "evaluation"

    @property
    def topics(self) -> Path:
        """Return the folder of discovered topics, one file a night."""
        return self.tagged / "topics"

    @property
    def warehouse(self) -> Path:
        """Return the one file only the load writes."""
        return self.path / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """Return the folder of the team files."""
        return self.path / "published"

    @property
    def alerts(self) -> Path:
        """Return the file of what was alerted, and of what alerts are judged by."""
        return self.path / "alerts.sqlite"

    def landed(self, batch_id: str) -> Path:
        """Return the Parquet file of a sealed batch."""
        return self.landing / f"{batch_id}.parquet"

    def tagged_batch(self, batch_id: str) -> Path:
        """Return the Parquet file of a batch's tags."""
        return self.tagged / f"{batch_id}.parquet"


# --- keys -------------------------------------------------------------------------------

KEYS_VARIABLE: Final = "LISTENING_KEYS"
Key = Literal["pseudonym", "tombstone", "signing"]
_KEY_BYTES: Final = 32


def keys_folder(root: DataRoot) -> Path:
    """Return where keys lie: `LISTENING_KEYS`, else a folder beside the data root.

    Raises:
        ConfigurationError: it is inside the data root, whose copies must not hold the keys.
    """
    stated = os.environ.get(KEYS_VARIABLE)
    folder = Path(stated).resolve() if stated else root.path.with_name(root.path.name + ".keys")
    if folder == root.path or root.path in folder.parents:
        raise ConfigurationError(
            "keys lie in the data root that they protect",
            where=f"{KEYS_VARIABLE}={folder}",
            mend="Name a folder outside LISTENING_DATA, and back it up apart from the data",
        )
    return folder


def read_key(root: DataRoot, name: Key, *, create: bool = False) -> bytes:
    """Return a secret key of 32 bytes; where there is none yet, make it if `create` says so.

    Raises:
        ListeningError: there is none, it is damaged, or the disk refuses.
    """
    path = keys_folder(root) / f"{name}.key"
    try:
        if create and not path.exists():
            write_key(path, secrets.token_bytes(_KEY_BYTES))
        return parse_key(path)
    except FileNotFoundError as error:
        raise ListeningError(
            f"the {name} key is missing",
            where=str(path),
            mend=f"Restore it from its backup, or point {KEYS_VARIABLE} to where it lies; "
            "a new key would not match what was made with the old one",
        ) from error
    except OSError as error:
        raise ListeningError(
            f"the {name} key cannot be read or written: {error.strerror}",
            where=str(path),
            mend=f"Give this user the right to that folder, or set {KEYS_VARIABLE}",
        ) from error


def parse_key(path: Path) -> bytes:
    """Read a key file.

    Raises:
        OSError: it cannot be read.
        ListeningError: it holds no key.
    """
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise ListeningError(
            "holds no key", where=str(path), mend="Restore it from its backup: 64 hex digits"
        )
    return key


def write_key(path: Path, key: bytes) -> None:
    """Write a key that nobody else may read, under a name that must be new, and say so.

    Of two processes that make one at once, the first wins and both read its key.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, key.hex().encode() + b"\n")
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(temporary, path)
    except FileExistsError:
        return
    finally:
        temporary.unlink()
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    _LOG.warning("made a new key, which nothing can replace: back up %s", path)


def key_id(key: bytes) -> str:
    """Return a name of a key that tells nothing of it."""
    return hmac.new(key, b"listening key id", hashlib.sha256).hexdigest()[:12]


# --- what is never inferred -------------------------------------------------------------

# Health, politics, religion, orientation and origin (GDPR Art. 9), in English, German, Spanish and
# French. `stem*` begins a word, `*part*` is anywhere in it; the rest are whole words.
DENIED: Final[Mapping[str, tuple[str, ...]]] = {
    "health": (
        "health", "illness*", "disease*", "sickness", "diagnosis", "disabilit*", "disabled",
        "pregnan*", "*gesundheit*", "*krankheit*", "krank", "*behinderung*", "*schwanger*",
        "salud", "enfermedad*", "embaraz*", "discapaci*", "sante", "maladie*", "grossesse*",
        "handicap*", "diabet*", "autis*", "adhd", "hiv",
    ),
    "politics": (
        "*politic*", "*politik*", "*politiq*", "*politisch*", "ideolog*", "partisan*", "voter*",
        "*waehler*", "*wahler*", "votante*", "electeur*", "leftwing", "rightwing",
    ),
    "religion": (
        "*religio*", "*religieu*", "faith", "muslim*", "islam*", "jewish", "judaism*", "juden*",
        "judisch*", "juedisch*", "judio*", "judia*", "juif*", "juive*", "hindu*", "buddhis*",
        "catholic*", "catoli*", "catholi*", "katholi*", "protestant*", "atheis*", "ateis*",
        "athee*", "musulman*", "konfession*", "*glaube", "creyente*", "croyan*",
    ),
    "orientation": (
        "sexual*", "sexuel*", "sexuell*", "*sexualit*", "homosex*", "bisex*", "heterosex*",
        "transgender*", "transsex*", "transgenre*", "gay", "gays", "lesb*", "queer*", "lgbt*",
        "schwul*",
    ),
    "origin": (
        "ethnic*", "*ethni*", "etnia*", "etnic*", "race", "races", "racial*", "rasse*", "raza*",
        "ancestry", "*migrant*", "herkunft*", "volksgruppe*", "nationality", "nacionalidad*",
        "nationalite*", "nationalitaet*", "nationalitat*", "skincolor", "skincolour",
    ),
}  # fmt: skip


def find_denied(name: str) -> tuple[str, str] | None:
    """Return what is never inferred that a name speaks of, and the word; None: nothing.

    A name is a topic's, a label's or a column's: words joined by blanks, dashes, underscores or
    capitals. Neighbours are read as one word too, so that `skin_color` is found.
    """
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    plain = unicodedata.normalize("NFKD", parted.replace("ß", "ss")).casefold()
    words = re.findall(r"[a-z]+", "".join(c for c in plain if not unicodedata.combining(c)))
    joined = [left + right for left, right in pairwise(words)]
    for word in (*words, *joined):
        for matter, patterns in DENIED.items():
            if any(fnmatchcase(word, pattern) for pattern in patterns):
                return matter, word
    return None


# --- batches on disk --------------------------------------------------------------------


def batch_ids(landing: Path) -> list[str]:
    """Return the ids of all sealed batches below a landing (or tagged) folder, sorted."""
    return sorted(
        path.relative_to(landing).with_suffix("").as_posix()
        for path in landing.glob("*/*/*/*.parquet")
        if not path.name.startswith(".")
    )


def read_batch(path: Path) -> Batch:
    """Read what a sealed batch says of itself.

    Raises:
        ListeningError: the file is missing, cut, or no batch of ours.
    """
    try:
        footer = pq.read_schema(path).metadata[FOOTER_KEY]
        return Batch.from_footer(footer)
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise ListeningError(
            f"not a sealed batch: {error}",
            where=str(path),
            mend="It is set aside and crawled again from its predecessor at the next crawl",
        ) from error
