"""What a batch costs: each head's loss on the rows that know its answer, weighted by class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from nlp.train.corpus import NO_TAG, Row, class_weights
from nlp.train.network import Network, pad
from nlp.train.tasks import CONTROL, Task

CONTROL_WEIGHT: Final = 0.3
"""The control is there to be compared with: its pull on the shared encoder is kept small."""

SEVERAL_WEIGHT: Final = 4.0
"""A head of many labels averages over them, most of them easily absent: a mean loss of .2."""

TAG_WEIGHT: Final = 4.0
"""Likewise for tags: nine pieces of ten are outside of any name."""


class Losses:
    """Sums of losses over the rows of a batch; class weights come from all rows."""

    def __init__(self, rows: Sequence[Row], heads: Sequence[Task]) -> None:
        self.heads = heads
        self.weights = [torch.from_numpy(_weigh(rows, head)) for head in heads]
        targets = np.array([label for row in rows for _, _, label in row.targets], np.int64)
        self.target_weights = torch.from_numpy(class_weights(targets, 3))

    def of_heads(self, rows: Sequence[Row], logits: Sequence[Tensor]) -> Tensor:
        """Return the loss of the heads that read a whole text."""
        total = logits[0].new_zeros(())
        for head, weights, said in zip(self.heads, self.weights, logits, strict=True):
            mine = [n for n, row in enumerate(rows) if head.name in row.labels]
            if mine:
                labels = torch.tensor([rows[n].labels[head.name] for n in mine])
                scale = CONTROL_WEIGHT if head.name == CONTROL.name else 1.0
                total = total + scale * _loss(said[mine], labels, weights).sum()
        return total

    def of_targets(
        self, rows: Sequence[Row], low: Tensor, mask: Tensor, network: Network
    ) -> Tensor:
        """Return the loss of the target branch."""
        found = [(n, *target) for n, row in enumerate(rows) for target in row.targets]
        if not found:
            return low.new_zeros(())
        texts = torch.tensor([n for n, *_ in found])
        marks = torch.zeros(len(found), low.shape[1])
        for number, (_, start, end, _) in enumerate(found):
            marks[number, start:end] = 1.0
        logits = network.read_targets(low[texts], marks, mask[texts])
        labels = torch.tensor([label for *_, label in found])
        return _loss(logits, labels, self.target_weights).sum()

    def of_entities(
        self, rows: Sequence[Row], middle: Tensor, mask: Tensor, network: Network
    ) -> Tensor:
        """Return the loss of the entity branch: the mean over pieces, times the rows."""
        mine = [n for n, row in enumerate(rows) if row.tags is not None]
        if not mine:
            return middle.new_zeros(())
        logits = network.read_entities(middle[mine], mask[mine])
        tags = [rows[n].tags or [] for n in mine]
        wanted = functional.pad(
            padded := pad(tags, NO_TAG), (0, middle.shape[1] - padded.shape[1]), value=NO_TAG
        )
        loss = functional.cross_entropy(logits.flatten(0, 1), wanted.flatten(), ignore_index=NO_TAG)
        return TAG_WEIGHT * len(mine) * loss


def _weigh(rows: Sequence[Row], head: Task) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Return a weight per class, or per label that is there (of heads with several)."""
    labels = np.array([row.labels[head.name] for row in rows if head.name in row.labels], np.int64)
    if labels.ndim == 1:
        return class_weights(labels, head.classes)
    there = labels.mean(axis=0).clip(1e-3, 1 - 1e-3)
    weights: np.ndarray[tuple[int, ...], np.dtype[np.float32]]
    weights = np.sqrt((1 - there) / there).astype(np.float32)
    return weights


def _loss(logits: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    """Return each row's loss: labels are numbers, or a row of 0 and 1 for several labels."""
    if labels.ndim > 1:
        several = functional.binary_cross_entropy_with_logits(
            logits, labels.float(), pos_weight=weights, reduction="none"
        )
        return SEVERAL_WEIGHT * several.mean(1)
    if logits.shape[1] == 1:
        loss = functional.binary_cross_entropy_with_logits(
            logits[:, 0], labels.float(), reduction="none"
        )
    else:
        loss = functional.cross_entropy(logits, labels, reduction="none")
    return loss * weights[labels]
