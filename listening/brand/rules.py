"""The rules of a brand file that reach across its keys, or beyond the file.

They read the plain values, so that they speak even where another part has a wrong shape.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from listening.brand.alerts import LIMITS
from listening.brand.fault import Fault, faults_of, nearest
from listening.brand.model import File
from listening.brand.yamlfile import Place
from listening.contract import REFERENCE_TABLES, find_denied
from listening.query.syntax import LENGTH_LIMIT, excluding

Found = Iterator[tuple[Place, Any]]
_WITH_IDS: Final = (
    ("brands",), ("brands", "products"), ("brands", "people"), ("queries",), ("topics",),
    ("works",), ("alerts",), ("protected", "marks"), ("protected", "texts"),
    ("protected", "images"),
)  # fmt: skip


def validate(value: object, folder: Path) -> tuple[File | None, list[Fault]]:
    """Return a brand file's model, and all its faults; without faults there is a model."""
    faults: list[Fault] = []
    file = None
    try:
        file = File.model_validate(value)
    except ValidationError as error:
        faults += faults_of(error, File)
    if isinstance(value, dict):
        faults += [fault for rule in _RULES for fault in rule(value, folder)]
    return file, list(dict.fromkeys(faults))


def _listed(value: Any, *keys: str, place: Place = ()) -> Found:
    """Yield the values below keys, through lists, with their places; wrong shapes yield none."""
    if isinstance(value, list):
        for i, one in enumerate(value):
            yield from _listed(one, *keys, place=(*place, i))
    elif not keys:
        yield place, value
    elif isinstance(value, dict) and keys[0] in value:
        yield from _listed(value[keys[0]], *keys[1:], place=(*place, keys[0]))


def _texts(value: Any, *keys: str) -> Iterator[tuple[Place, str]]:
    for place, one in _listed(value, *keys):
        if isinstance(one, str):
            yield place, one


def _twice(found: Iterator[tuple[Place, str]], message: str, mend: str) -> Iterator[Fault]:
    first: dict[str, Place] = {}
    for place, text in found:
        if first.setdefault(text.strip().casefold(), place) != place:
            yield Fault(place, message.format(text), mend)


def _unique_ids(value: Any, _: Path) -> Iterator[Fault]:
    for keys in _WITH_IDS:
        what = f"{keys[-1]}: id {{!r}} is used twice"
        yield from _twice(_texts(value, *keys, "id"), what, "Give one of the two another id")


def _unique_names(value: Any, _: Path) -> Iterator[Fault]:
    """Names decide whose a row or a mention is: two brands cannot share one."""
    owners: dict[str, Place] = {}
    for key in ("name", "aliases"):
        for place, text in _texts(value, "brands", key):
            if owners.setdefault(text.strip().casefold(), place[:2]) != place[:2]:
                mend = "Leave it to one of them, and tell homonyms apart by context"
                yield Fault(place, f"{text!r} names two brands", mend)


def _unique_people(value: Any, _: Path) -> Iterator[Fault]:
    """A person is told by name alone: no other person and no brand may have it too."""
    brands = {text.strip().casefold() for _, text in _texts(value, "brands", "name")}
    owners: dict[str, Place] = {}
    for key in ("name", "aliases"):
        for place, text in _texts(value, "brands", "people", key):
            name = text.strip().casefold()
            if name in brands or owners.setdefault(name, place[:4]) != place[:4]:
                mend = "Write what tells them apart, such as the full name"
                yield Fault(place, f"{text!r} names a person and somebody or something else", mend)


def _unique_handles(value: Any, _: Path) -> Iterator[Fault]:
    owners: dict[tuple[str, str], Place] = {}
    for keys in (("handles",), ("people", "handles")):
        for place, channels in _listed(value, "brands", *keys):
            for channel, handles in channels.items() if isinstance(channels, dict) else ():
                for at, handle in _texts(handles):
                    key = (str(channel), handle.strip().lstrip("@").casefold())
                    if owners.setdefault(key, place) != place:
                        message = f"handle {handle!r} on {channel} belongs to two brands or people"
                        yield Fault((*place, channel, *at), message, "Leave it to one of them")


def _known_competitors(value: Any, _: Path) -> Iterator[Fault]:
    """Only an own brand has competitors, and they are declared as such in the same file."""
    brands = [one for _, one in _listed(value, "brands") if isinstance(one, dict)]
    rivals = [str(one.get("id")) for one in brands if one.get("role") == "competitor"]
    for place, one in _listed(value, "brands"):
        if isinstance(one, dict) and "competitors" in one and one.get("role") == "competitor":
            message = "a competitor has no competitors of its own"
            yield Fault((*place, "competitors"), message, "List it at the own brand")
    for place, name in _texts(value, "brands", "competitors"):
        if name not in rivals:
            yield Fault(place, f"{name!r} is no competitor of this file", nearest(name, rivals))


def _excludes_fit(value: Any, _: Path) -> Iterator[Fault]:
    common = [text for _, text in _texts(value, "exclude")]
    if common and not value.get("queries"):
        message = "nothing to exclude from: this file has no queries"
        yield Fault(("exclude",), message, "Write a query, such as the brand's names joined by OR")
    for place, query in _listed(value, "queries"):
        if isinstance(query, dict) and isinstance(q := query.get("q"), str):
            own = [text for _, text in _texts(query, "exclude")]
            if len(q) <= LENGTH_LIMIT < len(excluding(q, [*own, *common])):
                message = f"with what it excludes it is longer than {LENGTH_LIMIT:,} characters"
                yield Fault((*place, "q"), message, "Exclude less, or split it into two queries")


def _known_sources(value: Any, _: Path) -> Iterator[Fault]:
    from listening.sources import SOURCES

    for place, name in _texts(value, "queries", "sources"):
        if name not in SOURCES:
            yield Fault(place, f"unknown source {name!r}", nearest(name, SOURCES))
    for place, kept in _listed(value, "retention", "sources"):
        for name in kept if isinstance(kept, dict) else ():
            if name not in SOURCES:
                mend = nearest(name, SOURCES)
                yield Fault((*place, name), f"unknown source {name!r}", mend)
    stated = value.get("sources")
    for name, settings in stated.items() if isinstance(stated, dict) else ():
        place = ("sources", name)
        if name not in SOURCES:
            yield Fault(place, f"unknown source {name!r}", nearest(name, SOURCES))
        elif isinstance(settings, dict | None):
            model = SOURCES[name].settings
            try:
                model.model_validate(settings or {})
            except ValidationError as error:
                yield from faults_of(error, model, place)


def _nothing_inferred(value: Any, _: Path) -> Iterator[Fault]:
    """No topic asks what people are or believe; there is no switch to allow it (privacy.md)."""
    for key in ("id", "name"):
        for place, text in _texts(value, "topics", key):
            if found := find_denied(text):
                message = f"topic {text!r} would tell people's {found[0]} ({found[1]!r})"
                mend = "Name what people say of the product or service, not what they are"
                yield Fault(place, message, mend)


def _alert_limits(value: Any, _: Path) -> Iterator[Fault]:
    """The limits of a rule are those of its kind."""
    for place, one in _listed(value, "alerts"):
        stated = one if isinstance(one, dict) else {}
        model = next((LIMITS[kind] for kind in LIMITS if kind == stated.get("kind")), None)
        if model and isinstance(limits := stated.get("when", {}), dict):
            try:
                model.model_validate(limits)
            except ValidationError as error:
                yield from faults_of(error, model, (*place, "when"))


def _alert_filters(value: Any, _: Path) -> Iterator[Fault]:
    """A rule that filters by what the file does not know would never speak."""
    from listening.sources import SOURCES

    known = {
        "brands": [text for _, text in _texts(value, "brands", "id")],
        "products": [text for _, text in _texts(value, "brands", "products", "id")],
        "topics": [*(text for _, text in _texts(value, "topics", "id")), "(none)"],
        "sources": [*SOURCES, "import"],
    }
    for key, names in known.items():
        for place, name in _texts(value, "alerts", key):
            if name not in names:
                mend = nearest(name, names)
                yield Fault(place, f"{key}: {name!r} is not known to this file", mend)


def _works_exist(value: Any, folder: Path) -> Iterator[Fault]:
    for place, name in _texts(value, "works", "path"):
        yield from _readable(place, name, folder)


def _readable(place: Place, name: str, folder: Path) -> Iterator[Fault]:
    try:
        (folder / name).read_text("utf-8")
    except (OSError, ValueError) as error:
        mend = "Name a UTF-8 text file, relative to the brand file"
        yield Fault(place, f"path: {name!r} cannot be read: {_why(error)}", mend)


def _protected_fits(value: Any, folder: Path) -> Iterator[Fault]:
    """What is protected is of one own brand, and its files are there."""
    stated = value.get("protected")
    if not isinstance(stated, dict):
        return
    brands = [one for _, one in _listed(value, "brands") if isinstance(one, dict)]
    own = [str(one.get("id")) for one in brands if one.get("role") == "own"]
    named = stated.get("brand")
    if named is not None and named not in own:
        message = f"{named!r} is no own brand of this file"
        yield Fault(("protected", "brand"), message, nearest(str(named), own))
    if named is None and len(own) != 1:
        message = f"whose is it? This file has {len(own)} own brands"
        yield Fault(("protected",), message, "Add brand: and the id of one of them")
    works = {text for _, text in _texts(value, "works", "id")}
    for place, text in _texts(value, "protected", "texts", "id"):
        if text in works:
            yield Fault(place, f"texts: id {text!r} is one of works, too", "Give it another id")
    for place, name in _texts(value, "protected", "texts", "path"):
        yield from _readable(place, name, folder)


def _pictures_fit(value: Any, folder: Path) -> Iterator[Fault]:
    """Protected pictures are there, and are pictures."""
    stated = value.get("protected")
    asked = isinstance(stated, dict) and stated.get("fetch_posted_images") is True
    if asked and not stated.get("images"):
        message = "there is no picture to compare with"
        mend = "Register images, or leave it out: nothing is asked for then"
        yield Fault(("protected", "fetch_posted_images"), message, mend)
    for place, name in _texts(value, "protected", "images", "path"):
        try:
            with (folder / name).open("rb") as file:
                start = file.read(12)
        except OSError as error:
            mend = "Name a file, relative to the brand file"
            yield Fault(place, f"path: {name!r} cannot be read: {_why(error)}", mend)
            continue
        if not any(start.startswith(mark) for mark in _PICTURES):
            mend = "Name a PNG, JPEG, GIF or WebP file"
            yield Fault(place, f"path: {name!r} is no picture", mend)


_PICTURES: Final = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")


def _references_exist(value: Any, folder: Path) -> Iterator[Fault]:
    stated = value.get("reference")
    for table, name in stated.items() if isinstance(stated, dict) else ():
        if table not in REFERENCE_TABLES:
            mend = nearest(table, REFERENCE_TABLES)
            yield Fault(("reference", table), f"unknown reference table {table!r}", mend)
        elif isinstance(name, str) and not (folder / name).is_file():
            mend = "Name a file, relative to the brand file"
            yield Fault(("reference", table), f"{table}: {name!r} does not exist", mend)


def _why(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else "it is not UTF-8"


_RULES: Final[tuple[Callable[[Any, Path], Iterator[Fault]], ...]] = (
    _unique_ids,
    _unique_names,
    _unique_people,
    _unique_handles,
    _known_competitors,
    _excludes_fit,
    _known_sources,
    _nothing_inferred,
    _alert_limits,
    _alert_filters,
    _works_exist,
    _protected_fits,
    _pictures_fit,
    _references_exist,
)
