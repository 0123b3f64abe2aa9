"""The measuring command, and the bar that the shipped model must clear."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from listening.contract import ConfigurationError
from nlp.encoder import MODEL, Encoder
from nlp.evaluate import FOLDERS, format_table, main, measure_sure, read_airline, read_part
from nlp.evaluate.target import SETS
from nlp.score import score

DATA = Path(__file__).parents[3] / "../shared/data"

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="no ../shared/data")


@pytest.mark.shared
@needs_data
def test_sentiment_clears_the_bar() -> None:
    """Macro recall of at least 0.70 on the validation part, with the files that ship."""
    texts, labels = read_part(DATA / "sentiment" / "val.jsonl")
    probabilities = Encoder.load().encode(texts).probabilities["sentiment"]
    assert score(probabilities, labels)["macro_recall"] >= 0.70


@pytest.mark.shared
@needs_data
def test_card_quotes_the_shipped_model() -> None:
    """The purchase row of the card is what the command measures now: no stale figures."""
    texts, labels = read_part(DATA / "purchase" / "val.jsonl")
    measured = score(Encoder.load().encode(texts).probabilities["purchase"], labels)
    card = (MODEL / "MODEL_CARD.md").read_text(encoding="utf-8")
    row = next(line for line in card.splitlines() if line.startswith("| purchase | purchase/val"))
    assert f"| {measured['macro_recall']:.3f} |" in row


def write_rows(path: Path, labels: list[int]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = ({"text": f"row {number}", "label": label} for number, label in enumerate(labels))
    path.write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A data folder of the real layout with a few rows each."""
    for folder in FOLDERS.values():
        write_rows(tmp_path / folder / "val.jsonl", [0, 1, 0])
    write_rows(tmp_path / "banking_intents" / "train.jsonl", [0, 0, 1, 1])
    for name in SETS.values():
        rows = [{"text": "a good kettle", "target": "kettle", "label": label} for label in range(3)]
        path = tmp_path / "target_sentiment" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (tmp_path / "airline").mkdir()
    (tmp_path / "airline" / "tweets.csv").write_text(
        "text,sentiment\nfine,positive\nnot said,\nlate,negative\n", encoding="utf-8"
    )
    return tmp_path


def test_command_measures_every_head(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON on stdout holds each head and the airline rows; the table goes to stderr."""
    assert main(["--data", str(small), "--against", str(MODEL)]) == 0
    printed = capsys.readouterr()
    report = json.loads(printed.out)
    assert [row["head"] for row in report["heads"]] == [*FOLDERS, "sentiment"]
    assert report["heads"][-1]["rows"] == 2
    assert all(row["same_label"] == 1.0 for row in report["against"]["heads"])
    assert report["against"]["embedding"] == report["embedding"]
    assert "| sentiment | airline | 2 |" in printed.err
    assert {row["set"] for row in report["targets"]} == {*SETS, "written"}


def test_missing_data_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path)]) == 2
    assert "--data" in capsys.readouterr().err


def test_unlabelled_airline_rows_are_left_out(small: Path) -> None:
    texts, labels = read_airline(
        small / "airline" / "tweets.csv", ("negative", "neutral", "positive")
    )
    assert texts == ["fine", "late"]
    assert labels.tolist() == [2, 0]


def test_row_without_label_is_refused(tmp_path: Path) -> None:
    (tmp_path / "val.jsonl").write_text('{"text": "x"}\n')
    with pytest.raises(ConfigurationError, match=r"val\.jsonl"):
        read_part(tmp_path / "val.jsonl")


def test_sure_rows() -> None:
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]], np.float32)
    sure = measure_sure(probabilities, np.array([0, 0, 0]))
    assert sure == {"share": 0.6667, "accuracy": 0.5}


def test_table_is_markdown() -> None:
    row = {
        "head": "irony", "part": "irony/val", "rows": 2, "accuracy": 0.5, "macro_recall": 0.25,
        "macro_f1": 0.125, "ece": 0.1, "ece_by_chance": 0.08,
        "sure": {"share": 0.5, "accuracy": 1.0}, "intervals": {"macro_recall": [0.0, 0.75]},
    }  # fmt: skip
    assert format_table([row]).splitlines()[2] == (
        "| irony | irony/val | 2 | 0.500 | 0.250 | 0.125 | 0.100 | 0.080 | 0.500 | 1.000 "
        "| 0.000 to 0.750 |"
    )
