"""What single sources promise beyond the conformance suite."""

from __future__ import annotations

import gzip
import inspect
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from listening.contract import Brand, BrandFile, ConfigurationError
from listening.crawl import crawl_stream, streams
from listening.sources import SOURCES, hackernews
from tests.listening.conftest import Asked, reply
from tests.listening.sources.conftest import BRAND, NOON, Lab

# --- what the warehouse must know of sources --------------------------------------------

MACROS = Path(__file__).parents[3] / "warehouse" / "macros" / "privacy.sql"
ARTICLES = {"rss", "web", "news", "podcast"}  # channels of outlets
REGULATORS = {"cfpb", "nhtsa"}


def listed(macro: str) -> set[str]:
    """Return the sources that a macro of the warehouse lists."""
    body = MACROS.read_text().partition(f"macro {macro}()")[2].partition("endmacro")[0]
    return set(re.findall(r"'(\w+)'", body))


def test_the_warehouse_knows_whose_posts_are_articles_and_where_nobody_can_answer() -> None:
    channels: dict[str, set[str]] = {}
    for golden in Path(__file__).parent.glob("*/golden.json"):
        rows = json.loads(golden.read_text())
        channels[golden.parent.name] = {row["channel"] for row in rows if "channel" in row}
    outlets = {name for name, told in channels.items() if told & ARTICLES}
    assert outlets <= listed("article_sources")
    assert listed("closed_sources") == REGULATORS <= channels.keys()


# --- hackernews -------------------------------------------------------------------------


def test_without_queries_the_search_is_asked_for_names_as_they_are_written() -> None:
    brand = Brand(id="c", name="C++", role="own", aliases=("A & B", "C++"))
    (target,) = hackernews.targets(hackernews.Search(), BrandFile(brands=(brand,)))
    assert (target.name, target.settings["texts"]) == ("implied", ["C++", "A & B"])


class Algolia:
    """A search over stories by their second, with the cap of the real one."""

    def __init__(self, moments: dict[int, int], cap: int = 1000) -> None:
        self.moments, self.cap = moments, cap
        self.vanish: dict[int, int] = {}  # number of a request -> story that is gone from then on
        self.requests = 0

    def __call__(self, asked: Asked) -> bytes:
        """Answer a search."""
        self.requests += 1
        self.moments.pop(self.vanish.get(self.requests, -1), None)
        bounds = re.findall(r"created_at_i(>|<=)(\d+)", asked.query["numericFilters"])
        low = max((int(value) for sign, value in bounds if sign == ">"), default=0)
        high = min((int(value) for sign, value in bounds if sign == "<="), default=10**12)
        found = [n for n, moment in self.moments.items() if low < moment <= high]
        found.sort(key=lambda n: (self.moments[n], n), reverse=True)
        size, page = int(asked.query["hitsPerPage"]), int(asked.query["page"])
        reach = found[: self.cap]
        shown = reach[page * size : (page + 1) * size]
        return reply(
            {
                "hits": [self.hit(n) for n in shown],
                "nbHits": len(found),
                "nbPages": -(-len(reach) // size),
            }
        )

    def hit(self, number: int) -> dict[str, Any]:
        """Return a story as a search hit."""
        return {
            "objectID": str(number), "author": "ada", "title": f"Quillon {number}", "points": 1,
            "num_comments": 0, "story_id": number, "created_at_i": self.moments[number],
            "_tags": ["story"],
        }  # fmt: skip


def test_more_hits_than_the_cap_are_found_in_slices_of_time(lab: Lab) -> None:
    start = int(NOON.timestamp())
    search = Algolia({n: start - n * 7 for n in range(1, 2501)})
    lab.server.on("/api/v1/search_by_date", search)
    outcome, rows = lab.crawl("hackernews", base_url="http://hn.example")
    assert outcome.error is None
    coverage = outcome.coverage
    assert (coverage.state, coverage.expected, coverage.got) == ("complete", 2500, 2500)
    kept = [row["native_id"] for row in rows if row["bucket"] == "kept"]
    assert sorted(map(int, kept)) == list(range(1, 2501))


def test_more_hits_than_the_cap_in_one_second_are_told_as_capped(lab: Lab) -> None:
    moment = int(NOON.timestamp()) - 60
    lab.server.on("/api/v1/search_by_date", Algolia(dict.fromkeys(range(1, 1201), moment)))
    outcome, rows = lab.crawl("hackernews", base_url="http://hn.example")
    assert outcome.coverage.state == "capped"
    assert "one second" in outcome.coverage.reason
    assert len({row["native_id"] for row in rows}) == 1000


def test_a_hit_that_slips_a_page_while_one_above_vanishes_is_not_lost(lab: Lab) -> None:
    start = int(NOON.timestamp())
    search = Algolia({n: start - n for n in range(1, 251)})
    search.vanish = {2: 5}  # before the second page is served, all below move up by one
    lab.server.on("/api/v1/search_by_date", search)
    _, rows = lab.crawl("hackernews", base_url="http://hn.example")
    assert {int(row["native_id"]) for row in rows} == set(range(1, 251))


def test_a_search_that_moves_in_both_turns_is_partial_though_its_total_is_served(lab: Lab) -> None:
    """Story 101 slips a page twice, and another comes meanwhile: 250 were counted, 250 served."""
    start = int(NOON.timestamp())
    search = Algolia({n: start - n for n in range(1, 251)})
    search.vanish = {2: 5, 5: 7}

    def serve(asked: Asked) -> bytes:
        if search.requests == 3:
            search.moments[0] = start
        return search(asked)

    lab.server.on("/api/v1/search_by_date", serve)
    outcome, rows = lab.crawl("hackernews", base_url="http://hn.example")
    assert {int(row["native_id"]) for row in rows} == set(range(251)) - {101}
    assert (outcome.coverage.state, "moved" in outcome.coverage.reason) == ("partial", True)


def test_a_dead_item_is_not_taken_for_a_deleted_one(lab: Lab) -> None:
    start = int(NOON.timestamp())
    lab.server.on("/api/v1/search_by_date", Algolia({1: start - 9, 2: start - 8}))
    lab.crawl("hackernews", base_url="http://hn.example")
    lab.server.on("/api/v1/search_by_date", Algolia({1: start - 9}))
    lab.server.on("/v0/item/2.json", reply({"id": 2, "dead": True}))
    outcome, _ = lab.crawl("hackernews", base_url="http://hn.example")
    assert "/v0/item/2.json" in lab.server.paths()
    assert "deleted" not in outcome.counts


def test_a_search_that_serves_fewer_than_it_counts_is_partial(lab: Lab) -> None:
    search = Algolia({1: int(NOON.timestamp()) - 9})
    short = reply({"hits": [search.hit(1)], "nbHits": 3, "nbPages": 1})
    lab.server.on("/api/v1/search_by_date", short)
    outcome, _ = lab.crawl("hackernews", base_url="http://hn.example")
    assert (outcome.coverage.state, outcome.coverage.expected) == ("partial", 3)


# --- mastodon ---------------------------------------------------------------------------


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
    settings = {"base_url": "http://m.example", "tags": ["quillon"]}
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
    settings = {"base_url": "http://m.example", "search": True}
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


# --- rss --------------------------------------------------------------------------------

FEED = "<rss version='2.0'><channel><title>t</title>{}</channel></rss>"
ITEM = "<item><title>Quillon</title><guid>http://n.example/1</guid></item>"


@pytest.mark.parametrize(
    "bomb",
    [
        '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1/">]>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_feed_that_declares_entities_is_refused(lab: Lab, bomb: str, encoding: str) -> None:
    text = f"<?xml version='1.0' encoding='{encoding}'?>{bomb}{FEED.format(ITEM)}"
    lab.server.on("/f", reply(text.encode(encoding)))
    outcome, _ = lab.crawl("rss", urls=["http://n.example/f"])
    assert "entities" in str(outcome.error)
    assert lab.server.paths() == ["/f"]


@pytest.mark.parametrize("tenth", range(1, 10))
def test_a_feed_cut_anywhere_is_rejected_as_a_whole(lab: Lab, tenth: int) -> None:
    whole = FEED.format(ITEM * 4).encode()
    lab.server.on("/f", reply(whole[: len(whole) * tenth // 10]))
    outcome, rows = lab.crawl("rss", urls=["http://n.example/f"])
    assert outcome.error is not None
    assert rows == []


def test_a_feed_without_an_entry_is_silent(lab: Lab) -> None:
    lab.server.on("/f", reply(FEED.format("").encode()))
    outcome, _ = lab.crawl("rss", urls=["http://n.example/f"])
    assert type(outcome.error).__name__ == "SourceSilent"


def test_an_undated_entry_keeps_the_day_it_was_first_seen(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.server.on("/f", reply(FEED.format(ITEM).encode()))
    lab.crawl("rss", urls=["http://n.example/f"])
    monkeypatch.setenv("LISTENING_NOW", (NOON + timedelta(days=3)).isoformat())
    more = ITEM + ITEM.replace("/1", "/2")
    lab.server.on("/f", reply(FEED.format(more).encode()))
    _, rows = lab.crawl("rss", urls=["http://n.example/f"])
    assert [row["published_at"] for row in rows] == [NOON, NOON + timedelta(days=3)]
    assert [row["seen_before"] for row in rows] == [True, False]


def test_an_unchanged_feed_without_validators_is_no_news(lab: Lab) -> None:
    lab.server.on("/f", reply(FEED.format(ITEM).encode()))
    lab.crawl("rss", urls=["http://n.example/f"])
    outcome, _ = lab.crawl("rss", urls=["http://n.example/f"])
    assert (outcome.batch_id, outcome.error, outcome.served) == (None, None, 0)


def test_the_same_guid_in_two_feeds_is_two_mentions(lab: Lab) -> None:
    item = "<item><title>Quillon</title><guid isPermaLink='false'>1</guid></item>"
    lab.server.on("/f", reply(FEED.format(item).encode()))
    ids = set()
    for host in ("a.example", "b.example"):
        _, rows = lab.crawl("rss", urls=[f"http://{host}/f"])
        ids.add(rows[0]["mention_id"])
    assert len(ids) == 2


# --- appstore ---------------------------------------------------------------------------


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
    settings = {"base_url": "http://apps.example", "apps": [{"id": "1", "brand": "quillon"}]}
    outcome, rows = lab.crawl("appstore", **settings)
    assert len(rows) == 500
    assert outcome.coverage.state == "capped"


# --- web --------------------------------------------------------------------------------


def page(text: str) -> bytes:
    body = f"<html lang='en'><body><article><h1>Quillon</h1><p>{text * 20}</p></article></body>"
    return reply(f"<!doctype html>{body}</html>".encode(), Content_Type="text/html")


def sitemap(*paths: str) -> bytes:
    urls = "".join(
        f"<url><loc>http://p.example{path}</loc><lastmod>2026-10-0{number}</lastmod></url>"
        for number, path in enumerate(paths, start=1)
    )
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f"<urlset xmlns='{space}'>{urls}</urlset>".encode()


def test_a_packed_sitemap_is_read_and_a_page_that_fails_is_read_by_the_next_crawl(
    lab: Lab,
) -> None:
    lab.server.on("/robots.txt", reply(b"Sitemap: http://p.example/s.xml.gz"))
    lab.server.on("/s.xml.gz", reply(gzip.compress(sitemap("/a", "/b", "/c"))))
    for path in ("/a", "/c"):
        lab.server.on(path, page(f"A quillon at {path}. "))
    lab.server.on("/b", reply(status=500))
    outcome, rows = lab.crawl("web", urls=["http://p.example/"])
    assert [row["native_id"] for row in rows] == ["p.example/a", "p.example/c"]
    assert "status 500" in str(outcome.error)
    lab.server.on("/b", page("A quillon at last. "))
    outcome, rows = lab.crawl("web", urls=["http://p.example/"])
    assert outcome.error is None
    assert [row["native_id"] for row in rows] == ["p.example/b"]


CHALLENGE = (
    b"<html><head><title>Just a moment...</title></head><body><p>Checking your browser.</p>"
    b"<script src='/cdn-cgi/challenge-platform/h/b/orchestrate.js'></script></body></html>"
)
LOGIN = (
    b"<html><head><title>Sign in - Press</title></head><body><p>Sign in to read on.</p>"
    b"<form><input name=u><input name=p type='password'></form></body></html>"
)


@pytest.mark.parametrize(
    ("body", "headers"),
    [(CHALLENGE, {}), (LOGIN, {}), (b"<html><body><p>Wait.</p>", {"cf_mitigated": "challenge"})],
)
def test_a_wall_before_a_page_is_an_error_and_the_page_is_asked_again(
    lab: Lab, body: bytes, headers: dict[str, str]
) -> None:
    lab.server.on("/sitemap.xml", reply(sitemap("/a", "/b")))
    wall = reply(body, Content_Type="text/html", **headers)
    lab.server.on("/a", wall, page("Quillon speaks. "))
    lab.server.on("/b", page("Quillon whistles. "))
    outcome, rows = lab.crawl("web", urls=["http://p.example/"])
    assert "stands before the page" in str(outcome.error)
    assert outcome.coverage.state == "partial"
    assert [row["native_id"] for row in rows] == ["p.example/b"]
    outcome, rows = lab.crawl("web", urls=["http://p.example/"])
    assert outcome.error is None
    assert [row["native_id"] for row in rows] == ["p.example/a"]


def test_a_page_that_can_be_logged_in_to_is_no_wall(lab: Lab) -> None:
    lab.server.on("/sitemap.xml", reply(sitemap("/a")))
    told = page("The new Quillon whistles, and then it does not. ").partition(b"\r\n\r\n")[2]
    body = told + LOGIN + b"<div class='g-recaptcha'></div>"
    lab.server.on("/a", reply(body, Content_Type="text/html"))
    outcome, rows = lab.crawl("web", urls=["http://p.example/"])
    assert outcome.error is None
    assert len(rows) == 1


def test_a_large_site_is_read_over_several_crawls(lab: Lab) -> None:
    lab.server.on("/robots.txt", reply(status=404))
    paths = [f"/{number}" for number in range(1, 6)]
    lab.server.on("/sitemap.xml", reply(sitemap(*paths)))
    for path in paths:
        lab.server.on(path, page(f"A quillon at {path}. "))
    seen: list[str] = []
    for state in ("capped", "capped", "complete"):
        outcome, rows = lab.crawl("web", urls=["http://p.example/"], max_pages=2)
        seen += [row["native_id"] for row in rows]
        assert outcome.coverage.state == state
    assert seen == [f"p.example{path}" for path in paths]


def test_a_site_that_reserves_itself_from_mining_is_not_kept(lab: Lab) -> None:
    lab.server.on("/robots.txt", reply(status=404))
    lab.server.on("/sitemap.xml", reply(sitemap("/a")))
    lab.server.on("/a", reply(b"<html><body>Quillon</body></html>", Content_Type="text/html",
                              tdm_reservation="1"))  # fmt: skip
    _, rows = lab.crawl("web", urls=["http://p.example/"])
    assert [(row["bucket"], row["reason"], row["raw"]) for row in rows] == [
        ("quarantined", "not_public", "")
    ]


def test_a_site_whose_robots_fails_is_blocked(lab: Lab) -> None:
    lab.server.on("/robots.txt", reply(status=500))
    outcome, _ = lab.crawl("web", urls=["http://p.example/"])
    assert "robots.txt" in str(outcome.error)
    assert outcome.coverage.state == "blocked"


# --- drop -------------------------------------------------------------------------------

HEAD = "id,text,published_at,likes\n"


def test_a_file_is_read_once_and_a_wrong_one_does_not_stop_the_others(
    lab: Lab, tmp_path: Path
) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / "a.csv").write_text(f"{HEAD}1,My quillon hums.,2026-10-01T10:00:00Z,3\n")
    (folder / "b.csv").write_text("what,is,this\n1,2,3\n")
    (folder / "c.csv").write_text(f"{HEAD}2,My quillon leaks.,2026-10-02T10:00:00Z,\n1,,,9\n")
    settings = {"folders": [{"path": str(folder)}]}
    outcome, rows = lab.crawl("drop", **settings)
    assert "b.csv" in str(outcome.error)
    assert [(row["native_id"], row["likes"]) for row in rows] == [("1", 3), ("2", None), ("1", 9)]
    assert rows[2]["seen_before"], "a look at counts is nothing to tag"
    (folder / "b.csv").unlink()
    (folder / "copy-of-a.csv").write_bytes((folder / "a.csv").read_bytes())
    outcome, _ = lab.crawl("drop", **settings)
    assert (outcome.error, outcome.served) == (None, 0)


def test_messages_of_a_drop_are_private_and_no_reject_tells_their_words(
    lab: Lab, tmp_path: Path
) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / "a.csv").write_text(f"{HEAD}1,My quillon hums.,2026-10-01T10:00:00Z,3\n2,Mine,?,\n")
    settings = {"folders": [{"path": str(folder), "owned": True, "private": True}]}
    outcome, rows = lab.crawl("drop", **settings)
    kept, refused = rows
    assert (outcome.served, kept["owned"], kept["private"]) == (2, True, True)
    assert not any("Mine" in str(value) for value in refused.values())


def test_a_drop_folder_lies_beside_the_brand_file_or_below_its_root(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    brands = BrandFile(
        (BRAND,), sources={"drop": {"folders": [{"path": "in"}]}},
        files=(str(tmp_path / "brands/x.yaml"),),
    )  # fmt: skip
    (stream,) = streams(brands)
    assert stream.settings["path"] == str(tmp_path / "brands/in")
    outcome = crawl_stream(lab.root, stream, brands)
    assert "no such folder" in str(outcome.error)
    monkeypatch.setenv("LISTENING_DROP_ROOT", str(tmp_path / "box"))
    assert streams(brands)[0].settings["path"] == str(tmp_path / "box/in")
    outside = BrandFile((BRAND,), sources={"drop": {"folders": [{"path": "../in"}]}})
    with pytest.raises(ConfigurationError, match="outside"):
        streams(outside)


def test_a_source_is_a_file_of_40_to_120_lines() -> None:
    """One page shows what a source is and how it is walked; its answers' shape lies beside it."""
    folder = Path(inspect.getfile(hackernews)).parent
    lines = {name: len((folder / f"{name}.py").read_text().splitlines()) for name in SOURCES}
    assert {name: count for name, count in lines.items() if not 40 <= count <= 120} == {}


def test_what_lies_beside_a_source_is_no_longer_than_a_source() -> None:
    folder = Path(inspect.getfile(hackernews)).parent
    beside = [path for path in folder.glob("_*.py") if path.stem.split("_")[1] in SOURCES]
    lines = {
        str(path.relative_to(folder)): len(path.read_text().splitlines())
        for path in (*beside, *(folder / "shape").glob("*.py"))
    }
    assert "_github_lists.py" in lines
    assert {name: count for name, count in lines.items() if count > 120} == {}
