"""Measures whether brands are found where they are meant, and homonyms left alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from listening.contract import EVERY, BrandFile, ConfigurationError
from nlp.evaluate.figure import Figure, Found, Ground, Skipped, share
from nlp.train.data import read_lines

TASK = "brand"
SET = "brand"


@dataclass(frozen=True, slots=True)
class Named:
    """What makes a text a test, the brands it means, and those the pipeline found."""

    why: str
    meant: frozenset[str]
    found: frozenset[str]


def measure_brands(ground: Ground) -> Iterator[Found]:
    """Yield recall, precision and texts wholly right, by what makes a text hard, and together."""
    folder = ground.written / SET
    path = folder / "texts.jsonl"
    if not path.is_file():
        yield Skipped(TASK, "needs bench/measure/brand/texts.jsonl of the repository")
        return
    if ground.read_brands is None:
        yield Skipped(TASK, "needs the brand file beside its texts: run listening eval")
        return
    rows = [row for _, row in read_lines(path)]
    try:
        meant = [(row["text"], str(row["why"]), frozenset(row["brands"])) for row in rows]
    except (KeyError, TypeError) as error:
        mend = 'Write {"id", "text", "brands": [id], "why"}'
        raise ConfigurationError(repr(error), where=str(path), mend=mend) from error
    found = _find(ground, [text for text, *_ in meant], ground.read_brands([folder / "brand.yaml"]))
    named = [Named(why, ids, own) for (_, why, ids), own in zip(meant, found, strict=True)]
    model = ground.encoder.version
    yield from _figures(EVERY, model, named)
    for why in sorted({one.why for one in named}):
        yield from _figures(why, model, [one for one in named if one.why == why])


def _find(ground: Ground, texts: Sequence[str], brands: BrandFile) -> Iterator[frozenset[str]]:
    from nlp.pipeline import build, tag
    from nlp.tagger import Said

    pipeline = build(brands, only=("encoder", "brands"), model=ground.encoder.folder)
    for tags in tag(pipeline, (Said(text=text) for text in texts)):
        matches: Sequence[dict[str, Any]] = tags["brands"] or ()
        yield frozenset(match["brand_id"] for match in matches)


def _figures(part: str, model: str, named: Sequence[Named]) -> Iterator[Figure]:
    place = (TASK, part, SET, "en")
    hits = sum(len(one.meant & one.found) for one in named)
    yield share(place, "recall", hits, sum(len(one.meant) for one in named), model)
    yield share(place, "precision", hits, sum(len(one.found) for one in named), model)
    yield share(place, "accuracy", sum(one.meant == one.found for one in named), len(named), model)
