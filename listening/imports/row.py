"""Turns a row of an export into an item: every value read by its field's rule, or refused."""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final

from listening.clean import RAW_LIMIT, UncleanError
from listening.contract import (
    KINDS,
    BrandFile,
    ConfigurationError,
    Deletion,
    Item,
    Mention,
    Reject,
    Snapshot,
    now,
)
from listening.imports.dates import DateReader
from listening.imports.sheet import Row

COUNTS: Final = ("likes", "shares", "comments", "views", "followers")
DATES: Final = ("published_at", "edited_at", "deleted_at", "observed_at")
TEXTS: Final = (
    "id", "text", "title", "url", "author", "parent_id", "thread_id", "lang", "channel", "region",
    "campaign", "experiment", "arm",
)  # fmt: skip
FIELDS: Final = (*TEXTS, *DATES, *COUNTS, "verified", "rating", "kind", "brand", "image")
_RENAMED: Final = {
    "parent_id": "parent_native_id", "thread_id": "thread_native_id", "id": "native_id",
}  # fmt: skip
_EMPTY: Final = frozenset(("", "null", "none", "nan", "n/a"))
_YES: Final = {
    "true": True, "yes": True, "1": True, "t": True, "y": True,
    "false": False, "no": False, "0": False, "f": False, "n": False,
}  # fmt: skip
_POINT: Final = re.compile(r"[+-]?\d{1,3}((,\d{3})+\.\d+|(,\d{3}){2,})")
_COMMA: Final = re.compile(r"[+-]?\d{1,3}((\.\d{3})+,\d+|(\.\d{3}){2,})")
_EITHER: Final = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_WHOLE: Final = re.compile(r"(\d+|\d{1,3}(?:,\d{3})+)(?:\.0+)?")


def plan(columns: Iterable[str], mapping: Mapping[str, str], where: str) -> dict[str, str]:
    """Return the column of each field: as mapped, else the one column of the field's name.

    Raises:
        ConfigurationError: a column or field is unknown or used twice, or a field is missing.
    """
    columns = list(columns)
    fields: dict[str, str] = {}
    for column, name in mapping.items():
        if name not in FIELDS:
            raise _refused(f"unknown field {name!r}", where, _near(name, FIELDS, "Fields are"))
        if column not in columns:
            raise _refused(f"no column {column!r}", where, _near(column, columns, "It has"))
        if name in fields:
            raise _refused(f"two columns for {name!r}", where, "Map one column to a field")
        fields[name] = column
    for name in FIELDS:
        if name in columns and name not in mapping and name not in fields:
            fields[name] = name
    twice = next((column for column in fields.values() if columns.count(column) > 1), None)
    if twice is not None:
        raise _refused(f"two columns are named {twice!r}", where, "Rename one in the file")
    _check_complete(fields, columns, where)
    return fields


def _check_complete(fields: Mapping[str, str], columns: list[str], where: str) -> None:
    listed = f"It has the columns {', '.join(columns)}"
    if "id" not in fields:
        raise _refused("no column for the field 'id'", where, f"Add --map COLUMN=id. {listed}")
    if not fields.keys() & {"text", "deleted_at", *COUNTS}:
        what = "no column for the field 'text', and none for counts or deletions"
        raise _refused(what, where, f"Add --map COLUMN=text. {listed}")
    if "text" in fields and "published_at" not in fields:
        what = "no column for the field 'published_at'"
        raise _refused(what, where, f"Add --map COLUMN=published_at. {listed}")


def _refused(what: str, where: str, mend: str) -> ConfigurationError:
    return ConfigurationError(what, where=where, mend=mend)


def _near(word: str, known: Iterable[str], lead: str) -> str:
    known = list(known)
    close = difflib.get_close_matches(word, known, 1)
    hint = f"Did you mean {close[0]}? " if close else ""
    return f"{hint}{lead} {', '.join(known)}"


def brand_index(brands: BrandFile) -> dict[str, str]:
    """Return the brand id of every id, name and alias, case folded; ids win over names."""
    named = [(name, one.id) for one in brands.brands for name in (*one.aliases, one.name)]
    named += [(one.id, one.id) for one in brands.brands]
    return {name.strip().casefold(): brand_id for name, brand_id in named}


def plain(value: Any) -> str:
    """Return a cell as text; a list or mapping as JSON.

    Raises:
        UncleanError: it is none of the kinds of value an export holds.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str | int | float | date):
        return str(value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    raise UncleanError("bad_value", f"a {type(value).__name__} is no text, number or date")


def raw_of(row: Row) -> str:
    """Return a row as served, for the quarantine."""
    if row.raw:
        return row.raw[:RAW_LIMIT]
    return json.dumps(dict(row.values), ensure_ascii=False, default=str)[:RAW_LIMIT]


def is_empty(text: str) -> bool:
    """Tell whether a cell that is no text holds nothing."""
    return text.strip().lower() in _EMPTY


def read_whole(text: str) -> int:
    """Read a count: digits, perhaps with thousands commas.

    Raises:
        ValueError: it is none.
    """
    if not (found := _WHOLE.fullmatch(text.strip())):
        raise ValueError(text)
    return int(found[1].replace(",", ""))


def read_number(text: str) -> float:
    """Read a number with a decimal point or comma, perhaps in groups of thousands.

    Raises:
        ValueError: it is none, not finite, or could be two, as "1,234".
    """
    text = text.strip()
    for pattern, group in ((_POINT, ","), (_COMMA, ".")):
        if pattern.fullmatch(text):
            text = text.replace(group, "")
    if _EITHER.fullmatch(text) or "_" in text:
        raise ValueError(text)
    number = float(text.replace(",", "."))
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _read_flag(text: str) -> bool:
    if (found := _YES.get(text.strip().lower())) is None:
        raise ValueError(text)
    return found


def _images(value: Any) -> tuple[str, ...]:
    """Return addresses: of a list, or of a cell that holds one, or several in lines or JSON."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        with suppress(ValueError):
            value = json.loads(value)
    several = value if isinstance(value, list) else plain(value).splitlines()
    found = (one.strip() for one in several if isinstance(one, str))
    return tuple(one for one in found if not is_empty(one))


def _read_kind(text: str) -> str:
    if (kind := text.strip().lower()) not in KINDS:
        raise ValueError(text)
    return kind


_READERS: Final[dict[str, tuple[Callable[[str], Any], str, str]]] = {
    **dict.fromkeys(COUNTS, (read_whole, "bad_number", "a whole number of 0 or more")),
    "rating": (read_number, "bad_number", "a number"),
    "verified": (_read_flag, "bad_boolean", "true or false"),
    "kind": (_read_kind, "bad_kind", f"one of {', '.join(KINDS)}"),
}


@dataclass(slots=True)
class RowReader:
    """Reads the rows of one export."""

    source: str
    fields: Mapping[str, str]  # field -> column
    dates: DateReader
    brands: Mapping[str, str]  # see brand_index
    observed_at: datetime = field(default_factory=now)

    def read(self, row: Row) -> Item:
        """Return what a row says: a mention, a later look at one, a deletion, or a reject."""
        if row.fault:
            return Reject(self.source, "", "bad_row", f"line {row.line}: {row.fault}", row.raw)
        native_id = ""
        try:
            values = {name: row.values.get(column) for name, column in self.fields.items()}
            native_id = plain(values.get("id")).strip()
            return self._item(native_id, values)
        except UncleanError as error:
            detail = f"line {row.line}: {error.detail}"
            return Reject(self.source, native_id, error.reason, detail, raw_of(row))

    def _item(self, native_id: str, values: Mapping[str, Any]) -> Item:
        if not native_id:
            raise UncleanError("missing_id", "id is empty")
        assumed: list[bool] = []
        moments = {name: self._moment(name, values.get(name), assumed) for name in DATES}
        observed_at = moments["observed_at"] or self.observed_at
        if gone := moments["deleted_at"]:
            return Deletion(self.source, native_id, gone, observed_at)
        read = {name: self._value(name, values.get(name)) for name in _READERS if name in values}
        text = plain(values.get("text"))
        if not text.strip():
            return self._snapshot(native_id, observed_at, read)
        published_at = moments["published_at"]
        if published_at is None:
            raise UncleanError("missing_date", "published_at is empty")
        facts: dict[str, Any] = {name: value for name, value in read.items() if value is not None}
        facts |= {_RENAMED.get(name, name): plain(values.get(name)) for name in TEXTS}
        facts["channel"] = facts["channel"] or ("" if self.source == "import" else self.source)
        return Mention(
            source=self.source,
            published_at=published_at,
            observed_at=observed_at,
            edited_at=moments["edited_at"],
            brand_id=self._brand(plain(values.get("brand"))),
            warnings=("no_zone",) if any(assumed) else (),
            images=_images(values.get("image")),
            **facts,
        )

    def _snapshot(self, native_id: str, at: datetime, read: Mapping[str, Any]) -> Snapshot:
        counts = {name: read.get(name) for name in COUNTS}
        if all(count is None for count in counts.values()):
            raise UncleanError("missing_text", "there is neither a text nor a count")
        return Snapshot(self.source, native_id, at, **counts)

    def _moment(self, name: str, value: Any, assumed: list[bool]) -> datetime | None:
        if value is None or (isinstance(value, str) and is_empty(value)):
            return None
        try:
            moment, guessed = self.dates.read(value if isinstance(value, date) else plain(value))
        except (ValueError, OverflowError) as error:
            raise UncleanError("bad_date", f"{name} {value!r} is no date of this file") from error
        assumed.append(guessed)
        return moment.astimezone(UTC)

    def _value(self, name: str, value: Any) -> Any:
        text = plain(value)
        if is_empty(text):
            return None
        read, reason, wanted = _READERS[name]
        try:
            return read(text)
        except ValueError as error:
            raise UncleanError(reason, f"{name} {text[:100]!r} is not {wanted}") from error

    def _brand(self, name: str) -> str:
        if not name.strip():
            return ""
        if (brand_id := self.brands.get(name.strip().casefold())) is None:
            raise UncleanError("unknown_brand", f"brand {name[:100]!r} is none of the brand file")
        return brand_id
