"""Measures whether brands are found where they are meant, and homonyms left alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from listening.contract import EVERY, BrandFile, ConfigurationError
from nlp.evaluate.figure import Figure, Found, Ground, Skipped, share
from nlp.train.data import read_lines

TASK: Final = "brand"
SETS: Final = {"brand": "brand", "brand_first": "brand/first"}
"""Folders of texts and their brand file, by the source their figures name. Errors of the first set
were read where it was mended."""


@dataclass(frozen=True, slots=True)
class Named:
    """What makes a text a test, the brands it means, and those the pipeline found."""

    why: str
    meant: frozenset[str]
    found: frozenset[str]


def measure_brands(ground: Ground) -> Iterator[Found]:
    """Yield recall, precision and texts wholly right, by what makes a text hard, and together."""
    sets = {name: ground.written / place for name, place in SETS.items()}
    held = {name: folder for name, folder in sets.items() if (folder / "texts.jsonl").is_file()}
    if not held:
        yield Skipped(TASK, "needs bench/measure/brand/texts.jsonl of the repository")
        return
    if ground.read_brands is None:
        yield Skipped(TASK, "needs the brand file beside its texts: run listening eval")
        return
    for name, folder in held.items():
        named = _read(ground, folder, ground.read_brands([folder / "brand.yaml"]))
        yield from _figures(name, EVERY, ground.encoder.version, named)
        for why in sorted({one.why for one in named}):
            own = [one for one in named if one.why == why]
            yield from _figures(name, why, ground.encoder.version, own)


def _read(ground: Ground, folder: Path, brands: BrandFile) -> list[Named]:
    path = folder / "texts.jsonl"
    rows = [row for _, row in read_lines(path)]
    try:
        meant = [(row["text"], str(row["why"]), frozenset(row["brands"])) for row in rows]
    except (KeyError, TypeError) as error:
        mend = 'Write {"id", "text", "brands": [id], "why"}'
        raise ConfigurationError(repr(error), where=str(path), mend=mend) from error
    found = _find(ground, [text for text, *_ in meant], brands)
    return [Named(why, ids, own) for (_, why, ids), own in zip(meant, found, strict=True)]


def _find(ground: Ground, texts: Sequence[str], brands: BrandFile) -> Iterator[frozenset[str]]:
    from nlp.pipeline import build, tag
    from nlp.tagger import Said

    pipeline = build(brands, only=("encoder", "brands"), model=ground.encoder.folder)
    for tags in tag(pipeline, (Said(text=text) for text in texts)):
        matches: Sequence[dict[str, Any]] = tags["brands"] or ()
        yield frozenset(match["brand_id"] for match in matches)


def _figures(source: str, part: str, model: str, named: Sequence[Named]) -> Iterator[Figure]:
    place = (TASK, part, source, "en")
    hits = sum(len(one.meant & one.found) for one in named)
    yield share(place, "recall", hits, sum(len(one.meant) for one in named), model)
    yield share(place, "precision", hits, sum(len(one.found) for one in named), model)
    yield share(place, "accuracy", sum(one.meant == one.found for one in named), len(named), model)
