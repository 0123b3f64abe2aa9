"""The demo's world keeps what was promised of it, and nothing of the project was fitted to it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ruamel.yaml import YAML

from bench.replay import World, load_world
from bench.replay.expected import expected
from bench.replay.mastodon import hashtags
from bench.replay.timeline import Item, look
from listening.brand.load import check_file, load_brands
from listening.contract import BrandFile, Mention
from listening.query.search import topic_filter
from tests.bench.replay.conftest import ask

ROOT = Path(__file__).parents[2]
LARKSPUR = ROOT / "bench/worlds/larkspur"
DEMO = ROOT / "brands/demo.yaml"
RUN = 6  # words in a row that are no coincidence
CODE = ("brands", "bench/replay", "dags", "desk", "listening", "nlp", "tests", "warehouse")
READ = {".py", ".toml", ".yaml", ".yml", ".sql", ".md", ".txt", ".json", ".jsonl", ".csv"}
NO_RULES = ("brands/works", "nlp/model")  # the registered text itself; weights and vocabulary


@pytest.fixture(scope="module")
def world() -> World:
    return load_world(LARKSPUR)


@pytest.fixture(scope="module")
def brands() -> BrandFile:
    return load_brands([DEMO])


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    told: dict[str, Any] = YAML(typ="safe").load((LARKSPUR / "expected.yaml").read_text("utf-8"))
    return told


def living(world: World) -> Iterator[tuple[Any, Item]]:
    for site in world.sites:
        yield from ((site, item) for item in site.items if look(item, world.now))


def rows(name: str) -> list[dict[str, str]]:
    with (LARKSPUR / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def story(world: World, name: str) -> list[tuple[Any, Item]]:
    return [(site, item) for site, item in living(world) if name in item.story]


def test_the_known_counts_are_the_worlds(world, known):
    """expected.yaml says what the files hold; `python -m bench.replay.expected` writes it anew."""
    stream = io.StringIO()
    YAML().dump(expected(world), stream)
    assert known == YAML(typ="safe").load(stream.getvalue())


def test_there_is_a_month_of_it(world):
    """At least 400 mentions from 150 authors over 30 days, in three languages."""
    found = list(living(world))
    days = {item.published_at.date() for _, item in found}
    languages = Counter(item.lang for _, item in found)
    assert len(found) >= 400
    assert len({item.author for _, item in found}) >= 150
    assert (max(days) - min(days)).days == 30
    assert len(days) == 31
    assert min(languages[code] for code in ("en", "de", "es")) >= 40
    assert 0.65 < languages["en"] / len(found) < 0.85


def test_most_of_it_is_distinct(world):
    """At least 250 texts are nobody else's, copies and reposts aside."""
    texts = Counter(re.sub(r"\W+", " ", item.text.casefold()) for _, item in living(world))
    assert sum(count == 1 for count in texts.values()) >= 250


def test_everything_promised_is_planted(world):
    """Each story of the issue has its posts, from several people where it takes several."""
    least = {
        "spike": 60, "counterfeit": 8, "copied": 3, "impersonation": 2, "doxxing": 1,
        "personal": 3, "safety": 4, "syndicated": 4, "homonym": 10, "edit": 2, "repost": 6,
        "leak": 1, "spam": 1, "campaign": 2,
    }  # fmt: skip
    assert {
        name: len(story(world, name)) >= count for name, count in least.items()
    } == dict.fromkeys(least, True)
    assert len({item.author for _, item in story(world, "spike")}) >= 50
    assert len({item.author for _, item in story(world, "counterfeit")}) >= 6
    assert len({site.host for site, _ in story(world, "syndicated")}) >= 4


def test_the_spike_stands_out(world):
    """The days of the bad update have more mentions than any before."""
    per_day = Counter(item.published_at.date().isoformat() for _, item in living(world))
    spike = per_day.pop("2026-10-21")
    assert spike >= 2 * max(count for day, count in per_day.items() if day < "2026-10-21")


def test_the_brand_answers_fast_late_and_never(world, known):
    """Replies within half an hour, after hours, over a weekend, and questions without any."""
    social = next(site for site in world.sites if site.settings.kind == "mastodon")
    items = {item.id: item for item in social.items}
    delays = {
        reply: items[reply].published_at - items[parent].published_at
        for reply, parent in known["brand_replies"][social.host].items()
    }
    zone = ZoneInfo("Europe/Berlin")
    over_weekend = [
        reply
        for reply, parent in known["brand_replies"][social.host].items()
        if items[parent].published_at.astimezone(zone).strftime("%a %H:%M") == "Fri 16:45"
        and items[reply].published_at.astimezone(zone).strftime("%a") == "Mon"
    ]
    assert sum(delay <= timedelta(minutes=30) for delay in delays.values()) >= 8
    assert sum(delay > timedelta(hours=3) for delay in delays.values()) >= 5
    assert over_weekend
    answered = set(known["brand_replies"][social.host].values())
    asked = [item for item in social.items if "@larkspur@" in item.text]
    assert any(item.id not in answered for item in asked)


def test_an_edit_and_a_deletion_wait_for_tomorrow(world):
    """One of each before `now`, one of each on the next day; nothing new is said after `now`."""
    items = [item for site in world.sites for item in site.items]
    edits = [edit.at for item in items for edit in item.edits]
    deletions = [item.deleted_at for item in items if item.deleted_at]
    for moments in (edits, deletions):
        assert any(moment <= world.now for moment in moments)
        assert any(world.now < moment <= world.now + timedelta(days=1) for moment in moments)
    assert max(item.published_at for item in items) <= world.now


def test_engagement_goes_on_growing(world):
    """A day after `now` the young posts have more likes than at `now`."""
    path = "/api/v1/timelines/tag/brewone"
    counts = [
        sum(
            status["favourites_count"]
            for status in json.loads(ask(world, "social.example", path, at, limit=5).body)
        )
        for at in (world.now, world.now + timedelta(days=1))
    ]
    assert counts[0] < counts[1]


def test_the_demo_brand_file_is_right():
    """`listening check` has nothing to say about it."""
    assert check_file(DEMO) == []


def test_every_site_is_listened_to(world, brands):
    """Each host of the world is named in the brand file, and no other is."""
    named = set(re.findall(r"https?://([a-z.-]+)", json.dumps(brands.sources, default=dict)))
    assert named == {site.host for site in world.sites}
    tags = {tag.lower() for tag in brands.sources["mastodon"]["tags"]}
    social = next(site for site in world.sites if site.settings.kind == "mastodon")
    assert all(tags & set(hashtags(item.text)) for item in social.items)


def test_enough_of_it_is_on_topic(world, brands):
    """The queries keep at least 400 mentions, and leave the flower out."""
    kept: list[tuple[str, Item]] = []
    left: list[tuple[str, Item]] = []
    for site, item in living(world):
        source = {"atom": "rss"}.get(site.settings.kind, site.settings.kind)
        owned = site.host == "larkspur.example" or site.settings.kind == "appstore"
        keep = topic_filter(brands, source, "owned" if owned else "off_channel")
        mention = Mention(
            source=source,
            native_id=item.id,
            text=item.text,
            title=item.title,
            published_at=item.published_at,
            observed_at=world.now,
            brand_id="larkspur" if owned else "",
        )
        (left if keep(mention) is None else kept).append((site.host, item))
    assert len(kept) >= 400
    assert sum("homonym" in item.story for _, item in left) >= 4
    assert {"spike"} <= {name for _, item in kept for name in item.story}
    assert not any("spike" in item.story for host, item in left if host == "social.example")


def test_the_drop_has_arms_snapshots_and_answers():
    """Two experiments with two arms each, later looks without text, replies with a parent."""
    posts, care = rows("drop/owned_posts.csv"), rows("drop/care_messages.csv")
    arms = {(row["experiment"], row["arm"]) for row in posts if row["experiment"]}
    per_arm = Counter((row["experiment"], row["arm"]) for row in posts if row["text"])
    assert len(arms) == 4
    assert {row["experiment_id"] for row in rows("reference/experiment.csv")} == {
        e for e, _ in arms
    }
    assert min(per_arm[arm] for arm in arms) >= 4
    assert sum(not row["text"] for row in posts) >= 40
    ids = {row["message_id"] for row in care}
    assert {row["in_reply_to"] for row in care} - {""} <= ids
    assert sum(row["sender"] == "larkspur_care" for row in care) >= 15


def test_the_copies_are_of_the_registered_text(world, brands):
    """The brand's story is on its own site, and others use its first sentence."""
    (work,) = brands.works
    first = work.text.split(". ")[0]
    own = [item for site, item in story(world, "story") if site.host == "larkspur.example"]
    assert [first in item.text for item in own] == [True]
    assert all(first in item.text for _, item in story(world, "copied"))


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def runs(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[at : at + RUN]) for at in range(len(found) - RUN + 1)}


def planted(world: World) -> set[tuple[str, ...]]:
    texts = [item.text for site in world.sites for item in site.items]
    texts += [item.title for site in world.sites for item in site.items]
    texts += [edit.text or "" for site in world.sites for item in site.items for edit in item.edits]
    texts += [row["text"] for row in rows("drop/owned_posts.csv")]
    texts += [row["body"] for row in rows("drop/care_messages.csv")]
    return set().union(*map(runs, texts))


def test_nothing_was_fitted_to_the_world(world):
    """No rule, alias, topic, example or test holds six words in a row of anything planted."""
    texts = planted(world)
    found = {
        f"{path.relative_to(ROOT)}: {' '.join(run)}"
        for folder in CODE
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in READ
        and not path.relative_to(ROOT).as_posix().startswith(NO_RULES)
        and path.is_file()
        for run in runs(path.read_text("utf-8")) & texts
    }
    assert found == set()
