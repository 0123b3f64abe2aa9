"""Reads a world folder and refuses a wrong one, naming file, line and mend."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from bench.replay.timeline import Author, Entry, Item, Page, Post, Review, Status, Strict
from listening.contract import REFERENCE_TABLES, ConfigurationError

SHOWN_PROBLEMS: Final = 10
HOST: Final = r"^[a-z0-9-]+(\.[a-z0-9-]+)+$"
MEND: Final = "bench/worlds/README.md describes every key"


class SiteOptions(Strict):
    """What every site has: its host, and the file of what is said there."""

    host: str = Field(pattern=HOST)
    items: str  # JSONL, relative to the world folder
    title: str = ""
    language: str = "en"


class FeedSite(SiteOptions):
    """A site with one feed."""

    kind: Literal["rss", "atom"]
    path: str = Field(default="/feed.xml", pattern=r"^/")
    window: int = Field(default=30, ge=1)


class HackerNewsSite(SiteOptions):
    """Hacker News: the Algolia search and the Firebase items on one host."""

    kind: Literal["hackernews"]
    cap: int = Field(default=1000, ge=1)


class MastodonSite(SiteOptions):
    """A Mastodon server; `rate_limit` is requests in five minutes of real time."""

    kind: Literal["mastodon"]
    rate_limit: int = Field(default=300, ge=1)


class App(Strict):
    """An app of the store."""

    id: str = Field(pattern=r"^[0-9]+$")
    name: str


class AppStoreSite(SiteOptions):
    """The App Store's review feeds."""

    kind: Literal["appstore"]
    apps: tuple[App, ...] = Field(min_length=1)
    page_size: int = Field(default=50, ge=1)
    pages: int = Field(default=10, ge=1)


class WebSite(SiteOptions):
    """A web site with robots.txt, sitemap.xml and pages; `sitemap_size` pages a sitemap."""

    kind: Literal["web"]
    robots: str = "User-agent: *\nAllow: /\n"
    sitemap_size: int = Field(default=1000, ge=1)


SiteSettings = Annotated[
    FeedSite | HackerNewsSite | MastodonSite | AppStoreSite | WebSite, Field(discriminator="kind")
]
ITEM_OF: Final[Mapping[str, type[Item]]] = {
    "rss": Entry, "atom": Entry, "hackernews": Post, "mastodon": Status, "appstore": Review,
    "web": Page,
}  # fmt: skip


class Settings(Strict):
    """The whole of world.yaml."""

    version: Literal[1]
    name: str
    now: AwareDatetime
    days: int = Field(default=30, ge=1)
    authors: str = ""  # JSONL; where given, every author must be in it
    sites: tuple[SiteSettings, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Site:
    """A site and everything that is ever said there, oldest first."""

    settings: Any  # one of the classes above; Any spares every wire module a cast
    items: tuple[Any, ...]
    authors: Mapping[str, Author]
    since: datetime  # the world's first moment, where followers begin to grow

    @property
    def host(self) -> str:
        """Return the host name."""
        return str(self.settings.host)

    def author(self, handle: str) -> Author:
        """Return an author; one nobody described has a handle and nothing else."""
        return self.authors.get(handle) or Author(handle=handle)


@dataclass(frozen=True, slots=True)
class World:
    """A validated world."""

    path: Path
    name: str
    now: datetime
    days: int
    sites: tuple[Site, ...]
    authors: Mapping[str, Author]


def load_world(path: Path) -> World:
    """Read and check a world folder.

    Raises:
        ConfigurationError: a file is missing or wrong; every line at fault is named.
    """
    settings = _settings(path / "world.yaml")
    problems: list[str] = []
    authors = {author.handle: author for _, author in _authors(path, settings, problems)}
    sites = [_site(path, site, settings, authors, problems) for site in settings.sites]
    problems += _same_address(settings.sites)
    problems += [problem for file in sorted(path.glob("*/*.csv")) for problem in _csv(file)]
    _stop(problems)
    return World(path, settings.name, settings.now, settings.days, tuple(sites), authors)


def _stop(problems: Sequence[str]) -> None:
    if not problems:
        return
    hidden = len(problems) - SHOWN_PROBLEMS
    more = [f"and {hidden} more"] if hidden > 0 else []
    raise ConfigurationError("\n".join([*problems[:SHOWN_PROBLEMS], *more]), mend=MEND)


def _settings(file: Path) -> Settings:
    try:
        raw = YAML().load(file.read_text(encoding="utf-8"))
        return TypeAdapter(Settings).validate_python(raw)
    except OSError as error:
        raise ConfigurationError(
            f"cannot be read: {error.strerror}", where=str(file), mend="Name a world folder"
        ) from error
    except (MarkedYAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise ConfigurationError(f"no YAML: {error}", where=f"{file}{line}", mend=MEND) from error
    except ValidationError as error:
        _stop([f"{file}:{_line(raw, p['loc'])}: {_say(p)}" for p in error.errors()])
        raise


def _say(problem: Any) -> str:
    key = ".".join(str(part) for part in problem["loc"])
    said = {"extra_forbidden": "is no key we know: remove it or mend its spelling"}
    return f"{key or 'line'}: {said.get(problem['type'], problem['msg'])}"


def _line(raw: Any, loc: Sequence[str | int]) -> int:
    line = 1
    for part in loc:
        marks: Any = getattr(raw, "lc", None)
        try:
            line = (marks.key(part) if isinstance(raw, dict) else marks.item(part))[0] + 1
            raw = raw[part]
        except (KeyError, IndexError, TypeError, AttributeError):
            continue  # a missing key, or the discriminator's name, which has no place of its own
    return line


def _authors(path: Path, settings: Settings, problems: list[str]) -> Iterator[tuple[int, Author]]:
    if settings.authors:
        yield from _unique(path / settings.authors, Author, "handle", problems)


def _site(
    path: Path,
    site: Any,
    settings: Settings,
    authors: Mapping[str, Author],
    problems: list[str],
) -> Site:
    file = path / site.items
    rows = list(_unique(file, ITEM_OF[site.kind], "id", problems))
    known = {item.id: item for _, item in rows}
    for line, item in rows:
        problems += [f"{file}:{line}: {text}" for text in _wrong(item, site, known)]
        if settings.authors and item.author not in authors:
            problems.append(f"{file}:{line}: author {item.author!r} is not in {settings.authors}")
    items = sorted((item for _, item in rows), key=lambda item: item.published_at)
    if site.kind in ("mastodon", "hackernews"):
        problems += _out_of_order(file, items)
    since = settings.now - timedelta(days=settings.days)
    return Site(site, tuple(items), authors, since)


def _unique(
    file: Path, model: type[Strict], key: str, problems: list[str]
) -> Iterator[tuple[int, Any]]:
    seen: dict[str, int] = {}
    for line, row in _rows(file, model, problems):
        name = getattr(row, key)
        if name in seen:
            problems.append(f"{file}:{line}: {key} {name!r} is also on line {seen[name]}")
        seen[name] = line
        yield line, row


def _rows(file: Path, model: type[Strict], problems: list[str]) -> Iterator[tuple[int, Strict]]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{file}: cannot be read: {error}")
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield number, model.model_validate_json(line)
        except ValidationError as error:
            problems += [f"{file}:{number}: {_say(problem)}" for problem in error.errors()]


def _wrong(item: Item, site: Any, known: Mapping[str, Item]) -> Iterator[str]:
    parent = known.get(item.parent)
    if item.parent and parent is None:
        yield f"reply_to {item.parent!r} is not an id of this file"
    if parent and parent.published_at >= item.published_at:
        yield f"it answers {item.parent!r}, which is said later"
    if site.kind == "hackernews" and bool(item.title) == bool(item.parent):
        yield "a story has a title, a comment a reply_to; give exactly one of them"
    if item.parent and not item.text:
        yield "a comment needs a text"
    if isinstance(item, Review) and item.app not in {app.id for app in site.apps}:
        yield f"app {item.app!r} is none of the site's apps"


def _out_of_order(file: Path, items: Sequence[Item]) -> Iterator[str]:
    # Both platforms count ids up, and their clients page by id.
    for before, after in pairwise(items):
        if int(before.id) >= int(after.id):
            yield f"{file}: id {after.id} is later than {before.id} and must be greater"


def _same_address(sites: Sequence[Any]) -> Iterator[str]:
    seen = set()
    for site in sites:
        address = (site.host, getattr(site, "path", site.kind))
        if address in seen:
            yield f"world.yaml: two sites answer for {' '.join(address)}"
        seen.add(address)


def _csv(file: Path) -> Iterator[str]:
    if file.parent.name == "reference" and file.stem not in REFERENCE_TABLES:
        yield f"{file}: is none of {', '.join(REFERENCE_TABLES)}"
    with file.open(encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream)
        width = len(next(rows, []))
        for row in rows:
            if len(row) != width:
                yield f"{file}:{rows.line_num}: {len(row)} cells under {width} columns"
