"""Dropped files: read once, each for itself, private where it is said, and inside their folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from listening.contract import BrandFile, ConfigurationError
from listening.crawl import crawl_stream, streams
from tests.listening.sources.conftest import BRAND, Lab

HEAD = "id,text,published_at,likes\n"


def test_a_file_is_read_once_and_a_wrong_one_does_not_stop_the_others(
    lab: Lab, tmp_path: Path
) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / "a.csv").write_text(f"{HEAD}1,My quillon hums.,2026-10-01T10:00:00Z,3\n")
    (folder / "b.csv").write_text("what,is,this\n1,2,3\n")
    (folder / "c.csv").write_text(f"{HEAD}2,My quillon leaks.,2026-10-02T10:00:00Z,\n1,,,9\n")
    settings: dict[str, Any] = {"folders": [{"path": str(folder)}]}
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
    settings: dict[str, Any] = {"folders": [{"path": str(folder), "owned": True, "private": True}]}
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
