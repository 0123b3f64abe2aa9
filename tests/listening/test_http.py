"""The door: how far it follows, what robots.txt tells it, and that it keeps no cookie."""

from __future__ import annotations

import pytest

from listening.contract import DataRoot
from listening.net.answer import DeniedError
from tests.listening.door import door

from .conftest import FakeTime, Server, reply


def test_redirects_are_followed_five_times_and_no_further(root: DataRoot, server: Server) -> None:
    for number in range(7):
        server.on(f"/{number}", reply(status=301, Location=f"/{number + 1}"))
    server.on("/7", reply(b"there"))
    with door(root) as http:
        assert http.get(f"{server.url}/2").body == b"there"
        with pytest.raises(DeniedError, match="redirects"):
            http.get(f"{server.url}/1")


def test_robots_is_read_once_and_obeyed(root: DataRoot, server: Server) -> None:
    server.on("/robots.txt", reply(b"User-agent: *\nDisallow: /private\n"))
    server.on("/open", reply(b"well"))
    with door(root) as http:
        assert http.get_page(server.url + "/open").body == b"well"
        with pytest.raises(DeniedError, match="robots"):
            http.get_page(server.url + "/private/page")
    assert server.paths() == ["/robots.txt", "/open"]


@pytest.mark.parametrize(("status", "may"), [(404, True), (403, True), (500, False), (503, False)])
def test_a_missing_robots_allows_and_a_failing_one_forbids(
    status: int, may: bool, root: DataRoot, server: Server, fake_time: FakeTime
) -> None:
    server.on("/robots.txt", reply(status=status))
    server.on("/page", reply(b"well"))
    with door(root, fake_time) as http:
        if may:
            assert http.get_page(server.url + "/page").body == b"well"
            return
        with pytest.raises(DeniedError, match="robots"):
            http.get_page(server.url + "/page")
    assert "/page" not in server.paths()


def test_cookies_are_not_sent_back(root: DataRoot, server: Server) -> None:
    server.on("/", reply(b"well", Set_Cookie="id=me; Path=/"))
    with door(root) as http:
        http.get(server.url + "/")
        http.get(server.url + "/")
    assert all("cookie" not in asked.headers for asked in server.asked)
