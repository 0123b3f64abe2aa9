"""Sixty hostile texts wherever a file holds a text: on no page does one become a tag."""

from __future__ import annotations

import json
import re
import shutil
from html import unescape
from html.parser import HTMLParser

import argon2
import pytest

from desk.web import account
from desk.web.app import create_app
from desk.web.asked import EVERY
from desk.web.page import read_page
from listening.contract import CLOCK_VARIABLE, TEAMS, DataRoot
from tests.desk.web.conftest import PASSWORD, enter
from tests.desk.web.injections import TEXTS
from tests.desk.web.world import poison
from tests.warehouse.models.month import NOW

TAGS = {
    "html", "head", "meta", "title", "link", "script", "body", "a", "header", "nav", "form", "span",
    "input", "button", "main", "section", "div", "h1", "h2", "p", "label", "select", "option",
    "details", "summary", "ul", "ol", "li", "strong", "table", "caption", "thead", "tbody", "tr",
    "th", "td", "dl", "dt", "dd", "figure", "article", "blockquote", "mark", "code", "textarea",
}  # fmt: skip
SCRIPTS = {"/vega.js", "/static/desk.js"}


class Reader(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag not in TAGS:
            self.faults.append(f"tag {tag}")
        for name, value in attrs:
            if name.startswith("on") or name in {"style", "srcdoc", "formaction", "http-equiv"}:
                self.faults.append(f"{tag} {name}={value}")
            if name in {"href", "src", "action", "xlink:href"}:
                self.check_link(tag, value or "")
        if tag == "script" and values.get("src") not in SCRIPTS:
            self.faults.append(f"script {values}")
        if tag == "meta" and values.get("name") not in {None, "viewport", "color-scheme"}:
            self.faults.append(f"meta {values}")
        outside = tag == "a" and values.get("target") == "_blank"
        if outside and values.get("rel") != "noopener noreferrer nofollow":
            self.faults.append(f"link without rel {values}")
        if "data-spec" in values:
            spec = json.loads(values["data-spec"])
            for row in spec["data"]["values"]:
                self.check_link("chart", row.get("href", "/"))

    def check_link(self, tag, value):
        if not re.match(r"(/(?![/\\])|#|https?://)", value):
            self.faults.append(f"{tag} -> {value}")
        if value.startswith("/"):
            self.links.append(value)

    def handle_data(self, data):
        self.words.append(data)


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    return reader


@pytest.fixture(scope="module")
def hostile(published, tmp_path_factory):
    """The desk of a month in which every text is hostile: poisoned once for all teams."""
    root = DataRoot(tmp_path_factory.mktemp("hostile"))
    shutil.copytree(published, root.published)
    poison(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CLOCK_VARIABLE, NOW)
        quick = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(account, "_HASHER", quick)
        app = create_app(root)
        for team in TEAMS:
            account.add_account(app.state.engine, team, PASSWORD, (team,))
    yield app
    app.state.library.close()
    app.state.engine.dispose()


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setenv(CLOCK_VARIABLE, NOW)


@pytest.mark.parametrize("team", TEAMS)
def test_no_hostile_text_becomes_a_tag(hostile, team):
    client, page = enter(hostile, team), read_page(team)
    every = f"brand={EVERY}&since=2026-01-01" if "brand" in page.filters else "since=2026-01-01"
    todo = [f"/{team}?{every}", f"/{team}"]
    todo += [f"/{team}/rows/{name}?since=2026-01-01" for name in page.drills]
    words, done = "", set()
    while todo:
        path = todo.pop(0)
        if path in done:
            continue
        done.add(path)
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.text[-400:])
        reader = read(answer.text)
        assert not reader.faults, (path, reader.faults[:5])
        words += "\n".join(reader.words)
        mentions = [link for link in reader.links if f"/{team}/mention/" in link]
        todo += mentions[:3] if len(done) < 12 else []
        todo += [link for link in reader.links if "/rows/" in link][:3] if len(done) < 6 else []
    shown = sum(text.strip() in words or text[:100].strip() in words for text in TEXTS)
    assert shown > (20 if team not in {"hr", "investor", "executive"} else 0), (
        "they are shown as words"
    )


def test_a_hostile_text_in_the_address_stays_a_word(hostile):
    client = enter(hostile, "product")
    for text in TEXTS:
        asked = {"/product/rows/mentions": "channel", "/sign-in": "next", "/product": text[:50]}
        for path, name in asked.items():
            answer = client.get(path, params={name: text[:200]})
            assert not read(answer.text).faults, (path, text)


def test_a_reader_finds_live_tags():
    """So that the tests above can fail."""
    caught = [text for text in TEXTS if read(f"<p>{text}</p>").faults]
    assert len(caught) > 40
    assert not read("<p>" + unescape("plain") + "</p>").faults
