"""Files keep their rows and columns; tagged batches are whole, and made once."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from listening.contract import (
    FOOTER_KEY,
    INTENTS,
    LANDING_SCHEMA,
    SENTIMENTS,
    TAG_FIELDS,
    TAGGED_SCHEMA,
    TARGET_FIELDS,
    Batch,
    BatchKind,
    BrandFile,
    ConfigurationError,
    Coverage,
    DataRoot,
    ListeningError,
    mention_id,
)
from nlp.encoder import MODEL
from nlp.tag import tag_batch, tag_file, tag_pending

pytestmark = pytest.mark.skipif(
    not (MODEL / "manifest.json").exists(), reason="nlp/model is absent"
)
NOW = datetime(2026, 10, 30, 12, tzinfo=UTC)
TEXTS = [
    'Ternwick, "the kettle"\nis great \U0001f600',
    "",
    "mail mia@post.example, I hate my Ternwick",
    "Der Deckel ist nach zwei Wochen abgebrochen",
]
ADDED = [field.name for field in TAG_FIELDS]


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    else:
        pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def read(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return rows


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
@pytest.mark.parametrize("to", [".csv", ".jsonl", ".parquet"])
def test_a_file_keeps_rows_order_and_columns(
    tmp_path: Path, brands: BrandFile, suffix: str, to: str
) -> None:
    rows = [{"no": str(number), "text": text} for number, text in enumerate(TEXTS)]
    source = write(tmp_path / f"in{suffix}", rows)
    result = tag_file(source, tmp_path / f"out{to}", brands=brands)
    tagged = read(tmp_path / f"out{to}")
    assert [{"no": row["no"], "text": row["text"]} for row in tagged] == rows
    assert list(tagged[0]) == ["no", "text", *ADDED]
    assert result["rows"] == len(TEXTS)
    assert result["failed"] == 0
    assert (
        result["model"] == json.loads((MODEL / "manifest.json").read_text())["files"]["model.onnx"]
    )
    for text, row in zip(TEXTS, tagged, strict=True):
        check_row(text, row, as_json=to == ".csv")


def check_row(text: str, row: dict[str, Any], *, as_json: bool) -> None:
    shares = [float(row[f"p_{name}"]) for name in ("negative", "neutral", "positive")]
    assert sum(shares) == pytest.approx(1, abs=1e-6)
    lists = {
        name: json.loads(row[name]) if as_json else row[name]
        for name in ("intents", "topics", "entities", "flags")
    }
    assert [each["id"] for each in lists["intents"]] == list(INTENTS)
    for entity in lists["entities"]:
        assert text[entity["start"] : entity["end"]] == entity["text"]
    if "mia@" in text:
        (flag,) = lists["flags"]
        assert text[flag["start"] : flag["end"]] == "mia@post.example"


def test_parquet_columns_keep_their_types(tmp_path: Path) -> None:
    table = pa.table(
        {
            "body": pa.array(["fine", None]),
            "at": pa.array([NOW, None], pa.timestamp("ns", "UTC")),
            "raw": pa.array([b"\xff", b""]),
            "n": pa.array([1, 2], pa.int8()),
        }
    )
    pq.write_table(table, tmp_path / "in.parquet")
    tag_file(tmp_path / "in.parquet", tmp_path / "out.parquet", text="body")
    out = pq.read_table(tmp_path / "out.parquet")
    assert out.select(table.column_names).equals(table)
    assert out.schema.field("flags").type == dict(zip(ADDED, TAG_FIELDS, strict=True))["flags"].type


def test_author_and_url_columns_are_read(tmp_path: Path, brands: BrandFile) -> None:
    rows = [{"said": "what a lovely morning", "by": "ternwlck", "at": "https://a.example/1"}]
    source = write(tmp_path / "in.jsonl", rows)
    tag_file(source, tmp_path / "out.jsonl", text="said", author="by", url="at", brands=brands)
    (row,) = read(tmp_path / "out.jsonl")
    assert {flag["kind"] for flag in row["flags"]} == {"impersonation"}


@pytest.mark.parametrize("name", ["text", "author", "url", "target"])
def test_an_unknown_column_is_a_configuration_error(tmp_path: Path, name: str) -> None:
    source = write(tmp_path / "in.csv", [{"text": "fine"}])
    with pytest.raises(ConfigurationError, match=f"no column 'nope'.*--{name}"):
        tag_file(source, tmp_path / "out.csv", **{name: "nope"})  # type: ignore[arg-type]
    assert not (tmp_path / "out.csv").exists()


def test_a_column_that_tagging_adds_is_a_clash(tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv", [{"text": "fine", "sentiment": "2", "flags": ""}])
    with pytest.raises(ConfigurationError, match="columns that tagging adds: flags, sentiment"):
        tag_file(source, tmp_path / "out.csv")


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_a_target_column_adds_the_sentiment_towards_it(
    tmp_path: Path, brands: BrandFile, suffix: str
) -> None:
    """One that stands in the text or not; a row that names none has none."""
    rows = [
        {"text": "I love my Ternwick kettle", "about": "ternwick"},
        {"text": "I love my Ternwick kettle", "about": "  "},
        {"text": "", "about": "Ternwick"},
        {"text": "The lid fell off after a week", "about": "Ternwick"},
    ]
    source = write(tmp_path / f"in{suffix}", rows)
    result = tag_file(source, tmp_path / f"out{suffix}", target="about", brands=brands)
    here, nothing, empty, absent = read(tmp_path / f"out{suffix}")
    added = [field.name for field in TARGET_FIELDS]
    assert list(here) == ["text", "about", *ADDED, *added]
    assert result["failed"] == 0
    assert here["target_sentiment"] == "positive"
    assert {nothing[name] or None for name in added} == {None}
    assert empty["target_abstained"] == "short"
    for row in (here, empty, absent):
        p = [float(row[f"target_p_{name}"]) for name in SENTIMENTS]
        assert sum(p) == pytest.approx(1, abs=1e-6)


def test_a_row_without_a_target_is_a_row_without_the_columns_of_one(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", [{"text": "fine"}])
    tag_file(source, tmp_path / "out.parquet")
    assert pq.read_schema(tmp_path / "out.parquet").names == ["text", *ADDED]
    source = write(tmp_path / "in.csv", [{"text": "fine", "it": "x", "target_sentiment": ""}])
    with pytest.raises(ConfigurationError, match="columns that tagging adds: target_sentiment"):
        tag_file(source, tmp_path / "out.csv", target="it")
    assert tag_file(source, tmp_path / "out.csv")["rows"] == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("in.csv", b"text\n\xff\xfe\xfa broken encoding"),
        ("in.csv", b'text\n"never closed'),
        ("in.jsonl", b"not json\nnor this\n"),
        ("in.parquet", b"PAR1 cut"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ListeningError, match=name) as caught:
        tag_file(tmp_path / name, tmp_path / "out.csv")
    assert caught.value.exit_code == 1


def test_a_missing_file_and_an_unknown_format_are_errors(tmp_path: Path) -> None:
    with pytest.raises(ListeningError, match=r"absent\.csv"):
        tag_file(tmp_path / "absent.csv", tmp_path / "out.csv")
    with pytest.raises(ConfigurationError, match=r"unknown format '\.xls'"):
        tag_file(tmp_path / "in.csv", tmp_path / "out.xls")


def test_a_bad_row_among_good_ones_is_kept_and_counted(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("text,n\ngood,1\nbad,2,3,4\nshort\n", encoding="utf-8")
    result = tag_file(tmp_path / "in.csv", tmp_path / "out.jsonl")
    good, bad, short = read(tmp_path / "out.jsonl")
    assert (result["rows"], result["failed"]) == (3, 1)
    assert (bad["text"], bad["abstained"], bad["p_neutral"]) == ("bad", "failed", None)
    assert good["sentiment"]
    assert (short["text"], short["n"]) == ("short", "")


def seal(
    root: DataRoot,
    stream: str,
    rows: list[dict[str, Any]],
    *,
    kind: BatchKind = "mention",
    hour: int = 0,
) -> str:
    batch_id = f"{kind}/{stream}/2026-10-30/00000001"
    full = [
        {
            "item_no": number,
            "bucket": "kept",
            "seen_before": False,
            "source": "import",
            "native_id": str(number),
            "mention_id": mention_id("import", str(number)),
            "content_hash": f"hash{number}",
            "kind": "post",
            **row,
        }
        for number, row in enumerate(rows)
    ]
    batch = Batch(
        batch_id, kind, stream, "import", "local", "x", 1, {}, {}, NOW,
        NOW + timedelta(hours=hour), NOW, len(rows), {"kept": len(rows)}, Coverage("complete"),
    )  # fmt: skip
    table = pa.Table.from_pylist(full, schema=LANDING_SCHEMA)
    path = root.landed(batch_id)
    path.parent.mkdir(parents=True)
    pq.write_table(table.replace_schema_metadata({FOOTER_KEY: batch.to_footer()}), path)
    return batch_id


def test_a_batch_is_tagged_whole(tmp_path: Path, brands: BrandFile) -> None:
    root = DataRoot(tmp_path)
    batch_id = seal(
        root,
        "a",
        [
            {"text": "Ternwick leaks", "title": "After a week"},
            {"text": "seen", "seen_before": True},
            {"bucket": "off_topic", "mention_id": None},
            {"text": "broken lid", "brand_id": "tern", "owned": True},
            {"text": None},
        ],
    )
    path = tag_batch(root, batch_id, brands)
    table = pq.read_table(path)
    assert path == root.tagged_batch(batch_id)
    assert table.schema.equals(TAGGED_SCHEMA)
    assert table["content_hash"].to_pylist() == ["hash0", "hash3", "hash4"]
    first, second, third = table.to_pylist()
    assert first["brands"][0]["start"] == 0
    assert first["brands"][0]["sentiment"] in SENTIMENTS
    assert second["brands"][0]["relation"] == "owned"
    assert third["abstained"] == "short"
    footer = json.loads(pq.read_schema(path).metadata[FOOTER_KEY])
    assert footer["batch_id"] == batch_id
    assert (footer["rows"], footer["failed"]) == (3, 0)
    assert {"sentiment", "brands", "topic", "counterfeit"} <= footer["taggers"].keys()
    assert [each.name for each in path.parent.iterdir()] == [path.name], "no temporary file is left"


def test_tagging_twice_changes_nothing(tmp_path: Path, brands: BrandFile) -> None:
    root = DataRoot(tmp_path)
    batch_id = seal(root, "a", [{"text": "Ternwick leaks"}])
    first = tag_batch(root, batch_id, brands)
    before = (first.stat().st_ino, first.read_bytes())
    second = tag_batch(root, batch_id, brands)
    assert (second.stat().st_ino, second.read_bytes()) == before
    assert tag_pending(root, brands) == []


def test_a_cut_tagged_file_is_made_again(tmp_path: Path, brands: BrandFile) -> None:
    root = DataRoot(tmp_path)
    batch_id = seal(root, "a", [{"text": "Ternwick leaks"}])
    path = tag_batch(root, batch_id, brands)
    path.write_bytes(path.read_bytes()[:100])
    assert tag_pending(root, brands) == [batch_id]
    assert pq.read_table(path).num_rows == 1


def test_a_batch_without_new_mentions_is_tagged_empty(tmp_path: Path, brands: BrandFile) -> None:
    root = DataRoot(tmp_path)
    batch_id = seal(root, "a", [])
    table = pq.read_table(tag_batch(root, batch_id, brands))
    assert table.schema.equals(TAGGED_SCHEMA)
    assert table.num_rows == 0


def test_what_waits_is_tagged_in_the_order_of_sealing(tmp_path: Path, brands: BrandFile) -> None:
    root = DataRoot(tmp_path)
    late = seal(root, "a", [{"text": "two"}], hour=2)
    early = seal(root, "b", [{"text": "one"}], hour=1)
    seal(root, "c", [{"native_id": "1"}], kind="engagement")
    assert tag_pending(root, brands) == [early, late]


def test_a_corrupt_batch_does_not_hold_up_the_others(tmp_path: Path, brands: BrandFile) -> None:
    root = DataRoot(tmp_path)
    bad, good = seal(root, "a", [{"text": "one"}]), seal(root, "b", [{"text": "two"}])
    root.landed(bad).write_bytes(b"PAR1")
    with pytest.raises(ListeningError, match="not a sealed batch"):
        tag_pending(root, brands)
    assert root.tagged_batch(good).exists()


def test_only_mentions_are_tagged(tmp_path: Path, brands: BrandFile) -> None:
    root = DataRoot(tmp_path)
    batch_id = seal(root, "a", [], kind="engagement")
    with pytest.raises(ListeningError, match="nothing to tag"):
        tag_batch(root, batch_id, brands)
