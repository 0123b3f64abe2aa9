"""Pages must be readable by the extractors the project uses, and go away as pages do."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

from protego import Protego

from tests.bench.replay.conftest import NOON, ask, said

HOST = "web.example"


def page(number: int, **keys: Any) -> dict[str, Any]:
    return said(number, **{"id": f"/p/{number}", "title": f"Page {number}", **keys})


def places(world: Any, path: str = "/sitemap.xml") -> dict[str, str]:
    root = ET.fromstring(ask(world, HOST, path).body)  # noqa: S314 - written by ourselves
    assert root.tag.startswith("{http://www.sitemaps.org/schemas/sitemap/0.9}")
    return {node[0].text or "": node[1].text or "" if len(node) > 1 else "" for node in root}


def test_the_sitemap_lists_what_can_be_read(make):
    """Living, listed pages with the moment of their last change."""
    edit = {"at": (NOON - timedelta(hours=1)).isoformat(), "text": "New."}
    gone = {"deleted_at": (NOON - timedelta(hours=1)).isoformat()}
    world = make({"web": [page(1, edits=[edit]), page(2, **gone), page(3, listed=False)]})
    assert places(world) == {f"http://{HOST}/p/1": "2026-03-10T11:00:00+00:00"}


def test_many_pages_make_an_index(make):
    """The index leads to parts that together list each page once."""
    world = make({"web:sitemap_size: 2": [page(n) for n in range(1, 6)]})
    parts = list(places(world))
    assert len(parts) == 3
    listed = [loc for part in parts for loc in places(world, part.removeprefix(f"http://{HOST}"))]
    assert sorted(listed) == [f"http://{HOST}/p/{n}" for n in range(1, 6)]


def test_robots_names_the_sitemap_and_the_rules(make):
    """The world's own rules, and where the sitemap is."""
    world = make({'web:robots: "User-agent: *\\nDisallow: /p/2"': [page(1), page(2)]})
    robots = Protego.parse(ask(world, HOST, "/robots.txt").body.decode())
    assert list(robots.sitemaps) == [f"http://{HOST}/sitemap.xml"]
    assert robots.can_fetch(f"http://{HOST}/p/1", "x")
    assert not robots.can_fetch(f"http://{HOST}/p/2", "x")


def test_a_page_says_when_it_was_written(make):
    """JSON-LD and meta agree; a title cannot break out of the script."""
    world = make({"web": [page(1, title="</script><b>Kites", author="Ann")]})
    body = ask(world, HOST, "/p/1").body.decode()
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', body, re.DOTALL)
    assert found
    data = json.loads(found[1])
    assert (data["headline"], data["datePublished"]) == (
        "</script><b>Kites", "2026-03-05T13:00:00+00:00",
    )  # fmt: skip
    assert 'article:published_time" content="2026-03-05T13:00:00+00:00"' in body
    assert f'<link rel="canonical" href="http://{HOST}/p/1">' in body


def test_dates_can_be_left_out(make):
    """A page may carry its date in the byline only."""
    body = ask(make({"web": [page(1, dates=["time"])]}), HOST, "/p/1").body.decode()
    assert "ld+json" not in body
    assert "published_time" not in body
    assert '<time datetime="2026-03-05T13:00:00+00:00">' in body


def test_a_gone_page_says_so(make):
    """410 once it is deleted, 404 before it is there and for what never was."""
    gone_at = NOON - timedelta(hours=1)
    world = make({"web": [page(1, deleted_at=gone_at.isoformat())]})
    moments = (NOON - timedelta(days=9), gone_at - timedelta(minutes=1), NOON)
    assert [ask(world, HOST, "/p/1", at).status for at in moments] == [404, 200, 410]
    assert ask(world, HOST, "/p/9").status == 404


def test_the_main_text_can_be_extracted(make):
    """The extractor finds the paragraphs and leaves the frame out."""
    import trafilatura

    text = "Kites need wind. " * 30 + "\n" + "They also need somebody to hold them. " * 20
    body = ask(make({"web": [page(1, text=text)]}), HOST, "/p/1").body.decode()
    extracted = trafilatura.extract(body) or ""
    assert extracted.count("Kites need wind.") == 30
    assert extracted.count("They also need somebody") == 20
