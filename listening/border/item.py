"""What a source yields: mentions, looks at them, deletions, and what it could not read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from listening.border.clock import digest, mention_id

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
    images: tuple[str, ...] = ()  # addresses of its pictures; not kept as such, see `Picture`

    @property
    def mention_id(self) -> str:
        """Return the id of this mention."""
        return mention_id(self.source, self.native_id)

    @property
    def content_hash(self) -> str:
        """Return a hash of what was said, not of how it fared.

        Counts, followers, verification, warnings, privacy, pictures and the moment of looking are
        left out, and empty fields do not count, so that a new field changes no old hash.
        """
        parts = [
            f"{name}={value}"
            for name in CONTENT_FIELDS
            if (value := getattr(self, name)) not in ("", None)
        ]
        return digest(*parts)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a mention that was looked at: where it was, and its perceptual hash."""

    url: str
    phash: str  # 16 hex digits


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
