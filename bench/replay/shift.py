"""Moves a world in time, so that it goes on happening while somebody watches."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from bench.replay.timeline import Item
from bench.replay.world import Site, World

WEEK = timedelta(weeks=1)
SomeItem = TypeVar("SomeItem", bound=Item)


def weeks_until(world: World, at: datetime) -> int:
    """Return how many whole weeks bring the world's `now` to `at` or up to a week behind it.

    Whole weeks keep Friday evenings Friday evenings.
    """
    return (at - world.now) // WEEK


def shifted(world: World, weeks: int) -> World:
    """Return the world with every moment in it moved by whole weeks; ids stay as they are."""
    by = weeks * WEEK
    return replace(
        world,
        now=world.now + by,
        sites=tuple(_site(site, by) for site in world.sites),
    )


def _site(site: Site, by: timedelta) -> Site:
    return replace(site, since=site.since + by, items=tuple(_item(item, by) for item in site.items))


def _item(item: SomeItem, by: timedelta) -> SomeItem:
    return item.model_copy(
        update={
            "published_at": item.published_at + by,
            "edits": tuple(edit.model_copy(update={"at": edit.at + by}) for edit in item.edits),
            "deleted_at": item.deleted_at + by if item.deleted_at else None,
        }
    )
