"""What the model card quotes: `python -m nlp.evaluate --data FOLDER`."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from listening.contract import ListeningError
from nlp.encoder import Encoder
from nlp.evaluate.embedding import probe_topics
from nlp.evaluate.figure import Figure, Ground
from nlp.evaluate.heads import sentiments
from nlp.evaluate.interval import chance_error, intervals
from nlp.evaluate.sets import FOLDERS, read_airline, read_part
from nlp.evaluate.target import measure_target
from nlp.score import score, spread_sigmoid

if TYPE_CHECKING:
    from numpy.typing import NDArray


def evaluate(encoder: Encoder, data: Path) -> Iterator[dict[str, Any]]:
    """Yield the measures of each head on its validation part, then on the airline tweets."""
    for head in encoder.heads:
        if head.name in FOLDERS:
            texts, labels = read_part(data / FOLDERS[head.name] / "val.jsonl")
            yield _measure(encoder, head.name, f"{FOLDERS[head.name]}/val", texts, labels)
    texts, labels = read_airline(data / "airline" / "tweets.csv", sentiments(encoder))
    yield _measure(encoder, "sentiment", "airline", texts, labels)


def _measure(
    encoder: Encoder, head: str, part: str, texts: list[str], labels: NDArray[np.int64]
) -> dict[str, Any]:
    began = time.perf_counter()
    probabilities = encoder.encode(texts).probabilities[head]
    speed = len(texts) / (time.perf_counter() - began)
    sure = intervals(probabilities, labels)
    return {
        "head": head,
        "part": part,
        **{name: round(value, 4) for name, value in score(probabilities, labels).items()},
        "ece_by_chance": round(chance_error(probabilities)[0], 4),
        "intervals": {name: [round(end, 4) for end in both] for name, both in sure.items()},
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


def compare(encoder: Encoder, other: Encoder, data: Path) -> dict[str, Any]:
    """Say how two models of the same heads differ on the validation parts.

    Per head the share of equal labels and the other's macro recall, the mean cosine of
    the embeddings, and the other's embedding probe.
    """
    heads: list[dict[str, Any]] = []
    for head in encoder.heads:
        if head.name not in FOLDERS:
            continue
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
    return {"heads": heads, "embedding": _probe(other, data)}


def list_targets(encoder: Encoder, data: Path) -> list[dict[str, Any]]:
    """Return the figures of the target branch and of the whole text's sentiment, set by set.

    Of the folder `control` that an export leaves, the latter is the head that learned from the
    same rows as the target branch: what the branch must beat.
    """
    found = [each for each in measure_target(Ground(encoder, data)) if isinstance(each, Figure)]
    return [
        {
            "set": each.source,
            "by": each.part,
            "measure": each.measure,
            "rows": each.n,
            **{k: round(getattr(each, k) or 0.0, 4) for k in ("value", "ci_low", "ci_high")},
        }
        for each in found
    ]


def _probe(encoder: Encoder, data: Path) -> dict[str, Any]:
    hits, n = probe_topics(encoder, data)
    return {"part": "banking_intents", "rows": n, "accuracy": round(hits / n, 4)}


def format_table(rows: Sequence[dict[str, Any]]) -> str:
    """Return the measures as a Markdown table, as it stands in the model card."""
    names = ("head", "part", "rows", "accuracy", "macro_recall", "macro_f1", "ece", "ece_by_chance")
    heads = [*names, "p >= .8: share", "accuracy there", "macro_recall, 95 %"]
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for row in rows:
        low, high = row["intervals"]["macro_recall"]
        cells = [*(row[name] for name in names), row["sure"]["share"], row["sure"]["accuracy"]]
        texts = [f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in cells]
        lines.append("| " + " | ".join([*texts, f"{low:.3f} to {high:.3f}"]) + " |")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Print JSON on stdout and the table on stderr; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m nlp.evaluate", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the labelled sets")
    parser.add_argument("--model", type=Path, help="model folder (default: the shipped one)")
    parser.add_argument("--control", type=Path, help="the folder build/train/control")
    parser.add_argument("--against", type=Path, help="model folder to compare labels with")
    options = parser.parse_args(arguments)
    try:
        encoder = Encoder.load(options.model)
        rows = list(evaluate(encoder, options.data))
        report = {
            "version": encoder.version,
            "heads": rows,
            "embedding": _probe(encoder, options.data),
            "targets": list_targets(encoder, options.data),
        }
        if options.control:
            report["control"] = list_targets(Encoder.load(options.control), options.data)
        if options.against:
            report["against"] = compare(encoder, Encoder.load(options.against), options.data)
    except ListeningError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command's message
        return error.exit_code
    print(json.dumps(report, indent=2))  # noqa: T201 - the command's result
    print(format_table(rows), file=sys.stderr)  # noqa: T201
    return 0
