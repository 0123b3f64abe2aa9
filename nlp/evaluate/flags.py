"""Measures the legal flags, kind by kind, on texts written without sight of the rules.

Nothing is tuned on this set. A kind is found in a text, or it is not: spans are counted apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from listening.contract import EVERY, FLAGS, ConfigurationError
from nlp.evaluate.figure import Figure, Found, Ground, Skipped, share
from nlp.evaluate.interval import bootstrap
from nlp.train.data import read_lines

TASK = "flag"
SETS: Final = {
    "legal": "texts.jsonl",
    "legal_again": "again.jsonl",
    "legal_indirect": "indirect.jsonl",
}
"""The sets by the source their figures name. Half of what the last flags names nothing of it."""

_MEND = 'Write {"id", "text", "author", "url", "lang", "flags": [{"kind", "span"}]}'


@dataclass(frozen=True, slots=True)
class Marked:
    """A text's language, the kinds people marked and the pipeline raised, with their spans."""

    language: str
    wanted: dict[str, list[tuple[int, int]]]
    raised: dict[str, list[tuple[int, int]]]


def measure_flags(ground: Ground) -> Iterator[Found]:
    """Yield recall, precision, F1 and span hits of each kind, together, and by language."""
    folder = ground.written / "legal"
    paths = {source: folder / name for source, name in SETS.items() if (folder / name).is_file()}
    if not paths:
        yield Skipped(TASK, "needs bench/measure/legal/texts.jsonl of the repository")
    elif ground.read_brands is None:
        yield Skipped(TASK, "needs the brand file beside its texts: run listening eval")
    else:
        brands = ground.read_brands(sorted(folder.glob("*.y*ml")))
        for source, path in paths.items():
            marked = list(_mark(ground, path, brands))
            yield from _by_kind(ground.encoder.version, source, marked)


def _mark(ground: Ground, path: Path, brands: Any) -> Iterator[Marked]:
    from nlp.pipeline import build, tag
    from nlp.tagger import Said

    rows = [row for _, row in read_lines(path)]
    pipeline = build(brands, model=ground.encoder.folder)
    said = [
        Said(text=row["text"], author=row.get("author") or "", url=row.get("url") or "")
        for row in _checked(rows, path)
    ]
    for row, tags in zip(rows, tag(pipeline, said), strict=True):
        wanted = _spans((flag["kind"], *_span(row, flag, path)) for flag in row["flags"])
        raised = _spans((flag["kind"], flag["start"], flag["end"]) for flag in tags["flags"] or ())
        yield Marked(row.get("lang") or "(unknown)", wanted, raised)


def _checked(rows: Sequence[dict[str, Any]], path: Path) -> Sequence[dict[str, Any]]:
    for number, row in enumerate(rows, 1):
        kinds = [flag.get("kind") for flag in row.get("flags", ())]
        if not isinstance(row.get("text"), str) or not set(kinds) <= set(FLAGS):
            raise ConfigurationError("no marked text", where=f"{path}:{number}", mend=_MEND)
    return rows


def _span(row: dict[str, Any], flag: dict[str, Any], path: Path) -> tuple[int | None, int | None]:
    """Return a marked span, which is given as offsets, as its words, or not at all."""
    match flag.get("span"):
        case None:
            return None, None
        case [int(start), int(end)]:
            return start, end
        case str(words) if (start := row["text"].find(words)) >= 0:
            return start, start + len(words)
    raise ConfigurationError(
        f"a span of {flag['kind']} is not in its text", where=f"{path}: {row.get('id')}", mend=_MEND
    )


def _spans(flags: Iterable[tuple[str, Any, Any]]) -> dict[str, list[tuple[int, int]]]:
    spans: dict[str, list[tuple[int, int]]] = {}
    for kind, start, end in flags:
        spans.setdefault(kind, [])
        if start is not None:
            spans[kind].append((start, end))
    return spans


def _by_kind(model: str, source: str, marked: Sequence[Marked]) -> Iterator[Figure]:
    for kind in FLAGS:
        if any(kind in one.wanted or kind in one.raised for one in marked):
            yield from _figures((TASK, kind, source, EVERY), model, marked, (kind,))
    yield from _figures((TASK, EVERY, source, EVERY), model, marked, FLAGS)
    for language in sorted({one.language for one in marked}):
        own = [one for one in marked if one.language == language]
        yield from _figures((TASK, EVERY, source, language), model, own, FLAGS)


def _figures(
    place: tuple[str, str, str, str], model: str, marked: Sequence[Marked], kinds: Sequence[str]
) -> Iterator[Figure]:
    import numpy as np

    wanted = np.array([[kind in one.wanted for kind in kinds] for one in marked])
    raised = np.array([[kind in one.raised for kind in kinds] for one in marked])
    hits = (wanted & raised).sum(axis=1)
    counts = wanted.sum(axis=1) + raised.sum(axis=1)
    found = int(hits.sum())
    yield share(place, "recall", found, int(wanted.sum()), model)
    yield share(place, "precision", found, int(raised.sum()), model)
    if found:

        def f1(rows: Any) -> float:
            both = counts[rows].sum()
            return float(2 * hits[rows].sum() / both) if both else float("nan")

        value, both = f1(slice(None)), bootstrap(len(marked), f1)
        yield Figure(*place, "f1", int(wanted.sum()), value, *both, model)
    placed = [_placed(one, kind) for one in marked for kind in kinds if _is_hit(one, kind)]
    told = [hit for hit in placed if hit is not None]
    yield share(place, "span_hit", sum(told), len(told), model)


def _is_hit(one: Marked, kind: str) -> bool:
    return kind in one.wanted and kind in one.raised


def _placed(one: Marked, kind: str) -> bool | None:
    """Say whether a raised span touches a marked one; None where either has no span."""
    wanted, raised = one.wanted[kind], one.raised[kind]
    if not wanted or not raised:
        return None
    return any(a < d and c < b for a, b in wanted for c, d in raised)
