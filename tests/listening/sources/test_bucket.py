"""Exports in a bucket: signed as AWS's own examples are, listed page by page, fetched once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from listening.contract import ConfigurationError, DataRoot
from listening.crawl import Outcome, streams
from listening.net.credential import Credential
from listening.sources._bucket import sign
from tests.listening.conftest import Asked, FakeTime, Server, reply
from tests.listening.lab import Lab, brand_file

# The key pair of AWS's documents ("Examples: Signature Calculations", S3 API, read 2026-11).
KEYS = Credential(
    "s3",
    login="AKIAIOSFODNN7EXAMPLE",
    password="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",  # noqa: S106 - of the documents
)
CSV = b"id,text,published_at\nM-1,Quillon whistles,2026-10-02T08:00:00Z\n"
MORE = b"id,text,published_at\nM-2,Quillon leaks,2026-10-03T08:00:00Z\n"
BUCKET = "http://store.example/exports/daily/"


@pytest.mark.parametrize(
    ("path", "query", "extra", "signature"),
    [
        ("/test.txt", "", {"range": "bytes=0-9"},
         "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
        ("/", "lifecycle=", {},
         "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        ("/", "max-keys=2&prefix=J", {},
         "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ],
)  # fmt: skip
def test_a_request_is_signed_as_in_the_documents(
    path: str, query: str, extra: dict[str, str], signature: str
) -> None:
    at = datetime(2013, 5, 24, tzinfo=UTC)
    told = sign("examplebucket.s3.amazonaws.com", path, query, "us-east-1", KEYS, at, extra)
    assert told["Authorization"].endswith(f"Signature={signature}")


def listing(*objects: tuple[str, str], more: str = "") -> bytes:
    contents = "".join(
        f"<Contents><Key>{key}</Key><ETag>&quot;{etag}&quot;</ETag></Contents>"
        for key, etag in objects
    )
    token = f"<NextContinuationToken>{more}</NextContinuationToken>" if more else ""
    space = "http://s3.amazonaws.com/doc/2006-03-01/"
    return reply(
        f"<ListBucketResult xmlns='{space}'><IsTruncated>{str(bool(more)).lower()}</IsTruncated>"
        f"{token}{contents}</ListBucketResult>".encode()
    )


@pytest.fixture
def bucket(
    root: DataRoot, server: Server, monkeypatch: pytest.MonkeyPatch, fake_time: FakeTime
) -> Lab:
    lab = Lab(root, server, monkeypatch, fake_time)
    lab.brands = brand_file(drop={"folders": [{"bucket": BUCKET, "files": "*.csv"}]})
    pages = {"": listing(("daily/a.csv", "1"), ("daily/note.txt", "9"), more="two"),
             "two": listing(("daily/b d.csv", "2"))}  # fmt: skip
    server.on("/exports", lambda asked: pages[asked.query.get("continuation-token", "")])
    server.on("/exports/daily/a.csv", reply(CSV))
    server.on("/exports/daily/b%20d.csv", reply(MORE))
    return lab


def crawl(lab: Lab) -> tuple[Outcome, list[dict[str, Any]]]:
    outcome = lab.crawl("drop")
    return outcome, lab.rows()


def test_every_object_is_read_once(bucket: Lab) -> None:
    outcome, rows = crawl(bucket)
    assert outcome.error is None
    assert [row["native_id"] for row in rows] == ["M-1", "M-2"]
    asked = [one for one in bucket.server.asked if one.path == "/exports"]
    assert [one.query["prefix"] for one in asked] == ["daily/", "daily/"]
    assert "authorization" not in asked[0].headers
    before = len(bucket.server.asked)
    crawl(bucket)
    assert len(bucket.server.asked) == before + 2  # the listing, and nothing else
    assert len(bucket.rows()) == 2
    assert not list(bucket.root.landing.rglob("*.warc.gz"))


def test_a_changed_object_is_read_again(bucket: Lab) -> None:
    crawl(bucket)
    bucket.server.on("/exports", listing(("daily/a.csv", "3")))
    bucket.server.on("/exports/daily/a.csv", reply(CSV + b"M-3,Quillon!,2026-10-04T08:00:00Z\n"))
    assert crawl(bucket)[0].served == 2


def test_what_is_not_public_is_signed_for(bucket: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_S3", '{"login": "AKEY", "password": "hush"}')
    assert crawl(bucket)[0].error is None
    asked: Asked = bucket.server.asked[0]
    assert asked.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKEY/20261008/")
    assert "SignedHeaders=host;x-amz-content-sha256;x-amz-date" in asked.headers["authorization"]
    assert asked.headers["x-amz-date"] == "20261008T120000Z"


def test_a_bucket_that_refuses_is_blocked(bucket: Lab) -> None:
    bucket.server.on("/exports", reply(b"<Error><Code>AccessDenied</Code></Error>", 403))
    outcome, rows = crawl(bucket)
    assert outcome.coverage.state == "blocked"
    assert rows == []


@pytest.mark.parametrize(
    "folder", [{}, {"path": "a", "bucket": BUCKET}, {"bucket": "s3://exports"}]
)
def test_a_drop_has_one_place(folder: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match=r"either a path or a bucket|https://host"):
        streams(brand_file(drop={"folders": [folder]}))
