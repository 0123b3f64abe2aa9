"""What is said in a world, and how it looks at a moment: unsaid, said, edited, gone, liked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

Count = Annotated[int, Field(ge=0)]
HOUR = timedelta(hours=1)


class Strict(BaseModel):
    """A part of a world file: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Edit(Strict):
    """A later wording of an item, from a moment on."""

    at: AwareDatetime
    text: str | None = Field(default=None, min_length=1)
    title: str | None = Field(default=None, min_length=1)


class Item(Strict):
    """One thing somebody says. `story` is a note for tests and is never served."""

    id: str = Field(min_length=1)
    published_at: AwareDatetime
    author: str = Field(min_length=1)
    text: str = Field(min_length=1)
    title: str = ""
    url: str = ""
    lang: str = ""
    edits: tuple[Edit, ...] = ()
    deleted_at: AwareDatetime | None = None
    half_life_hours: float = Field(default=8, gt=0)
    story: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        moments = [self.published_at, *(edit.at for edit in self.edits)]
        if moments != sorted(moments):
            raise ValueError("edits must follow the publication, in order of time")
        if self.deleted_at and self.deleted_at <= moments[-1]:
            raise ValueError("deleted_at must follow the publication and every edit")
        return self

    @property
    def parent(self) -> str:
        """Return the id of the item this one answers, or an empty string."""
        return ""


class Entry(Item):
    """An entry of an RSS or Atom feed."""

    title: str = Field(min_length=1)
    summary: str = ""  # empty: the feed carries the full text
    categories: tuple[str, ...] = ()
    comments: Count = 0
    reply_to: str = ""  # Atom only: RFC 4685 in-reply-to

    @property
    def parent(self) -> str:
        """Return the id of the entry this one answers, or an empty string."""
        return self.reply_to


class Post(Item):
    """A Hacker News story, or a comment where `reply_to` is set."""

    id: str = Field(pattern=r"^[1-9][0-9]*$")
    text: str = ""  # a story that is a link has none
    likes: Count = 1
    reply_to: str = ""

    @property
    def parent(self) -> str:
        """Return the id of the story or comment this one answers, or an empty string."""
        return self.reply_to


class Status(Item):
    """A Mastodon status; hashtags and mentions are read from its text."""

    id: str = Field(pattern=r"^[1-9][0-9]*$")
    likes: Count = 0
    shares: Count = 0
    comments: Count = 0
    reply_to: str = ""
    visibility: Literal["public", "unlisted", "private"] = "public"

    @property
    def parent(self) -> str:
        """Return the id of the status this one answers, or an empty string."""
        return self.reply_to


class Review(Item):
    """A review in the App Store of one country."""

    title: str = Field(min_length=1)
    app: str
    country: str = Field(pattern=r"^[a-z]{2}$")
    rating: int = Field(ge=1, le=5)
    version: str = "1.0"
    likes: Count = 0


class Page(Item):
    """A page of a web site; its id is its path."""

    id: str = Field(pattern=r"^/\S*$")
    title: str = Field(min_length=1)
    dates: tuple[Literal["jsonld", "meta", "time"], ...] = ("jsonld", "meta", "time")
    article: bool = True
    listed: bool = True  # in the sitemap


class Author(Strict):
    """Somebody of the world; `gains` are new followers a day.

    `brand` says whose own account it is: a note for tests that is never served.
    """

    handle: str = Field(min_length=1)
    name: str = ""
    followers: Count = 0
    gains: float = Field(default=0, ge=0)
    bot: bool = False
    note: str = ""
    brand: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """How an item reads at a moment."""

    text: str
    title: str
    edited_at: datetime | None
    changed_at: datetime


def look(item: Item, at: datetime) -> Look | None:
    """Return how an item reads at a moment; None before it is said and once it is gone."""
    if item.published_at > at or gone(item, at):
        return None
    text, title, edited_at = item.text, item.title, None
    for edit in item.edits:
        if edit.at <= at:
            text, title, edited_at = edit.text or text, edit.title or title, edit.at
    return Look(text, title, edited_at, edited_at or item.published_at)


def gone(item: Item, at: datetime) -> bool:
    """Tell whether an item was deleted by a moment."""
    return item.deleted_at is not None and item.deleted_at <= at


def grown(final: int, item: Item, at: datetime) -> int:
    """Return a count at a moment: half of `final` after one half-life, never shrinking."""
    age = max(at - item.published_at, timedelta())
    return int(final * (1 - 0.5 ** (age / (item.half_life_hours * HOUR))) + 0.5)


def followers(author: Author, since: datetime, at: datetime) -> int:
    """Return an author's followers at a moment; `followers` is the number at `since`."""
    return author.followers + int(author.gains * max(at - since, timedelta()) / timedelta(days=1))
