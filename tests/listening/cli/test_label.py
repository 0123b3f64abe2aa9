"""What mentions mean, by command: tagged, corrected, measured."""

import json

import duckdb
import pytest

from listening.contract import mention_id
from tests.listening.cli.conftest import BRAND, said


def test_tag_keeps_rows_and_adds_columns(listening, export, tmp_path):
    path = export([{"nr": 1, "text": "This is wonderful, thank you!"}, {"nr": 2, "text": ""}])
    out = tmp_path / "out.jsonl"
    status, told = listening("tag", path, "--out", out)
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert (status, told["rows"], told["failed"]) == (0, 2, 0)
    assert [row["nr"] for row in rows] in ([1, 2], ["1", "2"])
    assert rows[0]["sentiment"] == "positive"
    assert rows[1]["abstained"] == "short"


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
