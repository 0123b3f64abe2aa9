"""Which streams a brand file asks for: each source's targets, perhaps at another server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from pydantic import ValidationError

from listening.contract import BrandFile, ConfigurationError, DataRoot, stream_id
from listening.erase.tombstone import refuse_erased
from listening.sources import SOURCES, Relation, Settings, Source, Target


@dataclass(frozen=True, slots=True)
class Stream:
    """One target of one source. Its id knows no brand, wording or port."""

    source: str
    host: str
    target: str
    relation: Relation
    settings: Mapping[str, Any] = field(default_factory=dict)
    hosts: tuple[str, ...] = ()
    backfill: str = ""  # day it goes back to; a backfill is a stream of its own

    @property
    def id(self) -> str:
        """Return the path-safe name of the stream."""
        return stream_id(self.source, self.host, self.name)

    @property
    def name(self) -> str:
        """Return the last part of its id."""
        return f"{self.target}-backfill-{self.backfill}" if self.backfill else self.target

    def refuse_erased(self, root: DataRoot) -> None:
        """Refuse to ask for somebody who was erased, also for their past.

        Raises:
            ListeningError: it asks for such a person.
        """
        base = stream_id(self.source, self.host, self.target)
        refuse_erased(root, base, self.source, self.target)

    @property
    def as_target(self) -> Target:
        """Return what its source looks at."""
        return Target(self.target, self.host, self.settings, self.hosts, self.relation)

    def to_json(self) -> dict[str, Any]:
        """Return the stream as plain values, for a task queue."""
        return {**asdict(self), "hosts": list(self.hosts)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Stream:
        """Return the stream that `to_json` wrote."""
        return cls(**{**data, "hosts": tuple(data["hosts"])})


def streams(
    brands: BrandFile, only: str | None = None, base_url: str | None = None
) -> list[Stream]:
    """Return every stream of the brand files, or those of one source, perhaps at another server.

    Raises:
        ConfigurationError: a source is unknown, or its settings are wrong or say a stream twice.
    """
    names = [only] if only else sorted(brands.sources)
    found = [stream for name in names for stream in _streams_of(name, brands, base_url)]
    twice = {stream.id for stream in found if [one.id for one in found].count(stream.id) > 1}
    if twice:
        raise ConfigurationError(
            f"two targets have the same stream name: {', '.join(sorted(twice))}",
            where=", ".join(brands.files),
            mend="Remove one of them from sources:",
        )
    return found


def _streams_of(name: str, brands: BrandFile, base_url: str | None) -> Iterator[Stream]:
    if name not in SOURCES:
        raise ConfigurationError(f"no source is called {name!r}", mend=f"Use {', '.join(SOURCES)}")
    source = SOURCES[name]
    settings = _settings(source, brands, base_url)
    for target in source.targets(settings, brands):
        relation = target.relation or source.relation
        yield Stream(name, target.host, target.name, relation, target.settings, target.hosts)


def _settings(source: Source, brands: BrandFile, base_url: str | None) -> Settings:
    raw = dict(brands.sources.get(source.name) or {})
    try:
        return source.settings.model_validate(_rebased(source.settings, raw, base_url))
    except ValidationError as error:
        told = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        raise ConfigurationError(
            "; ".join(told),
            where=f"{', '.join(brands.files)}: sources: {source.name}",
            mend="docs/sources.md lists the settings of each source",
        ) from error


def _rebased(model: type[Settings], raw: dict[str, Any], base_url: str | None) -> dict[str, Any]:
    """Point settings at another server; a base URL with a path stands for all addresses."""
    if not base_url:
        return raw
    if "base_url" in model.model_fields:
        return {**raw, "base_url": base_url}
    base, urls = urlsplit(base_url), raw.get("urls") or []
    if base.path.strip("/") or not urls:
        return {**raw, "urls": [base_url]}
    moved = [urlunsplit((base.scheme, base.netloc, *urlsplit(url)[2:])) for url in urls]
    return {**raw, "urls": moved}
