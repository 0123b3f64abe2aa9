"""Pages as they are found: packed, walled, failing, reserved, and escaped as if they were HTML."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from tests.listening.conftest import reply
from tests.listening.sources.conftest import Lab

SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
SITEMAP = f"<urlset xmlns='{SPACE}'><url><loc>http://p.example/a</loc></url></urlset>"


def test_an_escaped_headline_and_name_are_read_as_people_see_them(lab: Lab) -> None:
    told = {
        "headline": "The quillon&#8217;s spout &amp; lid",
        "author": {"name": "Ilse O&#039;Brandt"},
        "datePublished": "2026-10-05T09:00:00Z",
    }
    script = f"<script type='application/ld+json'>{json.dumps(told)}</script>"
    words = "<p>It boils fast, it is loud, and its lid stays cool.</p>" * 9
    page = f"<html><head>{script}</head><body><article>{words}</article></body></html>"
    lab.server.on("/robots.txt", reply(status=404))
    lab.server.on("/sitemap.xml", reply(SITEMAP.encode()))
    lab.server.on("/a", reply(page.encode(), Content_Type="text/html"))
    _, rows = lab.crawl("web", urls=["http://p.example/"])
    assert [row["title"] for row in rows] == ["The quillon\u2019s spout & lid"]
    assert [row["author"] for row in rows] == ["Ilse O'Brandt"]


def page(text: str) -> bytes:
    body = f"<html lang='en'><body><article><h1>Quillon</h1><p>{text * 20}</p></article></body>"
    return reply(f"<!doctype html>{body}</html>".encode(), Content_Type="text/html")


def sitemap(*paths: str) -> bytes:
    urls = "".join(
        f"<url><loc>http://p.example{path}</loc><lastmod>2026-10-0{number}</lastmod></url>"
        for number, path in enumerate(paths, start=1)
    )
    return f"<urlset xmlns='{SPACE}'>{urls}</urlset>".encode()


def test_a_packed_sitemap_is_read_and_a_page_that_fails_is_read_by_the_next_crawl(
    lab: Lab,
) -> None:
    lab.server.on("/robots.txt", reply(b"Sitemap: http://p.example/s.xml.gz"))
    lab.server.on("/s.xml.gz", reply(gzip.compress(sitemap("/a", "/b", "/c"))))
    for path in ("/a", "/c"):
        lab.server.on(path, page(f"A quillon at {path}. "))
    lab.server.on("/b", reply(status=500))
    outcome, rows = lab.crawl("web", urls=["http://p.example/"])
    assert [row["native_id"] for row in rows] == ["p.example/a", "p.example/c"]
    assert "status 500" in str(outcome.error)
    lab.server.on("/b", page("A quillon at last. "))
    outcome, rows = lab.crawl("web", urls=["http://p.example/"])
    assert outcome.error is None
    assert [row["native_id"] for row in rows] == ["p.example/b"]


CHALLENGE = (
    b"<html><head><title>Just a moment...</title></head><body><p>Checking your browser.</p>"
    b"<script src='/cdn-cgi/challenge-platform/h/b/orchestrate.js'></script></body></html>"
)
LOGIN = (
    b"<html><head><title>Sign in - Press</title></head><body><p>Sign in to read on.</p>"
    b"<form><input name=u><input name=p type='password'></form></body></html>"
)


@pytest.mark.parametrize(
    ("body", "headers"),
    [(CHALLENGE, {}), (LOGIN, {}), (b"<html><body><p>Wait.</p>", {"cf_mitigated": "challenge"})],
)
def test_a_wall_before_a_page_is_an_error_and_the_page_is_asked_again(
    lab: Lab, body: bytes, headers: dict[str, Any]
) -> None:
    lab.server.on("/sitemap.xml", reply(sitemap("/a", "/b")))
    wall = reply(body, Content_Type="text/html", **headers)
    lab.server.on("/a", wall, page("Quillon speaks. "))
    lab.server.on("/b", page("Quillon whistles. "))
    outcome, rows = lab.crawl("web", urls=["http://p.example/"])
    assert "stands before the page" in str(outcome.error)
    assert outcome.coverage.state == "partial"
    assert [row["native_id"] for row in rows] == ["p.example/b"]
    outcome, rows = lab.crawl("web", urls=["http://p.example/"])
    assert outcome.error is None
    assert [row["native_id"] for row in rows] == ["p.example/a"]


def test_a_page_that_can_be_logged_in_to_is_no_wall(lab: Lab) -> None:
    lab.server.on("/sitemap.xml", reply(sitemap("/a")))
    told = page("The new Quillon whistles, and then it does not. ").partition(b"\r\n\r\n")[2]
    body = told + LOGIN + b"<div class='g-recaptcha'></div>"
    lab.server.on("/a", reply(body, Content_Type="text/html"))
    outcome, rows = lab.crawl("web", urls=["http://p.example/"])
    assert outcome.error is None
    assert len(rows) == 1


def test_a_large_site_is_read_over_several_crawls(lab: Lab) -> None:
    lab.server.on("/robots.txt", reply(status=404))
    paths = [f"/{number}" for number in range(1, 6)]
    lab.server.on("/sitemap.xml", reply(sitemap(*paths)))
    for path in paths:
        lab.server.on(path, page(f"A quillon at {path}. "))
    seen: list[str] = []
    for state in ("capped", "capped", "complete"):
        outcome, rows = lab.crawl("web", urls=["http://p.example/"], max_pages=2)
        seen += [row["native_id"] for row in rows]
        assert outcome.coverage.state == state
    assert seen == [f"p.example{path}" for path in paths]


def test_a_site_that_reserves_itself_from_mining_is_not_kept(lab: Lab) -> None:
    lab.server.on("/robots.txt", reply(status=404))
    lab.server.on("/sitemap.xml", reply(sitemap("/a")))
    lab.server.on("/a", reply(b"<html><body>Quillon</body></html>", Content_Type="text/html",
                              tdm_reservation="1"))  # fmt: skip
    _, rows = lab.crawl("web", urls=["http://p.example/"])
    assert [(row["bucket"], row["reason"], row["raw"]) for row in rows] == [
        ("quarantined", "not_public", "")
    ]


def test_a_site_whose_robots_fails_is_blocked(lab: Lab) -> None:
    lab.server.on("/robots.txt", reply(status=500))
    outcome, _ = lab.crawl("web", urls=["http://p.example/"])
    assert "robots.txt" in str(outcome.error)
    assert outcome.coverage.state == "blocked"
