"""Every source's server misbehaves: that is told or mended, never taken for silence."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

from tests.listening.conftest import Answer, Asked, Raw, reply
from tests.listening.sources.serving import plain
from tests.listening.sources.world import World, content, every, having


@every(having("routes"))
def test_an_overloaded_server_is_waited_for(world: World) -> None:
    _, undisturbed = world.crawl("one")
    told: set[str] = set()

    def busy(asked: Asked, answer: Answer) -> Answer:
        if asked.path in told:
            return answer
        told.add(asked.path)
        return reply(status=429, Retry_After="3")

    world.interfere(busy)
    outcome, rows = world.crawl("two")
    assert outcome.error is None
    assert plain(rows) == plain(undisturbed)
    assert world.fake_time.slept.count(3) == len(told)


@every(having("routes"))
def test_a_cut_page_is_read_again_and_never_in_half(world: World) -> None:
    _, undisturbed = world.crawl("one")
    told: set[str] = set()

    def cut(asked: Asked, answer: Answer) -> Answer:
        if asked.path in told or not isinstance(answer, bytes):
            return answer
        told.add(asked.path)
        half = answer[: len(answer) * 2 // 3]

        def hang_up(connection: Any, _: Asked) -> None:
            connection.sendall(half)

        return Raw(hang_up)

    world.interfere(cut)
    outcome, rows = world.crawl("two")
    assert outcome.error is None
    assert plain(rows) == plain(undisturbed)


@every(having("routes"))
def test_a_login_wall_is_an_error_not_silence(world: World) -> None:
    wall = b"<!doctype html><html><head><title>Log in</title></head><body>Log in</body></html>"
    world.interfere(lambda *_: reply(wall, Content_Type="text/html"))
    outcome, rows = world.crawl()
    assert outcome.error is not None
    assert outcome.coverage.state == "blocked"
    assert rows == []


@every(having("drift"))
def test_a_renamed_field_is_an_error_not_silence(world: World) -> None:
    drift = world.case["drift"]
    before, after = drift["from"].encode(), drift["to"].encode()

    def rename(__: Asked, answer: Answer) -> Answer:
        assert isinstance(answer, bytes)
        head, _, body = answer.partition(b"\r\n\r\n")
        return reply(body.replace(before, after), Content_Type=_kind(head))

    world.interfere(rename)
    outcome, rows = world.crawl()
    assert type(outcome.error).__name__ == drift["error"]
    assert not [row for row in rows if row["bucket"] == "kept"]


@every([name for name in having("drift") if name not in ("podcast", "rss", "web")])
def test_a_new_field_is_told_once_and_changes_nothing(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """It is put beside the field whose renaming is an error; feeds and pages may say anything."""
    _, undisturbed = world.crawl("one")
    name = world.case["drift"]["from"].strip('"').encode()

    def add(__: Asked, answer: Answer) -> Answer:
        assert isinstance(answer, bytes)
        head, _, body = answer.partition(b"\r\n\r\n")
        more = re.sub(b'"%s":' % re.escape(name), b'"quillon_news": 1, "%s":' % name, body)
        length = f"Content-Length: {len(more)}".encode()
        return re.sub(rb"Content-Length: \d+", length, head) + b"\r\n\r\n" + more

    world.interfere(add)
    outcome, rows = world.crawl("two")
    assert outcome.error is None
    assert content(rows) == content(undisturbed)
    assert caplog.text.count("quillon_news") == 1


def _kind(head: bytes) -> str:
    lines = head.decode().split("\r\n")
    return next(line.split(": ")[1] for line in lines if line.startswith("Content-Type"))


@every(having("loop"))
def test_pages_in_a_circle_are_found_after_two(world: World) -> None:
    world.routes = []
    world.serve(world.case["loop"])
    outcome, rows = world.crawl()
    assert type(outcome.error).__name__ == "LoopError"
    assert max(Counter(world.server.paths()).values()) <= 3
    assert outcome.coverage.state == "partial"
    kept = [row["mention_id"] for row in rows if row["bucket"] == "kept"]
    assert kept
    assert len(kept) == len(set(kept))


@every(having("loop"))
def test_a_page_served_twice_doubles_nothing_and_hides_nothing(world: World) -> None:
    """What the second page would have held comes later, or the coverage says that it is missing."""
    _, undisturbed = world.crawl("undisturbed")
    last: dict[str, Answer] = {}
    repeated: set[str] = set()

    def repeat(asked: Asked, answer: Answer) -> Answer:
        before, last[asked.path] = last.get(asked.path), answer
        if before is None or asked.path in repeated:
            return answer
        repeated.add(asked.path)
        return before

    world.interfere(repeat)
    outcome, rows = world.crawl("repeated")
    kept = [row["mention_id"] for row in rows if row["bucket"] == "kept"]
    assert len(kept) == len(set(kept))
    whole = content(rows) >= content(undisturbed)
    assert whole or outcome.error is not None or outcome.coverage.state != "complete"
