"""Measure the shipped model: `python -m nlp.evaluate --data FOLDER` (every figure of the card)."""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from listening.contract import ConfigurationError, ListeningError
from nlp.encoder import Encoder
from nlp.score import score, spread_sigmoid

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

FOLDERS: Final = {
    "sentiment": "sentiment",
    "emotion": "emotion",
    "irony": "irony",
    "offensive": "offensive",
    "complaint": "complaint",
    "purchase": "purchase",
    "review_type": "appreviews",
}
"""Each head's data folder."""

ABSENT: Final = "point --data at the folder that holds the labelled sets"


def read_part(path: Path) -> tuple[list[str], NDArray[np.int64]]:
    """Return texts and labels of a JSON-lines file.

    Raises:
        ConfigurationError: the file is missing or a line has no text and label.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
        rows = [json.loads(line) for line in lines if line.strip()]
        return [row["text"] for row in rows], np.array([int(row["label"]) for row in rows])
    except (OSError, ValueError, KeyError) as error:
        raise ConfigurationError(repr(error), where=str(path), mend=ABSENT) from error


def read_airline(path: Path, labels: Sequence[str]) -> tuple[list[str], NDArray[np.int64]]:
    """Return the labelled rows of the airline tweets (never in training); others are skipped.

    Raises:
        ConfigurationError: the file is missing or lacks a column.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["sentiment"]]
        return [r["text"] for r in rows], np.array([labels.index(r["sentiment"]) for r in rows])
    except (OSError, KeyError, ValueError) as error:
        raise ConfigurationError(repr(error), where=str(path), mend=ABSENT) from error


def evaluate(encoder: Encoder, data: Path) -> Iterator[dict[str, Any]]:
    """Yield the measures of each head on its validation part, then on the airline tweets."""
    for head in encoder.heads:
        texts, labels = read_part(data / FOLDERS[head.name] / "val.jsonl")
        yield _measure(encoder, head.name, f"{FOLDERS[head.name]}/val", texts, labels)
    names = next(head.labels for head in encoder.heads if head.name == "sentiment")
    texts, labels = read_airline(data / "airline" / "tweets.csv", names)
    yield _measure(encoder, "sentiment", "airline", texts, labels)


def _measure(
    encoder: Encoder, head: str, part: str, texts: list[str], labels: NDArray[np.int64]
) -> dict[str, Any]:
    began = time.perf_counter()
    probabilities = encoder.encode(texts).probabilities[head]
    speed = len(texts) / (time.perf_counter() - began)
    return {
        "head": head,
        "part": part,
        **{name: round(value, 4) for name, value in score(probabilities, labels).items()},
        "sure": measure_sure(probabilities, labels),
        "texts_per_second": round(speed),
    }


def measure_sure(
    probabilities: NDArray[np.float32], labels: NDArray[np.int64], least: float = 0.8
) -> dict[str, float]:
    """Return the share of rows with confidence of `least` or more, and their accuracy."""
    spread = spread_sigmoid(probabilities)
    sure = spread.max(axis=1) >= least
    right = (spread.argmax(axis=1) == labels)[sure]
    accuracy = float(right.mean()) if len(right) else float("nan")
    return {"share": round(float(sure.mean()), 4), "accuracy": round(accuracy, 4)}


def probe_topics(encoder: Encoder, data: Path) -> dict[str, Any]:
    """Say how topical the embedding is: nearest of 77 intent means, on BANKING77.

    Means of the even rows, measured on the odd ones; no part of the set was in training.
    """
    texts, labels = read_part(data / "banking_intents" / "train.jsonl")
    vectors = encoder.encode(texts).embedding
    known, asked = slice(0, None, 2), slice(1, None, 2)
    classes = np.unique(labels[known])
    means = np.stack([vectors[known][labels[known] == c].mean(axis=0) for c in classes])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    guess = classes[(vectors[asked] @ means.T).argmax(axis=1)]
    hits = float((guess == labels[asked]).mean())
    return {"part": "banking_intents", "rows": len(guess), "accuracy": round(hits, 4)}


def compare(encoder: Encoder, other: Encoder, data: Path) -> dict[str, Any]:
    """Say how two models of the same heads differ on the validation parts.

    Per head the share of equal labels and the other's macro recall, the mean cosine of
    the embeddings, and the other's embedding probe.
    """
    heads: list[dict[str, Any]] = []
    for head in encoder.heads:
        texts, labels = read_part(data / FOLDERS[head.name] / "val.jsonl")
        ours, theirs = (e.encode(texts) for e in (encoder, other))
        probabilities = theirs.probabilities[head.name]
        guesses = [
            spread_sigmoid(values).argmax(axis=1)
            for values in (ours.probabilities[head.name], probabilities)
        ]
        figures = {
            "same_label": float((guesses[0] == guesses[1]).mean()),
            "macro_recall": score(probabilities, labels)["macro_recall"],
            "cosine": float((ours.embedding * theirs.embedding).sum(axis=1).mean()),
        }
        heads.append({"head": head.name, **{n: round(v, 4) for n, v in figures.items()}})
    return {"heads": heads, "embedding": probe_topics(other, data)}


def format_table(rows: Sequence[dict[str, Any]]) -> str:
    """Return the measures as a Markdown table, as it stands in the model card."""
    names = ("head", "part", "rows", "accuracy", "macro_recall", "macro_f1", "ece")
    lines = [
        "| " + " | ".join([*names, "p >= .8: share", "accuracy there"]) + " |",
        "|" + "---|" * (len(names) + 2),
    ]
    for row in rows:
        cells = [*(row[name] for name in names), row["sure"]["share"], row["sure"]["accuracy"]]
        texts = (f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in cells)
        lines.append("| " + " | ".join(texts) + " |")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Print JSON on stdout and the table on stderr; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m nlp.evaluate", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the labelled sets")
    parser.add_argument("--model", type=Path, help="model folder (default: the shipped one)")
    parser.add_argument("--against", type=Path, help="model folder to compare labels with")
    options = parser.parse_args(arguments)
    try:
        encoder = Encoder.load(options.model)
        rows = list(evaluate(encoder, options.data))
        report = {
            "version": encoder.version,
            "heads": rows,
            "embedding": probe_topics(encoder, options.data),
        }
        if options.against:
            report["against"] = compare(encoder, Encoder.load(options.against), options.data)
    except ListeningError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command's message
        return error.exit_code
    print(json.dumps(report, indent=2))  # noqa: T201 - the command's result
    print(format_table(rows), file=sys.stderr)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
