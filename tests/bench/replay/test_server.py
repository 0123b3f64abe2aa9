"""The server over real sockets: sites by host, the clock by request, an end without remains."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bench.replay import serve
from tests.bench.replay.conftest import NOON, said, write

ROOT = Path(__file__).parents[3]


class Got(NamedTuple):
    """What a server said."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


def get(server: Any, host: str, path: str, method: str = "GET") -> Got:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    connection.request(method, path, headers={"Host": host})
    response = connection.getresponse()
    got = Got(response.status, response.headers, response.read())
    connection.close()
    return got


@pytest.fixture
def folder(tmp_path):
    """Two feeds, one search, one timeline."""
    return write(
        tmp_path / "w",
        {
            "rss": [said(1, title="T")],
            "atom": [said(1, title="T")],
            "hackernews": [said(1, title="T")],
            "mastodon": [said(1), said(2)],
        },
    )


@pytest.mark.usefixtures("clock")
def test_the_host_names_the_site(folder):
    """One port serves all sites; an unknown host is told so."""
    with serve(folder) as server:
        assert b"<rss" in get(server, "rss.example", "/feed.xml").body
        assert b"feed" in get(server, "ATOM.example:80", "/feed.xml").body
        assert get(server, "else.example", "/feed.xml").status == 421
        assert get(server, "rss.example", "/nothing").status == 404


@pytest.mark.usefixtures("clock")
def test_over_loopback_the_path_finds_the_site(folder):
    """One site knows the path: it answers. Two do: the client must choose."""
    with serve(folder) as server:
        page = get(server, f"127.0.0.1:{server.port}", "/api/v1/timelines/tag/kite?limit=1")
        assert f"<http://127.0.0.1:{server.port}/api/v1/timelines/tag/kite?" in page.headers["Link"]
        assert json.loads(get(server, "localhost", "/api/v1/search_by_date").body)["nbHits"] == 1
        assert get(server, "127.0.0.1", "/feed.xml").status == 421


def test_the_clock_is_read_at_every_request(folder, clock):
    """Moving LISTENING_NOW changes what a running server serves."""
    with serve(folder) as server:
        counts = []
        for moment in (NOON - timedelta(days=9), NOON):
            clock(moment)
            counts.append(
                len(json.loads(get(server, "mastodon.example", "/api/v1/timelines/tag/kite").body))
            )
    assert counts == [0, 2]


@pytest.mark.usefixtures("clock")
def test_head_has_no_body(folder):
    """HEAD tells the length of what GET would send."""
    with serve(folder) as server:
        head = get(server, "rss.example", "/feed.xml", "HEAD")
        assert head.body == b""
        assert int(head.headers["Content-Length"]) == len(
            get(server, "rss.example", "/feed.xml").body
        )


def test_connect_to_names_all_hosts(folder):
    """All hosts under .example are one pattern."""
    with serve(folder) as server:
        assert server.connect_to == f"*.example=127.0.0.1:{server.port}"


def test_the_port_is_free_again_afterwards(folder):
    """Leaving the block stops the server."""
    with serve(folder) as server:
        port = server.port
    with serve(folder, port=port) as again:
        assert again.port == port


def test_the_command_serves_and_ends(folder):
    """It prints where to connect, answers, and leaves with 0 when it is told to stop."""
    command = [sys.executable, "-m", "bench.replay", str(folder), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            assert line.startswith("LISTENING_CONNECT_TO=*.example=127.0.0.1:")
        finally:
            os.kill(process.pid, signal.SIGTERM)
        assert process.wait(10) == 0


def test_the_command_refuses_a_wrong_world(tmp_path):
    """Exit status 2 and the file at fault."""
    command = [sys.executable, "-m", "bench.replay", str(tmp_path)]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=60
    )
    assert (done.returncode, "world.yaml" in done.stderr) == (2, True)
