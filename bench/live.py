"""Posts that are published while somebody listens, on the clock, at a site of a replayed world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bench.posts import make_posts
from bench.replay import World
from bench.replay.timeline import Status
from listening.contract import BrandFile

AT_ONCE: Final = 0.0005  # hours in which half of the reactions are there: two seconds
_ALIKE: Final = 0.35  # of the words of both; a pair that shared .37 was one story (2026-11-22)


def plan_posts(
    brands: BrandFile, begins: datetime, every: timedelta, count: int, tags: Sequence[str]
) -> list[Status]:
    """Return posts, one after the other, that many people react to at once.

    No two are alike, and each is by somebody else. Ids are given by `with_posts`.
    """
    texts = _unlike(make_posts(4 * count, brands, seed=120))[:count]
    return [
        Status(
            id="1",
            published_at=begins + number * every,
            author=f"live_{number:03d}",
            text=f"{text} #{tags[number % len(tags)]}",
            likes=700 + number,
            shares=90,
            half_life_hours=AT_ONCE,
        )
        for number, text in enumerate(texts)
    ]


def _unlike(texts: Sequence[str]) -> list[str]:
    """Return the texts that are no near copies of one before: those would be one story with it."""
    kept: list[str] = []
    seen: list[set[str]] = []
    for text in texts:
        words = set(text.lower().split())
        if all(len(words & other) < _ALIKE * len(words | other) for other in seen):
            kept.append(text)
            seen.append(words)
    return kept


def with_posts(world: World, host: str, posts: Sequence[Status]) -> tuple[World, list[Status]]:
    """Return a world in which they are said at a Mastodon site, and the posts with their ids.

    A site counts its ids up, and its readers page by them, so each gets one after its forerunner.
    """
    (site,) = (one for one in world.sites if one.host == host)
    said: list[Status] = []
    live: list[Status] = []
    last = 0
    for item in sorted([*site.items, *posts], key=lambda one: one.published_at):
        is_live = item.id == "1"
        placed = item.model_copy(update={"id": str(last + 1)}) if is_live else item
        last = int(placed.id)
        said.append(placed)
        live += [placed] if is_live else []
    fuller = replace(site, items=tuple(said))
    sites = tuple(fuller if one is site else one for one in world.sites)
    return replace(world, sites=sites), live
