"""A wrong world must not start, and must say which line to mend."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bench.replay import load_world
from listening.contract import ConfigurationError
from tests.bench.replay.conftest import said, write

TITLE = {"title": "T"}


@pytest.mark.parametrize(
    ("site", "items", "told"),
    [
        ("rss", [said(1, **TITLE), said(2, **TITLE, like=3)], "0.jsonl:2: like: is no key we know"),
        ("rss", [said(1)], "0.jsonl:1: title: Field required"),
        ("rss", [said(1, **TITLE), said(1, **TITLE)], "0.jsonl:2: id '1' is also on line 1"),
        ("mastodon", [said(1, likes=-1)], "0.jsonl:1: likes"),
        ("mastodon", [said(1, reply_to="7")], "0.jsonl:1: reply_to '7' is not an id"),
        ("mastodon", [said(1, reply_to="2"), said(2)], "0.jsonl:1: it answers '2', which is said"),
        (
            "mastodon",
            [said(2), said(1) | {"published_at": said(3)["published_at"]}],
            "must be greater",
        ),
        ("mastodon", [said(1) | {"id": "abc"}], "0.jsonl:1: id"),
        ("hackernews", [said(1)], "a story has a title, a comment a reply_to"),
        ("rss", [said(1, **TITLE) | {"published_at": "2026-03-01T10:00:00"}], "timezone"),
        (
            "rss",
            [said(9, **TITLE, edits=[{"at": said(8)["published_at"], "text": "x"}])],
            "edits must",
        ),
        ("rss", [said(9, **TITLE, deleted_at=said(8)["published_at"])], "deleted_at must follow"),
        ("web", [said(1, **TITLE)], "0.jsonl:1: id"),
        (
            'appstore:apps: [{id: "1", name: A}]',
            [said(1, **TITLE, app="2", country="us", rating=3)],
            "app '2' is none of the site's apps",
        ),
    ],
)
def test_a_wrong_item_is_named_by_its_line(tmp_path, site, items, told):
    """File, line and what is wrong, for every kind of mistake."""
    folder = write(tmp_path / "w", {site: items})
    with pytest.raises(ConfigurationError) as caught:
        load_world(folder)
    assert told in str(caught.value)
    assert str(folder) in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("days: 10", "dais: 10", "world.yaml:4: dais: is no key we know"),
        ("days: 10", "days: ten", "world.yaml:4: days"),
        ("kind: rss", "kind: rzz", "world.yaml:7: sites.0"),
        ("host: rss.example", "host: nodot", "world.yaml:7: sites.0.rss.host"),
        ("version: 1", "version: 2", "world.yaml:1: version"),
        ("name: kites", "name: [", "no YAML"),
        ("items: 0.jsonl", "items: none.jsonl", "none.jsonl: cannot be read"),
        ("days: 10", "authors: none.jsonl", "none.jsonl: cannot be read"),
    ],
)
def test_a_wrong_setting_is_named_by_its_line(tmp_path, old, new, told):
    """The same for world.yaml."""
    file = write(tmp_path / "w", {"rss": [said(1, **TITLE)]}) / "world.yaml"
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_world(file.parent)
    assert told in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_missing_folder_is_a_configuration_error(tmp_path):
    """A wrong path is the caller's mistake, told as such."""
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_world(tmp_path / "nowhere")


def test_an_unlisted_author_is_a_typing_mistake(tmp_path):
    """Where authors are described, everybody is."""
    folder = write(tmp_path / "w", {"rss": [said(1, **TITLE)]}, "authors: who.jsonl")
    (folder / "who.jsonl").write_text(json.dumps({"handle": "authr1"}), "utf-8")
    with pytest.raises(ConfigurationError, match=r"0\.jsonl:1: author 'author1' is not in"):
        load_world(folder)


def test_many_mistakes_are_told_at_once(tmp_path):
    """Ten are shown, the rest is counted."""
    items: list[dict[str, Any]] = [said(n, **TITLE, nope=1) for n in range(1, 31)]
    with pytest.raises(ConfigurationError) as caught:
        load_world(write(tmp_path / "w", {"rss": items}))
    assert str(caught.value).count("nope") == 10
    assert "and 20 more" in str(caught.value)


def test_uneven_rows_and_unknown_tables_are_named(tmp_path):
    """The CSV files beside the sites are looked at as well."""
    folder = write(tmp_path / "w", {"rss": [said(1, **TITLE)]})
    (folder / "reference").mkdir()
    (folder / "reference" / "coast.csv").write_text("a,b\n1,2\n3\n", "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_world(folder)
    assert "coast.csv: is none of" in str(caught.value)
    assert "coast.csv:3: 1 cells under 2 columns" in str(caught.value)
