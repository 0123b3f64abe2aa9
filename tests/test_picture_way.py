"""A copied picture on its whole way: from a feed to a flag in the warehouse and to evidence."""

from __future__ import annotations

import json
import random
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image

import nlp.tag
from desk.legal.exchange import read_records
from desk.legal.keep import keep_evidence
from desk.legal.place import Evidence, make_ref
from desk.legal.verify import verify
from listening.brand.load import load_brands
from listening.contract import DataRoot
from listening.crawl import crawl_stream, streams
from nlp.pipeline import build
from tests.listening.conftest import reply, serving
from warehouse.load import load_pending
from warehouse.open import connect

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

PICTURES = """
version: 1
brands: [{id: quillon, name: Quillon, role: own}]
sources: {rss: {urls: ["http://news.example/feed.xml"]}}
protected: {owner: Quillon Ltd, images: [{id: label, path: label.png}], fetch_posted_images: true}
"""
FEED = """<rss version='2.0' xmlns:media='http://search.yahoo.com/mrss/'><channel><title>t</title>
<item><title>Quillon lamps, cheap</title><guid>http://news.example/1</guid>
<pubDate>Mon, 05 Oct 2026 09:00:00 GMT</pubDate>
<media:content url='http://media.example/1.jpg' medium='image'/></item>
<item><title>My Quillon lamp</title><guid>http://news.example/2</guid>
<pubDate>Mon, 05 Oct 2026 09:00:00 GMT</pubDate>
<enclosure url='http://media.example/2.jpg' type='image/jpeg' length='1'/></item>
</channel></rss>"""


def paint(seed: int) -> Image.Image:
    """Paint a picture of soft blots, as a photo is."""
    chance = random.Random(seed)  # noqa: S311
    small = Image.new("RGB", (12, 9))
    small.putdata([tuple(chance.randrange(256) for _ in range(3)) for _ in range(12 * 9)])
    return small.resize((240, 180), Image.Resampling.BICUBIC)


def packed(image: Image.Image) -> bytes:
    held = BytesIO()
    image.save(held, "JPEG", quality=60)
    return held.getvalue()


def go(path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[DataRoot, bytes]:
    """Crawl, tag and load the feed; return the root, and the copy as it was served."""
    paint(1).save(path / "label.png")
    (path / "brand.yaml").write_text(PICTURES)
    root, brands = DataRoot(path / "data"), load_brands([path / "brand.yaml"])
    (path / "keys").mkdir(mode=0o700)
    monkeypatch.setenv("LISTENING_KEYS", str(path / "keys"))
    monkeypatch.setenv("LISTENING_DATA", str(root.path))
    monkeypatch.setenv("LISTENING_NOW", "2026-10-08T12:00:00+00:00")
    copy = packed(paint(1).resize((97, 73)))
    with serving() as server:
        monkeypatch.setenv("LISTENING_CONNECT_TO", f"*.example=127.0.0.1:{server.port}")
        server.on("/feed.xml", reply(FEED.encode()))
        server.on("/1.jpg", reply(copy, Content_Type="image/jpeg"))
        server.on("/2.jpg", reply(packed(paint(2)), Content_Type="image/jpeg"))
        (stream,) = streams(brands)
        assert crawl_stream(root, stream, brands).error is None
    monkeypatch.setattr(nlp.tag, "_build", lambda brands: build(brands, only=["copied_text"]))
    nlp.tag.tag_pending(root, brands)
    assert load_pending(root, brands)
    return root, copy


def test_a_copied_picture_is_a_flag_and_evidence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, copy = go(tmp_path, monkeypatch)
    with connect(root, str(root.warehouse), read_only=True) as connection:
        row = connection.exec_driver_sql(
            'SELECT native_id, flag.kind, start, "end", rule, reason, content_hash, mention_id '
            "FROM core.flag JOIN core.mention USING (mention_id)"
        ).one()
    told: tuple[Any, ...] = tuple(row)
    native_id, kind, start, end, rule, reason, content_hash, mention_id = told
    assert (native_id, kind, rule) == ("http://news.example/1", "copied_text", "picture")
    assert (start, end) == (None, None)
    assert reason.startswith("picture alike 'label', ")
    done = keep_evidence(root)
    assert (done.packs, done.without_raw, done.errors) == (1, 0, [])
    pack = Evidence(root).pack(make_ref(mention_id, content_hash))
    records = [one for one in read_records(pack / "exchange.warc.gz") if one.type == "response"]
    assert [one.url for one in records] == [
        "http://news.example/feed.xml", "http://media.example/1.jpg",
    ]  # fmt: skip
    assert records[1].body == copy
    said = json.loads((pack / "mention.json").read_bytes())["pictures"]
    assert [one["url"] for one in said] == ["http://media.example/1.jpg"]
    assert json.loads((pack / "flags.json").read_bytes())["flags"][0]["reason"] == reason
    assert verify(root).ok
