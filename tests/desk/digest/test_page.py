"""A digest as HTML and text: nobody's words become markup, and only web addresses become links."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from desk.digest.build import build_digest
from desk.digest.page import Message, safe_link, say, write

from .conftest import Publish
from .test_build import DAY, mood, voice

TEXTS = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "'><svg onload=alert(1)>",
    "{{ 7*7 }}{% raw %}", "</td></table><iframe src=//evil.example>", "javascript:alert(1)",
    "<a href='javascript:alert(1)'>x</a>", "&lt;script&gt;", "<!-- <b> -->", "\u202eevil\u202c",
    "]]><style>*{display:none}</style>", "<math><mi//xlink:href='data:x,<script>'>",
)  # fmt: skip
LINKS = (
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>x</script>",
    "vbscript:x", "file:///etc/passwd", "//evil.example/x", "http://", "https://a@evil.example/",
    " javascript:alert(1)", "http://[::1", "\tjavascript:x", "ftp://x.example/", "mailto:a@b.c",
)  # fmt: skip


class Tags(HTMLParser):
    """Every tag of a page, with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.found.append((tag, dict(attrs)))


def pickup(title: str, url: str) -> dict[str, Any]:
    return {
        "brand_id": "nimbus", "mention_id": title + url, "title": title, "url": url, "articles": 1,
        "first_outlet": title, "published_at": "2026-10-29T10:00:00Z", "sentiment": "negative",
    }  # fmt: skip


def written(publish: Publish, *rows: dict[str, Any]) -> Message:
    root = publish(
        "pr",
        media_pickup=rows,
        sentiment_daily=[mood("2026-10-29", 3, 1)],
        share_of_voice_daily=[voice("2026-10-29", 4)],
    )
    return write(build_digest(root, "pr", DAY))


@pytest.mark.parametrize("texts", [TEXTS[:6], TEXTS[6:]])
def test_hostile_texts_are_shown_as_they_are(publish: Publish, texts):
    hostile = written(publish, *(pickup(text, "http://x.example/") for text in texts))
    tags = Tags(hostile.html).found
    assert not {"script", "svg", "iframe", "style", "math", "b"} & {tag for tag, _ in tags}
    assert not [name for _, given in tags for name in given if name.startswith("on")]
    shown = html.unescape(re.sub(r"\s+", " ", hostile.html))
    assert all(text in shown or html.unescape(text) in shown for text in texts)


@pytest.mark.parametrize("url", LINKS)
def test_only_web_addresses_are_links(url):
    assert safe_link(url) == ""


def test_a_web_address_is_a_link_and_nothing_else_is(publish: Publish):
    rows = [
        pickup(f"t{n}", url) for n, url in enumerate(("https://x.example/a?b=1&c=2", *LINKS[:5]))
    ]
    links = [given["href"] for tag, given in Tags(written(publish, *rows).html).found if tag == "a"]
    assert links == ["https://x.example/a?b=1&c=2"]


def test_charts_are_pictures_beside_the_page_or_within_it(publish: Publish):
    message = written(publish)
    assert [picture.png[:4] for picture in message.pictures] == [b"\x89PNG"] * 2
    images = [given for tag, given in Tags(message.html).found if tag == "img"]
    assert [one["src"] for one in images] == [f"cid:{one.name}" for one in message.pictures]
    assert "negative 3" in str(images[0]["alt"])  # for whoever does not see it
    alone = [given["src"] for tag, given in Tags(message.alone()).found if tag == "img"]
    assert all(str(one).startswith("data:image/png;base64,") for one in alone)


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "\N{EN DASH}"), (True, "yes"), (1234, "1,234"), (-0.28, "\N{MINUS SIGN}0.28"),
     (2.50, "2.5"), (3.0, "3"), ("x", "x")],
)  # fmt: skip
def test_a_cell_is_written_as_people_write_it(value, said):
    assert say(value) == said


def test_nothing_is_fetched_from_anywhere(publish: Publish):
    for tag, given in Tags(written(publish, pickup("t", "http://x.example/")).alone()).found:
        assert tag not in {"link", "script"}
        assert not str(given.get("src") or "").startswith("http")
        assert "url(" not in str(given.get("style") or "")


def test_the_text_says_the_same(publish: Publish):
    text = written(publish, pickup("A headline", "http://x.example/1")).text
    for said in (
        "PR: daily digest", "Thursday, 29 October 2026", "Mentions of us", "A headline",
        "http://x.example/1", "29 Oct: negative 3", "built 30 Oct 2026 12:00 UTC",
    ):  # fmt: skip
        assert said in text


def test_cautions_stand_above_the_numbers(publish: Publish):
    root = publish("pr", "UPDATE readme SET text = '2026-10-29T20:00:00Z'")
    message = write(build_digest(root, "pr", DAY))
    for page in (message.html, message.text):
        assert page.lower().rindex("read with care") < page.rindex("Mentions of us")
    assert "Some sources did not see" in message.html
