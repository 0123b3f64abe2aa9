"""What every source needs to read foreign items: fields that must be there, dates, rejects."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from urllib.parse import urljoin, urlsplit

from listening.clean import UncleanError
from listening.contract import (
    Brand,
    BrandFile,
    Coverage,
    Item,
    ListeningError,
    Mention,
    Page,
    Reject,
)
from listening.sources import SourceChanged, Target

RAW: Final = 4_000
FEW: Final = 3  # odd items; fewer are no sign of a change
DRIFT: Final = frozenset(("missing_field", "bad_type"))
NOTHING: Final = type(None)  # for `field`: it may be null
NOT_PUBLIC: Final = "not_public"  # the one reject of which nothing is kept
_NEWS: set[tuple[str, str]] = set()

Raw = TypeVar("Raw")
Promised = TypeVar("Promised")
log = logging.getLogger(__name__)


class LoopError(ListeningError):
    """Pages that lead nowhere: the same items again and again."""


class Pager:
    """Watches one walk through pages; two in a row without anything new are a loop."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._seen: set[str] = set()
        self._stale = 0

    def turn(self, ids: Iterable[str]) -> bool:
        """Note the ids of the next page, before it is yielded; tell whether any is new.

        Raises:
            LoopError: it is the second in a row that holds nothing new.
        """
        fresh = set(ids) - self._seen
        self._seen |= fresh
        self._stale = 0 if fresh else self._stale + 1
        if self._stale > 1:
            raise LoopError(
                "two pages in a row hold nothing new",
                where=self._where,
                mend="The source pages in a circle; what came before it is kept",
            )
        return bool(fresh)


def field(item: Any, name: str, *kinds: type) -> Any:
    """Return a field that the source's document says is always there.

    Raises:
        UncleanError: it is absent, or of another type (missing_field, bad_type).
    """
    if not isinstance(item, Mapping):
        raise UncleanError("bad_type", f"an item is {type(item).__name__}, not an object")
    if name not in item:
        raise UncleanError("missing_field", f"field {name!r} is missing")
    value = item[name]
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        wanted = " or ".join(kind.__name__ for kind in kinds)
        raise UncleanError("bad_type", f"field {name!r} is {type(value).__name__}, not {wanted}")
    return value


def part(item: Any, name: str, kind: type[Promised]) -> Promised:
    """Return a field that may be left out or null, then empty.

    Raises:
        UncleanError: it is there, of another type (bad_type).
    """
    empty = item.get(name) is None if isinstance(item, Mapping) else False
    value: Promised = kind() if empty else field(item, name, kind)
    return value


def expect(answer: Any, name: str, kind: type[Promised], where: str) -> Promised:
    """Return a field of an answer itself, without which there are no items to read.

    Raises:
        SourceChanged: it is absent, or of another type.
    """
    try:
        value: Promised = field(answer, name, kind)
    except UncleanError as error:
        raise SourceChanged(error.detail, where=where, mend="See the answer in the WARC") from error
    return value


def instant(text: str, name: str) -> datetime:
    """Return an ISO instant in UTC.

    Raises:
        UncleanError: it is none (bad_date).
    """
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UncleanError("bad_date", f"{name} {text[:60]!r} is no instant") from error


def timed(text: str, form: str, name: str) -> datetime:
    """Return an instant in a form of the source's own (as strptime has it), taken as UTC.

    Raises:
        UncleanError: it is none (bad_date).
    """
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError as error:
        raise UncleanError("bad_date", f"{name} {text[:60]!r} is no instant") from error


def epoch(seconds: int, name: str) -> datetime:
    """Return an instant given in seconds since 1970.

    Raises:
        UncleanError: no calendar reaches it (bad_date).
    """
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise UncleanError("bad_date", f"{name} {seconds} is no instant") from error


def whole(text: str, name: str) -> int:
    """Return a whole number that is served as text.

    Raises:
        UncleanError: it is none (bad_type).
    """
    if not re.fullmatch(r"-?\d{1,18}", text.strip()):
        raise UncleanError("bad_type", f"{name} {text[:60]!r} is no whole number")
    return int(text)


def read_items(
    source: str,
    where: str,
    raws: Sequence[Raw],
    read: Callable[[Raw], Item],
    name: Callable[[Raw], str] | str,
) -> tuple[Item, ...]:
    """Return one item for each raw one: what cannot be read is a reject with its reason.

    Args:
        source: name of the source.
        where: the address asked, or what else was.
        raws: as served.
        read: makes an item of one.
        name: returns the id a reject is known by, or is the name of the field that has it.

    Raises:
        SourceChanged: not one of them could be read, for want of fields that were promised; or
            most of them lack the same one.
    """
    named = (lambda raw: text_id(raw, name)) if isinstance(name, str) else name
    items = tuple(_read(source, raw, read, named) for raw in raws)
    rejects = [item for item in items if isinstance(item, Reject)]
    drifted = Counter(reject.detail for reject in rejects if reject.reason in DRIFT)
    detail, count = next(iter(drifted.most_common(1)), ("", 0))
    most = count >= FEW and count * 2 > len(items)
    if drifted and (most or len(rejects) == len(items)):
        raise SourceChanged(
            detail,
            where=where,
            mend=f"Compare the answer in the WARC with {source}.py in listening/sources/ or shape/",
        )
    return items


def page_of(
    source: str,
    where: str,
    raws: Sequence[Raw],
    read: Callable[[Raw], Item],
    name: Callable[[Raw], str] | str,
    known: Collection[str] = (),
    coverage: Coverage | None = None,
) -> Page:
    """Return what was served as a page, one item for each raw one.

    Args:
        source: name of the source.
        where: the address asked, or what else was.
        raws: as served.
        read: makes an item of one.
        name: as `read_items` takes it.
        known: the fields of its document; of others a warning tells once.
        coverage: what the page says of itself.

    Raises:
        SourceChanged: as `read_items` does.
    """
    if known:
        tell_news(source, raws, known)
    items = read_items(source, where, raws, read, name)
    return Page(items, len(items), coverage=coverage)


def _read(source: str, raw: Raw, read: Callable[[Raw], Item], name: Callable[[Raw], str]) -> Item:
    try:
        return read(raw)
    except UncleanError as error:
        private = error.reason == NOT_PUBLIC
        shown = "" if private else json.dumps(raw, ensure_ascii=False, default=str)[:RAW]
        return Reject(source, name(raw), error.reason, error.detail, shown)


def expect_list(value: Any, where: str, what: str) -> list[Any]:
    """Return a list a document promises.

    Raises:
        SourceChanged: it is something else.
    """
    if not isinstance(value, list):
        raise SourceChanged(
            f"{what} is {type(value).__name__}, not a list",
            where=where,
            mend="Look at the answer in the WARC: an error page, or a new format",
        )
    return value


def words(text: str) -> frozenset[str]:
    """Return names written side by side; a long list reads better without its quotes."""
    return frozenset(text.split())


def tell_news(source: str, items: Iterable[Any], known: Collection[str]) -> None:
    """Warn, once a process, of fields that the source did not have when its file was written."""
    for item in items:
        for name in item.keys() - known if isinstance(item, Mapping) else ():
            if (source, name) not in _NEWS:
                _NEWS.add((source, name))
                log.warning("%s serves a field we do not know: %s", source, name)


def text_id(raw: Any, name: str) -> str:
    """Return an item's id for a reject, whatever shape the item has."""
    value = raw.get(name) if isinstance(raw, Mapping) else None
    return str(value) if isinstance(value, str | int) else ""


def digest(*parts: str) -> str:
    """Return a short hash of text."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:16]


def target_name(text: str) -> str:
    """Return text as the last part of a stream's name: letters a path lacks become a hash."""
    return text if text.isascii() else f"{text}-{digest(text)[:8]}"


def host_of(url: str) -> str:
    """Return a URL's host, without a port."""
    return urlsplit(url).hostname or ""


def api_target(name: str, base_url: str, facts: Mapping[str, Any], **told: Any) -> Target:
    """Return what is listened to at an API; its settings know the API as `base_url`."""
    settings = {**facts, "base_url": base_url.rstrip("/")}
    return Target(target_name(name), host_of(base_url), settings, **told)


def site_target(url: str, brands: BrandFile, **facts: Any) -> Target:
    """Return what is listened to at an address; on a brand's own domain it is its channel."""
    parts, owner = urlsplit(url), owner_of(host_of(url), brands)
    name = target_name(f"{parts.path}?{parts.query}" if parts.query else parts.path)
    settings = {"url": url, "brand": owner.id if owner else "", **facts}
    return Target(name, host_of(url), settings, relation="owned" if owner else None)


def owner_of(host: str, brands: BrandFile) -> Brand | None:
    """Return the brand whose domain a host is, or is below."""
    return next(
        (
            brand
            for brand in brands.brands
            for domain in brand.domains
            if host == domain.lower() or host.endswith(f".{domain.lower()}")
        ),
        None,
    )


def objects(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects of what should be a list of them; none of anything else."""
    listed = value if isinstance(value, list) else []
    return [one for one in listed if isinstance(one, Mapping)]


def addresses(values: Iterable[Any], base: str = "") -> tuple[str, ...]:
    """Return the web addresses among what a source says of pictures, without the doubles.

    Nothing else is made of a mention's pictures, so an odd value costs no mention.
    """
    texts = (urljoin(base, one.strip()) for one in values if isinstance(one, str))
    return tuple(dict.fromkeys(one for one in texts if one.startswith(("https://", "http://"))))


def state(item: Item, *, owned: bool, private: bool) -> Item:
    """Say of an item what the brand file says of its folder; a private reject keeps no words."""
    if isinstance(item, Mention):
        return replace(item, owned=item.owned or owned, private=private)
    return replace(item, raw="") if isinstance(item, Reject) and private else item
