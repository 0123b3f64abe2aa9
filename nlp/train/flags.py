"""Fits what decides on legal flags: the second opinion, how it joins the head, the thresholds.

Texts of our own that are held out of training choose the thresholds and are measured on; the
shipped opinion is then fitted on all of them. Ordinary texts stand against them: our own for other
heads and, with `--data`, public tweets. Without these half of what people say looked suspicious.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from listening.contract import FLAGS, ConfigurationError
from nlp.opinion import Opinion, Piece, pieces
from nlp.rulebook import RULES, THRESHOLDS
from nlp.suspicion import HEAD, Join, Thresholds, to_odds
from nlp.train.data import is_held, list_written, read_lines
from nlp.train.opinion import fit

Floats = NDArray[np.float32]
Marks = NDArray[np.bool_]

_GRID: Final = np.round(np.arange(0.05, 0.96, 0.01), 2)
_NOISE: Final = 0.01  # F-beta is flat around its best: the very best threshold jumps about
_TRUST: Final = 1_000  # held positives at which a kind's own threshold weighs as much as the common
_RECALL: Final = 1.25  # a missed flag is worse than one that a person dismisses: F-beta
_NEW: Final = tuple(f"legal_{letter}" for letter in "efghijklm")
"""Texts of ours that were written after the head was trained: it learned from none of them.

A head trained anew learns from all but the held seventh; then this list is empty. Each is left
out whole where thresholds are chosen: a round has its own names and its own way of telling.
"""
_FOLDS: Final = max(4, len(_NEW))
_FOREIGN: Final = ("french", "german", "italian", "portuguese", "spanish")
_TWEETS: Final = {
    "sentiment/train.jsonl": 3_000,
    "sentiment/val.jsonl": 1_000,
    **{f"sentiment_multilingual/{name}_train.jsonl": 400 for name in _FOREIGN},
    **{f"sentiment_multilingual/{name}_val.jsonl": 160 for name in _FOREIGN},
}
"""Ordinary tweets, and how many: what the head may have learned from, and what it never saw."""
_USER: Final = re.compile(r"@user\b")
_ORDINARY: Final = ("intent", "target", "entity")
_STRENGTHS: Final = {"hint": 1, "likely": 2, "sure": 3}


@dataclass(frozen=True)
class Ground:
    """The texts of our own, read by encoder and rules; `held`: the head did not learn from it."""

    model: str
    texts: Sequence[str]
    found: Sequence[Sequence[Piece]]
    embeddings: Floats
    head: Floats  # [texts, flags], probabilities
    signs: NDArray[np.int8]  # [texts, flags]: 0 none, 1 hint, 2 likely, 3 sure
    wanted: Marks
    held: Marks
    fold: NDArray[np.int64]  # held texts with the same number are left out together
    ordinary: Marks  # no text for flags: nothing is wanted
    measured: Marks  # the head reads the language, as far as anybody can tell


@dataclass(frozen=True)
class Measured:
    """How often a kind is there, found, and raised."""

    kind: str
    there: int
    raised: int
    hits: int

    @property
    def recall(self) -> float:
        """Return the share of what is there that was found."""
        return self.hits / self.there if self.there else float("nan")

    @property
    def precision(self) -> float:
        """Return the share of what was raised that is there."""
        return self.hits / self.raised if self.raised else float("nan")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `python -m nlp.train.flags [--write]`; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m nlp.train.flags", description=__doc__)
    parser.add_argument(
        "--data", type=Path, help="folder of the labelled sets, for ordinary tweets"
    )
    parser.add_argument("--write", action="store_true", help="keep thresholds and opinion")
    chosen = parser.parse_args(arguments)
    ground = read_ground(chosen.data)
    opinion, limits = choose(ground)
    report(ground, opinion, limits)
    if chosen.write:
        write(limits)
        everything = np.ones(len(ground.held), np.bool_)
        fit_opinion(ground, everything).save()
        print(f"written for model {ground.model}")  # noqa: T201
    return 0


def read_ground(data: Path | None = None) -> Ground:
    """Read our own texts, and tweets of a folder, with encoder and rules, without a brand file.

    Raises:
        ConfigurationError: the model has no head for legal flags, or a file is missing.
    """
    from nlp.encoder import Encoder

    encoder = Encoder.load()
    if HEAD not in {head.name for head in encoder.heads}:
        mend = "Train a model with that head: docs/training.md"
        raise ConfigurationError(f"no head {HEAD!r}", where="nlp/model", mend=mend)
    told = [(path.stem, row) for path in list_written(HEAD) for _, row in read_lines(path)]
    rows = [row for _, row in told]
    ordinary = dict(read_ordinary(data, {row["text"] for row in rows}))
    texts = [*(row["text"] for row in rows), *ordinary]
    names = [*(name for name, _ in told), *("" for _ in ordinary)]
    held = [*(name in _NEW or is_held(row["text"]) for name, row in told), *ordinary.values()]
    wanted = np.array([[kind in row.get("flags", ()) for kind in FLAGS] for row in rows])
    wanted = np.vstack([wanted, np.zeros((len(ordinary), len(FLAGS)), np.bool_)])
    encoded = encoder.encode(texts)
    docs, signs, measured = _read_rules(texts)
    plain = np.arange(len(texts)) >= len(rows)
    # What a rule finds among ordinary texts may well be right: nobody labelled them.
    kept = ~plain | ~(signs >= _STRENGTHS["likely"]).any(axis=1)
    return Ground(
        encoder.version,
        [texts[at] for at in np.flatnonzero(kept).tolist()],
        [list(pieces(docs[at])) for at in np.flatnonzero(kept).tolist()],
        encoded.embedding[kept],
        encoded.probabilities[HEAD][kept],
        signs[kept],
        wanted[kept],
        np.array(held)[kept],
        np.array([_fold(text, name) for text, name in zip(texts, names, strict=True)])[kept],
        plain[kept],
        measured[kept],
    )


def _fold(text: str, file: str) -> int:
    """Return the fold of a text: that of its round, or by its hash where rounds do not part."""
    return _NEW.index(file) if file in _NEW else crc32(text.encode()) % _FOLDS


def read_ordinary(data: Path | None, known: set[str]) -> Iterator[tuple[str, bool]]:
    """Yield texts that were not written for flags, and whether they are held out of training.

    Of tweets, where a folder is given, those of the validation part are.

    Raises:
        ConfigurationError: the folder has no tweets.
    """
    paths = [path for name in _ORDINARY for path in list_written(name)]
    told = {row["text"]: is_held(row["text"]) for path in paths for _, row in read_lines(path)}
    if data:
        for name, most in _TWEETS.items():
            # Their handles are all "@user", and "user" is a cue: half of them would hold it.
            tweets = [_USER.sub("@someone", row["text"]) for _, row in read_lines(data / name)]
            held = name.endswith("val.jsonl")
            told |= dict.fromkeys(tweets[:: max(1, len(tweets) // most)], held)
    yield from ((text, held) for text, held in told.items() if text not in known)


def _read_rules(texts: Sequence[str]) -> tuple[list[Any], NDArray[np.int8], Marks]:
    """Return documents with cues and marks, the strongest sign of each rule, the language."""
    from nlp.pipeline import build, make_doc
    from nlp.tagger import Said
    from nlp.taggers.sentiment import measured

    pipeline = build(only={*FLAGS, "language"})  # without the encoder: nothing needs it
    docs = list(pipeline.pipe([make_doc(pipeline, Said(text)) for text in texts]))
    taggers = [pipeline.get_pipe(kind) for kind in FLAGS]
    signs = np.zeros((len(texts), len(FLAGS)), np.int8)
    for row, doc in enumerate(docs):
        for column, tagger in enumerate(taggers):
            seen: Any = tagger
            strengths = [_STRENGTHS[sign.strength] for sign in seen.signs(doc)]
            signs[row, column] = max(strengths, default=0)
    return docs, signs, np.array([measured(doc._.language) for doc in docs])


def fit_opinion(ground: Ground, rows: Marks) -> Opinion:
    """Fit the second opinion on some of the texts."""
    found = [pieces for pieces, own in zip(ground.found, rows, strict=True) if own]
    return fit(found, ground.embeddings[rows], ground.wanted[rows], ground.model)


def choose(ground: Ground) -> tuple[Floats, Thresholds]:
    """Return scores of the held texts by opinions that did not see them, and the thresholds."""
    places = np.flatnonzero(ground.held)
    scores = np.empty((len(places), len(FLAGS)), np.float32)
    for fold in range(_FOLDS):
        own = ground.fold[places] == fold
        rows = np.ones(len(ground.held), np.bool_)
        rows[places[own]] = False
        opinion = fit_opinion(ground, rows)
        scores[own] = [
            opinion.score(ground.found[at], ground.embeddings[at]) for at in places[own].tolist()
        ]
    wanted, head = ground.wanted[ground.held], ground.head[ground.held]
    signs, measured = ground.signs[ground.held], ground.measured[ground.held]
    one, other = (
        join_models(head[own], scores[own], signs[own], wanted[own])
        for own in (measured, ~measured)
    )
    limits = Thresholds(ground.model, one, other, dict.fromkeys(FLAGS, 0.5))
    likely = weigh(ground, scores, limits)
    return scores, replace(limits, limits=choose_limits(likely, signs, wanted))


def weigh(ground: Ground, scores: Floats, limits: Thresholds) -> Floats:
    """Return the probabilities of the held texts, signs and all, as their language asks."""
    head, signs = ground.head[ground.held], ground.signs[ground.held]
    columns = _columns(head, scores, signs)
    one, other = (1 / (1 + np.exp(-columns @ np.array(j))) for j in (limits.measured, limits.other))
    measured = ground.measured[ground.held][:, None]
    return np.asarray(np.where(measured, one, other), np.float32)


def _columns(head: Floats, opinion: Floats, signs: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return what `Join` weighs, [texts, flags, weights]; a sure sign counts as a likely one."""
    hint, likely = signs == _STRENGTHS["hint"], signs >= _STRENGTHS["likely"]
    columns = [to_odds(head), opinion, hint, likely, np.ones_like(opinion)]
    return np.stack(columns, -1).astype(np.float64)


def join_models(head: Floats, opinion: Floats, signs: NDArray[np.int8], wanted: Marks) -> Join:
    """Return what joins head, opinion and signs: logistic regression over all kinds together.

    A head that would speak against itself knows nothing of these texts, and is not asked.
    """
    columns = _columns(head, opinion, signs).reshape(wanted.size, -1)
    target = wanted.ravel().astype(np.float64)
    weights = _regress(columns, target)
    if weights[0] < 0:
        weights = [0.0, *_regress(columns[:, 1:], target)]
    return Join(*(round(weight, 4) for weight in weights))


def _regress(columns: NDArray[np.float64], target: NDArray[np.float64]) -> list[float]:
    """Return the weights of a logistic regression, by Newton's steps."""
    size = columns.shape[1]
    weights = np.zeros(size)
    for _ in range(50):  # a little ridge keeps the steps from running away
        p = 1 / (1 + np.exp(-columns @ weights))
        slope = columns.T @ (p - target) + 0.1 * weights
        curve = (columns * (p * (1 - p))[:, None]).T @ columns + 0.1 * np.eye(size)
        weights = weights - np.linalg.solve(curve, slope)
    return [float(weight) for weight in weights]


def decide(likely: Floats, signs: NDArray[np.int8], limits: Floats | float) -> Marks:
    """Return what is flagged: the same rule as `nlp.suspicion.join`, for all texts at once."""
    flagged: Marks = (signs == _STRENGTHS["sure"]) | (likely >= limits)
    return flagged


def as_rows(table: Mapping[str, float]) -> Floats:
    """Return a threshold for each kind, in the order of the contract."""
    return np.array([table[kind] for kind in FLAGS], np.float32)


def choose_limits(likely: Floats, signs: NDArray[np.int8], wanted: Marks) -> dict[str, float]:
    """Return thresholds by kind: its own best one, drawn to the best for all kinds together."""
    common = _best_limit(likely, signs, wanted)
    limits: dict[str, float] = {}
    for column, kind in enumerate(FLAGS):
        part = np.s_[:, column : column + 1]
        own = _best_limit(likely[part], signs[part], wanted[part])
        trust = wanted[:, column].sum() / (wanted[:, column].sum() + _TRUST)
        limits[kind] = round(float(trust * own + (1 - trust) * common), 3)
    return limits


def _best_limit(likely: Floats, signs: NDArray[np.int8], wanted: Marks) -> float:
    """Return the threshold with the best F-beta; of those as good but for noise, the middle."""
    values = [_f_beta(decide(likely, signs, float(limit)), wanted) for limit in _GRID]
    enough = max(values) - _NOISE
    return float(np.mean([at for at, value in zip(_GRID, values, strict=True) if value >= enough]))


def _f_beta(flagged: Marks, wanted: Marks) -> float:
    hits = float((flagged & wanted).sum())
    if not hits:
        return 0.0
    weight = _RECALL**2
    missed, false = float(wanted.sum()) - hits, float(flagged.sum()) - hits
    return (1 + weight) * hits / ((1 + weight) * hits + weight * missed + false)


def measure(flagged: Marks, wanted: Marks) -> Iterator[Measured]:
    """Yield how each kind fares."""
    for column, kind in enumerate(FLAGS):
        own, there = flagged[:, column], wanted[:, column]
        yield Measured(kind, int(there.sum()), int(own.sum()), int((own & there).sum()))


def report(ground: Ground, scores: Floats, limits: Thresholds) -> None:
    """Print recall and precision on the held texts, and what rules and models do alone."""
    wanted, signs = ground.wanted[ground.held], ground.signs[ground.held]
    likely = weigh(ground, scores, limits)
    alone = weigh(replace(ground, signs=np.zeros_like(ground.signs)), scores, limits)
    parts: Mapping[str, Marks] = {
        "joined": decide(likely, signs, as_rows(limits.limits)),
        "crossed": cross_check(likely, signs, wanted),
        "models": alone >= as_rows(limits.limits),
        "rules": signs >= _STRENGTHS["likely"],
    }
    lines = [f"model {ground.model}, {len(wanted)} held texts; recall / precision", ""]
    lines.append(f"{'kind':16}{'n':>4}" + "".join(f"{name:>14}" for name in parts) + "  limit")
    found = {name: list(measure(flagged, wanted)) for name, flagged in parts.items()}
    for column, kind in enumerate(FLAGS):
        cells = [found[name][column] for name in parts]
        shown = "".join(f"{cell.recall:8.2f} /{cell.precision:4.2f}" for cell in cells)
        lines.append(f"{kind:16}{cells[0].there:4}{shown}  {limits.limits[kind]:.2f}")
    for name, flagged in parts.items():
        hits, there = (flagged & wanted).sum(), wanted.sum()
        lines.append(
            f"all, {name}: recall {hits / there:.3f}, precision {hits / flagged.sum():.3f}"
        )
    plain = ground.ordinary[ground.held]
    for name in ("joined", "rules"):
        raised = dict(zip(FLAGS, parts[name][plain].sum(0).tolist(), strict=True))
        lines.append(f"on {plain.sum()} ordinary texts, {name}: {raised}")
    lines += [f"measured: {limits.measured}", f"other: {limits.other}"]
    sys.stdout.write("\n".join(lines) + "\n")


def cross_check(likely: Floats, signs: NDArray[np.int8], wanted: Marks) -> Marks:
    """Return what is flagged where the thresholds were chosen on the other half of the texts."""
    flagged = np.zeros_like(wanted)
    half = np.arange(len(wanted)) % 2 == 0
    for own in (half, ~half):
        limits = choose_limits(likely[~own], signs[~own], wanted[~own])
        flagged[own] = decide(likely[own], signs[own], as_rows(limits))
    return flagged


def write(limits: Thresholds) -> None:
    """Write the thresholds beside the rules."""
    lines = [
        "# Fitted by `python -m nlp.train.flags --write` on texts of our own that no model saw.",
        f'model = "{limits.model}"',
        "",
        "# Log odds = head * log odds of the head + opinion * score + hint or likely, where a rule",
        "# has such a sign, + bias; `join_other` where the text is surely in a language that the",
        "# head was not measured on.",
    ]
    for name, join in (("join", limits.measured), ("join_other", limits.other)):
        lines += ["", f"[{name}]", *(f"{part} = {value}" for part, value in join._asdict().items())]
    lines += ["", "[limit]", *(f"{kind} = {limits.limits[kind]}" for kind in FLAGS)]
    (RULES / THRESHOLDS).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
