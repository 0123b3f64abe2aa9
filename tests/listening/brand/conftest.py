"""Brand files to write, and the one that says something under every key."""

import textwrap

import pytest

EXAMPLE = """\
version: 1
timezone: Europe/Berlin
business_hours: {days: [mon, fri, tue], from: "09:00", to: "17:30", holidays: [2026-12-25]}
response_minutes: 30
publish_days: 60
brands:
  - id: acme
    name: Acme
    role: own
    aliases: [AcmeCo]
    handles: {mastodon: ["@acme@a.example"]}
    domains: [Acme.example]
    context: {near: [kettle], not_near: [cartoon]}
    products: [{id: k2, name: Acme K2, aliases: [K2]}]
    people: [{id: jo, name: Jo Acme, aliases: [Josephine Acme], handles: {x: ["@jo"]}, role: CEO}]
queries: [{id: main, q: 'acme OR "acme k2"', sources: [hackernews]}]
sources: {rss: {urls: ["https://a.example/feed"]}, hackernews: }
topics: [{id: battery, name: Battery, examples: ["dies after an hour"]}]
works: [{id: slogan, text: Boil it}, {id: manual, path: manual.txt}]
reference: {cost: costs.csv}
"""
SMALL = "version: 1\nbrands: [{id: acme, name: Acme, role: own}]\n"


@pytest.fixture
def write(tmp_path):
    (tmp_path / "manual.txt").write_text("Fill, boil, pour.", "utf-8")
    (tmp_path / "costs.csv").write_text("id\n", "utf-8")

    def write(text, name="brand.yaml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
        return path

    return write
