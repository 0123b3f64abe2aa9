"""Turn a checkpoint into what ships: int8 ONNX, tokenizer, temperatures and manifest."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from listening.contract import SENTIMENTS
from nlp.encoder import MAX_TOKENS, Encoder, Question
from nlp.score import Floats, Labels, fit_temperature
from nlp.tokens import find_target
from nlp.train.corpus import NO_TAG, tag_pieces
from nlp.train.data import read_check, read_sentences, read_targets
from nlp.train.loop import Settings, load_trained
from nlp.train.network import Network, load_network
from nlp.train.tasks import CONTROL, ENTITY_CHECK, TAGS, TARGET_CHECKS, Task

log = logging.getLogger("nlp.train")

OPSET: Final = 20
GRAPHS: Final = ("model.onnx", "target.onnx")
NAMES: Final = (*GRAPHS, "tokenizer.json")


class _Reader(nn.Module):  # type: ignore[misc]  # torch is no dependency
    """The graph of one pass: what is read of a text, and the states for later questions."""

    def __init__(self, network: Network, heads: Sequence[Task]) -> None:
        super().__init__()
        self.network = network
        self.shipped = [head.shipped for head in heads]

    def forward(self, input_ids: Tensor, shapes: Tensor) -> tuple[Tensor, ...]:
        mask = torch.ones_like(input_ids)
        states = self.network.read(input_ids, shapes, mask)
        embedding, logits = self.network.read_heads(states, mask)
        kept = [each for each, keep in zip(logits, self.shipped, strict=True) if keep]
        return (embedding, *kept, self.network.read_entities(states.middle, mask), states.low)


class _Judge(nn.Module):  # type: ignore[misc]  # torch is no dependency
    """The graph of the target branch."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, states: Tensor, marks: Tensor) -> Tensor:
        return self.network.read_targets(states, marks, torch.ones_like(marks))


def export(settings: Settings, model: Path, version: str) -> None:
    """Write the checkpoint of `settings.out` to the folder `model`, int8 and calibrated.

    For comparison with `nlp.evaluate --against`, three model folders of the same form stay in
    `settings.out`: `fp32` is this network unquantised, `control` the same with the head that
    learned from the target rows in the place of `sentiment`, `frozen` the pretrained one.
    """
    trained = load_trained(settings)
    frozen = load_network(settings.base, settings.heads)
    folders = {name: settings.out / name for name in ("fp32", "frozen", "control")}
    write_graphs(trained, settings.heads, folders["fp32"])
    write_graphs(frozen, settings.heads, folders["frozen"])
    trained.heads["sentiment"] = trained.heads[CONTROL.name]
    write_graphs(trained, settings.heads, folders["control"])
    model.mkdir(parents=True, exist_ok=True)
    for name in GRAPHS:
        quantize(folders["fp32"] / name, model / name)
    for folder in (*folders.values(), model):
        shutil.copyfile(settings.base / "tokenizer.json", folder / "tokenizer.json")
        write_manifest(folder, settings, version, {})
    for folder in (model, folders["fp32"], folders["control"]):
        fitted = fit_temperatures(folder, settings)
        write_manifest(folder, settings, version, fitted)
        log.info("%s: temperatures %s", folder, fitted)


def write_graphs(network: Network, heads: Sequence[Task], folder: Path) -> None:
    """Write the two fp32 graphs, `model.onnx` and `target.onnx`."""
    folder.mkdir(parents=True, exist_ok=True)
    network.eval()
    network.encoder.config._attn_implementation = "eager"  # noqa: SLF001 - plain nodes to export
    ids = torch.ones(1, 9, dtype=torch.long)
    width = network.encoder.config.hidden_size
    names = ["embedding", *(head.name for head in heads if head.shipped), "tags", "states"]
    _write_graph(
        _Reader(network, heads), (ids, ids), ["input_ids", "shapes"], names, folder / "model.onnx"
    )
    question = (torch.zeros(1, 9, width), torch.ones(1, 9))
    _write_graph(_Judge(network), question, ["states", "marks"], ["target"], folder / "target.onnx")


def _write_graph(
    graph: nn.Module, example: tuple[Tensor, ...], takes: list[str], gives: list[str], path: Path
) -> None:
    by_token = {name: {1: "tokens"} for name in (*takes, "tags", "states") if name in takes + gives}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the exporter's own future
        torch.onnx.export(
            graph,
            example,
            str(path),
            input_names=takes,
            output_names=gives,
            dynamic_axes=by_token,
            opset_version=OPSET,
            dynamo=False,
        )


def quantize(source: Path, target: Path) -> None:
    """Write the int8 twin: weights per channel, range reduced for processors without VNNI."""
    quantize_dynamic(
        source, target, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8
    )


def fit_temperatures(folder: Path, settings: Settings) -> dict[str, float]:
    """Return the temperature of each head that fits what it did not learn from best."""
    encoder = Encoder.load(folder)
    fitted = {}
    for task in settings.tasks:
        texts, labels = read_check(settings.data, task)
        probabilities = encoder.encode(texts).probabilities[task.name]
        fitted[task.name] = fit_temperature(probabilities, np.array(labels))
    fitted["target"] = fit_temperature(*_judge_checks(encoder, settings.data))
    fitted["tags"] = fit_temperature(*_tag_checks(encoder, settings.data))
    return fitted


def _judge_checks(encoder: Encoder, data: Path) -> tuple[Floats, Labels]:
    questions, labels = [], []
    for path in (data / name for name in TARGET_CHECKS):
        for text, target, label in read_targets(path):
            questions.append(Question(text, find_target(text, target) or target))
            labels.append(label)
    return encoder.judge(questions), np.array(labels)


def _tag_checks(encoder: Encoder, data: Path) -> tuple[Floats, Labels]:
    sentences = list(read_sentences(data / ENTITY_CHECK))
    readings = encoder.encode([text for text, _ in sentences]).readings
    pairs = zip(readings, sentences, strict=True)
    tags = np.concatenate([tag_pieces(reading.tokens, said) for reading, (_, said) in pairs])
    probabilities = np.concatenate([reading.tags for reading in readings])
    return probabilities[tags != NO_TAG], tags[tags != NO_TAG]


def write_manifest(
    folder: Path, settings: Settings, version: str, temperatures: dict[str, float]
) -> None:
    """Write `manifest.json`: version, hashes, heads."""

    def state(task: Task) -> dict[str, Any]:
        return {
            "name": task.name,
            "labels": list(task.labels),
            "kind": task.kind,
            "temperature": temperatures.get(task.name, 1.0),
            "intents": list(task.intents),
        }

    manifest: dict[str, Any] = {
        "version": version,
        "base": "sentence-transformers/all-MiniLM-L6-v2",
        "width": 384,
        "max_tokens": MAX_TOKENS,
        "files": {n: hashlib.sha256((folder / n).read_bytes()).hexdigest() for n in NAMES},
        "heads": [state(task) for task in settings.tasks],
        "target": state(Task("target", "", "softmax", SENTIMENTS, 0.0)),
        "tags": state(Task("tags", "", "softmax", TAGS, 0.0)),
    }
    text = json.dumps(manifest, indent=2) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")
