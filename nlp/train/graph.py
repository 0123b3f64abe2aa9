"""Write the network as the graphs that run: few nodes, texts of one length side by side.

The nodes are written here one by one and not traced from torch: a traced graph had 643 of them
where this has 167, and int8 wants to choose what a layer norm divides by.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper
from torch import nn

from nlp.encoder import MAX_TOKENS
from nlp.score import Floats
from nlp.train.network import FlagBranch, Layer, Network
from nlp.train.nodes import CONTRIB, Arithmetic, Graph, Signal
from nlp.train.tasks import Task


class Writer:
    """Adds the network's parts to a graph, with one arithmetic."""

    def __init__(self, arithmetic: Arithmetic) -> None:
        self.arithmetic = arithmetic
        self.graph = Graph()
        self._whole: dict[str, str] = {}

    def normalise(self, source: str, norm: nn.LayerNorm, key: str) -> Signal:
        """Add a layer norm, whose own weights make the division that its reader wants."""
        divisor = self.arithmetic.divisor(key)
        by: Any = 1.0 if divisor is None else divisor
        weight, bias = (self.graph.put(take(part) / by) for part in (norm.weight, norm.bias))
        name = self.graph.add(
            "LayerNormalization", source, weight, bias, axis=-1, epsilon=float(norm.eps)
        )
        return Signal(name, key, divisor)

    def divide(self, source: str, key: str) -> Signal:
        """Add the division that the reader of a tensor wants."""
        divisor = self.arithmetic.divisor(key)
        if divisor is None:
            return Signal(source, key)
        inverse = self.graph.put((1.0 / divisor).astype(np.float32))
        return Signal(self.graph.add("Mul", source, inverse), key, divisor)

    def whole(self, signal: Signal) -> str:
        """Return a signal undivided."""
        if signal.divisor is None:
            return signal.name
        if signal.name not in self._whole:
            by = self.graph.put(signal.divisor)
            self._whole[signal.name] = self.graph.add("Mul", signal.name, by)
        return self._whole[signal.name]

    def multiply(self, signal: Signal, linear: nn.Linear) -> str:
        """Add the product of a signal with a linear layer."""
        weight, bias = take(linear.weight).T, take(linear.bias)
        return self.arithmetic.multiply(self.graph, signal, weight, bias)

    def attend(self, states: Signal, layer: Layer, key: str) -> Signal:
        """Add attention up to its mixed values, whose division is made in the values' weights."""
        divisor = self.arithmetic.divisor(key)
        by: Any = 1.0 if divisor is None else divisor
        value = (take(layer.value.weight).T / by, take(layer.value.bias) / by)
        parts = [
            self.multiply(states, layer.query),
            self.multiply(states, layer.key),
            self.arithmetic.multiply(self.graph, states, *value),
        ]
        mixed = self.graph.add("MultiHeadAttention", *parts, domain=CONTRIB, num_heads=layer.parts)
        return Signal(mixed, key, divisor)

    def layer(self, states: Signal, layer: Layer, name: str, key: str) -> Signal:
        """Add one BERT layer; `key` names what comes out."""
        mixed = self.attend(states, layer, f"{name}.mixed")
        add = self.graph.add
        between = self.normalise(
            add("Add", self.multiply(mixed, layer.out), self.whole(states)),
            layer.norms[0],
            f"{name}.between",
        )
        wide = self.divide(add("Gelu", self.multiply(between, layer.up)), f"{name}.wide")
        ends = add("Add", self.multiply(wide, layer.down), self.whole(between))
        return self.normalise(ends, layer.norms[1], key)

    def pool(self, states: str, marks: str) -> str:
        """Add the mean of states [n, tokens, width] over marks [n, tokens], [n, width].

        A product for each text: the reductions of onnxruntime add up a single text in another
        order than one of several, and a text's numbers must not depend on that.
        """
        add, last = self.graph.add, self.graph.put(np.array([-1]))
        middle = self.graph.put(np.array([1]))
        total = add("MatMul", add("Unsqueeze", marks, middle), states)
        count = add("ReduceSum", marks, last)
        return add("Div", add("Squeeze", total, middle), count)

    def pick_first(self, states: str) -> str:
        """Add the first token's state, [n, width]."""
        return self.graph.add("Gather", states, self.graph.put(np.array(0)), axis=1)


def write_reader(network: Network, heads: Sequence[Task], arithmetic: Arithmetic) -> Any:
    """Return the graph of one pass: `input_ids, shapes -> embedding, heads, tags, states`."""
    writer = Writer(arithmetic)
    add = writer.graph.add
    layers = [_copy(layer, network) for layer in network.encoder.encoder.layer]
    states = _embed(writer, network)
    low = len(layers) - len(network.target_layers)
    shared = len(layers) - len(network.entity_layers)
    for number, layer in enumerate(layers):
        if number == low:
            add("Identity", writer.whole(states), gives="states")
        if number == shared:
            middle = states
        states = writer.layer(states, layer, f"{number}", f"{number + 1}")
    for number, layer in enumerate(network.entity_layers):
        middle = writer.layer(middle, layer, f"entity{number}", f"entity{number + 1}")
    add("Identity", writer.multiply(middle, network.entity_head[-1]), gives="tags")
    shipped = {head.name: network.heads[head.name] for head in heads if head.shipped}
    _read_heads(writer, network, shipped, writer.whole(states))
    sizes = {name: head[-1].out_features for name, head in shipped.items()}
    width = network.encoder.config.hidden_size
    by_token = {"tags": network.entity_head[-1].out_features, "states": width}
    takes = [_describe(name, TensorProto.INT64, "tokens") for name in ("input_ids", "shapes")]
    gives = [
        _describe(name, TensorProto.FLOAT, n) for name, n in {"embedding": width, **sizes}.items()
    ]
    gives += [_describe(name, TensorProto.FLOAT, "tokens", n) for name, n in by_token.items()]
    return writer.graph.finish(takes, gives)


def write_judge(network: Network, arithmetic: Arithmetic) -> Any:
    """Return the graph of the target branch: `states, marks -> target`."""
    writer = Writer(arithmetic)
    add = writer.graph.add
    marked = add("Unsqueeze", "marks", writer.graph.put(np.array([2])))
    marker = add("Mul", marked, writer.graph.put(take(network.marker)))
    states = writer.divide(add("Add", "states", marker), "target0")
    for number, layer in enumerate(network.target_layers):
        states = writer.layer(states, layer, f"target{number}", f"target{number + 1}")
    last = writer.whole(states)
    features = add("Concat", writer.pool(last, "marks"), writer.pick_first(last), axis=-1)
    head = [part for part in network.target_head if isinstance(part, nn.Linear)]
    hidden = add("Gelu", writer.multiply(writer.divide(features, "features"), head[0]))
    add("Identity", writer.multiply(writer.divide(hidden, "hidden"), head[1]), gives="target")
    width = network.encoder.config.hidden_size
    takes = [
        _describe("states", TensorProto.FLOAT, "tokens", width),
        _describe("marks", TensorProto.FLOAT, "tokens"),
    ]
    return writer.graph.finish(
        takes, [_describe("target", TensorProto.FLOAT, head[1].out_features)]
    )


def write_flagger(branch: FlagBranch, arithmetic: Arithmetic) -> Any:
    """Return the graph of the branch for flags: `states -> flag`."""
    writer = Writer(arithmetic)
    add = writer.graph.add
    states = writer.divide("states", "flag0")
    for number, layer in enumerate(branch.layers):
        states = writer.layer(states, layer, f"flag{number}", f"flag{number + 1}")
    last = writer.whole(states)
    ends = (writer.graph.put(np.array([place])) for place in (0, 2))
    one = helper.make_tensor("one", TensorProto.FLOAT, [1], [1.0])
    marks = add("ConstantOfShape", add("Slice", add("Shape", "states"), *ends), value=one)
    features = add("Concat", writer.pick_first(last), writer.pool(last, marks), axis=-1)
    head = [part for part in branch.head if isinstance(part, nn.Linear)]
    hidden = add("Gelu", writer.multiply(writer.divide(features, "features"), head[0]))
    add("Identity", writer.multiply(writer.divide(hidden, "hidden"), head[1]), gives="flag")
    takes = [_describe("states", TensorProto.FLOAT, "tokens", head[0].in_features // 2)]
    gives = [_describe("flag", TensorProto.FLOAT, head[1].out_features)]
    return writer.graph.finish(takes, gives)


def take(weights: Any) -> Floats:
    """Return a parameter as an array of its own."""
    return np.array(weights.detach().numpy(), np.float32)


def _copy(layer: Any, network: Network) -> Layer:
    """Return a `BertLayer` in the form of the branches' layers."""
    copied = Layer(network.encoder.config)
    copied.copy_from(layer)
    return copied


def _embed(writer: Writer, network: Network) -> Signal:
    """Add what the first layer reads: word, how it is written, and place."""
    graph, tables = writer.graph, network.encoder.embeddings
    words = writer.arithmetic.look_up(graph, take(tables.word_embeddings.weight), "input_ids")
    shapes = graph.add("Gather", graph.put(take(network.shapes.weight)), "shapes")
    kind = take(tables.token_type_embeddings.weight)[0]
    places = graph.put(take(tables.position_embeddings.weight)[:MAX_TOKENS] + kind)
    zero, last = graph.put(np.array([0])), graph.put(np.array([-1]))
    count = graph.add("Gather", graph.add("Shape", "input_ids"), last)
    written = graph.add("Add", words, shapes)
    placed = graph.add("Add", written, graph.add("Slice", places, zero, count, zero))
    return writer.normalise(placed, tables.LayerNorm, "0")


def _read_heads(writer: Writer, network: Network, heads: dict[str, Any], states: str) -> None:
    """Add the embedding and all heads, each of their two layers as one product."""
    graph = writer.graph
    shape = graph.add("Shape", "input_ids")
    one = helper.make_tensor("one", TensorProto.FLOAT, [1], [1.0])
    mean = writer.pool(states, graph.add("ConstantOfShape", shape, value=one))
    features = graph.add("Concat", writer.pick_first(states), mean, axis=-1)
    topical = take(network.topical.weight).T
    none = np.zeros(topical.shape[1], np.float32)
    embedding = writer.arithmetic.multiply(graph, writer.divide(mean, "mean"), topical, none)
    graph.add("LpNormalization", embedding, gives="embedding", axis=-1, p=2)
    firsts, seconds = ([head[place] for head in heads.values()] for place in (1, 3))
    hidden = writer.arithmetic.multiply(
        graph,
        writer.divide(features, "features"),
        np.concatenate([take(linear.weight).T for linear in firsts], axis=1),
        np.concatenate([take(linear.bias) for linear in firsts]),
    )
    hidden = graph.add("Gelu", hidden)
    logits = writer.arithmetic.multiply(
        graph,
        writer.divide(hidden, "hidden"),
        _side_by_side([take(linear.weight).T for linear in seconds]),
        np.concatenate([take(linear.bias) for linear in seconds]),
    )
    graph.split(logits, [linear.out_features for linear in seconds], [*heads])


def _side_by_side(weights: Sequence[Floats]) -> Floats:
    """Return the block diagonal matrix of weights [in, out]."""
    whole = np.zeros(np.sum([weight.shape for weight in weights], axis=0), np.float32)
    row = column = 0
    for weight in weights:
        whole[row : row + weight.shape[0], column : column + weight.shape[1]] = weight
        row, column = row + weight.shape[0], column + weight.shape[1]
    return whole


def _describe(name: str, kind: int, *shape: int | str) -> Any:
    return helper.make_tensor_value_info(name, kind, ["texts", *shape])


def save(model: Any, path: Path) -> None:
    """Write a graph."""
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(path))
