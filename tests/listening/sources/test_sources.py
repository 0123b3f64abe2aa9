"""What every source is: known to the warehouse, and no longer than a page."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from listening.sources import SOURCES, hackernews, source

MACROS = Path(__file__).parents[3] / "warehouse" / "macros" / "privacy.sql"
ARTICLES = {"rss", "web", "news", "podcast"}  # channels of outlets
REGULATORS = {"cfpb", "nhtsa"}


def listed(macro: str) -> set[str]:
    """Return the sources that a macro of the warehouse lists."""
    body = MACROS.read_text().partition(f"macro {macro}()")[2].partition("endmacro")[0]
    return set(re.findall(r"'(\w+)'", body))


def test_the_warehouse_knows_whose_posts_are_articles_and_where_nobody_can_answer() -> None:
    channels: dict[str, set[str]] = {}
    for golden in Path(__file__).parent.glob("*/golden.json"):
        rows = json.loads(golden.read_text())
        channels[golden.parent.name] = {row["channel"] for row in rows if "channel" in row}
    outlets = {name for name, told in channels.items() if told & ARTICLES}
    assert outlets <= listed("article_sources")
    assert listed("closed_sources") == REGULATORS <= channels.keys()


def test_one_source_is_imported_without_the_others() -> None:
    """A brand file that names two sources shall not wait for thirty."""
    asked = (
        "import sys; from listening.sources import SOURCES; SOURCES['mastodon']; 'x' in SOURCES; "
        "print(*(name for name in SOURCES if f'listening.sources.{name}' in sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["mastodon"]


def test_a_source_stands_in_a_file_of_its_name() -> None:
    facts: dict[str, Any] = {
        "targets": lambda _settings, _brands: [],
        "name": "elsewhere",
        "relation": "owned",
    }
    facts |= dict.fromkeys(("hosts", "auth", "blind_to", "verified", "settings"))
    with pytest.raises(ValueError, match="'elsewhere' is not in a file of its name"):
        source(**facts)(hackernews.crawl)


def test_a_source_is_a_file_of_40_to_120_lines() -> None:
    """One page shows what a source is and how it is walked; its answers' shape lies beside it."""
    folder = Path(inspect.getfile(hackernews)).parent
    lines = {name: len((folder / f"{name}.py").read_text().splitlines()) for name in SOURCES}
    assert {name: count for name, count in lines.items() if not 40 <= count <= 120} == {}


def test_what_lies_beside_a_source_is_no_longer_than_a_source() -> None:
    folder = Path(inspect.getfile(hackernews)).parent
    beside = [path for path in folder.glob("_*.py") if path.stem.split("_")[1] in SOURCES]
    lines = {
        str(path.relative_to(folder)): len(path.read_text().splitlines())
        for path in (*beside, *(folder / "shape").glob("*.py"))
    }
    assert "_github_lists.py" in lines
    assert {name: count for name, count in lines.items() if count > 120} == {}
