"""The network: one MiniLM pass, a head per task, and an embedding that stays topical."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertConfig, BertModel

from nlp.tokens import SHAPES
from nlp.train.tasks import TAGS, Task

HIDDEN: Final = 128
"""Width of a head's own layer: room to differ, 0.1 MB a head."""

TARGET_LAYERS: Final = 2
"""Upper layers that the target branch has to itself; it starts as their copy."""


@dataclass
class States:
    """Token states [n, tokens, width]: where the two branches leave, and the end."""

    low: Tensor  # below the target branch
    middle: Tensor  # below the entity branch
    last: Tensor


class Network(nn.Module):  # type: ignore[misc]  # torch is no dependency
    """`ids, shapes, mask -> states`, and what is read off them.

    Heads read the first token's state and the mean. The embedding is the mean through a
    matrix that starts as identity, so that distilling it does not bind the heads' features.
    How a word is written enters below the first layer, from zero. Entities are read from a
    copy of the last layer, targets from a copy of the last two, which are told where the
    target stands: 1/6 of a pass a text, 1/3 a target.
    """

    def __init__(self, config: BertConfig, tasks: Sequence[Task]) -> None:
        super().__init__()
        width = config.hidden_size
        self.encoder = BertModel(config, add_pooling_layer=False)
        self.shapes = nn.Embedding(len(SHAPES), width)
        nn.init.zeros_(self.shapes.weight)
        self.topical = nn.Linear(width, width, bias=False)
        nn.init.eye_(self.topical.weight)
        self.heads = nn.ModuleDict({task.name: _make_head(width, task) for task in tasks})
        self.entity_layers = nn.ModuleList([Layer(config)])
        self.entity_head = nn.Sequential(nn.Dropout(0.1), nn.Linear(width, len(TAGS)))
        self.marker = nn.Parameter(torch.zeros(width))
        self.target_layers = nn.ModuleList([Layer(config) for _ in range(TARGET_LAYERS)])
        self.target_head = nn.Sequential(
            nn.Dropout(0.1), nn.Linear(2 * width, HIDDEN), nn.GELU(), nn.Linear(HIDDEN, 3)
        )

    def copy_layers(self) -> None:
        """Start the branches as copies of the encoder's upper layers."""
        for branch in (self.entity_layers, self.target_layers):
            source = self.encoder.encoder.layer[-len(branch) :]
            for layer, original in zip(branch, source, strict=True):
                layer.copy_from(original)

    def read(self, ids: Tensor, shapes: Tensor, mask: Tensor) -> States:
        """Run the encoder; `mask` is 1 where there is a token."""
        words = self.encoder.embeddings.word_embeddings(ids) + self.shapes(shapes)
        states = self.encoder(
            inputs_embeds=words, attention_mask=mask, output_hidden_states=True
        ).hidden_states
        return States(states[-1 - TARGET_LAYERS], states[-2], states[-1])

    def read_heads(self, states: States, mask: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Return the unit-length embedding [n, width] and each head's logits [n, labels]."""
        mean = pool_mean(states.last, mask)
        features = torch.cat([states.last[:, 0], mean], dim=1)
        embedding = functional.normalize(self.topical(mean), dim=1)
        return embedding, [head(features) for head in self.heads.values()]

    def read_entities(self, middle: Tensor, mask: Tensor) -> Tensor:
        """Return the tag logits of each token, [n, tokens, tags]."""
        for layer in self.entity_layers:
            middle = layer(middle, mask)
        logits: Tensor = self.entity_head(middle)
        return logits

    def read_targets(self, low: Tensor, marks: Tensor, mask: Tensor) -> Tensor:
        """Return the polarity logits [n, 3] towards the tokens that `marks` is 1 for."""
        states = low + marks.unsqueeze(-1).to(low.dtype) * self.marker
        for layer in self.target_layers:
            states = layer(states, mask)
        features = torch.cat([pool_mean(states, marks), states[:, 0]], dim=1)
        logits: Tensor = self.target_head(features)
        return logits


class FlagBranch(nn.Module):  # type: ignore[misc]  # torch is no dependency
    """`states, mask -> logits` of each flag: upper layers of its own, and a head.

    It reads the states that the target branch reads, so it costs a third of a pass a text.
    """

    def __init__(self, layers: Sequence[Layer], width: int, flags: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.head = nn.Sequential(
            nn.Dropout(0.1), nn.Linear(2 * width, HIDDEN), nn.GELU(), nn.Linear(HIDDEN, flags)
        )

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """Return logits [n, flags]; `mask` is 1 where there is a token."""
        for layer in self.layers:
            states = layer(states, mask)
        features = torch.cat([states[:, 0], pool_mean(states, mask)], dim=1)
        logits: Tensor = self.head(features)
        return logits


class Layer(nn.Module):  # type: ignore[misc]  # torch is no dependency
    """One BERT layer, for a branch."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        width = config.hidden_size
        self.parts = config.num_attention_heads
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.up = nn.Linear(width, config.intermediate_size)
        self.down = nn.Linear(config.intermediate_size, width)
        self.norms = nn.ModuleList(
            [nn.LayerNorm(width, eps=config.layer_norm_eps) for _ in range(2)]
        )
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def copy_from(self, original: Any) -> None:
        """Take the weights of a `BertLayer`."""
        attention = original.attention
        pairs = [
            (self.query, attention.self.query),
            (self.key, attention.self.key),
            (self.value, attention.self.value),
            (self.out, attention.output.dense),
            (self.norms[0], attention.output.LayerNorm),
            (self.up, original.intermediate.dense),
            (self.down, original.output.dense),
            (self.norms[1], original.output.LayerNorm),
        ]
        for mine, theirs in pairs:
            mine.load_state_dict(copy.deepcopy(theirs.state_dict()))

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """Return the next states; `mask` is 1 where there is a token."""
        count, tokens, width = states.shape

        def part(linear: nn.Module) -> Tensor:
            split = linear(states).view(count, tokens, self.parts, width // self.parts)
            return split.transpose(1, 2)

        query, key, value = part(self.query), part(self.key), part(self.value)
        scores = query @ key.transpose(2, 3) / (width // self.parts) ** 0.5
        scores = scores + (1.0 - mask[:, None, None, :].to(scores.dtype)) * -1e4
        mixed = (scores.softmax(-1) @ value).transpose(1, 2).reshape(count, tokens, width)
        states = self.norms[0](states + self.dropout(self.out(mixed)))
        wide = functional.gelu(self.up(states))
        result: Tensor = self.norms[1](states + self.dropout(self.down(wide)))
        return result


def pool_mean(states: Tensor, mask: Tensor) -> Tensor:
    """Return the mean over the tokens that the mask keeps, [n, width]."""
    kept = mask.unsqueeze(-1).to(states.dtype)
    return (states * kept).sum(1) / kept.sum(1).clamp(min=1e-9)


def _make_head(width: int, task: Task) -> nn.Module:
    return nn.Sequential(
        nn.Dropout(0.1),
        nn.Linear(2 * width, HIDDEN),
        nn.GELU(),
        nn.Linear(HIDDEN, len(task.labels)),
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
    network.copy_layers()
    return network


def embed_frozen(encoder: nn.Module, ids: Tensor, mask: Tensor) -> Tensor:
    """Return the encoder's own mean-pooled unit embedding, without gradients."""
    with torch.no_grad():
        states = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        return functional.normalize(pool_mean(states, mask), dim=1)


def pad(rows: Sequence[Sequence[int]], filler: int = 0) -> Tensor:
    """Return the rows as one matrix, filled up to the longest."""
    width = max(map(len, rows))
    matrix = torch.full((len(rows), width), filler, dtype=torch.long)
    for number, row in enumerate(rows):
        matrix[number, : len(row)] = torch.tensor(row)
    return matrix
