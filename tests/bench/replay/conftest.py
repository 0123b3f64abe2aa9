"""A world of a few lines, written fresh for each test that wants to bend it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bench.replay import World, load_world
from bench.replay.answer import Answer, Request
from bench.replay.server import Sites

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
Item = dict[str, Any]
Ask = Callable[..., Answer]


def said(number: int, **keys: Any) -> Item:
    """Return an item; the higher its number, the later it is said, an hour each."""
    moment = NOON - timedelta(days=5) + timedelta(hours=number)
    return {
        "id": str(number),
        "published_at": moment.isoformat(),
        "author": f"author{number % 3}",
        "text": f"Sentence number {number} about a #Kite.",
        **keys,
    }


def write(folder: Path, sites: dict[str, list[Item]], head: str = "") -> Path:
    """Write a world: one site per entry, named `<kind>` or `<kind>:<options in YAML flow>`."""
    folder.mkdir(exist_ok=True)
    lines = ["version: 1", "name: kites", "now: 2026-03-10T12:00:00Z", "days: 10", head, "sites:"]
    for number, (site, items) in enumerate(sites.items()):
        kind, _, options = site.partition(":")
        more = f", {options}" if options else ""
        host = f"{kind}.example"
        lines.append(f"  - {{host: {host}, kind: {kind}, items: {number}.jsonl{more}}}")
        text = "\n".join(json.dumps(item) for item in items)
        (folder / f"{number}.jsonl").write_text(text, encoding="utf-8")
    (folder / "world.yaml").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., World]:
    """Return a function that writes and loads a world of sites."""
    return lambda sites, head="": load_world(write(tmp_path / "world", sites, head))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Return a function that holds the project's clock."""
    monkeypatch.setenv("LISTENING_NOW", NOON.isoformat())
    return lambda moment: os.environ.__setitem__("LISTENING_NOW", moment.isoformat())


def ask(world: World, host: str, path: str, at: datetime = NOON, **keys: Any) -> Answer:
    """Ask a world without sockets; keyword `headers` are lower case."""
    headers = keys.pop("headers", {})
    query = {
        name: tuple(map(str, value)) if isinstance(value, list) else (str(value),)
        for name, value in keys.items()
    }
    return Sites(world).answer(host, Request(path, at, f"http://{host}", query, headers))
