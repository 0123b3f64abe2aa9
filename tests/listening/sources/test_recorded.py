"""The sources called `recorded` read real recorded answers, which lie beside the project."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow.parquet as pq
import pytest

from listening.contract import Brand, BrandFile, DataRoot
from listening.crawl import crawl_stream, streams
from listening.sources.shape import (
    facebook,
    googlebusiness,
    googleplay,
    instagram,
    intercom,
    linkedin,
)  # fmt: skip
from listening.sources.shape.mastodon import read_status
from tests.listening.conftest import Server, reply

FIXTURES = Path(__file__).resolve().parents[4] / "shared" / "fixtures"
NOW = datetime(2026, 8, 2, tzinfo=UTC)
BRAND = Brand(id="all", name="nodejs", role="own", domains=("recorded.example",))

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not FIXTURES.exists(), reason="no ../shared/fixtures beside the project"),
]


def recorded(folder: str, pattern: str) -> list[Path]:
    return sorted(FIXTURES.glob(f"{folder}/{pattern}")) if FIXTURES.exists() else []


def crawl(
    server: Server, root: DataRoot, monkeypatch: pytest.MonkeyPatch, name: str, **settings: Any
) -> list[dict[str, Any]]:
    monkeypatch.setenv("LISTENING_CONNECT_TO", f"*.example=127.0.0.1:{server.port}")
    monkeypatch.setenv("LISTENING_NOW", NOW.isoformat())
    handles = {name: ("nodejs",)}
    brands = BrandFile((replace(BRAND, handles=handles),), sources={name: settings})
    (stream,) = streams(brands)
    outcome = crawl_stream(root, stream, brands)
    assert outcome.error is None, outcome.error
    return pq.read_table(root.landed(outcome.batch_id or "")).to_pylist()  # type: ignore[no-any-return]


@pytest.mark.parametrize("path", recorded("rss_atom", "*.xml"), ids=lambda path: path.stem)
def test_every_recorded_feed_is_read_whole(
    path: Path, server: Server, root: DataRoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are feedparser's own odd cases: entries with next to nothing in them."""
    server.on("/f", reply(path.read_bytes(), Content_Type="application/xml"))
    rows = crawl(server, root, monkeypatch, "rss", urls=["http://recorded.example/f"])
    assert [row["bucket"] for row in rows] == ["kept"]
    assert rows[0]["native_id"]


@pytest.mark.parametrize("path", recorded("podcast", "*.rss"), ids=lambda path: path.stem)
def test_every_recorded_podcast_is_read_whole(
    path: Path, server: Server, root: DataRoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are podcastparser's own cases; some have no episode at all, and that is told."""
    body = path.read_bytes()
    server.on("/f", reply(body, Content_Type="application/xml"))
    settings = {"urls": ["http://recorded.example/f"]}
    episodes = body.count(b"<item>") + body.count(b"<entry>")
    if not episodes:
        with pytest.raises(AssertionError, match="no episode"):
            crawl(server, root, monkeypatch, "podcast", **settings)
        return
    rows = crawl(server, root, monkeypatch, "podcast", **settings)
    assert len(rows) == episodes
    assert all(row["native_id"] for row in rows)
    assert {row["bucket"] for row in rows} <= {"kept", "off_topic"}


def statuses() -> list[Any]:
    files = [path for path in recorded("mastodon", "*.json") if ".http." not in path.name]
    found: list[Any] = []
    for path in files:
        data = json.loads(path.read_text())
        listed = data if isinstance(data, list) else data.get("statuses", [])
        found += [one.get("status") if "type" in one else one for one in listed]
    return [one for one in found if one and "visibility" in one]


def test_every_recorded_mastodon_status_is_read() -> None:
    read = [read_status(one, "recorded.example", NOW) for one in statuses()]
    assert len(read) > 20
    assert all(mention.author.count("@") == 2 and mention.native_id for mention in read)


def test_the_recorded_tag_timeline_is_crawled(
    server: Server, root: DataRoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = (FIXTURES / "mastodon/tag_timeline_1.json").read_bytes()
    server.on("/api/v1/timelines/tag/hoot", reply(body, Content_Type="application/json"))
    settings = {"base_url": "http://recorded.example", "tags": ["hoot"]}
    rows = crawl(server, root, monkeypatch, "mastodon", **settings)
    assert [row["bucket"] for row in rows] == ["off_topic"]


def test_the_hacker_news_search_and_items_are_read(
    server: Server, root: DataRoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = (FIXTURES / "hackernews/algolia_search_by_date_shape.json").read_bytes()
    server.on("/api/v1/search_by_date", reply(body, Content_Type="application/json"))
    rows = crawl(server, root, monkeypatch, "hackernews", base_url="http://recorded.example")
    assert [(row["bucket"], row["native_id"]) for row in rows] == [("off_topic", "23605021")]
    for path in recorded("hackernews", "firebase_item_*.json"):
        assert "deleted" not in json.loads(path.read_text())


@pytest.mark.parametrize("name", ["posts_latest", "posts_before"])
def test_every_recorded_discourse_post_is_read(
    name: str, server: Server, root: DataRoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = (FIXTURES / f"discourse/{name}.json").read_bytes()
    server.on("/posts.json", reply(body, Content_Type="application/json"))
    rows = crawl(server, root, monkeypatch, "discourse", urls=["http://recorded.example"])
    assert len(rows) == len(json.loads(body)["latest_posts"])
    assert {row["bucket"] for row in rows} == {"kept"}


@pytest.mark.parametrize("name", ["latest", "hot"])
def test_the_recorded_topics_of_a_forum_are_read(
    name: str, server: Server, root: DataRoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = json.loads((FIXTURES / f"discourse/{name}.json").read_text())
    for one in listed["topic_list"]["topics"]:
        one["bumped_at"] = NOW.isoformat()  # recorded in 2013, of which nothing would be read
    server.on("/latest.json", reply(listed), reply({"topic_list": {"topics": []}}))
    topic = (FIXTURES / "discourse/topic.json").read_bytes()
    stream = json.loads(topic)["post_stream"]
    for one in listed["topic_list"]["topics"]:
        server.on(f"/t/{one['id']}.json", reply(topic, Content_Type="application/json"))
        server.on(f"/t/{one['id']}/posts.json", reply({"post_stream": {"posts": []}}))
    rows = crawl(server, root, monkeypatch, "discourse", urls=["http://recorded.example"])
    topics = len({one["id"] for one in listed["topic_list"]["topics"]})
    assert topics
    assert len(rows) == topics * len(stream["posts"])
    assert "quarantined" not in {row["bucket"] for row in rows}


def test_the_search_answer_of_early_discourse_is_a_change_not_silence(
    server: Server, root: DataRoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = (FIXTURES / "discourse/search.json").read_bytes()
    server.on("/search.json", reply(body, Content_Type="application/json"))
    with pytest.raises(AssertionError, match="list, not an object"):
        crawl(server, root, monkeypatch, "discourse", urls=["http://recorded.example"], search=True)


@pytest.mark.parametrize("path", recorded("stackexchange", "*.json"), ids=lambda path: path.stem)
def test_recorded_sites_and_users_are_a_change_where_questions_were_due(
    path: Path, server: Server, root: DataRoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wrapper is read; what it wraps is no question, and that is told."""
    server.on("/questions", reply(path.read_bytes(), Content_Type="application/json"))
    settings = {"base_url": "http://recorded.example", "tags": ["nodejs"]}
    with pytest.raises(AssertionError, match="'question_id' is missing"):
        crawl(server, root, monkeypatch, "stackexchange", **settings)


def github_answers() -> list[Any]:
    return [
        one["response"]
        for path in recorded("github", "*_raw.json")
        for one in json.loads(path.read_text())
        if one["response"] and "/issues" in one["path"]
    ]


def test_every_recorded_github_issue_is_read(
    server: Server, root: DataRoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Created singly, listed by page, and found by the search: every one that was recorded."""
    found: list[Any] = []
    for one in github_answers():
        found += one if isinstance(one, list) else one.get("items", [one])
    server.on("/repos/a/b/issues", reply(found))
    server.on("/repos/a/b/issues/comments", reply([]))
    settings = {"base_url": "http://recorded.example", "repos": ["a/b"]}
    rows = crawl(server, root, monkeypatch, "github", **settings)
    assert len(rows) == len(found) >= 30
    assert {row["bucket"] for row in rows} <= {"off_topic", "duplicate", "kept"}


def test_the_recorded_github_search_is_crawled(
    server: Server, root: DataRoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    (answer,) = [one for one in github_answers() if "total_count" in one]
    server.on("/search/issues", reply(answer))
    rows = crawl(server, root, monkeypatch, "github", base_url="http://recorded.example")
    assert len(rows) == 2 * len(answer["items"])  # among issues, and among pull requests


def x_answers() -> dict[str, Any]:
    files = [path for path in recorded("x_api_v2", "*.json") if ".http." not in path.name]
    return {path.stem: json.loads(path.read_text()) for path in files}


@pytest.mark.parametrize(
    "name", [name for name, one in x_answers().items() if "text" in str(one["data"])[:400]]
)
def test_every_recorded_post_of_x_is_read(
    name: str, server: Server, root: DataRoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They were asked for without any field but the id and the text."""
    monkeypatch.setenv("AIRFLOW_CONN_X", "http://:bearer-of-nothing@x")
    told = x_answers()[name]
    last = {"meta": {"result_count": 0}}
    server.on("/tweets/search/recent", reply({"meta": {}, **told}), reply(last))
    settings = {"base_url": "http://recorded.example", "cap": 100, "count": False}
    rows = crawl(server, root, monkeypatch, "x", **settings)
    assert len(rows) == len(told["data"])
    assert all(row["native_id"] for row in rows)
    assert {row["bucket"] for row in rows} <= {"kept", "off_topic"}


def test_the_recorded_counts_and_compliance_jobs_of_x_have_what_is_read_of_them() -> None:
    told = x_answers()
    total = told["get_recent_tweets_count_1"]["meta"]["total_tweet_count"]
    days = told["get_recent_tweets_count_1"]["data"]
    assert total == sum(day["tweet_count"] for day in days)
    jobs = told["create_and_get_compliance_job_and_jobs_2"]["data"]
    for job in (*jobs, told["create_and_get_compliance_job_and_jobs_1"]["data"]):
        assert {"id", "status", "upload_url", "download_url"} <= job.keys()


def graph(
    server: Server, monkeypatch: pytest.MonkeyPatch, name: str, *files: str, empty: tuple[str, ...]
) -> dict[str, Any]:
    """Serve recorded pages in turn at the first address, nothing at the others."""
    monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps({"password": "invented"}))
    told = [(FIXTURES / name / one).read_bytes() for one in files]
    server.on(empty[0], *(reply(one, Content_Type="application/json") for one in told))
    for path in empty[1:]:
        server.on(path, reply({"data": []}))
    return {"base_url": "http://recorded.example"}


def test_the_recorded_posts_of_a_page_are_read(
    server: Server, root: DataRoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its next page answers with the same five posts, and ends there."""
    files = ("feed_fields_p1.json", "feed_fields_p2.json")
    base = graph(server, monkeypatch, "facebook", *files, empty=("/4/feed", "/4/tagged"))
    rows = crawl(server, root, monkeypatch, "facebook", **base, pages=[{"id": "4", "brand": "all"}])
    assert [row["bucket"] for row in rows] == ["kept"] * 5
    assert all(row["native_id"].startswith("4_") and row["text"] for row in rows)


def test_every_recorded_comment_of_a_page_is_read() -> None:
    """They were asked for without ids: their addresses tell them."""
    look = SimpleNamespace(
        settings={"page": "4", "voice": "v", "brand": "all", "owned": True}, started_at=NOW
    )
    told = [
        one
        for path in recorded("facebook", "comments_p*.json")
        for one in json.loads(path.read_text())["data"]
    ]
    read = [facebook.read_item(one, look, "4_1") for one in told]  # type: ignore[arg-type]
    assert len({mention.native_id for mention in read}) == len(told) >= 15
    assert all(mention.comments is not None and mention.likes is not None for mention in read)


def test_the_recorded_media_and_comments_of_an_account_are_read(
    server: Server, root: DataRoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = ("/17/tags", "/17/media")
    base = graph(server, monkeypatch, "instagram", "tagged_medias.json", empty=empty)
    accounts = [{"id": "17", "brand": "all"}]
    rows = crawl(server, root, monkeypatch, "instagram", **base, accounts=accounts)
    assert len(rows) == len(
        json.loads((FIXTURES / "instagram/tagged_medias.json").read_text())["data"]
    )
    assert {row["bucket"] for row in rows} == {"kept"}
    look = SimpleNamespace(settings={"brand": "all", "owned": True}, started_at=NOW)
    for name, media in (("medias_p1", ""), ("comments_p1", "1"), ("comments_p2", "1")):
        for one in json.loads((FIXTURES / f"instagram/{name}.json").read_text())["data"]:
            assert instagram.read_item(one, look, media).native_id  # type: ignore[arg-type]
    for name, media in (("mentioned_comment", "1"), ("mentioned_media", "")):
        told = json.loads((FIXTURES / f"instagram/{name}.json").read_text())[name]
        assert instagram.read_item(told, look, media, "", name).native_id  # type: ignore[arg-type]


def test_the_documented_examples_of_shops_and_tickets_are_read() -> None:
    """They are no recordings; so their sources say `shape`."""
    facts = {"brand": "all", "owned": True, "voice": "v", "app": "a.b", "region": "",
             "organisation": "1"}  # fmt: skip
    look: Any = SimpleNamespace(settings=facts, started_at=NOW, recent=lambda _: {})

    def shape(path: str) -> Any:
        return json.loads((FIXTURES / path).read_text())

    (place,) = shape("google_business/review_shape.json")["reviews"]
    assert googlebusiness.read_review(place, look).rating == 5
    (app,) = shape("google_play/developer_api_review_shape.json")["reviews"]
    assert googleplay.read_review(app, look).likes == 15
    (comment,) = shape("linkedin/comments_doc_shape.json")["elements"]
    assert linkedin.read_comment(comment, look, comment["object"]).native_id
    found = shape("intercom/conversation_get_examples.json")["conversation found"]["value"]
    begun = {**found["source"], "created_at": found["created_at"]}
    said = intercom.read_part(look, begun, "conversations/367", "conversations/367", {})
    assert (said.author, said.kind) == ("v", "post")  # type: ignore[union-attr]
