"""Turn a checkpoint into what ships: int8 ONNX, tokenizer, temperatures and manifest."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from nlp.encoder import MAX_TOKENS, Encoder
from nlp.score import fit_temperature
from nlp.train.data import read_rows
from nlp.train.loop import Settings, load_trained
from nlp.train.network import load_network

if TYPE_CHECKING:
    from nlp.train.network import Network

log = logging.getLogger("nlp.train")

OPSET: Final = 20
NAMES: Final = ("model.onnx", "tokenizer.json")


class _Outputs(nn.Module):  # type: ignore[misc]  # torch is no dependency
    """Flattens the network's result: ONNX outputs are a list."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, ...]:
        embedding, logits = self.network(input_ids, attention_mask)
        return (embedding, *logits)


def export(settings: Settings, model: Path, version: str) -> None:
    """Write the checkpoint of `settings.out` to the folder `model`, int8 and calibrated.

    For comparison with `nlp.evaluate --against`, two model folders of the same form stay in
    `settings.out`: `fp32` is this network unquantised, `frozen` the pretrained one.
    """
    trained = load_trained(settings)
    heads = [task.name for task in settings.tasks]
    plain, frozen = settings.out / "fp32", settings.out / "frozen"
    for folder in (plain, frozen, model):
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(settings.base / "tokenizer.json", folder / "tokenizer.json")
    write_graph(trained, heads, plain / "model.onnx")
    write_graph(load_network(settings.base, settings.tasks), heads, frozen / "model.onnx")
    quantize(plain / "model.onnx", model / "model.onnx")
    uncalibrated = dict.fromkeys(heads, 1.0)
    for folder in (plain, frozen, model):
        write_manifest(folder, settings, version, uncalibrated)
    for folder in (model, plain):
        fitted = fit_temperatures(folder, settings)
        write_manifest(folder, settings, version, fitted)
        log.info("%s: temperatures %s", folder, fitted)


def write_graph(network: Network, heads: list[str], path: Path) -> None:
    """Write the fp32 graph: `input_ids, attention_mask -> embedding, <head> …`."""
    network.eval()
    network.encoder.config._attn_implementation = "eager"  # noqa: SLF001 - plain nodes to export
    ids = torch.ones(2, 9, dtype=torch.long)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the exporter's own future
        torch.onnx.export(
            _Outputs(network),
            (ids, ids),
            str(path),
            input_names=["input_ids", "attention_mask"],
            output_names=["embedding", *heads],
            dynamic_axes={
                "input_ids": {0: "texts", 1: "tokens"},
                "attention_mask": {0: "texts", 1: "tokens"},
                **{name: {0: "texts"} for name in ("embedding", *heads)},
            },
            opset_version=OPSET,
            dynamo=False,
        )


def quantize(source: Path, target: Path) -> None:
    """Write the int8 twin: weights per channel, range reduced for processors without VNNI."""
    quantize_dynamic(
        source, target, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8
    )


def fit_temperatures(folder: Path, settings: Settings) -> dict[str, float]:
    """Return the temperature of each head that fits its validation part best."""
    encoder = Encoder.load(folder)
    fitted = {}
    for task in settings.tasks:
        texts, labels = read_rows(settings.data / task.folder / "val.jsonl", task.classes)
        probabilities = encoder.encode(texts).probabilities[task.name]
        fitted[task.name] = fit_temperature(probabilities, np.array(labels))
    return fitted


def write_manifest(
    folder: Path, settings: Settings, version: str, temperatures: dict[str, float]
) -> None:
    """Write `manifest.json`: version, hashes, heads."""
    manifest: dict[str, Any] = {
        "version": version,
        "base": "sentence-transformers/all-MiniLM-L6-v2",
        "width": 384,
        "max_tokens": MAX_TOKENS,
        "files": {n: hashlib.sha256((folder / n).read_bytes()).hexdigest() for n in NAMES},
        "heads": [
            {
                "name": task.name,
                "labels": list(task.labels),
                "kind": task.kind,
                "temperature": temperatures[task.name],
                "intents": list(task.intents),
            }
            for task in settings.tasks
        ],
    }
    text = json.dumps(manifest, indent=2) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")
