"""The App Store's feed of reviews ends after ten pages, and says so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.listening.conftest import reply
from tests.listening.sources.conftest import NOON, Lab


def test_a_feed_that_ends_before_what_is_known_is_capped(lab: Lab) -> None:
    def label(text: str) -> dict[str, str]:
        return {"label": text}

    def review(number: int) -> dict[str, Any]:
        return {
            "id": label(str(number)), "title": label("t"), "content": label("x"),
            "author": {"name": label("ada")}, "im:rating": label("3"), "im:voteSum": label("0"),
            "updated": label((NOON - timedelta(minutes=number)).isoformat()),
        }  # fmt: skip

    for page in range(1, 11):
        reviews = [review(page * 50 + n) for n in range(50)]
        path = f"/us/rss/customerreviews/page={page}/id=1/sortby=mostrecent/json"
        lab.server.on(path, reply({"feed": {"entry": reviews}}))
    settings: dict[str, Any] = {
        "base_url": "http://apps.example",
        "apps": [{"id": "1", "brand": "quillon"}],
    }
    outcome, rows = lab.crawl("appstore", **settings)
    assert len(rows) == 500
    assert outcome.coverage.state == "capped"
