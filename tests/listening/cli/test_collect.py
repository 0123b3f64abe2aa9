"""What is listened to, and what was said, by command: check, sources, import."""

from listening.contract import BUCKETS
from tests.listening.cli.conftest import BRAND, said


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


def test_a_query_is_tried_before_it_goes_live(listening, export):
    listening("import", export([said(1), said(2, "Nimbusworks sings.")]), "--brand", BRAND,
              "--no-publish")  # fmt: skip
    status, told = listening("query-test", "leaks", "--days", "400")
    assert (status, told["stored"], told["caught"]) == (0, 2, 1)
