"""Pages as they are found: what their JSON-LD says is often escaped as if it were HTML."""

from __future__ import annotations

import json

from tests.listening.conftest import reply

from .conftest import Lab

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
