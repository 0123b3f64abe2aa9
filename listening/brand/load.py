"""Reads brand files: YAML in, a frozen value out, and every mistake with file, line and mend."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from listening.contract import (
    Brand,
    BrandFile,
    ConfigurationError,
    Context,
    Keep,
    Person,
    Product,
    Protected,
    ProtectedImage,
    ProtectedMark,
    Query,
    Retention,
    ServiceHours,
    Topic,
    Work,
)

if TYPE_CHECKING:
    from listening.brand.model import File, KeepModel, RetentionModel

FILES_VARIABLE: Final = "LISTENING_BRANDS"


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a brand file. `line` counts from 1; 0 means the file as a whole."""

    file: str
    line: int
    message: str
    mend: str


def brand_paths() -> list[Path]:
    """Return the brand files that `LISTENING_BRANDS` names, separated as in `PATH`.

    Raises:
        ConfigurationError: it names none.
    """
    names = [name for name in os.environ.get(FILES_VARIABLE, "").split(os.pathsep) if name.strip()]
    if not names:
        raise ConfigurationError(
            "no brand file is named",
            where=FILES_VARIABLE,
            mend="Set it to a file, such as brands/demo.yaml, or give --brand FILE",
        )
    return [Path(name.strip()) for name in names]


def check_file(path: Path) -> list[Problem]:
    """Return all problems of a brand file, by line; none means that it can be loaded."""
    return _read(path)[1]


def load_brands(paths: Sequence[Path]) -> BrandFile:
    """Return one or several brand files as one value.

    Lists are joined in order, ids must be unique over all files, and single values that two
    files state must agree.

    Raises:
        ConfigurationError: names file and line of the first problem, and its mend.
    """
    if not paths:
        raise ConfigurationError("no brand file was given", where="--brand", mend="Name one")
    loaded = [_load(path) for path in dict.fromkeys(paths)]
    for kind in ("brands", "queries", "topics", "works", "alerts"):
        _check_unique(kind, loaded)
    files = [value for value, _ in loaded]
    stated = [raw for _, raw in loaded]
    days = _agree("publish_days", [{"publish_days": raw.publish_days} for raw in stated])
    return BrandFile(
        brands=_joined(file.brands for file in files),
        queries=_joined(file.queries for file in files),
        sources=_merge_sources(files),
        topics=_joined(file.topics for file in files),
        works=_joined(file.works for file in files),
        alerts=_joined(file.alerts for file in files),
        protected=_joined(file.protected for file in files),
        publish_days=days or BrandFile(brands=()).publish_days,
        retention=_retention([raw.retention for raw in stated if raw.retention]),
        reference={
            table: _agree(f"reference: {table}", [file.reference for file in files], table)
            for table in sorted({table for file in files for table in file.reference})
        },
        files=tuple(name for file in files for name in file.files),
    )


def _load(path: Path) -> tuple[BrandFile, File]:
    raw, problems = _read(path)
    if raw is None or problems:
        first, more = problems[0], len(problems) - 1
        count = f" (and {more} more: run listening check {path})" if more else ""
        raise ConfigurationError(
            f"{first.message}{count}", where=f"{first.file}:{first.line}", mend=first.mend
        )
    return _frozen(raw, path), raw


def _read(path: Path) -> tuple[File | None, list[Problem]]:
    from listening.brand.rules import validate
    from listening.brand.yamlfile import YamlError, read_yaml

    try:
        content = read_yaml(path)
    except YamlError as error:
        return None, [Problem(str(path), error.line, error.message, error.mend)]
    file, faults = validate(content.value, path.parent)
    problems = [
        Problem(str(path), content.line(fault.place), fault.message, fault.mend) for fault in faults
    ]
    return file, sorted(problems, key=lambda problem: problem.line)


# --- from the validated model to the frozen value ---------------------------------------


def _frozen(file: File, path: Path) -> BrandFile:
    hours = _hours(file)
    rivals = tuple(one.id for one in file.brands if one.role == "competitor")
    brands = tuple(_brand(one, hours, rivals) for one in file.brands)
    protected = _protected(file, path)
    return BrandFile(
        brands=tuple(_protect(one, file) if protected else one for one in brands),
        protected=protected,
        queries=tuple(Query(one.id, file.wording(one), tuple(one.sources)) for one in file.queries),
        sources={name: dict(settings or {}) for name, settings in file.sources.items()},
        topics=tuple(Topic(one.id, one.name, tuple(one.examples)) for one in file.topics),
        works=tuple(Work(one.id, one.words(path.parent)) for one in _works(file)),
        alerts=tuple(one.rule() for one in file.alerts),
        reference={name: str(path.parent / where) for name, where in file.reference.items()},
        files=(str(path),),
    )


def _hours(file: File) -> ServiceHours:
    stated: dict[str, Any] = {"timezone": file.timezone}
    if file.response_minutes is not None:
        stated["response_minutes"] = file.response_minutes
    if file.business_hours is not None:
        stated |= file.business_hours.stated()
    return replace(ServiceHours(), **stated)


def _brand(one: Any, hours: ServiceHours, rivals: tuple[str, ...]) -> Brand:
    stated = rivals if one.competitors is None else tuple(dict.fromkeys(one.competitors))
    return Brand(
        id=one.id,
        name=one.name,
        role=one.role,
        aliases=tuple(one.aliases),
        handles=_handles(one.handles),
        domains=tuple(domain.lower() for domain in one.domains),
        context=Context(tuple(one.context.near), tuple(one.context.not_near)),
        products=tuple(Product(p.id, p.name, tuple(p.aliases)) for p in one.products),
        people=tuple(
            Person(p.id, p.name, tuple(p.aliases), _handles(p.handles), p.role or "")
            for p in one.people
        ),
        service=hours,
        competitors=stated if one.role == "own" else None,
    )


def _works(file: File) -> list[Any]:
    return [*file.works, *(file.protected.texts if file.protected else ())]


def _protected(file: File, path: Path) -> tuple[Protected, ...]:
    stated = file.protected
    if stated is None:
        return ()
    marks = [ProtectedMark(one.id, one.text, one.registration or "") for one in stated.marks]
    marks += [ProtectedMark(name, name) for name in stated.names]
    images = (
        ProtectedImage(one.id, one.phash or "", str(path.parent / one.path) if one.path else "")
        for one in stated.images
    )
    return (
        Protected(
            brand_id=protected_brand(file),
            owner=stated.owner or "",
            contact=stated.contact.stated(),
            marks=tuple(marks),
            images=tuple(images),
            works=tuple(one.id for one in _works(file)),
            fetch_posted_images=stated.fetch_posted_images,
        ),
    )


def protected_brand(file: File) -> str:
    """Return whose the protected things are: the brand that is named, or the only own one."""
    own = [one.id for one in file.brands if one.role == "own"]
    return (file.protected and file.protected.brand) or own[0]


def _protect(brand: Brand, file: File) -> Brand:
    """Return the brand with the handles, domains, marks and names that legal registered for it."""
    stated = file.protected
    if stated is None or brand.id != protected_brand(file):
        return brand
    channels = {*brand.handles, *stated.handles}
    handles = {
        channel: tuple(
            dict.fromkeys([*brand.handles.get(channel, ()), *stated.handles.get(channel, ())])
        )
        for channel in sorted(channels)
    }
    domains = dict.fromkeys([*brand.domains, *(one.lower() for one in stated.domains)])
    marks = dict.fromkeys([*(one.text for one in stated.marks), *stated.names])
    return replace(brand, handles=handles, domains=tuple(domains), marks=tuple(marks))


def _handles(stated: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    return {channel: tuple(handles) for channel, handles in stated.items()}


# --- several files ----------------------------------------------------------------------


def _joined(parts: Iterable[tuple[Any, ...]]) -> tuple[Any, ...]:
    return tuple(one for part in parts for one in part)


def _check_unique(kind: str, loaded: Sequence[tuple[BrandFile, File]]) -> None:
    first: dict[str, str] = {}
    for file, _ in loaded:
        for one in getattr(file, kind):
            where = first.setdefault(one.id, file.files[0])
            if where != file.files[0]:
                raise ConfigurationError(
                    f"{kind}: id {one.id!r} is used in {where} too",
                    where=file.files[0],
                    mend="Give it another id, or load one of the two files",
                )


def _agree(what: str, stated: Sequence[Mapping[str, Any]], key: str = "publish_days") -> Any:
    values = [one[key] for one in stated if one.get(key) is not None]
    if any(value != values[0] for value in values):
        raise ConfigurationError(
            f"the brand files disagree on {what}: {' and '.join(map(str, values))}",
            where=what,
            mend="State the same in all of them, or in one only",
        )
    return values[0] if values else None


def _retention(stated: Sequence[RetentionModel]) -> Retention:
    """Join what files say of retention; where two speak of one thing, the shorter time holds."""
    usual = _shortest(Keep(), stated)
    names = sorted({name for one in stated for name in one.sources})
    return Retention(
        usual,
        {
            name: _shortest(usual, [one.sources[name] for one in stated if name in one.sources])
            for name in names
        },
    )


def _shortest(otherwise: Keep, stated: Sequence[KeepModel]) -> Keep:
    raw = [one.raw_days for one in stated if one.raw_days]
    text = [one.text_days for one in stated if one.text_days]
    return Keep(min(raw, default=otherwise.raw_days), min(text, default=0) or otherwise.text_days)


def _merge_sources(files: Sequence[BrandFile]) -> dict[str, dict[str, Any]]:
    merged: dict[str, dict[str, Any]] = {}
    for file in files:
        for name, settings in file.sources.items():
            ours = merged.setdefault(name, {})
            for key, value in settings.items():
                ours[key] = _joined_setting(f"sources: {name}: {key}", ours.get(key, value), value)
    return merged


def _joined_setting(what: str, ours: Any, theirs: Any) -> Any:
    if isinstance(ours, list) and isinstance(theirs, list):
        return ours + [one for one in theirs if one not in ours]
    return _agree(what, [{"publish_days": ours}, {"publish_days": theirs}])
