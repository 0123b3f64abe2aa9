"""Exports in an object store, by the S3 protocol that AWS, Google, MinIO and Ceph speak.

Written from docs.aws.amazon.com/AmazonS3/latest/API (ListObjectsV2, GetObject) and its page on
signing by an Authorization header (Signature Version 4), read 2026-11. Two calls are all we need,
so they go through our own door like any other request. Without a credential nothing is signed,
which public buckets take.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlsplit

from listening.contract import now
from listening.http import Http
from listening.net.credential import Credential
from listening.sources import SourceChanged
from listening.sources._xml import XmlError, read_nodes

EMPTY: Final = hashlib.sha256(b"").hexdigest()  # of no body
_STAMP: Final = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Stored:
    """An object: its key, and the hash the store gives its content."""

    key: str
    etag: str


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket, as `https://host/bucket`, and what to sign requests with."""

    http: Http
    url: str
    region: str
    credential: Credential | None

    def list(self, prefix: str) -> Iterator[Stored]:
        """Yield the objects below a prefix, in the order of their keys.

        Raises:
            SourceChanged: the answer is no listing.
        """
        token = ""
        while True:
            asked = {"list-type": "2", "prefix": prefix}
            body = self._get("", {**asked, **({"continuation-token": token} if token else {})})
            try:
                told = next(read_nodes(body, ("ListBucketResult",))).texts
                stored = [one.texts for one in read_nodes(body, ("Contents",))]
                yield from (Stored(one["Key"], one["ETag"].strip('"')) for one in stored)
            except (XmlError, StopIteration, KeyError) as error:
                raise SourceChanged("no listing of a bucket", where=self.url) from error
            token = told.get("NextContinuationToken", "")
            if not token or told.get("IsTruncated") != "true":
                return

    def read(self, key: str) -> bytes:
        """Return an object's content."""
        return self._get(f"/{key}", {})

    def _get(self, path: str, query: Mapping[str, str]) -> bytes:
        parts = urlsplit(self.url)
        where = quote(f"{parts.path}{path}", safe="/-._~")
        asked = "&".join(f"{_quoted(name)}={_quoted(query[name])}" for name in sorted(query))
        headers = {}
        if self.credential:
            headers = sign(parts.netloc, where, asked, self.region, self.credential, now())
        url = f"{parts.scheme}://{parts.netloc}{where}{'?' if asked else ''}{asked}"
        # Exports are kept where they lie, as those in folders are.
        return self.http.fetch(url, lambda answer: answer.body, headers=headers, secret=True)


def sign(
    host: str,
    path: str,
    query: str,
    region: str,
    credential: Credential,
    at: datetime,
    extra: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return the headers that sign a GET; path and query are as sent, `extra` is signed too."""
    stamp = at.strftime(_STAMP)
    headers = {"host": host, "x-amz-content-sha256": EMPTY, "x-amz-date": stamp, **(extra or {})}
    token = credential.extra.get("aws_session_token")
    if token:
        headers["x-amz-security-token"] = str(token)
    names = sorted(headers)
    signed = ";".join(names)
    lines = "".join(f"{name}:{headers[name]}\n" for name in names)
    canonical = f"GET\n{path}\n{query}\n{lines}\n{signed}\n{EMPTY}"
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = f"AWS4{credential.password}".encode()
    for part in (*scope.split("/"), f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    told = f"Credential={credential.login}/{scope},SignedHeaders={signed},Signature={key.hex()}"
    sent = {name: value for name, value in headers.items() if name != "host"}
    return {**sent, "Authorization": f"AWS4-HMAC-SHA256 {told}"}


def _quoted(text: str) -> str:
    return quote(text, safe="-._~")
