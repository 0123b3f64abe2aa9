"""What dbt parsed is read again while it is whole."""

from __future__ import annotations

from listening.contract import DataRoot
from warehouse import parsed
from warehouse.parsed import keep_parsed, read_parsed


def test_what_is_cut_is_parsed_again(tmp_path, monkeypatch):
    monkeypatch.setattr(parsed, "_parsed", {})
    root = DataRoot(tmp_path)
    assert read_parsed(root, "new-whole") is None
    (tmp_path / "partial_parse.msgpack").write_bytes(b"\x93cut")
    keep_parsed(root, "new-whole", tmp_path)
    assert read_parsed(root, "new-whole") is None


def test_other_models_take_the_place(tmp_path, monkeypatch):
    """Of the same models a whole and a partial build are kept side by side."""
    monkeypatch.setattr(parsed, "_parsed", {})
    (tmp_path / "partial_parse.msgpack").write_bytes(b"")
    for name in ("old-whole", "new-whole", "new-partial"):
        keep_parsed(DataRoot(tmp_path), name, tmp_path)
    kept = {path.stem for path in (tmp_path / "dbt" / "parsed").iterdir()}
    assert kept == {"new-whole", "new-partial"}


def test_nothing_is_kept_where_nothing_was_parsed(tmp_path):
    keep_parsed(DataRoot(tmp_path), "new-whole", tmp_path)
    assert not (tmp_path / "dbt").exists()
