"""The feeds of a site are those its pages announce, or those at the usual places."""

from __future__ import annotations

import pytest

from listening.contract import DataRoot
from listening.feeds import find_feeds
from listening.http import Http
from listening.net.answer import DeniedError

from .conftest import Server, reply
from .lab import feed

PAGE = b"""<!doctype html><html><head><title>Press</title>
<link rel="alternate" type="application/rss+xml" title="All news" href="/feed.xml">
<link rel='alternate feed' type='application/atom+xml; charset=utf-8' href='http://127.0.0.1/a'>
<link rel="alternate" type="application/rss+xml" href="/feed.xml">
<link rel="alternate" hreflang="de" href="/de"><link rel="stylesheet" href="/s.css">
<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
</head><body></body></html>"""


def find(root: DataRoot, server: Server, path: str = "/") -> list[str]:
    with Http(root, ["127.0.0.1"], allow_hosts=["127.0.0.1"]) as http:
        return [one.url.removeprefix(server.url) for one in find_feeds(http, server.url + path)]


def test_what_a_page_announces(root: DataRoot, server: Server) -> None:
    server.on("/", reply(PAGE, Content_Type="text/html"))
    assert find(root, server) == ["/feed.xml", "http://127.0.0.1/a"]


def test_a_feed_is_its_own(root: DataRoot, server: Server) -> None:
    server.on("/news", reply(feed("a"), Content_Type="application/xml"))
    assert find(root, server, "/news") == ["/news"]


def test_the_usual_places_are_tried(root: DataRoot, server: Server) -> None:
    server.on("/", reply(b"<html><body>Hello</body></html>", Content_Type="text/html"))
    server.on("/rss.xml", reply(b"<html>no feed</html>", Content_Type="text/html"))
    server.on("/atom.xml", reply(feed("a"), Content_Type="application/xml"))
    assert find(root, server) == ["/atom.xml"]


def test_a_site_without_any_and_one_that_refuses(root: DataRoot, server: Server) -> None:
    server.on("/", reply(b"<html><body>Hello</body></html>", Content_Type="text/html"))
    assert find(root, server) == []
    server.on("/robots.txt", reply(b"User-agent: *\nDisallow: /"))
    with pytest.raises(DeniedError):
        find(root, server)
