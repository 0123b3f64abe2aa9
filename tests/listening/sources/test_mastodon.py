"""Mastodon: odd statuses and odd texts, and the timelines and search that bring them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.listening.conftest import Asked, reply
from tests.listening.sources.conftest import Lab


def post(**changes: Any) -> dict[str, Any]:
    """Return a status entity."""
    account = {
        "id": "7", "acct": "ada", "display_name": "Ada", "url": "http://m.example/@ada",
        "followers_count": 3,
    }  # fmt: skip
    return {
        "id": "1", "created_at": "2026-10-05T10:00:00Z", "edited_at": None, "content": "#quillon",
        "in_reply_to_id": None, "spoiler_text": "", "visibility": "public", "language": "en",
        "uri": "http://m.example/1", "url": None, "favourites_count": 0, "reblogs_count": 0,
        "replies_count": 0, "account": account, **changes,
    }  # fmt: skip


ODD = [
    {"id": None}, {"id": 5}, {"favourites_count": "3"}, {"favourites_count": True},
    {"account": None}, {"content": ["x"]}, {"created_at": 1791194400},
]  # fmt: skip


@pytest.mark.parametrize("change", ODD, ids=str)
def test_one_odd_status_is_quarantined_and_a_page_of_them_is_an_error(
    lab: Lab, change: dict[str, Any]
) -> None:
    settings: dict[str, Any] = {"base_url": "http://m.example", "tags": ["quillon"]}
    path = "/api/v1/timelines/tag/quillon"
    lab.server.on(path, reply([post(**change), post(**{"id": "2", **change})]))
    outcome, _ = lab.crawl("mastodon", **settings)
    assert type(outcome.error).__name__ == "SourceChanged"
    lab.server.on(path, reply([post(**change), post(id="9")]))
    outcome, rows = lab.crawl("mastodon", **settings)
    assert outcome.error is None
    assert [row["bucket"] for row in rows] == ["quarantined", "kept"]
    assert rows[0]["reason"] in ("bad_type", "missing_field")


def test_a_field_that_most_items_lost_is_a_change_though_some_have_it(lab: Lab) -> None:
    """As when only replies lose one: quarantining them all would hide that."""
    path = "/api/v1/timelines/tag/quillon"
    odd = [{**post(id=str(number)), "favourites_count": "many"} for number in range(3)]
    lab.server.on(path, reply([*odd, post(id="8"), post(id="9")]))
    outcome, _ = lab.crawl("mastodon", base_url="http://m.example", tags=["quillon"])
    assert type(outcome.error).__name__ == "SourceChanged"
    lab.server.on(path, reply([*odd[:2], post(id="8"), post(id="9"), post(id="10")]))
    outcome, rows = lab.crawl("mastodon", base_url="http://m.example", tags=["quillon"])
    assert outcome.error is None
    assert [row["bucket"] for row in rows].count("quarantined") == 2


@pytest.mark.parametrize(
    "text", ["half an emoji \ud83d", "a\x00b", "مرحبا \u200f🏳️‍🌈", "x" * 150_000]
)
def test_odd_text_is_stored_clean_or_cut_and_never_breaks_a_batch(lab: Lab, text: str) -> None:
    lab.server.on("/api/v1/timelines/tag/quillon", reply([post(content=f"quillon {text}")]))
    outcome, rows = lab.crawl("mastodon", base_url="http://m.example", tags=["quillon"])
    assert outcome.error is None
    assert [row["bucket"] for row in rows] == ["kept"]
    rows[0]["text"].encode()


def test_the_public_timeline_is_held_to_the_names_of_the_brand(lab: Lab) -> None:
    other = post(id="8", content="about rain")
    lab.server.on("/api/v1/timelines/public", reply([post(id="9"), other]))
    outcome, rows = lab.crawl("mastodon", base_url="http://m.example", public=True)
    assert outcome.stream == "mastodon--m.example--public-timeline"
    assert [(row["native_id"], row["bucket"]) for row in rows] == [
        ("9", "kept"),
        ("8", "off_topic"),
    ]
    assert "authorization" not in lab.server.asked[0].headers


def test_the_search_asks_page_by_page_with_its_token(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = [post(id=str(number)) for number in range(100, 140)] + [post(id="7")]

    def answer(asked: Asked) -> bytes:
        start, most = int(asked.query["offset"]), int(asked.query["limit"])
        return reply({"accounts": [], "statuses": there[start : start + most], "hashtags": []})

    lab.server.on("/api/v2/search", answer)
    settings: dict[str, Any] = {"base_url": "http://m.example", "search": True}
    outcome, _ = lab.crawl("mastodon", **settings)
    assert "no credential is called 'mastodon'" in str(outcome.error)
    assert lab.server.asked == []
    monkeypatch.setenv("AIRFLOW_CONN_MASTODON", '{"password": "hush"}')
    outcome, rows = lab.crawl("mastodon", **settings)
    assert outcome.error is None
    assert outcome.stream == "mastodon--m.example--search-implied"
    kept = [row["native_id"] for row in rows if row["bucket"] != "duplicate"]
    assert kept == [*map(str, range(100, 140)), "7"]
    assert {asked.query["q"] for asked in lab.server.asked} == {'"Quillon"'}
    assert {asked.headers["authorization"] for asked in lab.server.asked} == {"Bearer hush"}
