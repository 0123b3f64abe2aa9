"""Turn a checkpoint into what ships: int8 ONNX, tokenizer, temperatures and manifest."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from listening.contract import SENTIMENTS
from nlp.encoder import MAX_TOKENS, Encoder, Question, to_feed
from nlp.score import Floats, Labels, fit_temperature
from nlp.tokens import find_target
from nlp.train.corpus import NO_TAG, tag_pieces
from nlp.train.data import read_check, read_sentences, read_targets
from nlp.train.graph import save, write_judge, write_reader
from nlp.train.loop import Settings, load_trained
from nlp.train.network import Network, load_network
from nlp.train.nodes import Arithmetic, Float
from nlp.train.quantise import Eight, Feed, fit_scales, observe
from nlp.train.tasks import CONTROL, ENTITY_CHECK, TAGS, TARGET_CHECKS, Task

log = logging.getLogger("nlp.train")

NAMES: Final = ("model.onnx", "target.onnx", "tokenizer.json")
SAMPLE: Final = 128
"""Texts of each head that the int8 scales are settled by."""


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
    _describe(folders["fp32"], settings, version)
    quantise(trained, settings, Encoder.load(folders["fp32"]), model)
    trained.heads["sentiment"] = trained.heads[CONTROL.name]
    write_graphs(trained, settings.heads, folders["control"])
    for folder in (folders["frozen"], folders["control"], model):
        _describe(folder, settings, version)
    for folder in (model, folders["fp32"], folders["control"]):
        fitted = fit_temperatures(folder, settings)
        write_manifest(folder, settings, version, fitted)
        log.info("%s: temperatures %s", folder, fitted)


def _describe(folder: Path, settings: Settings, version: str) -> None:
    shutil.copyfile(settings.base / "tokenizer.json", folder / "tokenizer.json")
    write_manifest(folder, settings, version, {})


def write_graphs(network: Network, heads: Sequence[Task], folder: Path) -> None:
    """Write the two float graphs, `model.onnx` and `target.onnx`."""
    network.eval()
    save(write_reader(network, heads, Float()), folder / "model.onnx")
    save(write_judge(network, Float()), folder / "target.onnx")


def quantise(network: Network, settings: Settings, encoder: Encoder, folder: Path) -> None:
    """Write the int8 twins of the graphs that `encoder` runs in float.

    Their scales are settled by `SAMPLE` texts a head, and as many targets a set: labels play no
    part in it.
    """
    texts = [
        text for task in settings.tasks for text in read_check(settings.data, task)[0][:SAMPLE]
    ]
    feeds = [to_feed(tokens) for tokens in encoder.read(texts)]
    save(_in_bytes(partial(write_reader, network, settings.heads), feeds), folder / "model.onnx")
    sets = [_read_questions(settings.data / name)[0] for name in TARGET_CHECKS]
    marked = encoder.mark([question for asked in sets for question in asked[: 2 * SAMPLE]])
    save(_in_bytes(partial(write_judge, network), marked), folder / "target.onnx")


def _in_bytes(write: Callable[[Arithmetic], Any], feeds: Sequence[Feed]) -> Any:
    plain = Float()
    model = write(plain)
    alone = [{name: values[None] for name, values in feed.items()} for feed in feeds]
    return write(Eight(fit_scales(plain, observe(model, plain.tensors, alone))))


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
    sets = [_read_questions(data / name) for name in TARGET_CHECKS]
    questions = [question for asked, _ in sets for question in asked]
    return encoder.judge(questions), np.array([label for _, labels in sets for label in labels])


def _read_questions(path: Path) -> tuple[list[Question], list[int]]:
    rows = list(read_targets(path))
    questions = [Question(text, find_target(text, name) or name) for text, name, _ in rows]
    return questions, [label for _, _, label in rows]


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
