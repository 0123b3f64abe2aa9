"""What people decide, by command, reaches the log by the next load."""

import duckdb
import pytest

from tests.listening.cli.conftest import BRAND, said


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
