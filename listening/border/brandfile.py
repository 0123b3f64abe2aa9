"""The brand file as a value: what it says once it was checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any, Literal
from zoneinfo import ZoneInfo

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
    fetch_posted_images: bool = False  # ask for the pictures of mentions, to compare them


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

    @property
    def sought_images(self) -> tuple[ProtectedImage, ...]:
        """Return the protected pictures that those of mentions are compared with."""
        asked = (one for one in self.protected if one.fetch_posted_images)
        return tuple(image for one in asked for image in one.images)
