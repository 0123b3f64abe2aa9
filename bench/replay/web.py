"""A web site: robots.txt, sitemap.xml, pages that say when they were written, 410 for the gone."""

from __future__ import annotations

import html
import json
from typing import Final
from xml.etree import ElementTree as ET

from bench.replay.answer import Answer, Request, refuse
from bench.replay.feeds import paragraphs
from bench.replay.timeline import Look, Page, gone, look
from bench.replay.world import Site

SITEMAP: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
HTML: Final = "text/html; charset=utf-8"
XML: Final = "application/xml; charset=utf-8"


def answer(site: Site, request: Request) -> Answer | None:
    """Return robots.txt, a sitemap or a page; None where the path is none of the site's."""
    if request.path == "/robots.txt":
        return _robots(site, request)
    listed = [page for page in site.items if page.listed and look(page, request.at)]
    if request.path == "/":
        return _front(site, listed, request)
    if request.path.startswith("/sitemap"):
        return _sitemap(site, listed, request)
    page = next((page for page in site.items if page.id == request.path), None)
    if page is None or page.published_at > request.at:
        return None
    if gone(page, request.at):
        return refuse(410, "This page is gone.")
    seen = look(page, request.at)
    assert seen  # noqa: S101 - it is published and not gone
    return Answer(_html(site, page, seen).encode(), HTML, changed_at=seen.changed_at)


def _robots(site: Site, request: Request) -> Answer:
    text = f"{site.settings.robots.rstrip()}\n\nSitemap: {request.base}/sitemap.xml\n"
    return Answer(text.encode(), "text/plain; charset=utf-8")


def _sitemap(site: Site, pages: list[Page], request: Request) -> Answer | None:
    size = site.settings.sitemap_size
    parts = [pages[start : start + size] for start in range(0, max(len(pages), 1), size)]
    if request.path == "/sitemap.xml" and len(parts) > 1:
        root = ET.Element("sitemapindex", xmlns=SITEMAP)
        for number in range(1, len(parts) + 1):
            _place(root, "sitemap", f"{request.base}/sitemap-{number}.xml", "")
        return _xml(root)
    names = {"/sitemap.xml": 0} if len(parts) == 1 else {}
    names |= {f"/sitemap-{number}.xml": number - 1 for number in range(1, len(parts) + 1)}
    if request.path not in names:
        return None
    root = ET.Element("urlset", xmlns=SITEMAP)
    for page in parts[names[request.path]]:
        seen = look(page, request.at)
        changed = seen.changed_at.isoformat() if seen else ""
        _place(root, "url", f"{request.base}{page.id}", changed)
    return _xml(root)


def _place(root: ET.Element, tag: str, address: str, changed: str) -> None:
    node = ET.SubElement(root, tag)
    ET.SubElement(node, "loc").text = address
    if changed:
        ET.SubElement(node, "lastmod").text = changed


def _xml(root: ET.Element) -> Answer:
    return Answer(ET.tostring(root, encoding="utf-8", xml_declaration=True), XML)


def _front(site: Site, pages: list[Page], request: Request) -> Answer:
    links = "\n".join(
        f'<li><a href="{html.escape(page.id)}">{html.escape(seen.title)}</a></li>'
        for page in pages
        if (seen := look(page, request.at))
    )
    title = html.escape(site.settings.title)
    body = f"<!doctype html><title>{title}</title><h1>{title}</h1><ul>\n{links}\n</ul>\n"
    return Answer(body.encode(), HTML)


def _html(site: Site, page: Page, seen: Look) -> str:
    title, name = html.escape(seen.title), html.escape(site.settings.title)
    author = html.escape(site.author(page.author).name or page.author)
    shown = (
        f'<p class="byline">{author} · <time datetime="{page.published_at.isoformat()}">'
        f"{page.published_at:%d.%m.%Y}</time></p>"
        if "time" in page.dates
        else f'<p class="byline">{author}</p>'
    )
    return f"""<!doctype html>
<html lang="{page.lang or site.settings.language}">
<head>
<meta charset="utf-8">
<title>{title} - {name}</title>
<link rel="canonical" href="{html.escape(page.url or f"http://{site.host}{page.id}")}">
{_metadata(site, page, seen)}</head>
<body>
<header><nav><a href="/">{name}</a></nav></header>
<main><article>
<h1>{title}</h1>
{shown}
{paragraphs(seen.text)}
</article></main>
<footer><p>{name}</p></footer>
</body>
</html>
"""


def _metadata(site: Site, page: Page, seen: Look) -> str:
    name = site.author(page.author).name or page.author
    lines = [f'<meta name="author" content="{html.escape(name)}">']
    lines += [f'<meta property="og:type" content="{"article" if page.article else "website"}">']
    if "meta" in page.dates:
        lines += [
            f'<meta property="article:published_time" content="{page.published_at.isoformat()}">',
            f'<meta property="article:modified_time" content="{seen.changed_at.isoformat()}">',
        ]
    if "jsonld" in page.dates:
        data = {
            "@context": "https://schema.org",
            "@type": "Article" if page.article else "WebPage",
            "headline": seen.title,
            "datePublished": page.published_at.isoformat(),
            "dateModified": seen.changed_at.isoformat(),
            "author": {"@type": "Person", "name": name},
            "publisher": {"@type": "Organization", "name": site.settings.title},
        }
        # "<" would end the script element inside a title.
        text = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
        lines.append(f'<script type="application/ld+json">{text}</script>')
    return "".join(f"{line}\n" for line in lines)
