"""Fits the few numbers that decide on names: `python -m nlp.train.names` prints them.

They stand as constants in `nlp/entity.py` and `nlp/homonym.py`. A new model asks for a new fit.
Both are fitted on texts of our own: names on those held out of training, homonyms on 22
invented brands by two hands. How well they do is told with one brand left out at a time.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from listening.contract import Brand, BrandFile, Context, Product
from nlp.encoder import Encoder
from nlp.entity import decode
from nlp.evaluate.entities import Counts, count
from nlp.homonym import PARTS, RULES
from nlp.pipeline import build, make_doc
from nlp.tagger import Said
from nlp.talk import read_examples
from nlp.train.data import WRITTEN, is_held, read_objects, read_sentences

BRANDS: Final = WRITTEN / "homonym_brands.jsonl"
OUTSIDES: Final = (1.0, 0.8, 0.65, 0.5, 0.4, 0.3, 0.2, 0.15, 0.1, 0.05)
PULL: Final = 0.03  # towards zero; least log loss of .03 to 10, each brand left out
STEPS: Final = 50


@dataclass(frozen=True, slots=True)
class Case:
    """A name of a homonym in a text: its brand, the evidence, and whether it is meant."""

    brand_id: str
    hand: str  # who wrote it
    evidence: Mapping[str, float]
    is_meant: bool


def fit_outside(encoder: Encoder) -> Iterator[tuple[float, Counts]]:
    """Yield what each weight of `O` finds in the held part of our own texts."""
    held = [row for row in read_sentences(WRITTEN / "entity.jsonl") if is_held(row[0])]
    readings = encoder.encode([text for text, _ in held]).readings
    labels = encoder.manifest.tags.labels
    for outside in OUTSIDES:
        found = [
            decode(text, reading, labels, outside)
            for (text, _), reading in zip(held, readings, strict=True)
        ]
        yield outside, count([gold for _, gold in held], found)


def read_cases(model: Path | None) -> list[Case]:
    """Return the evidence for every name in our examples of talk."""
    rows = [row for _, row in read_objects(BRANDS)]
    brands = BrandFile(tuple(_brand(row) for row in rows))
    pipeline = build(brands, only=("encoder", "brands"), model=model)
    tagger: Any = pipeline.get_pipe("brands")
    cases = []
    for brand, row in zip(brands.brands, rows, strict=True):
        tagger.talk.learn(without=brand.id)  # nothing is measured on what it was learned from
        own = [each for each in read_examples() if each.about == brand.id]
        docs = [make_doc(pipeline, Said(text=each.text)) for each in own]
        for name in ("marks", "encoder"):
            component: Any = pipeline.get_pipe(name)
            docs = list(component.pipe(docs))
        for each, doc in zip(own, docs, strict=True):
            names = tagger.find(doc)[0][brand.id]
            evidence = tagger.homonyms[brand.id].weigh(doc, names)
            cases += [Case(brand.id, row["hand"], one, each.is_brand) for one in evidence]
    return cases


def _brand(row: Mapping[str, Any]) -> Brand:
    return Brand(
        row["id"],
        row["name"],
        "own",
        aliases=tuple(row["aliases"]),
        context=Context(tuple(row["near"]), tuple(row["not_near"])),
        products=tuple(Product(id_, name, tuple(also)) for id_, name, also in row["products"]),
    )


def fit(cases: Sequence[Case], parts: Sequence[str]) -> dict[str, float]:
    """Return the weight of each part, and the bias, that tell the cases apart best.

    Logistic regression with a ridge, by Newton's steps; each hand counts alike. A part is evidence
    for what it is named after, or none: weights below zero are left out and the rest is fitted
    again.
    """
    columns = np.c_[_matrix(cases, parts), np.ones(len(cases))]
    meant = np.array([case.is_meant for case in cases], float)
    load = _even(cases)
    ridge = PULL * np.diag([*np.ones(len(parts)), 0.0])
    weights = np.zeros(len(parts) + 1)
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-columns @ weights))
        slope = columns.T @ (load * (p - meant)) + ridge @ weights
        bend = (columns * (load * p * (1 - p))[:, None]).T @ columns
        weights -= np.linalg.solve(bend + ridge, slope)
    if wrong := [part for part, weight in zip(parts, weights, strict=False) if weight < 0]:
        return {**dict.fromkeys(wrong, 0.0), **fit(cases, [p for p in parts if p not in wrong])}
    return {"bias": round(float(weights[-1]), 2)} | {
        part: round(float(weight), 2) for part, weight in zip(parts, weights, strict=False)
    }


def _even(cases: Sequence[Case]) -> Any:
    """Return what each case counts, so that hands count alike, and a case 1 on average."""
    counts = Counter(case.hand for case in cases)
    return np.array([len(cases) / len(counts) / counts[case.hand] for case in cases])


def check(cases: Sequence[Case], parts: Sequence[str]) -> float:
    """Return the share told rightly of brands that were left out of the fit."""
    right = 0
    for brand_id in sorted({case.brand_id for case in cases}):
        weights = fit([case for case in cases if case.brand_id != brand_id], parts)
        own = [case for case in cases if case.brand_id == brand_id]
        scores = _matrix(own, parts) @ [weights[part] for part in parts] + weights["bias"]
        right += sum((score > 0) == case.is_meant for score, case in zip(scores, own, strict=True))
    return right / len(cases)


def _matrix(cases: Sequence[Case], parts: Sequence[str]) -> Any:
    return np.array([[case.evidence.get(part, 0.0) for part in parts] for case in cases])


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the fits, and what each part of the evidence is worth."""
    parser = argparse.ArgumentParser(prog="python -m nlp.train.names", description=__doc__)
    parser.add_argument("--model", type=Path, help="folder of the model (default: the shipped one)")
    model = parser.parse_args(arguments).model
    lines = [
        f"outside {outside}: P {counts.precision:.3f} R {counts.recall:.3f} F1 {counts.f1:.3f}"
        for outside, counts in fit_outside(Encoder.load(model))
    ]
    cases = read_cases(model)
    for title, parts in (("all parts", PARTS), ("no senses", PARTS[:-1]), ("rules only", RULES)):
        lines.append(f"{title}: {fit(cases, parts)}")
        lines.append(f"  of {len(cases)} right, each brand left out: {check(cases, parts):.3f}")
        for part in parts:
            rest = [each for each in parts if each != part]
            lines.append(f"  without {part}: {check(cases, rest):.3f}")
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
