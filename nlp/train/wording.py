"""Fits what words say of the sentiment: `python -m nlp.train.wording --data FOLDER`.

A logistic regression with a ridge, by Newton's steps: convex, seconds, the same every time.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from listening.contract import ListeningError
from nlp.encoder import MODEL, Encoder, count_cores
from nlp.manifest import Manifest
from nlp.normalize import normalize
from nlp.score import Floats, Labels, fit_temperature, score
from nlp.train.corpus import class_weights, read_held_out
from nlp.train.data import read_check, read_rows
from nlp.train.opinion import Sparse
from nlp.train.tasks import TASKS, Task
from nlp.wording import Wording, read_keys

HEAD: Final = "sentiment"
FILE: Final = "wording.safetensors"

SHARE: Final = 0.5
"""How much it adds to the logits of the head, whose temperature was 1.7: .3 of its log odds.

Of .2 to 1 tried on the validation part, .3 and .5 are best and much the same.
"""

SHIFT: Final = 0.85
"""How far the classes are drawn to counting the same, in log shares of the training rows.

Half of the way, at a temperature of 1.7: the square root in the loss has gone the other half
(`class_weights`). It costs accuracy where classes are as unequal as in training.
"""

_FEWEST: Final = 5  # texts that a feature must stand in
_MOST: Final = 0.5  # share of the texts that it may stand in
_RIDGE: Final = 5e-6
_NEWTON: Final = 12
_STEPS: Final = 25  # of conjugate gradients in each
_CLOSE: Final = 1e-7

Doubles = NDArray[np.float64]


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, print what it brings on the validation part, and with `--write` keep it."""
    parser = argparse.ArgumentParser(prog="python -m nlp.train.wording", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--model", type=Path, default=MODEL, help="the folder it is added to")
    parser.add_argument("--write", metavar="VERSION", help="keep it, as that version of the model")
    chosen = parser.parse_args(arguments)
    try:
        task = next(task for task in TASKS if task.name == HEAD)
        fitted = fit(*read_training(chosen.data, task))
        _add(fitted, chosen.model, chosen.data, task, chosen.write)
    except ListeningError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command's message
        return error.exit_code
    return 0


def read_training(data: Path, task: Task) -> tuple[list[str], Labels]:
    """Return the normalised texts a head learns from, each once, and their labels.

    Those that stand in a validation part of any head are left out, as in the head's training.
    """
    held_out = read_held_out(data, TASKS)
    texts, labels = read_rows(data / task.folder / "train.jsonl", task.classes)
    rows = dict(zip(map(normalize, texts), labels, strict=True))
    kept = {text: label for text, label in rows.items() if text not in held_out}
    return list(kept), np.array(list(kept.values()), np.int64)


def fit(texts: Sequence[str], labels: Labels) -> dict[str, NDArray[Any]]:
    """Return the tensors of a `Wording`, in logits of the head it is added to."""
    sparse = Sparse.of([read_keys(text) for text in texts], _FEWEST, _MOST)
    classes = int(labels.max()) + 1
    weights = class_weights(labels, classes)[labels].astype(np.float64)
    found = _regress(sparse, np.eye(classes)[labels], weights)
    shares = np.bincount(labels) / len(labels)
    shift = SHIFT * np.log(shares)
    return {
        "keys": np.array(sparse.keys, np.uint32),
        "idf": sparse.idf.astype(np.float16),
        "weights": (SHARE * found[:-1]).astype(np.float16),
        "bias": (SHARE * found[-1] - shift + shift.mean()).astype(np.float32),
    }


def _regress(sparse: Sparse, wanted: Doubles, weights: Doubles) -> Doubles:
    """Return the weights [features + 1, classes] of a logistic regression, the bias last.

    Newton's steps, each solved by conjugate gradients: the curve is never written down.
    """
    n, classes = wanted.shape
    found = np.zeros((len(sparse.idf) + 1, classes))
    share = (weights / n)[:, None]
    pull = np.full((len(found), 1), _RIDGE)
    pull[-1] = 1e-9  # the bias is free but for what all classes share

    def gather(values: Doubles) -> Doubles:
        return np.asarray(sparse.rows @ values[:-1] + values[-1])

    def spread(values: Doubles) -> Doubles:
        return np.vstack([sparse.columns @ values, values.sum(axis=0)])

    for _ in range(_NEWTON):
        logits = gather(found)
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        slope = spread(share * (p - wanted)) + pull * found

        def times(way: Doubles, p: Doubles = p) -> Doubles:
            moved = gather(way)
            turned = p * (moved - (p * moved).sum(axis=1, keepdims=True))
            return np.asarray(spread(share * turned) + pull * way)

        step = _descend(times, slope)
        found -= step
        if np.abs(step).max() < _CLOSE * np.abs(found).max():
            break
    return found


def _descend(times: Callable[[Doubles], Doubles], wanted: Doubles) -> Doubles:
    """Return the solution of `times(x) = wanted` by conjugate gradients, as near as it matters."""
    found = np.zeros_like(wanted)
    rest, way = wanted.copy(), wanted.copy()
    size = first = float((rest**2).sum())
    for _ in range(_STEPS):
        if size <= 1e-10 * first or not size:
            break
        step = times(way)
        share = size / float((way * step).sum())
        found += share * way
        rest -= share * step
        size, before = float((rest**2).sum()), size
        way = rest + size / before * way
    return found


def _add(
    tensors: dict[str, NDArray[Any]], folder: Path, data: Path, task: Task, version: str | None
) -> None:
    """Print the head's figures with and without, and write file and manifest if asked."""
    from safetensors.numpy import save

    texts, known = read_check(data, task)
    labels = np.array(known)
    plain = _read_logits(folder, task.name, texts)
    added = plain + Wording.of(tensors).score([normalize(text) for text in texts])
    told = {}
    for name, logits in (("without", plain), (f"with {len(tensors['keys'])} features", added)):
        even = _soften(logits)
        told[name] = fit_temperature(even, labels)
        figures = score(_soften(logits / told[name]), labels)
        print(name, told[name], {key: round(value, 4) for key, value in figures.items()})  # noqa: T201
    if version is None:
        return
    held = save(tensors)
    (folder / FILE).write_bytes(held)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["version"] = version
    manifest["files"][FILE] = hashlib.sha256(held).hexdigest()
    own = next(each for each in manifest["heads"] if each["name"] == task.name)
    own |= {"wording": FILE, "temperature": told[name]}
    text = json.dumps(manifest, indent=2) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")


def _read_logits(folder: Path, name: str, texts: Sequence[str]) -> Floats:
    """Return the logits of a softmax head by the encoder alone."""
    manifest = Manifest.read(folder / "manifest.json")
    manifest.verify(folder)
    head = next(head for head in manifest.heads if head.name == name)
    own = tuple(
        replace(each, temperature=1.0, wording="") if each is head else each
        for each in manifest.heads
    )
    encoder = Encoder(folder, replace(manifest, heads=own), count_cores())
    return np.log(np.clip(encoder.encode(texts).probabilities[name], 1e-9, 1.0))


def _soften(logits: Floats) -> Floats:
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


if __name__ == "__main__":
    sys.exit(main())
