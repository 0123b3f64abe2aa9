"""Counts what a world holds, so that a run over it can be checked against known numbers.

`python -m bench.replay.expected WORLD` prints it; a test keeps the shipped file in step.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from protego import Protego
from ruamel.yaml import YAML

from bench.replay.mastodon import hashtags
from bench.replay.timeline import Item, gone, look
from bench.replay.world import Site, World, load_world

COMMON_TAG: Final = 2  # a tag used once tells little
HEAD: Final = "# Counted from the world's own files; `python -m bench.replay.expected` writes it.\n"


def expected(world: World) -> dict[str, Any]:
    """Return the known counts of a world at its `now`, by site, story, reply, edit and deletion."""
    said = [(site, item) for site in world.sites for item in _said(site, world)]
    living = [(site, item) for site, item in said if look(item, world.now)]
    every = [(site, item) for site in world.sites for item in site.items]
    own = {author.handle for author in world.authors.values() if author.brand}
    return {
        "now": world.now.isoformat(),
        "said": len(said),
        "served": len(living),
        "authors": len({(site.host, item.author) for site, item in living}),
        "languages": _count(item.lang for _, item in living),
        "sites": {site.host: _of_site(site, world) for site in world.sites},
        "stories": _stories(living),
        "brand_replies": _by_host(
            (site, {item.id: item.parent})
            for site, item in living
            if item.parent and item.author in own
        ),
        "edits": _by_host(
            (site, {item.id: [edit.at.isoformat() for edit in item.edits]})
            for site, item in every
            if item.edits
        ),
        "deletions": _by_host(
            (site, {item.id: item.deleted_at.isoformat()})
            for site, item in every
            if item.deleted_at
        ),
        "drop": {file.name: _of_csv(file) for file in sorted(world.path.glob("drop/*.csv"))},
        "reference": {
            file.stem: len(_rows(file)) for file in sorted(world.path.glob("reference/*.csv"))
        },
    }


def _said(site: Site, world: World) -> Iterator[Item]:
    return (item for item in site.items if item.published_at <= world.now)


def _of_site(site: Site, world: World) -> dict[str, Any]:
    living = [item for item in _said(site, world) if look(item, world.now)]
    counts: dict[str, Any] = {
        "kind": site.settings.kind,
        "served": len(living),
        "gone": sum(gone(item, world.now) for item in _said(site, world)),
    }
    if site.settings.kind == "mastodon":
        tags = _count(tag for item in living for tag in hashtags(_text(item, world)))
        counts["tags"] = {tag: number for tag, number in tags.items() if number >= COMMON_TAG}
    elif site.settings.kind == "hackernews":
        counts["stories"] = sum(not item.parent for item in living)
    elif site.settings.kind == "appstore":
        counts["apps"] = _count(f"{item.app}/{item.country}" for item in living)  # type: ignore[attr-defined]
    elif site.settings.kind == "web":
        robots = Protego.parse(site.settings.robots)
        counts["allowed"] = sum(
            robots.can_fetch(f"http://{site.host}{item.id}", "*") for item in living
        )
    return counts


def _text(item: Item, world: World) -> str:
    seen = look(item, world.now)
    return seen.text if seen else ""


def _stories(living: Iterable[tuple[Site, Item]]) -> dict[str, dict[str, list[str]]]:
    stories: dict[str, dict[str, list[str]]] = {}
    for site, item in living:
        for story in item.story:
            stories.setdefault(story, {}).setdefault(site.host, []).append(item.id)
    return dict(sorted(stories.items()))


def _by_host(found: Iterable[tuple[Site, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    hosts: dict[str, dict[str, Any]] = {}
    for site, entry in found:
        hosts.setdefault(site.host, {}).update(entry)
    return hosts


def _count(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _of_csv(file: Path) -> dict[str, int]:
    rows = _rows(file)
    key = next(name for name in rows[0] if name in ("id", "message_id"))
    return {"rows": len(rows), "mentions": len({row[key] for row in rows})}


def main() -> int:
    """Print the expectations of the world named on the command line."""
    sys.stdout.write(HEAD)
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 1000
    yaml.dump(expected(load_world(Path(sys.argv[1]))), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
