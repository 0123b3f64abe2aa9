"""Feeds as they are found: broken by a letter, in odd encodings, with half of what is promised."""

from __future__ import annotations

from typing import Any

import pytest

from listening.sources._xml import scan_nodes
from tests.listening.conftest import reply

from .conftest import Lab

FEED = "<rss version='2.0'><channel><title>t</title>{}</channel></rss>"
ITEM = "<item><title>{}</title><guid>http://n.example/{}</guid></item>"
TWO = FEED.format(ITEM.format("Quillon", 1) + ITEM.format("Quillon again", 2))


@pytest.mark.parametrize(
    "body",
    [
        TWO.removesuffix(">"),  # each entry is there to its end
        f"\n\n<?xml version='1.0'?>{TWO}",
        TWO.replace("again", "again&nbsp;here"),
        TWO.replace("again", "here & again"),
        TWO.replace("again", "again \x08"),
        f"{TWO}\n<script>count()</script>",
        f"<?xml version='1.0'?>{TWO.replace('again', 'again &copy; <br> [1 < 2]')}",
    ],
    ids=[
        "last sign",
        "late declaration",
        "nbsp",
        "ampersand",
        "control",
        "junk after",
        "tag left open",
    ],
)
def test_a_whole_feed_that_is_no_well_formed_xml_is_read_whole(lab: Lab, body: str) -> None:
    lab.server.on("/f", reply(body.encode()))
    outcome, rows = lab.crawl("rss", urls=["http://n.example/f"])
    assert outcome.error is None
    assert [row["native_id"] for row in rows] == ["http://n.example/1", "http://n.example/2"]


def test_a_channel_of_the_oldest_format_is_read(lab: Lab) -> None:
    """CDF of 1997, which says no version; a document that merely has items is still no feed."""
    items = "<item href='http://n.example/1'><title>Kettles</title><abstract>Boil</abstract></item>"
    lab.server.on("/f", reply(f"<!-- made --><CHANNEL HREF='/'>{items}</CHANNEL>".encode()))
    outcome, rows = lab.crawl("rss", urls=["http://n.example/f"])
    assert outcome.error is None
    assert [row["url"] for row in rows] == ["http://n.example/1"]
    lab.server.on("/g", reply(f"<stock>{items}</stock>".encode()))
    outcome, rows = lab.crawl("rss", urls=["http://n.example/g"])
    assert "no feed" in str(outcome.error)
    assert rows == []


@pytest.mark.parametrize("tenth", range(1, 10))
def test_a_malformed_feed_that_is_cut_is_rejected_as_a_whole(lab: Lab, tenth: int) -> None:
    body = f"\n<?xml version='1.0'?>{TWO.replace('again', 'again&nbsp;here')}".encode()
    lab.server.on("/f", reply(body[: len(body) * tenth // 10]))
    outcome, rows = lab.crawl("rss", urls=["http://n.example/f"])
    assert outcome.error is not None
    assert rows == []


def test_a_tombstone_in_a_malformed_feed_is_a_deletion(lab: Lab) -> None:
    gone = "<at:deleted-entry ref='urn:x:9' when='2026-10-07T00:00:00Z'/>"
    entry = "<entry><id>urn:x:1</id><title>Quillon&nbsp;</title></entry>"
    space = "xmlns='http://www.w3.org/2005/Atom' xmlns:at='http://purl.org/atompub/tombstones/1.0'"
    lab.server.on("/f", reply(f"<feed {space}>{entry}{gone}</feed>".encode()))
    outcome, rows = lab.crawl("rss", urls=["http://n.example/f"])
    assert outcome.error is None
    assert [row["native_id"] for row in rows] == ["urn:x:1", "urn:x:9"]
    assert rows[1]["bucket"] == "deleted"


@pytest.mark.parametrize("encoding", ["big5", "euc-jp", "gb18030", "windows-1251", "utf-16"])
def test_a_feed_in_an_encoding_that_expat_does_not_know_is_read(lab: Lab, encoding: str) -> None:
    text = f"<?xml version='1.0' encoding='{encoding}'?>{TWO}"
    lab.server.on("/f", reply(text.encode(encoding), Content_Type="application/xml"))
    outcome, rows = lab.crawl("rss", urls=["http://n.example/f"])
    assert outcome.error is None
    assert [row["title"] for row in rows] == ["Quillon", "Quillon again"]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<content src='http://n.example/1.txt' type='text/plain'/>", "Quillon in short"),
        (
            "<content type='html'>&lt;p&gt;Quillon at length&lt;/p&gt;</content>",
            "Quillon at length",
        ),
    ],
)
def test_a_content_that_says_nothing_does_not_hide_the_summary(
    lab: Lab, content: str, text: str
) -> None:
    entry = f"<entry><id>urn:x:1</id>{content}<summary>Quillon in short</summary></entry>"
    lab.server.on("/f", reply(f"<feed xmlns='http://www.w3.org/2005/Atom'>{entry}</feed>".encode()))
    _, rows = lab.crawl("rss", urls=["http://n.example/f"])
    assert [row["text"] for row in rows] == [text]


@pytest.mark.parametrize(
    "caption",
    [
        "<media:content><media:description>A lid</media:description></media:content>",
        "<itunes:summary>A lid</itunes:summary>",
        (
            "<media:content><media:description>A lid</media:description></media:content>"
            "<media:content><media:description/></media:content>"
        ),
    ],
)
def test_a_caption_after_the_description_does_not_stand_for_the_post(
    lab: Lab, caption: str
) -> None:
    """It comes as content (feedparser 6.0.14)."""
    said = "<description>&lt;p&gt;The quillon, and what is said of it&lt;/p&gt;</description>"
    item = f"<item><guid>http://n.example/1</guid>{said}{caption}</item>"
    spaces = (
        "xmlns:media='http://search.yahoo.com/mrss/' "
        "xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'"
    )
    lab.server.on("/f", reply(FEED.format(item).replace("<rss", f"<rss {spaces}").encode()))
    _, rows = lab.crawl("rss", urls=["http://n.example/f"])
    assert [row["text"] for row in rows] == ["The quillon, and what is said of it"]


def test_items_within_an_item_are_items(lab: Lab) -> None:
    nested = ITEM.format("Quillon", 1).replace("</item>", ITEM.format("Inner", 2) + "</item>")
    lab.server.on("/f", reply(FEED.format(nested).encode()))
    outcome, rows = lab.crawl("rss", urls=["http://n.example/f"])
    assert outcome.error is None
    assert outcome.served == len(rows) == 2


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_feed_of_two_byte_letters_needs_no_mark(lab: Lab, encoding: str) -> None:
    lab.server.on("/f", reply(TWO.encode(encoding)))
    outcome, rows = lab.crawl("rss", urls=["http://n.example/f"])
    assert outcome.error is None
    assert [row["title"] for row in rows] == ["Quillon", "Quillon again"]


@pytest.mark.parametrize("on", ["feed", "entry"])
def test_a_relative_link_is_resolved_against_xml_base(lab: Lab, on: str) -> None:
    base = {on: " xml:base='http://blog.example/2026/'"}
    body = (
        f"<feed xmlns='http://www.w3.org/2005/Atom'{base.get('feed', '')}>"
        f"<entry{base.get('entry', '')}><id>urn:x:1</id><title>Quillon</title>"
        "<link href='quillon.html'/></entry></feed>"
    )
    lab.server.on("/f", reply(body.encode()))
    _, rows = lab.crawl("rss", urls=["http://n.example/f"])
    assert [row["url"] for row in rows] == ["http://blog.example/2026/quillon.html"]


def test_markup_is_scanned_for_the_outermost_elements_outside_of_comments_and_cdata() -> None:
    text = (
        "<x:item a='1' n:b=\"2 > 1\"><item/></x:item><!-- <item> --><![CDATA[<item>]]>"
        "<ITEM>&nbsp;</item><items/><item-x/><item"
    )
    assert [(node.local, node.attributes) for node in scan_nodes(text, ("item",))] == [
        ("item", {"a": "1", "b": "2 > 1"}),
        ("item", {}),
    ]


@pytest.mark.parametrize(
    "date",
    [
        "<dcterms:created>2026-10-05T09:00:00Z</dcterms:created>",
        "<pubDate>lun, 05 oct 2026 11:00:00 +0200</pubDate>",
    ],
)
def test_a_date_under_another_name_or_after_a_foreign_weekday_is_read(lab: Lab, date: str) -> None:
    item = ITEM.format("Quillon", 1).replace("</item>", f"{date}</item>")
    space = "<rss xmlns:dcterms='http://purl.org/dc/terms/'"
    lab.server.on("/f", reply(FEED.format(item).replace("<rss", space).encode()))
    _, rows = lab.crawl("rss", urls=["http://n.example/f"])
    assert [row["published_at"].isoformat() for row in rows] == ["2026-10-05T09:00:00+00:00"]
    assert rows[0]["warnings"] == []


JSON_FEED: dict[str, Any] = {
    "version": "https://jsonfeed.org/version/1.1", "title": "Boil", "language": "en-GB",
    "authors": [{"name": "Ida Brandt"}],
    "items": [
        {
            "id": "http://news.example/1", "url": "http://news.example/1",
            "title": "Quillon &amp; lids",
            "content_html": "<p>Lids <b>off</b>.</p>", "content_text": "Lids off.",
            "date_published": "2026-10-05T09:00:00+02:00",
            "date_modified": "2026-10-06T09:00:00+02:00",
        },
        {
            "id": 9007199254740993, "external_url": "http://other.example/k",
            "content_text": "Quillon < 1 l", "date_published": "2026-10-05T09:00:00Z",
            "authors": [{"name": "Jo"}], "language": "de",
        },
    ],
}  # fmt: skip


def test_a_json_feed_is_read_as_any_other(lab: Lab) -> None:
    lab.server.on("/feed.json", reply(JSON_FEED, Content_Type="application/feed+json"))
    outcome, rows = lab.crawl("rss", urls=["http://news.example/feed.json"])
    assert outcome.error is None
    assert [(row["native_id"], row["text"], row["author"], row["lang"]) for row in rows] == [
        ("http://news.example/1", "Lids off.", "Ida Brandt", "en-GB"),
        ("news.example:9007199254740993", "Quillon < 1 l", "Jo", "de"),
    ]
    assert rows[0]["title"] == "Quillon & lids"
    assert rows[0]["edited_at"] > rows[0]["published_at"]
    assert rows[1]["url"] == "http://other.example/k"
    again, rows = lab.crawl("rss", urls=["http://news.example/feed.json"])
    assert (again.error, rows) == (None, [])


def test_an_odd_item_of_a_json_feed_is_told_and_the_others_are_read(lab: Lab) -> None:
    """A field of another type than the format's, in the item or in what it takes from the feed."""
    odd = [
        {"id": 3.5, "content_text": "A number is taken as an id."},
        {"id": "b", "content_html": True},
        {"id": "c", "content_text": "x", "title": ["no text"]},
        {"id": "d", "content_text": "x", "date_published": {}},
        {"id": "e", "content_text": "x", "url": 1.2},
        {"id": {"not": "text"}, "content_text": "x"},
        {
            "id": "f",
            "content_text": "Who speaks is not told.",
            "authors": ["no object", {"name": []}],
        },
        {"id": "g", "content_text": "x", "authors": {"not": "a list"}},
    ]
    version = "https://jsonfeed.org/version/1.1"
    feed = {"version": version, "language": {"no": "text"}, "items": JSON_FEED["items"] + odd}
    lab.server.on("/feed.json", reply(feed, Content_Type="application/feed+json"))
    outcome, rows = lab.crawl("rss", urls=["http://news.example/feed.json"])
    assert outcome.error is None
    assert outcome.served == len(rows) == len(JSON_FEED["items"]) + len(odd)
    told = [row["reason"] for row in rows if row["bucket"] == "quarantined"]
    assert told == ["bad_type"] * 5
    assert {"news.example:3.5", "news.example:f"} <= {row["native_id"] for row in rows}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "a', "TransientError"),
        (b'{"version": "2.0", "items": []}', "SourceChanged"),
        (b'{"error": "no such feed"}', "SourceChanged"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": ["a"]}', "SourceChanged"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": []}', "SourceSilent"),
    ],
)
def test_json_that_is_no_feed_is_an_error(lab: Lab, body: bytes, error: str) -> None:
    lab.server.on("/feed.json", reply(body, Content_Type="application/json"))
    outcome, rows = lab.crawl("rss", urls=["http://news.example/feed.json"])
    assert type(outcome.error).__name__ == error
    assert rows == []
