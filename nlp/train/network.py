"""The network: one MiniLM pass, a head per task, and an embedding that stays topical."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from nlp.train.tasks import Task

HIDDEN: Final = 128
"""Width of a head's own layer: room to differ, 0.1 MB a head."""


class Network(nn.Module):  # type: ignore[misc]  # torch is no dependency
    """`ids, mask -> embedding, logits per task`.

    Heads read the first token's state and the mean. The embedding is the mean through a
    matrix that starts as identity, so that distilling it does not bind the heads' features.
    """

    def __init__(self, config: BertConfig, tasks: Sequence[Task]) -> None:
        super().__init__()
        width = config.hidden_size
        self.encoder = BertModel(config, add_pooling_layer=False)
        self.topical = nn.Linear(width, width, bias=False)
        nn.init.eye_(self.topical.weight)
        self.heads = nn.ModuleDict({task.name: _make_head(width, task) for task in tasks})

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Return the unit-length embedding [n, width] and each head's logits [n, classes]."""
        states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        mean = pool_mean(states, mask)
        features = torch.cat([states[:, 0], mean], dim=1)
        embedding = nn.functional.normalize(self.topical(mean), dim=1)
        return embedding, [head(features) for head in self.heads.values()]


def pool_mean(states: Tensor, mask: Tensor) -> Tensor:
    """Return the mean over the tokens that the mask keeps, [n, width]."""
    kept = mask.unsqueeze(-1).to(states.dtype)
    return (states * kept).sum(1) / kept.sum(1).clamp(min=1e-9)


def _make_head(width: int, task: Task) -> nn.Module:
    outputs = 1 if task.kind == "sigmoid" else len(task.labels)
    return nn.Sequential(
        nn.Dropout(0.1), nn.Linear(2 * width, HIDDEN), nn.GELU(), nn.Linear(HIDDEN, outputs)
    )


def load_network(folder: Path, tasks: Sequence[Task]) -> Network:
    """Return the network with pretrained encoder and fresh heads.

    Word embeddings are frozen and attention dropout is 0: together they made training on
    two cores bearable (24.7 examples a second), and half of the weights are words.
    """
    config = BertConfig.from_pretrained(folder)
    config.attention_probs_dropout_prob = 0.0
    network = Network(config, tasks)
    pretrained = BertModel.from_pretrained(folder, config=config, add_pooling_layer=False)
    network.encoder.load_state_dict(pretrained.state_dict())
    network.encoder.embeddings.word_embeddings.weight.requires_grad_(requires_grad=False)
    return network


def embed_frozen(encoder: nn.Module, ids: Tensor, mask: Tensor) -> Tensor:
    """Return the encoder's own mean-pooled unit embedding, without gradients."""
    with torch.no_grad():
        states = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        return nn.functional.normalize(pool_mean(states, mask), dim=1)


def pad(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Return token ids and mask of the rows, padded with 0 to the longest."""
    width = max(map(len, rows))
    ids = torch.zeros(len(rows), width, dtype=torch.long)
    mask = torch.zeros(len(rows), width, dtype=torch.long)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = torch.tensor(row)
        mask[number, : len(row)] = 1
    return ids, mask
