"""Every exchange is kept as it went over the wire, and no secret with it."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from listening.contract import DataRoot
from listening.net.answer import read_json
from listening.net.guard import RefusedError
from tests.listening.conftest import FakeTime, Server, reply
from tests.listening.door import door

PACKED = gzip.compress(b'{"items": [1, 2, 3]}' * 20)


def test_every_exchange_is_kept_as_received_and_no_secret_with_it(
    root: DataRoot, server: Server, fake_time: FakeTime, tmp_path: Path
) -> None:
    warc = tmp_path / "exchange.warc.gz"
    whole = reply(PACKED, Content_Encoding="gzip")
    server.on("/", reply(status=503), whole)
    with door(root, fake_time, warc=warc) as http:
        http.get(server.url + "/", headers={"Authorization": "Bearer canary-1"})
        assert http.recorder.written == warc
    with warc.open("rb") as stream:
        records = [
            (record.rec_type, record.raw_stream.read())
            for record in ArchiveIterator(stream, no_record_parse=True)
        ]
    assert [kind for kind, _ in records] == ["response", "request"] * 2
    assert records[2][1] == whole
    assert b"canary-1" in server.asked[0].raw
    assert all(b"canary-1" not in raw for _, raw in records)


def test_a_secret_that_the_answer_repeats_is_blotted_out(
    root: DataRoot, server: Server, tmp_path: Path
) -> None:
    """Meta writes the token it was asked with into the link to the next page."""
    told = {"next": f"{server.url}/q?access_token=canary-token-1&after=2"}
    server.on("/q", reply(told))
    warc = tmp_path / "kept.warc.gz"
    with door(root, warc=warc) as http:
        said = {"Authorization": "Bearer canary-token-1", "Accept-Encoding": "identity"}
        assert http.fetch(f"{server.url}/q", read_json, headers=said) == told
    kept = gzip.decompress(warc.read_bytes())
    assert b"canary-token-1" not in kept
    assert b"access_token=**************&after=2" in kept


def test_a_crawl_without_an_exchange_leaves_no_warc(root: DataRoot, tmp_path: Path) -> None:
    with door(root, warc=tmp_path / "none.warc.gz") as http, pytest.raises(RefusedError):
        http.get("http://elsewhere.test/")
    assert http.recorder.written is None
    assert not list(tmp_path.glob("*.warc.gz"))
