"""Trains the branch that reads flags: a copy of the encoder's last two layers, on kept states.

All below them stays as it ships, so the encoder's states are made once, and a run takes minutes.
The held texts are left out in turn (`FOLDS`): what the branch says of those settles how it joins
the head, the opinion and the rules (`nlp.train.flags`). The one that ships learns from all.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor, multiprocessing, nn

from listening.contract import FLAGS, ConfigurationError
from nlp.encoder import MODEL, Encoder
from nlp.score import Floats
from nlp.train.base import find_base
from nlp.train.flag_texts import FOLDS, FlagTexts, Marks, read_texts
from nlp.train.graph import save, write_flagger
from nlp.train.network import TARGET_LAYERS, FlagBranch
from nlp.train.nodes import Float
from nlp.train.quantise import Eight, fit_scales, observe

log = logging.getLogger("nlp.train")

Whole = NDArray[np.int64]

EVERYTHING: Final = FOLDS  # the number of the run that leaves nothing out
STATES, STARTS, LOGITS = "states.npy", "starts.npy", "logits.npy"
_BATCH: Final = 32
_NEAR: Final = 50  # batches of texts that are sorted by length together
_WARM: Final = 0.08
_DECAY: Final = 0.01
_POSITIVE: Final = 2.0  # how much a flag counts against none
_PLAIN: Final = 0.5  # of the ordinary texts, others in each round
_SAMPLE: Final = 512  # texts that the int8 scales are settled by


@dataclass(frozen=True)
class Run:
    """One run: where its states lie, what is left out of it, and how it learns."""

    out: Path
    base: Path
    model: Path
    left_out: int  # the fold; EVERYTHING: none
    epochs: float
    rate: float
    seed: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `python -m nlp.train.branch --data FOLDER`; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m nlp.train.branch", description=__doc__)
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder of the labelled sets")
    add("--out", type=Path, default=Path("build/branch"), help="what is done there is kept")
    add("--base", type=Path, help="folder of the pretrained weights (default: the package)")
    add("--model", type=Path, default=MODEL, help="the model it belongs to")
    add("--epochs", type=float, default=3.0)
    add("--rate", type=float, default=3e-4)
    add("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    texts = read_texts(chosen.data)
    chosen.out.mkdir(parents=True, exist_ok=True)
    encoder = Encoder.load(chosen.model)
    if not (chosen.out / STARTS).exists():
        keep_states(encoder, texts, chosen.out)
    check_kept(texts, chosen.out)
    base = find_base(chosen.base)
    plan = (chosen.epochs, chosen.rate, chosen.seed)
    runs = [
        Run(chosen.out, base, chosen.model, fold, *plan) for fold in (EVERYTHING, *range(FOLDS))
    ]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.map(train, runs, chunksize=1)
    held = [np.load(chosen.out / f"fold{fold}.npy") for fold in range(FOLDS)]
    np.save(chosen.out / LOGITS, np.choose(texts.fold[:, None], held))
    export(chosen.out, base, encoder)
    return 0


def keep_states(encoder: Encoder, texts: FlagTexts, out: Path) -> None:
    """Write the token states of all texts, what is wanted of them, and who is left out when."""
    states, starts = [], [0]
    for start in range(0, len(texts.texts), 512):
        for reading in encoder.encode(texts.texts[start : start + 512]).readings:
            states.append(reading.states)
            starts.append(starts[-1] + len(reading.states))
    np.save(out / "texts.npy", _hash(texts.texts))
    np.save(out / "wanted.npy", texts.wanted)
    np.save(out / "fold.npy", np.where(texts.held, texts.fold, -1))
    np.save(out / "ordinary.npy", texts.ordinary)
    np.save(out / STATES, np.concatenate(states))
    np.save(out / STARTS, np.array(starts))


def check_kept(texts: FlagTexts, out: Path) -> None:
    """Check that what is kept is of these texts.

    Raises:
        ConfigurationError: it is of others.
    """
    same = np.array_equal(np.load(out / "texts.npy"), _hash(texts.texts))
    if not (same and np.array_equal(np.load(out / "wanted.npy"), texts.wanted)):
        what = "the states that are kept there are of other texts, or of other labels"
        raise ConfigurationError(what, where=str(out), mend="remove it, and begin anew")


def _hash(texts: Sequence[str]) -> NDArray[np.uint32]:
    return np.array([crc32(text.encode()) for text in texts], np.uint32)


def train(run: Run) -> None:
    """Train one branch; write its weights, and what it says of every text it was kept from."""
    weights = run.out / f"fold{run.left_out}.safetensors"
    if weights.exists():
        return
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    torch.manual_seed(run.seed)
    random = np.random.default_rng(run.seed)
    kept = Kept.read(run.out)
    branch = start_branch(run.base, run.model)
    rows = np.flatnonzero(kept.fold != run.left_out)
    plain = kept.ordinary[rows]
    size = int((~plain).sum() + _PLAIN * plain.sum())
    steps = int(run.epochs * size / _BATCH)
    optimiser = torch.optim.AdamW(branch.parameters(), lr=run.rate, weight_decay=_DECAY)
    loss = nn.BCEWithLogitsLoss(pos_weight=torch.full((len(FLAGS),), _POSITIVE))
    branch.train()
    for step, batch in enumerate(deal(kept, rows, steps, random)):
        share = min(1.0, (step + 1) / (_WARM * steps)) * (1 - step / steps)
        for group in optimiser.param_groups:
            group["lr"] = run.rate * share
        wanted = torch.from_numpy(kept.wanted[batch].astype(np.float32))
        found = loss(branch(*kept.pad(batch)), wanted)
        optimiser.zero_grad()
        found.backward()
        nn.utils.clip_grad_norm_(branch.parameters(), 1.0)
        optimiser.step()
        if step % 200 == 0:
            log.info("without %d: step %d of %d", run.left_out, step, steps)
    if run.left_out != EVERYTHING:
        np.save(run.out / f"fold{run.left_out}.npy", judge(branch, kept))
    save_file(branch.state_dict(), weights)  # last: it says that the run is done


@dataclass(frozen=True)
class Kept:
    """The kept states, and what is wanted."""

    states: NDArray[np.float16]
    starts: Whole
    wanted: Marks
    fold: Whole  # -1: never left out
    ordinary: Marks

    @classmethod
    def read(cls, out: Path) -> Kept:
        """Read what `keep_states` wrote."""
        states = np.load(out / STATES, mmap_mode="r")
        rest = (np.load(out / name) for name in (STARTS, "wanted.npy", "fold.npy", "ordinary.npy"))
        return cls(states, *rest)

    @property
    def lengths(self) -> Whole:
        """How many tokens each text has."""
        return np.diff(self.starts)

    def pad(self, rows: Whole) -> tuple[Tensor, Tensor]:
        """Return the states of some texts side by side, and where there are tokens."""
        lengths = self.lengths[rows]
        states = torch.zeros(len(rows), int(lengths.max()), self.states.shape[1])
        mask = torch.zeros(states.shape[:2])
        for place, (row, length) in enumerate(zip(rows, lengths, strict=True)):
            own = self.states[self.starts[row] : self.starts[row + 1]].astype(np.float32)
            states[place, :length] = torch.from_numpy(own)
            mask[place, :length] = 1
        return states, mask


def start_branch(base: Path, model: Path) -> FlagBranch:
    """Return a branch that begins as the last layers of a model's encoder."""
    from transformers import BertConfig

    from nlp.train.shipped import read_layers

    config = BertConfig.from_pretrained(base)
    last = range(config.num_hidden_layers - TARGET_LAYERS, config.num_hidden_layers)
    layers = read_layers(model / "model.onnx", config, tuple(last))
    return FlagBranch(layers, config.hidden_size, len(FLAGS))


def deal(kept: Kept, rows: Whole, steps: int, random: np.random.Generator) -> Iterator[Whole]:
    """Yield so many batches, texts of like length together; ordinary ones are drawn anew."""
    plain = rows[kept.ordinary[rows]]
    dealt = 0
    while True:
        some = random.choice(plain, int(_PLAIN * len(plain)), replace=False)
        mixed = random.permutation(np.concatenate([rows[~kept.ordinary[rows]], some]))
        batches = sort_near(kept, mixed)
        for place in random.permutation(len(batches)):
            if dealt == steps:
                return
            dealt += 1
            yield batches[place]


def sort_near(kept: Kept, rows: Whole) -> list[Whole]:
    """Return rows in batches, those of like length together."""
    batches = []
    for start in range(0, len(rows), _BATCH * _NEAR):
        near = rows[start : start + _BATCH * _NEAR]
        near = near[np.argsort(kept.lengths[near], kind="stable")]
        batches += [near[at : at + _BATCH] for at in range(0, len(near), _BATCH)]
    return batches


def judge(branch: FlagBranch, kept: Kept) -> Floats:
    """Return the logits of every text, float32 [texts, flags]."""
    branch.eval()
    logits = np.empty(kept.wanted.shape, np.float32)
    with torch.no_grad():
        for rows in sort_near(kept, np.arange(len(logits))):
            logits[rows] = branch(*kept.pad(rows)).numpy()
    return logits


def export(out: Path, base: Path, encoder: Encoder) -> None:
    """Write the branch of all texts in int8 to the model's folder, and state its hash."""
    branch = start_branch(base, encoder.folder)
    branch.load_state_dict(load_file(out / f"fold{EVERYTHING}.safetensors"))
    branch.eval()
    kept = Kept.read(out)
    rows = np.random.default_rng(1).permutation(len(kept.wanted))[:_SAMPLE]
    feeds: list[dict[str, Any]] = [
        {"states": kept.states[kept.starts[row] : kept.starts[row + 1]].astype(np.float32)[None]}
        for row in rows
    ]
    plain = Float()
    seen = observe(write_flagger(branch, plain), plain.tensors, feeds)
    save(write_flagger(branch, Eight(fit_scales(plain, seen))), encoder.folder / "flag.onnx")
    path = encoder.folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["files"]["flag.onnx"] = hashlib.sha256(
        (encoder.folder / "flag.onnx").read_bytes()
    ).hexdigest()
    manifest["flag"] = {
        "name": "flag", "labels": list(FLAGS), "kind": "sigmoid", "temperature": 1.0,
    }  # fmt: skip
    path.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
