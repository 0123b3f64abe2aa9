"""The command keeps the contract: one JSON object on stdout, and an exit status people rely on."""

import csv
import dataclasses
import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from bench.replay import load_world, serve
from listening import cli
from listening.contract import BUCKETS, TEAMS, mention_id

pytestmark = pytest.mark.slow
WORLD = Path(__file__).parents[1] / "worlds" / "kiosk"
BRAND = str(WORLD / "brand.yaml")
HEAVY = {
    "pyarrow",
    "pandas",
    "numpy",
    "duckdb",
    "spacy",
    "transformers",
    "airflow",
    "dbt",
    "requests",
}


@pytest.fixture
def listening(tmp_path, monkeypatch, capsys):
    """Run the command in this process on a data root of its own; return status and JSON."""
    monkeypatch.setenv("LISTENING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LISTENING_NOW", load_world(WORLD).now.isoformat())

    def run(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main([*map(str, arguments), "--json"])
        return ended.value.code or 0, json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def export(tmp_path):
    """Write rows as a CSV export; return its path."""

    def write(rows, name="export.csv"):
        path = tmp_path / name
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write


def said(number, text="The Nimbusworks Dome leaks.", at="2026-05-18T10:00:00Z"):
    return {"id": str(number), "text": text, "published_at": at}


def test_starting_imports_nothing_heavy():
    """`listening --help` answers at once (measured 0.45 s on 2 cores, 2026-11)."""
    code = "import sys, listening.cli; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert not HEAVY & set(done.stdout.split())


class TestCheck:
    def test_a_good_file(self, listening):
        assert listening("check", BRAND) == (0, {"ok": True, "problems": []})

    def test_an_unknown_key_is_named_with_file_line_and_mend(self, listening, tmp_path):
        path = tmp_path / "brand.yaml"
        path.write_text("version: 1\nbrands: [{id: a, name: A, role: own}]\nqueris: []\n")
        status, told = listening("check", path)
        (problem,) = told["problems"]
        assert (status, told["ok"], problem["file"], problem["line"]) == (2, False, str(path), 3)
        assert "queries" in problem["mend"]


def test_sources_say_what_they_are_blind_to(listening):
    status, told = listening("sources")
    assert status == 0
    for row in told["sources"]:
        assert {"name", "relation", "auth", "hosts", "blind_to", "verified"} <= row.keys()
        assert row["blind_to"]
        assert row["verified"] in {"recorded", "shape"}


class TestImport:
    def test_every_row_ends_in_one_bucket(self, listening, export):
        rows = [
            said(1),
            said(1),  # again
            said(1, "The Nimbusworks Dome leaks a lot."),  # other words
            said(2, "Nothing to see here."),  # off topic
            said(3, at="yesterday, or so"),  # no date
            said("", "Nimbusworks without an id"),
        ]
        status, told = listening("import", export(rows), "--brand", BRAND, "--no-publish")
        assert status == 0
        assert told["served"] == sum(told[bucket] for bucket in BUCKETS) == 6
        assert {bucket: told[bucket] for bucket in BUCKETS if told[bucket]} == {
            "inserted": 1,
            "updated": 1,
            "duplicate": 1,
            "off_topic": 1,
            "quarantined": 2,
        }

    def test_the_same_file_again_changes_nothing(self, listening, export):
        path = export([said(1), said(2)])
        listening("import", path, "--brand", BRAND, "--no-publish")
        status, told = listening("import", path, "--brand", BRAND, "--no-publish")
        assert (status, told["unchanged"], told["inserted"]) == (0, 2, 0)

    def test_ten_thousand_bad_rows_are_counted_and_the_good_ones_kept(self, listening, export):
        bad = [said(number, at="31 Smarch") for number in range(10_000)]
        path = export([said("good-1"), *bad, said("good-2")])
        status, told = listening("import", path, "--brand", BRAND, "--no-publish")
        assert (status, told["quarantined"], told["inserted"]) == (0, 10_000, 2)

    def test_a_missing_column_is_usage(self, listening, export):
        path = export([said(1)])
        status, told = listening("import", path, "--brand", BRAND, "--map", "tweet_id=id")
        assert status == 2
        assert "published_at" in told["error"]["mend"] + told["error"]["what"]

    def test_a_wrong_encoding_is_a_bad_file(self, listening, tmp_path):
        path = tmp_path / "export.csv"
        path.write_bytes("id,text,published_at\n1,Größe,2026-05-18\n".encode("cp1252"))
        status, told = listening("import", path, "--brand", BRAND)
        assert status == 1
        assert f"{path}:2" in told["error"]["where"]

    def test_ambiguous_dates_refuse_the_file(self, listening, export):
        path = export([said(1, at="01/02/2026"), said(2, at="03/04/2026")])
        status, told = listening("import", path, "--brand", BRAND)
        assert status == 1
        assert "--date-format" in told["error"]["mend"]


class TestRun:
    def test_from_real_requests_to_every_teams_file(self, listening, tmp_path, monkeypatch):
        with serve(WORLD) as server:
            monkeypatch.setenv("LISTENING_CONNECT_TO", server.connect_to)
            status, told = listening("run", "--brand", BRAND)
        assert (status, told["inserted"], told["off_topic"]) == (0, 11, 1)
        assert {row["state"] for row in told["coverage"]} == {"complete"}
        for team in TEAMS:
            path = tmp_path / "data" / "published" / f"{team}.duckdb"
            with duckdb.connect(path, read_only=True) as connection:
                tables = {name for (name,) in connection.execute("SHOW TABLES").fetchall()}
            assert {"readme", "metric", "coverage"} <= tables
        status, told = listening(
            "query",
            "product",
            "SELECT count(*) AS n FROM feedback_mention WHERE brand_id = 'nimbus'",
        )
        assert (status, told["columns"]) == (0, ["n"])
        assert told["rows"][0][0] > 0
        _, told = listening("status")
        assert {row["source"] for row in told["streams"]} == {"rss", "mastodon", "hackernews"}
        assert {"stream", "source", "last_batch_at", "state", "quarantined"} <= told["streams"][
            0
        ].keys()

    def test_an_unreachable_source_fails_alone_and_is_told(self, listening, monkeypatch):
        # Port 9 answers nobody here.
        monkeypatch.setenv("LISTENING_CONNECT_TO", "*.example=127.0.0.1:9")
        status, told = listening("crawl", "rss", "--brand", BRAND)
        assert status == 1
        assert told["served"] == 0
        assert [row["state"] for row in told["coverage"]] == ["blocked"]

    def test_a_stream_that_seals_nothing_is_told_beside_those_that_do(self, listening, monkeypatch):
        """A source still out of reach seals one empty batch an hour, but is told every time."""
        with serve(WORLD) as server:
            address = f"{server.host}:{server.port}"
            monkeypatch.setenv(
                "LISTENING_CONNECT_TO",
                f"paper.example=127.0.0.1:9,social.example={address},hn.example={address}",
            )
            for _ in range(2):
                status, told = listening("run", "--brand", BRAND, "--no-publish")
                states = {row["stream"].split("--")[0]: row["state"] for row in told["coverage"]}
                assert status == 1
                assert states == {
                    "rss": "blocked",
                    "mastodon": "complete",
                    "hackernews": "complete",
                }

    def test_another_server_by_base_url_and_allow_host(self, listening):
        with serve(WORLD) as server:
            status, told = listening(
                "crawl", "mastodon", "--brand", BRAND,
                "--base-url", server.base_url, "--allow-host", "127.0.0.1",
            )  # fmt: skip
        assert (status, told["served"], told["inserted"]) == (0, 7, 7)

    def test_loopback_is_refused_unless_allowed(self, listening):
        with serve(WORLD) as server:
            status, told = listening(
                "crawl", "mastodon", "--brand", BRAND, "--base-url", server.base_url
            )
        assert status != 0
        assert told["served"] == 0


def test_tag_keeps_rows_and_adds_columns(listening, export, tmp_path):
    path = export([{"nr": 1, "text": "This is wonderful, thank you!"}, {"nr": 2, "text": ""}])
    out = tmp_path / "out.jsonl"
    status, told = listening("tag", path, "--out", out)
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert (status, told["rows"], told["failed"]) == (0, 2, 0)
    assert [row["nr"] for row in rows] in ([1, 2], ["1", "2"])
    assert rows[0]["sentiment"] == "positive"
    assert rows[1]["abstained"] == "short"


def test_without_json_people_read_sentences(tmp_path):
    environment = {**os.environ, "LISTENING_DATA": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "listening.cli", "query", "product", "SELECT 1"],
        env=environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout == ""
    assert "nothing is published yet. listening run" in done.stderr


class TestCorrect:
    def test_a_correction_is_sealed_and_loaded_by_the_next_load(self, listening, export, tmp_path):
        listening("import", export([said(1)]), "--brand", BRAND, "--no-publish")
        about = (mention_id("import", "1"), "--actor", "ada")
        status, told = listening("correct", *about, "--tagger", "language", "--label", "de")
        assert (status, told["previous_label"]) == (0, "en")
        assert (tmp_path / "data" / "landing" / f"{told['batch']}.parquet").exists()
        listening("import", export([said(2)]), "--brand", BRAND, "--no-publish")
        with duckdb.connect(tmp_path / "data" / "warehouse.duckdb", read_only=True) as warehouse:
            found = warehouse.execute("SELECT mention_id, label FROM core.correction").fetchall()
        assert found == [(about[0], "de")]
        status, told = listening("eval", "--only", "language")
        own = {row["measure"]: row["value"] for row in told["rows"] if row["source"] == "import"}
        assert own == {"agreement": 0.0, "answered": 1.0, "stale": 0.0}
        assert (status, told["skipped"]) == (0, [])
        with duckdb.connect(tmp_path / "data" / "warehouse.duckdb", read_only=True) as warehouse:
            assert warehouse.execute("SELECT count(*) FROM core.evaluation").fetchone() == (6,)

    @pytest.mark.parametrize(
        ("options", "status"),
        [
            (("nobody", "--tagger", "irony", "--label", "irony"), 1),
            (("1", "--tagger", "mood", "--label", "good"), 2),
            (("1", "--tagger", "irony", "--label", "maybe"), 2),
            (("1", "--tagger", "sentiment", "--label", "neutral", "--brand-id", "nobody"), 1),
        ],
    )
    def test_what_is_unknown_is_loud(self, listening, export, options, status):
        listening("import", export([said(1)]), "--brand", BRAND, "--no-publish")
        ids = (mention_id("import", options[0]), *options[1:])
        ended, told = listening("correct", *ids, "--actor", "ada")
        assert ended == status
        assert told["error"]["mend"]


class TestDecide:
    def test_what_was_decided_reaches_the_log_by_the_next_load(self, listening, export, tmp_path):
        about = ("--actor", "ada", "--case", "c1", "--at", "2026-10-01T10:00:00Z")
        status, told = listening(
            "decide", "takedown", "draft", "t1", *about,
            "--field", "basis=dmca", "--field", "platform=ebay", "--reason", "our photo",
        )  # fmt: skip
        assert (status, told["subject"]) == (0, "t1")
        listening("import", export([said(1)]), "--brand", BRAND, "--no-publish")
        with duckdb.connect(tmp_path / "data" / "warehouse.duckdb", read_only=True) as warehouse:
            found = warehouse.execute(
                "SELECT subject_id, case_id, action, note, fields, "
                "effective_at = TIMESTAMPTZ '2026-10-01 10:00:00+00' FROM core.decision"
            ).fetchall()
        fields = '{"basis": "dmca", "platform": "ebay"}'
        assert found == [("t1", "c1", "draft", "our photo", fields, True)]

    def test_a_case_that_is_opened_by_hand_is_in_custody(self, listening):
        options = ("case", "open", "c1", "--actor", "ada", "--field", "title=Two shops")
        status, told = listening("decide", *options)
        assert (status, told["batch"].startswith("decision/")) == (0, True)
        status, told = listening("case", "list")
        assert (status, [case["case_id"] for case in told["cases"]]) == (0, ["c1"])

    @pytest.mark.parametrize(
        ("options", "where"),
        [
            (("case", "explode", "c1", "--actor", "ada"), "ACTION"),
            (("case", "open", "c1"), "--actor"),
            (("case", "open", "c1", "--actor", "ada", "--at", "yesterday"), "--at"),
            (("case", "open", "c1", "--actor", "ada", "--field", "title"), "--field"),
        ],
    )
    def test_what_cannot_be_decided_is_loud(self, listening, tmp_path, options, where):
        status, told = listening("decide", *options)
        assert (status, told["error"]["where"]) == (2, where)
        assert not (tmp_path / "data" / "landing").exists()


class TestFirstSteps:
    def test_init_writes_a_file_that_listens(self, listening, tmp_path):
        path = tmp_path / "acme.yaml"
        status, told = listening("init", "Acme Kettles", "--alias", "AcmeCo", "--file", path)
        assert (status, told["file"]) == (0, str(path))
        assert listening("check", path) == (0, {"ok": True, "problems": []})
        assert told["sources"] == ["hackernews", "mastodon"]
        status, told = listening("init", "Acme Kettles", "--file", path)
        assert (status, "there already" in told["error"]["what"]) == (2, True)

    def test_add_keeps_the_comments_and_says_what_it_needs(self, listening, tmp_path):
        path = tmp_path / "acme.yaml"
        listening("init", "Acme", "--file", path)
        before = path.read_text()
        feed = "urls=https://acme.example/feed"
        status, told = listening("add", "rss", "--brand", path, "--set", feed)
        assert (status, told["streams"]) == (0, ["rss--acme.example--feed"])
        assert path.read_text() == before + "  rss: {urls: [https://acme.example/feed]}\n"
        status, told = listening("add", "appstore", "--brand", path)
        assert (status, "apps" in told["error"]["what"]) == (2, True)
        assert "appstore" not in path.read_text()

    def test_try_shows_what_a_source_would_bring_and_stores_nothing(
        self, listening, monkeypatch, tmp_path
    ):
        with serve(WORLD) as server:
            monkeypatch.setenv("LISTENING_CONNECT_TO", server.connect_to)
            status, told = listening("try", "mastodon", "--brand", BRAND)
        assert status == 0
        (stream,) = told["streams"]
        assert stream["counts"]["kept"] == len(told["mentions"]) > 0
        assert all(one["sentiment"] and one["brands"] for one in told["mentions"][:1])
        assert not (tmp_path / "data" / "landing").exists()
        assert not (tmp_path / "data" / "tagged").exists()


def test_a_query_is_tried_before_it_goes_live(listening, export):
    listening("import", export([said(1), said(2, "Nimbusworks sings.")]), "--brand", BRAND,
              "--no-publish")  # fmt: skip
    status, told = listening("query-test", "leaks", "--days", "400")
    assert (status, told["stored"], told["caught"]) == (0, 2, 1)


def test_counts_of_young_mentions_become_a_history(listening, monkeypatch, tmp_path):
    from listening.brand.load import load_brands
    from listening.contract import DataRoot
    from listening.recount import recount_stream
    from listening.streams import streams
    from nlp.tag import tag_pending
    from warehouse.load import load_pending

    brands, root = load_brands([Path(BRAND)]), DataRoot(tmp_path / "data")
    (stream,) = streams(brands, only="mastodon")
    with serve(WORLD) as server:
        monkeypatch.setenv("LISTENING_CONNECT_TO", server.connect_to)
        listening("crawl", "mastodon", "--brand", BRAND)
        later = load_world(WORLD).now + timedelta(days=20)
        monkeypatch.setenv("LISTENING_NOW", later.isoformat())
        outcome = recount_stream(root, stream, brands)
    tag_pending(root, brands)  # an edit or a deletion it found
    receipts = load_pending(root, brands)
    assert [receipt.batch_id for receipt in receipts] == list(outcome.batch_ids)
    assert receipts[-1].inserted == receipts[-1].served > 0
    with duckdb.connect(str(root.warehouse), read_only=True) as warehouse:
        looks = warehouse.execute("SELECT count(*) FROM core.engagement GROUP BY mention_id")
        assert set(looks.fetchall()) == {(2,)}  # what was deleted has none


def test_kept_exchanges_are_read_again(listening, monkeypatch):
    with serve(WORLD) as server:
        monkeypatch.setenv("LISTENING_CONNECT_TO", server.connect_to)
        listening("crawl", "mastodon", "--brand", BRAND)
    status, told = listening("reparse", "mastodon", "--brand", BRAND, "--all")
    assert (status, told["batches"]) == (0, [])
    assert told["coverage"][0]["reason"] == "1 batches read again, 0 rows changed"


def test_the_past_of_a_source_is_a_stream_of_its_own(listening, monkeypatch):
    with serve(WORLD) as server:
        monkeypatch.setenv("LISTENING_CONNECT_TO", server.connect_to)
        status, told = listening("crawl", "hackernews", "--brand", BRAND, "--since", "2026-04-01")
    assert (status, told["inserted"] > 0) == (0, True)
    assert all("-backfill-2026-04-01" in one["stream"] for one in told["coverage"])


def test_status_verifies_every_byte_and_tells_what_was_spent(listening, monkeypatch, tmp_path):
    from listening import sources
    from listening.contract import DataRoot
    from listening.net.meter import Budget, Meter

    budget = Budget({"post": 0.5}, cap=2)
    paid = dataclasses.replace(sources.SOURCES["rss"], budget=budget)
    monkeypatch.setitem(sources._REGISTERED, "rss", paid)
    root = DataRoot(tmp_path / "data")
    with Meter(root, "rss", budget).pay(post=3):
        pass
    with serve(WORLD) as server:
        monkeypatch.setenv("LISTENING_CONNECT_TO", server.connect_to)
        crawl_kiosk(root)
    status, told = listening("status", "--verify")
    assert (status, {row["state"] for row in told["streams"]}) == (0, {"complete"})
    (spent,) = told["spend"]
    assert (spent["source"], spent["spent"], spent["cap"]) == ("rss", 1.5, 2)
    (warc,) = root.landing.rglob("*.warc.gz")
    warc.write_bytes(warc.read_bytes()[:-1])
    assert listening("status")[0] == 0
    status, told = listening("status", "--verify")
    assert (status, told["streams"][0]["state"]) == (1, "corrupt")


def crawl_kiosk(root):
    from listening.brand.load import load_brands
    from listening.crawl import crawl_stream, streams

    brands = load_brands([Path(BRAND)])
    (stream,) = streams(brands, only="mastodon")
    assert crawl_stream(root, stream, brands).error is None
