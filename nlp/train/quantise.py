"""Products in eight bits whose scales are settled before: what a text says stays its own.

Dynamic int8 scales by the largest number of a pass, which is that of an outlying channel: it lost
up to 1.3 points, and a text's numbers hung on its neighbours. Here each channel is divided by what
was seen of it on sample texts, in weights that are there anyway, and one fixed scale fits all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper

from nlp.score import Floats
from nlp.train.nodes import CONTRIB, Float, Graph, Signal

Feed = dict[str, NDArray[Any]]

SHARES: Final = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""How much of a channel's range is moved into its weights: the best is chosen by the error."""

ROWS: Final = 8
"""Token states that are kept of a text, to measure errors on."""

FLOOR: Final = 1.0
"""Least range of a channel, in medians of all: what seldom fires was hardly seen."""

PAIR: Final = 127.9
"""Most that two neighbouring weights of a column may sum up to, before they are rounded.

Processors with AVX2 and no VNNI add two products of a byte and a weight in 16 bits: 255 x 128 =
32,640 is the last that fits. Half the range of every weight would do too, but costs a bit.
"""


@dataclass
class Seen:
    """What was seen of a signal: the range of its channels, and some rows."""

    low: Floats
    high: Floats
    rows: list[Floats] = field(default_factory=list)


@dataclass(frozen=True)
class Fit:
    """How a signal becomes bytes: `(signal / divisor) / scale + zero`."""

    divisor: Floats
    scale: np.float32
    zero: np.uint8


class Eight:
    """Products of bytes."""

    def __init__(self, fits: Mapping[str, Fit]) -> None:
        self.fits = fits
        self._bytes: dict[str, str] = {}

    def divisor(self, key: str) -> Floats | None:
        """Return what the signal of that key is divided by, channel by channel."""
        fit = self.fits.get(key)  # none: no product reads it
        return None if fit is None or (fit.divisor == 1).all() else fit.divisor

    def look_up(self, graph: Graph, table: Floats, ids: str) -> str:
        """Add the rows of a table [rows, width] by number, each with a scale of its own."""
        scales = np.maximum(np.abs(table).max(axis=1, keepdims=True) / 127, 1e-12)
        rounded = graph.put(np.rint(table / scales).astype(np.int8))
        rows = graph.add("Cast", graph.add("Gather", rounded, ids), to=TensorProto.FLOAT)
        return graph.add(
            "Mul", rows, graph.add("Gather", graph.put(scales.astype(np.float32)), ids)
        )

    def multiply(self, graph: Graph, signal: Signal, weight: Floats, bias: Floats) -> str:
        """Add a signal's product with a weight [in, out], plus a bias."""
        fit = self.fits[signal.key]
        scale, zero = graph.put(fit.scale), graph.put(fit.zero)
        if signal.name not in self._bytes:
            self._bytes[signal.name] = graph.add("QuantizeLinear", signal.name, scale, zero)
        rounded, scales = round_weight(weight * fit.divisor[:, None])
        none = graph.put(np.zeros(weight.shape[1], np.int8))
        takes = [graph.put(rounded), scale, graph.put(scales), zero, none, graph.put(bias)]
        return graph.add("MatMulIntegerToFloat", self._bytes[signal.name], *takes, domain=CONTRIB)


def round_weight(weight: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Return a weight [in, out] in bytes, and each column's scale; see `PAIR`."""
    sums = [np.maximum(part[0::2], 0) + np.maximum(part[1::2], 0) for part in (weight, -weight)]
    scales = np.maximum(np.max(sums, axis=(0, 1)) / PAIR, np.abs(weight).max(axis=0) / 127)
    scales = np.maximum(scales, 1e-12).astype(np.float32)
    return np.rint(weight / scales).astype(np.int8), scales


def observe(model: Any, signals: Mapping[str, str], feeds: Iterable[Feed]) -> dict[str, Seen]:
    """Run a float graph, and return what was seen of each signal (its tensor by its key)."""
    known = {output.name for output in model.graph.output}
    for name in {*signals.values()} - known:
        model.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    seen: dict[str, Seen] = {}
    random = np.random.default_rng(1)
    for feed in feeds:
        for key, found in zip(signals, session.run([*signals.values()], feed), strict=True):
            rows = found.reshape(-1, found.shape[-1])
            low, high = rows.min(axis=0), rows.max(axis=0)
            one = seen.setdefault(key, Seen(low, high))
            one.low, one.high = np.minimum(one.low, low), np.maximum(one.high, high)
            one.rows.append(rows[random.permutation(len(rows))[:ROWS]])
    return seen


def fit_scales(plain: Float, seen: Mapping[str, Seen]) -> dict[str, Fit]:
    """Return how each signal that a float graph's products read becomes bytes."""
    return {key: fit_signal(seen[key], weights) for key, weights in plain.weights.items()}


def fit_signal(seen: Seen, weights: Sequence[Floats]) -> Fit:
    """Return the division under which the products in bytes err least, by the rows seen."""
    weight, rows = np.concatenate(weights, axis=1), np.concatenate(seen.rows)
    exact = rows @ weight
    fits = [_divide(seen, weight, share) for share in SHARES]
    errors = [float(np.square(_multiply(rows, weight, fit) - exact).sum()) for fit in fits]
    return fits[int(np.argmin(errors))]


def _divide(seen: Seen, weight: Floats, share: float) -> Fit:
    channels = np.maximum(-seen.low, seen.high)
    channels = np.maximum(channels, np.median(channels) * FLOOR + 1e-6)
    divisor = channels**share
    if 0 < share < 1:
        divisor /= np.maximum(np.abs(weight).max(axis=1), 1e-9) ** (1 - share)
    divisor = (divisor / np.exp(np.log(divisor).mean())).astype(np.float32)
    low, high = float((seen.low / divisor).min()), float((seen.high / divisor).max())
    if 2 * min(-low, high) > max(-low, high):
        return Fit(divisor, np.float32(max(-low, high) / 127), np.uint8(128))
    low, high = min(low, 0.0), max(high, 0.0)
    scale = np.float32((high - low) / 255)
    return Fit(divisor, scale, np.uint8(round(-low / scale)))


def _multiply(rows: Floats, weight: Floats, fit: Fit) -> Floats:
    """Return what the product in bytes gives."""
    bytes_ = np.clip(np.rint(rows / fit.divisor / fit.scale) + fit.zero, 0, 255)
    rounded, scales = round_weight(weight * fit.divisor[:, None])
    product: Floats = (bytes_ - fit.zero) * fit.scale @ (rounded * scales)
    return product
