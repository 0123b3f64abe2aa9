"""Reads layers of the shipped int8 graph back as float: where the checkpoint is gone, they begin.

Each product's weight is stored in bytes, times what its signal was divided by
(`nlp.train.quantise`); both are undone. What is lost is the rounding: the embedding that comes of
the last two layers read so has a cosine of .9992 and more with the shipped one (2026-11-23).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from transformers import BertConfig

from nlp.score import Floats
from nlp.train.network import Layer

PRODUCT = "MatMulIntegerToFloat"


def read_layers(path: Path, config: BertConfig, wanted: tuple[int, ...]) -> list[Layer]:
    """Return the encoder's layers with these numbers, from 0 on."""
    graph = _Read(onnx.load(path).graph)
    attentions = graph.of_kind("MultiHeadAttention")
    return [graph.layer(attentions[number], config) for number in wanted]


class _Read:
    """A graph whose nodes are found by what they read and give."""

    def __init__(self, graph: Any) -> None:
        self.nodes = list(graph.node)
        self.constants = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
        self._giver = {name: node for node in self.nodes for name in node.output}

    def of_kind(self, kind: str, source: str = "") -> list[Any]:
        """Return the nodes of a kind, only those that read `source` if it is stated."""
        return [
            node
            for node in self.nodes
            if node.op_type == kind and (not source or source in node.input)
        ]

    def layer(self, attention: Any, config: BertConfig) -> Layer:
        """Return the layer that an attention belongs to."""
        layer = Layer(config)
        products = [self._giver[name] for name in attention.input[:3]]
        before = self._giver[products[0].input[0]].input[0]
        for linear, product in zip((layer.query, layer.key, layer.value), products, strict=True):
            self._fill(linear, product, self._divisor(before))
        out = self._reader(attention.output[0])
        self._fill(layer.out, out, 1.0)
        between = self._norm(layer.norms[0], out)
        up = self._reader(between)
        self._fill(layer.up, up, self._divisor(between))
        (wide,) = self.of_kind("Gelu", up.output[0])
        scaled = self.of_kind("Mul", wide.output[0])
        down = self._reader(scaled[0].output[0] if scaled else wide.output[0])
        self._fill(layer.down, down, 1.0 / self._divisor(wide.output[0]))
        self._norm(layer.norms[1], down)
        return layer

    def _reader(self, signal: str) -> Any:
        """Return the product that reads a signal in bytes."""
        (rounded,) = self.of_kind("QuantizeLinear", signal)
        return self.of_kind(PRODUCT, rounded.output[0])[0]

    def _norm(self, norm: nn.LayerNorm, product: Any) -> str:
        """Fill the layer norm behind a product; return what it gives."""
        (total,) = self.of_kind("Add", product.output[0])
        (node,) = self.of_kind("LayerNormalization", total.output[0])
        divisor = self._divisor(node.output[0])
        for part, name in ((norm.weight, node.input[1]), (norm.bias, node.input[2])):
            part.data = torch.from_numpy(np.array(self.constants[name] * divisor, np.float32))
        return str(node.output[0])

    def _divisor(self, signal: str) -> Any:
        """Return the constant that a signal is multiplied by, 1 where it is by none."""
        for node in self.of_kind("Mul", signal):
            other = next(name for name in node.input if name != signal)
            if other in self.constants:
                return self.constants[other]
        return 1.0

    def _fill(self, linear: nn.Linear, product: Any, divisor: Any) -> None:
        weight: Floats = self.constants[product.input[1]] * self.constants[product.input[3]]
        whole = weight / np.broadcast_to(divisor, weight.shape[:1])[:, None]
        linear.weight.data = torch.from_numpy(np.array(whole.T, np.float32, order="C"))
        linear.bias.data = torch.from_numpy(np.array(self.constants[product.input[6]]))
