"""Nodes and constants of a graph under way, and its products in float."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import numpy as np
import onnx
from numpy.typing import ArrayLike
from onnx import helper, numpy_helper

from nlp.score import Floats

OPSET: Final = 20
CONTRIB: Final = "com.microsoft"
"""The operators that every onnxruntime has beside the standard ones."""


@dataclass(frozen=True)
class Signal:
    """A tensor of the graph: what `key` names, divided by `divisor` along its last axis."""

    name: str
    key: str
    divisor: Floats | None = None


@dataclass
class Graph:
    """Nodes and constants under way. Each method returns the name of a tensor."""

    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)

    def put(self, values: ArrayLike) -> str:
        """Add a constant."""
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.array(values, order="C"), name))
        return name

    def add(self, kind: str, *takes: str, gives: str = "", domain: str = "", **more: Any) -> str:
        """Add a node with one output, called `gives` if that is stated."""
        gives = gives or f"{kind}{len(self.nodes)}"
        node = helper.make_node(kind, takes, [gives], f"n{len(self.nodes)}", domain=domain, **more)
        self.nodes.append(node)
        return gives

    def split(self, source: str, sizes: Sequence[int], names: Sequence[str] = ()) -> list[str]:
        """Add a node that parts the last axis."""
        gives = [*names] or [f"Split{len(self.nodes)}_{part}" for part in range(len(sizes))]
        parts = self.put(np.array(sizes, np.int64))
        self.nodes.append(helper.make_node("Split", [source, parts], gives, axis=-1))
        return gives

    def finish(self, takes: Sequence[Any], gives: Sequence[Any]) -> Any:
        """Return the checked model."""
        graph = helper.make_graph(self.nodes, "encoder", takes, gives, self.constants)
        domains = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)]
        model = helper.make_model(graph, opset_imports=domains, ir_version=10)
        onnx.checker.check_model(model)
        return model


class Arithmetic(Protocol):
    """How products are made: in float, or in eight bits (`nlp.train.quantise`)."""

    def divisor(self, key: str) -> Floats | None:
        """Return what the signal of that key is divided by, channel by channel."""

    def look_up(self, graph: Graph, table: Floats, ids: str) -> str:
        """Add the rows of a table [rows, width] by number."""

    def multiply(self, graph: Graph, signal: Signal, weight: Floats, bias: Floats) -> str:
        """Add a signal's product with a weight [in, out], plus a bias."""


class Float:
    """Products in float32. Notes which tensor each key stands for, and what reads it."""

    def __init__(self) -> None:
        self.tensors: dict[str, str] = {}
        self.weights: dict[str, list[Floats]] = {}

    def divisor(self, key: str) -> Floats | None:  # noqa: ARG002 - nothing is divided
        """Return None."""
        return None

    def look_up(self, graph: Graph, table: Floats, ids: str) -> str:
        """Add the rows of a table [rows, width] by number."""
        return graph.add("Gather", graph.put(table), ids)

    def multiply(self, graph: Graph, signal: Signal, weight: Floats, bias: Floats) -> str:
        """Add a signal's product with a weight [in, out], plus a bias."""
        self.tensors[signal.key] = signal.name
        self.weights.setdefault(signal.key, []).append(weight)
        product = graph.add("MatMul", signal.name, graph.put(weight))
        return graph.add("Add", product, graph.put(bias))
