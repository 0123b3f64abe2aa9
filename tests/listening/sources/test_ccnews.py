"""CC-NEWS: its bounds, its manners, and files that are not whole."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from listening.backfill import backfill_stream
from listening.contract import Query
from listening.crawl import streams
from tests.listening.conftest import reply
from tests.listening.sources.conftest import Lab
from tests.listening.sources.serving import pack_warc

HERE = Path(__file__).parent / "ccnews"
SETTINGS = {"base_url": "http://ccnews.example"}
MONTH = "/crawl-data/CC-NEWS/2026/10/warc.paths.gz"


def serve(lab: Lab, files: dict[str, bytes]) -> None:
    """Serve files by when they were begun, and the list of them."""
    paths = {f"crawl-data/CC-NEWS/2026/10/CC-NEWS-{begun}-00001.warc.gz": body
             for begun, body in files.items()}  # fmt: skip
    lab.server.on(MONTH, reply(gzip.compress("\n".join(paths).encode())))
    for path, body in paths.items():
        lab.server.on(f"/{path}", reply(body))


def pages(**urls: str) -> bytes:
    return pack_warc({f"http://{host}.example/a": HERE / name for host, name in urls.items()})


def asked(lab: Lab) -> list[str]:
    return [path.split("/")[-1] for path in lab.server.paths() if path.endswith(".warc.gz")]


def test_a_crawl_stops_after_so_many_bytes_and_the_next_goes_on(lab: Lab) -> None:
    files = {f"202610080{hour}0000": pages(press="recall.html") for hour in range(5, 9)}
    serve(lab, files)
    size = sum(map(len, list(files.values())[:2])) / 1_000_000_000
    outcome, _ = lab.crawl("ccnews", **SETTINGS, gigabytes=size)
    assert outcome.coverage.state == "capped"
    assert len(asked(lab)) == 2
    outcome, _ = lab.crawl("ccnews", **SETTINGS, gigabytes=size)
    assert outcome.coverage.state == "complete"
    assert len(asked(lab)) == len(set(asked(lab))) == 4


def test_what_robots_txt_forbids_is_not_asked(lab: Lab) -> None:
    serve(lab, {"20261008050000": pages(press="recall.html")})
    lab.server.on("/robots.txt", reply(b"User-agent: *\nDisallow: /crawl-data/\n"))
    outcome, _ = lab.crawl("ccnews", **SETTINGS)
    assert "robots.txt" in str(outcome.error)
    assert lab.server.paths() == ["/robots.txt"]


@pytest.mark.parametrize("cut", [40, -30])
def test_a_cut_file_is_an_error_and_the_cursor_stays_before_it(lab: Lab, cut: int) -> None:
    whole = pages(press="recall.html", other="shop.html")
    serve(lab, {"20261008050000": whole, "20261008060000": whole[:cut]})
    outcome, rows = lab.crawl("ccnews", **SETTINGS)
    assert type(outcome.error).__name__ == "TransientError"
    assert len(rows) == 2
    lab.crawl("ccnews", **SETTINGS)
    assert asked(lab)[-1].startswith("CC-NEWS-20261008060000")


def test_a_wording_is_found_in_any_letters_and_through_markup(lab: Lab, tmp_path: Path) -> None:
    lab.queries = (Query("main", '"töpfer öfen"'),)
    body = "<html><body><article><p>Die <b>TÖPFER</b> ÖFEN sind wieder da, und warm.</p></article>"
    (tmp_path / "a.html").write_text(body)
    serve(lab, {"20261008050000": pack_warc({"http://a.example/a": tmp_path / "a.html"})})
    _, rows = lab.crawl("ccnews", **SETTINGS)
    assert [row["bucket"] for row in rows] == ["kept"]


def test_a_query_without_words_is_blind(lab: Lab) -> None:
    lab.queries = (Query("main", "lang:de"),)
    outcome, _ = lab.crawl("ccnews", **SETTINGS)
    assert outcome.coverage.state == "blind"
    assert lab.server.asked == []


def test_the_past_is_read_by_the_day(lab: Lab) -> None:
    lab.server.on("/crawl-data/CC-NEWS/2026/09/warc.paths.gz", reply(b"", 404))
    serve(lab, {"20261007050000": pages(press="recall.html"),
                "20261008050000": pages(other="shop.html")})  # fmt: skip
    brands = lab.brand_file("ccnews", SETTINGS)
    (stream,) = streams(brands)
    day = date(2026, 10, 7)
    outcomes = list(backfill_stream(lab.root, stream, brands, day, clock=lab.time.clock))
    assert [outcome.error for outcome in outcomes] == [None, None]
    rows = [pq.read_table(lab.root.landed(one.batch_id or "")).to_pylist() for one in outcomes]
    assert [[row["native_id"] for row in day] for day in rows] == [
        ["press.example/a"], ["other.example/a"],
    ]  # fmt: skip


def test_a_list_of_other_names_is_a_change(lab: Lab) -> None:
    lab.server.on(MONTH, reply(gzip.compress(b"crawl-data/CC-NEWS/2026/10/part-1.arc.gz")))
    outcome, _ = lab.crawl("ccnews", **SETTINGS)
    assert type(outcome.error).__name__ == "SourceChanged"
