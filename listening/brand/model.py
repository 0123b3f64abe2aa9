"""What each key of a brand file may hold: pydantic models that know no other keys."""

from __future__ import annotations

import re
import zoneinfo
from contextlib import suppress
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)
from pydantic_core import PydanticCustomError

from listening.brand.alerts import AlertModel
from listening.brand.fault import nearest
from listening.contract import ConfigurationError, Mention, Role
from listening.query.syntax import excluding

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _fault(message: str, mend: str) -> PydanticCustomError:
    # Braces would be read as fields of the message's template.
    return PydanticCustomError("brand", "{message}", {"message": message, "mend": mend})


# --- kinds of values --------------------------------------------------------------------


def _check_text(value: str) -> str:
    if not value.strip():
        raise _fault("is empty", "Write some text, or take the line out")
    return value.strip()


def _check_id(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", value):
        raise _fault(
            f"{value!r} is no id", "Use up to 63 letters, digits, dots, dashes and underscores"
        )
    return value


def _check_zone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (LookupError, OSError, ValueError) as error:
        known = zoneinfo.available_timezones()  # reads a folder: half a second
        mend = nearest(value, known, "Write one such as UTC")
        raise _fault(f"unknown time zone {value!r}", mend) from error
    return value


def _check_domain(value: str) -> str:
    host = value.strip().rstrip(".")
    if not re.fullmatch(r"(?i)[^\s/:@.]+(\.[^\s/:@.]+)+", host):
        raise _fault(f"{value!r} is no domain", "Write it like acme.example, without https:// or /")
    return host


def _check_handle(value: str) -> str:
    if not re.fullmatch(r"@?[^\s@]+(@[^\s@]+)?", value.strip()):
        raise _fault(f"{value!r} is no handle", 'Write it like "@acme" or "@acme@server.example"')
    return value.strip()


def _check_query(value: str) -> str:
    from listening.query.search import compile_query

    try:
        test = compile_query(value)
    except ConfigurationError as error:
        raise _fault(error.what, error.mend) from error
    if test(_SILENCE):
        raise _fault(f"query {value!r} matches everything", "Say also what must be there")
    return value


def _read_time(value: object) -> object:
    if isinstance(value, str) and (found := re.fullmatch(r"(\d{1,2}):(\d{2})", value.strip())):
        hour, minute = int(found[1]), int(found[2])
        if hour < 24 and minute < 60:  # noqa: PLR2004
            return time(hour, minute)
    raise _fault(f"{value!r} is no time of day", 'Write it like "09:00", between 00:00 and 23:59')


def _read_date(value: object) -> object:
    if isinstance(value, str):
        with suppress(ValueError):
            return date.fromisoformat(value.strip())
    raise _fault(f"{value!r} is no date", "Write it like 2026-12-25")


_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
_SILENCE: Final = Mention("", "", "", _LONG_AGO, _LONG_AGO)
Text = Annotated[str, AfterValidator(_check_text)]
Id = Annotated[str, AfterValidator(_check_id)]
Zone = Annotated[str, AfterValidator(_check_zone)]
Domain = Annotated[str, AfterValidator(_check_domain)]
Handle = Annotated[str, AfterValidator(_check_handle)]
Wording = Annotated[str, AfterValidator(_check_query)]
Clock = Annotated[time, BeforeValidator(_read_time)]
Day = Annotated[date, BeforeValidator(_read_date)]
Whole = Annotated[int, Field(strict=True, ge=1)]


# --- the file ---------------------------------------------------------------------------


class Strict(BaseModel):
    """A mapping with no other keys than these."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BusinessHours(Strict):
    """When a brand answers."""

    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] | None = None
    opens: Clock | None = Field(None, alias="from")
    closes: Clock | None = Field(None, alias="to")
    holidays: list[Day] = []

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if (self.opens or time(9)) >= (self.closes or time(17)):
            raise _fault("'from' is not before 'to'", "Write the opening time first")
        return self

    def stated(self) -> dict[str, Any]:
        """Return what is written, in the words of `contract.ServiceHours`."""
        found = {
            "days": None
            if self.days is None
            else tuple(sorted({DAYS.index(d) for d in self.days})),
            "opens": self.opens,
            "closes": self.closes,
            "holidays": tuple(sorted(set(self.holidays))),
        }
        return {name: value for name, value in found.items() if value is not None}


class ContextWords(Strict):
    """Words that make a homonym the brand or something else."""

    near: list[Text] = []
    not_near: list[Text] = []


class ProductModel(Strict):
    """A product."""

    id: Id
    name: Text
    aliases: list[Text] = []


class PersonModel(Strict):
    """Somebody of a brand."""

    id: Id
    name: Text
    aliases: list[Text] = []
    handles: dict[Text, list[Handle]] = {}
    role: Text | None = None


class BrandModel(Strict):
    """A brand."""

    id: Id
    name: Text
    role: Role
    aliases: list[Text] = []
    handles: dict[Text, list[Handle]] = {}
    domains: list[Domain] = []
    context: ContextWords = ContextWords()
    products: list[ProductModel] = []
    people: list[PersonModel] = []
    competitors: list[Id] | None = None


class QueryModel(Strict):
    """What is on topic."""

    id: Id
    q: Wording
    exclude: list[Wording] = []
    sources: list[str] = []


class TopicModel(Strict):
    """A declared topic."""

    id: Id
    name: Text
    examples: list[Text] = []


class WorkModel(Strict):
    """A text of the brand, here or in a file."""

    id: Id
    text: Text | None = None
    path: Text | None = None

    @model_validator(mode="after")
    def _check_one(self) -> Self:
        if (self.text is None) == (self.path is None):
            raise _fault("needs either text or path", "Write one of the two")
        return self

    def words(self, folder: Path) -> str:
        """Return the text; a path is relative to the brand file."""
        return self.text or (folder / (self.path or "")).read_text("utf-8")


class MarkModel(Strict):
    """A mark or a product name."""

    id: Id
    text: Text
    registration: Text | None = None


class ImageModel(Strict):
    """A picture: a file, or the hash that `listening protect image` says."""

    id: Id
    path: Text | None = None
    phash: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")] | None = None

    @model_validator(mode="after")
    def _check_one(self) -> Self:
        if (self.path is None) == (self.phash is None):
            raise _fault("needs either path or phash", "Write one of the two")
        return self


class ContactModel(Strict):
    """Who speaks for the owner of the rights."""

    name: Text | None = None
    address: Text | None = None
    phone: Text | None = None
    email: Text | None = None

    def stated(self) -> dict[str, str]:
        """Return what is written."""
        return {name: value for name, value in self if value}


class ProtectedModel(Strict):
    """What legal registered as the brand's own."""

    brand: Id | None = None
    owner: Text | None = None
    contact: ContactModel = ContactModel()
    marks: list[MarkModel] = []
    names: list[Text] = []
    texts: list[WorkModel] = []
    images: list[ImageModel] = []
    fetch_posted_images: bool = False
    handles: dict[Text, list[Handle]] = {}
    domains: list[Domain] = []


class KeepModel(Strict):
    """How many days something is kept."""

    raw_days: Whole | None = None
    text_days: Whole | None = None


class RetentionModel(KeepModel):
    """How long what is kept, and of single sources otherwise."""

    sources: dict[str, KeepModel] = {}


class File(Strict):
    """A brand file."""

    version: Literal[1]
    timezone: Zone = "UTC"
    business_hours: BusinessHours | None = None
    response_minutes: Whole | None = None
    publish_days: Whole | None = None
    retention: RetentionModel | None = None
    brands: Annotated[list[BrandModel], Field(min_length=1)]
    queries: list[QueryModel] = []
    exclude: list[Wording] = []  # from every query of this file
    sources: dict[str, dict[str, Any] | None] = {}
    topics: list[TopicModel] = []
    works: list[WorkModel] = []
    alerts: list[AlertModel] = []
    protected: ProtectedModel | None = None
    reference: dict[str, Text] = {}

    def wording(self, query: QueryModel) -> str:
        """Return what a query finds without what it, and this file, exclude."""
        return excluding(query.q, [*query.exclude, *self.exclude])
