"""What a request says: forms, JSON and headers go where they should, and no further."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from listening.contract import DataRoot
from listening.http import Http
from listening.net.answer import read_json
from listening.net.guard import RefusedError
from tests.listening.conftest import Server, reply
from tests.listening.door import door


def test_credentials_do_not_cross_hosts(
    root: DataRoot, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LISTENING_CONNECT_TO", f"*.example=127.0.0.1:{server.port}")
    server.on("/a", reply(status=302, Location="http://b.example/b"))
    server.on("/b", reply(b"there"))
    with Http(root, ["a.example", "b.example"]) as http:
        http.get("http://a.example/a", headers={"Authorization": "Bearer canary"})
    assert [("authorization" in asked.headers) for asked in server.asked] == [True, False]


def test_https_is_never_left_for_http(
    root: DataRoot, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LISTENING_CONNECT_TO", f"*.example=127.0.0.1:{server.port}")
    server.on("/", reply(status=302, Location="http://a.example/plain"))
    with Http(root, ["a.example"]) as http, pytest.raises(RefusedError, match="https to http"):
        http.get("https://a.example/")


def test_bytes_are_put_as_they_are(root: DataRoot, server: Server) -> None:
    server.on("/up", reply(b"taken"))
    with door(root) as http:
        body = http.fetch(server.url + "/up", lambda answer: answer.body, put=b"1\n2")
    assert body == b"taken"
    assert server.asked[0].raw.startswith(b"PUT /up ")
    assert server.asked[0].raw.endswith(b"\r\n\r\n1\n2")


def test_a_secret_form_is_posted_and_kept_nowhere(
    root: DataRoot, server: Server, tmp_path: Path
) -> None:
    server.on("/token", reply({"access_token": "s3cret-out"}))
    server.on("/after", reply({"ok": True}))
    warc = tmp_path / "kept.warc.gz"
    with door(root, warc=warc) as http:
        said = {"Authorization": "Basic s3cret-in"}
        got = http.fetch(
            f"{server.url}/token", read_json, headers=said, form={"grant": "a b"}, secret=True
        )
        http.get(f"{server.url}/after", headers={"X-Goog-Api-Key": "s3cret-key"})
    assert got == {"access_token": "s3cret-out"}
    assert server.asked[0].raw.startswith(b"POST /token HTTP/1.1\r\n")
    assert server.asked[0].raw.endswith(b"\r\n\r\ngrant=a+b")
    kept = gzip.decompress(warc.read_bytes())
    assert b"/after" in kept
    assert b"s3cret" not in kept
    assert b"/token" not in kept


def test_json_is_posted_and_no_secret_of_a_request_is_kept(
    root: DataRoot, server: Server, tmp_path: Path
) -> None:
    server.on("/q", reply({"ok": True}))
    warc = tmp_path / "kept.warc.gz"
    with door(root, warc=warc) as http:
        said = {"Api-Key": "s3cret", "Api-Username": "s3cret", "Authorization": "s3cret"}
        url = f"{server.url}/q?site=x&key=s3cret&monkey=1&access_token=s3cret"
        assert http.fetch(url, read_json, json={"query": "{a}"}, headers=said) == {"ok": True}
    assert server.asked[0].raw.startswith(b"POST /q?site=x&key=s3cret")
    assert server.asked[0].raw.endswith(b'{"query": "{a}"}')
    kept = gzip.decompress(warc.read_bytes())
    assert b"s3cret" not in kept
    assert kept.count(b"/q?site=x&key=***&monkey=1&access_token=***") == 3


def test_a_redirect_of_a_form_is_refused(root: DataRoot, server: Server) -> None:
    server.on("/token", reply(status=307, Location="/other"))
    with door(root) as http, pytest.raises(RefusedError, match="redirect of a POST"):
        http.fetch(f"{server.url}/token", read_json, form={"a": "b"})
    assert server.paths() == ["/token"]
