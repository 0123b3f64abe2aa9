"""Fits what decides on legal flags: the second opinion, how it joins the head, the thresholds.

Texts of our own that are held out of training choose the thresholds and are measured on; the
shipped opinion is then fitted on all of them. Ordinary texts stand against them: our own for other
heads and, with `--data`, public tweets. Without these half of what people say looked suspicious.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from listening.contract import FLAGS, ConfigurationError
from nlp.notes import notes
from nlp.opinion import Opinion, Piece, pieces
from nlp.rulebook import RULES, THRESHOLDS
from nlp.suspicion import HEAD, JOINS, Join, Thresholds, to_odds
from nlp.suspicion import weigh as weigh_models
from nlp.train.flag_texts import FOLDS, read_texts
from nlp.train.opinion import fit

Floats = NDArray[np.float32]
Marks = NDArray[np.bool_]

_GRID: Final = np.round(np.arange(0.05, 0.96, 0.01), 2)
_NOISE: Final = 0.01  # F-beta is flat around its best: the very best threshold jumps about
_TRUST: Final = 1_000  # held positives at which a kind's own threshold weighs as much as the common
SCREEN: Final = 0.12
"""From which probability, of any kind, the branch is asked: .01 to .12 are as good (2026-11-23)."""
_RECALL: Final = 1.0  # a missed flag and a false one weigh alike: F-beta
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
    branch: Floats  # [texts, flags], logits; of held texts by a branch that did not learn from them


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
    parser.add_argument(
        "--branch", type=Path, default=Path("build/branch"), help="what nlp.train.branch left"
    )
    parser.add_argument("--write", action="store_true", help="keep thresholds and opinion")
    chosen = parser.parse_args(arguments)
    ground = read_ground(chosen.data, chosen.branch)
    opinion, limits = choose(ground)
    report(ground, opinion, limits)
    if chosen.write:
        write(limits)
        everything = np.ones(len(ground.held), np.bool_)
        fit_opinion(ground, everything).save()
        print(f"written for model {ground.model}")  # noqa: T201
    return 0


def read_ground(data: Path | None, branch: Path) -> Ground:
    """Read our own texts, and tweets of a folder, with encoder and rules, without a brand file.

    Raises:
        ConfigurationError: the model has no head for legal flags, or a file is missing.
    """
    from nlp.encoder import Encoder

    encoder = Encoder.load()
    if HEAD not in {head.name for head in encoder.heads}:
        mend = "Train a model with that head: docs/training.md"
        raise ConfigurationError(f"no head {HEAD!r}", where="nlp/model", mend=mend)
    read = read_texts(data)
    texts = read.texts
    encoded = encoder.encode(texts)
    docs, signs, measured = _read_rules(texts)
    plain = read.ordinary
    logits = read_logits(branch, len(texts))
    # What a rule finds among ordinary texts may well be right: nobody labelled them.
    kept = ~plain | ~(signs >= _STRENGTHS["likely"]).any(axis=1)
    return Ground(
        encoder.version,
        [texts[at] for at in np.flatnonzero(kept).tolist()],
        [list(pieces(docs[at])) for at in np.flatnonzero(kept).tolist()],
        encoded.embedding[kept],
        encoded.probabilities[HEAD][kept],
        signs[kept],
        read.wanted[kept],
        read.held[kept],
        read.fold[kept],
        plain[kept],
        measured[kept],
        logits[kept],
    )


def read_logits(branch: Path, texts: int) -> Floats:
    """Return what the branch says of every text, float32 [texts, flags].

    Raises:
        ConfigurationError: it was not trained, or on other texts.
    """
    path, mend = branch / "logits.npy", "python -m nlp.train.branch --data FOLDER"
    try:
        logits: Floats = np.load(path)
    except OSError as error:
        raise ConfigurationError(str(error), where=str(path), mend=mend) from error
    if logits.shape != (texts, len(FLAGS)):
        what = f"it was trained on {len(logits)} texts, here are {texts}"
        raise ConfigurationError(what, where=str(path), mend=mend)
    return logits


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
    return docs, signs, np.array([measured(notes(doc).language) for doc in docs])


def fit_opinion(ground: Ground, rows: Marks) -> Opinion:
    """Fit the second opinion on some of the texts."""
    found = [pieces for pieces, own in zip(ground.found, rows, strict=True) if own]
    return fit(found, ground.embeddings[rows], ground.wanted[rows], ground.model)


def choose(ground: Ground) -> tuple[Floats, Thresholds]:
    """Return scores of the held texts by opinions that did not see them, and the thresholds."""
    places = np.flatnonzero(ground.held)
    scores = np.empty((len(places), len(FLAGS)), np.float32)
    for fold in range(FOLDS):
        own = ground.fold[places] == fold
        rows = np.ones(len(ground.held), np.bool_)
        rows[places[own]] = False
        opinion = fit_opinion(ground, rows)
        scores[own] = [
            opinion.score(ground.found[at], ground.embeddings[at]) for at in places[own].tolist()
        ]
    limits = join_all(ground, scores)
    signs, wanted = ground.signs[ground.held], ground.wanted[ground.held]
    likely = weigh(ground, scores, limits)
    return scores, replace(limits, limits=choose_limits(likely, signs, wanted))


def join_all(ground: Ground, scores: Floats) -> Thresholds:
    """Return what joins the models' words on the held texts: at first, and with the branch."""
    held, measured = ground.held, ground.measured[ground.held]
    wanted, columns = ground.wanted[held], _columns(ground, scores)
    one, other = (join_models(columns[own][..., :-1], wanted[own]) for own in (measured, ~measured))
    limits = Thresholds(ground.model, one, other, dict.fromkeys(FLAGS, 0.5), SCREEN)
    asked = is_asked(ground, scores, limits)
    deep, deep_other = (
        join_models(columns[asked & own], wanted[asked & own]) for own in (measured, ~measured)
    )
    return replace(limits, deep=deep, deep_other=deep_other)


def is_asked(ground: Ground, scores: Floats, limits: Thresholds) -> Marks:
    """Return of which held texts the branch is asked: the same rule as the tagger's."""
    head, measured = ground.head[ground.held], ground.measured[ground.held][:, None]
    first, other = (
        weigh_models(limits.choose(measured=known), head, scores) for known in (True, False)
    )
    asked: Marks = np.where(measured, first, other).max(1) >= limits.screen
    return asked


def weigh(ground: Ground, scores: Floats, limits: Thresholds) -> Floats:
    """Return the probabilities of the held texts, signs and all, as their language asks."""
    columns, asked = _columns(ground, scores), is_asked(ground, scores, limits)
    measured = ground.measured[ground.held]
    likely = np.empty(columns.shape[:2], np.float32)
    for known in (True, False):
        for deep in (True, False):
            own = (measured == known) & (asked == deep)
            join = limits.choose(measured=known, asked=deep)
            likely[own] = 1 / (1 + np.exp(-columns[own] @ np.array(join)))
    return likely


def _columns(ground: Ground, opinion: Floats) -> NDArray[np.float64]:
    """Return what `Join` weighs, [texts, flags, weights]; a sure sign counts as a likely one."""
    held = ground.held
    hint = ground.signs[held] == _STRENGTHS["hint"]
    likely = ground.signs[held] >= _STRENGTHS["likely"]
    columns = [to_odds(ground.head[held]), opinion, hint, likely, np.ones_like(opinion)]
    return np.stack([*columns, ground.branch[held]], -1).astype(np.float64)


def join_models(columns: NDArray[np.float64], wanted: Marks) -> Join:
    """Return what joins head, opinion, signs (and branch): logistic regression over all kinds.

    A head that would speak against itself knows nothing of these texts, and is not asked.
    """
    flat, target = columns.reshape(wanted.size, -1), wanted.ravel().astype(np.float64)
    weights = _regress(flat, target)
    if weights[0] < 0:
        weights = [0.0, *_regress(flat[:, 1:], target)]
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
    asked = is_asked(ground, scores, limits)
    lines.append(f"asked of the branch: {asked.mean():.3f}, of ordinary {asked[plain].mean():.3f}")
    lines += [f"{name}: {join}" for name, join in name_joins(limits)]
    sys.stdout.write("\n".join(lines) + "\n")


def cross_check(likely: Floats, signs: NDArray[np.int8], wanted: Marks) -> Marks:
    """Return what is flagged where the thresholds were chosen on the other half of the texts."""
    flagged = np.zeros_like(wanted)
    half = np.arange(len(wanted)) % 2 == 0
    for own in (half, ~half):
        limits = choose_limits(likely[~own], signs[~own], wanted[~own])
        flagged[own] = decide(likely[own], signs[own], as_rows(limits))
    return flagged


def name_joins(limits: Thresholds) -> Iterator[tuple[str, Join]]:
    """Yield each join by its name in the file."""
    joins = (limits.measured, limits.other, limits.deep, limits.deep_other)
    yield from ((name, join) for name, join in zip(JOINS, joins, strict=True) if join)


def write(limits: Thresholds) -> None:
    """Write the thresholds beside the rules."""
    lines = [
        "# Fitted by `python -m nlp.train.flags --write` on texts of our own that no model saw.",
        f'model = "{limits.model}"',
        f"screen = {limits.screen}  # from here on, of any kind, the branch is asked",
        "",
        "# Log odds = head * log odds of the head + opinion * score + hint or likely, where a rule",
        "# has such a sign, + bias; `join_other` where the text is surely in a language that the",
        "# head was not measured on. `join_deep` and `join_deep_other`: of texts that the branch",
        "# is asked about, whose logits they weigh, too.",
    ]
    for name, join in name_joins(limits):
        lines += ["", f"[{name}]", *(f"{part} = {value}" for part, value in join._asdict().items())]
    lines += ["", "[limit]", *(f"{kind} = {limits.limits[kind]}" for kind in FLAGS)]
    (RULES / THRESHOLDS).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
