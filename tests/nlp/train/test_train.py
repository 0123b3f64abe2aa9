"""Training and export on a tiny generated set: needs the `train` extra (torch)."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the train extra (torch)")
pytest.importorskip("onnx", reason="needs the train extra (onnx)")

from nlp.encoder import MODEL, Encoder, Question  # noqa: E402
from nlp.score import score  # noqa: E402
from nlp.train.base import find_base  # noqa: E402
from nlp.train.export import export  # noqa: E402
from nlp.train.loop import CHECKPOINT, Settings, load_trained, read_checkpoint, train  # noqa: E402
from nlp.train.tasks import (  # noqa: E402
    ENTITY_CHECK,
    ENTITY_FILES,
    TAGS,
    TARGET_CHECKS,
    TARGET_FILES,
    TASKS,
)

pytestmark = pytest.mark.slow

WORDS = ["terrible broken", "table window", "lovely great", "hopeful maybe"]


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights of a two-layer BERT with the shipped tokenizer."""
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("base")
    torch.manual_seed(1)
    config = BertConfig(num_hidden_layers=3, hidden_size=384, num_attention_heads=12,
                        intermediate_size=64)  # fmt: skip
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    shutil.copyfile(MODEL / "tokenizer.json", folder / "tokenizer.json")
    sha256 = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    return find_base(folder, sha256)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows whose label is told by their words, in the real layout."""
    folder = tmp_path_factory.mktemp("data")
    random = np.random.default_rng(1)
    for task in (task for task in TASKS if task.folder):
        (folder / task.folder).mkdir()
        for part, count in (("train", 120), ("val", 40)):
            labels = random.integers(0, task.classes, count)
            rows = (
                {"text": f"the {WORDS[label]} {number}", "label": int(label)}
                for number, label in enumerate(labels)
            )
            write(folder / task.folder / f"{part}.jsonl", rows)
    for name in (*TARGET_FILES, *TARGET_CHECKS):
        labels = random.integers(0, 3, 40)
        rows = (
            {"text": f"my {name} kettle is {WORDS[label]} {number}", "target": "kettle",
             "label": int(label)}
            for number, label in enumerate(labels)
        )  # fmt: skip
        write(folder / name, rows)
    for name in (*ENTITY_FILES, ENTITY_CHECK):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("Off\tO\nto\tO\nRedond\tB-location\n\n" * 10, encoding="utf-8")
    return folder


def write(path: Path, rows: Iterable[dict[str, object]]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")


@pytest.fixture
def settings(base: Path, data: Path, tmp_path: Path) -> Settings:
    return Settings(data=data, base=base, out=tmp_path / "out", steps=40, rate=1e-3,
                    head_factor=1.0)  # fmt: skip


def test_trains_exports_and_runs(settings: Settings, tmp_path: Path) -> None:
    """From rows to a model folder that the encoder runs and that has learned the words."""
    train(settings)
    export(settings, tmp_path / "model", "tiny")
    encoder = Encoder.load(tmp_path / "model")
    assert encoder.version == "tiny"
    assert [head.name for head in encoder.heads] == [task.name for task in TASKS]
    labels = np.arange(3).repeat(5)
    texts = [f"the {WORDS[label]} {number}" for number, label in enumerate(labels)]
    folders = (settings.out / "fp32", tmp_path / "model")
    plain, whole = (Encoder.load(folder).encode(texts) for folder in folders)
    assert score(whole.probabilities["sentiment"], labels)["macro_recall"] > 0.8
    assert float((plain.embedding * whole.embedding).sum(axis=1).min()) > 0.9  # random weights
    judged = encoder.judge([Question("a kettle", (2, 8)), Question("no name", "kettle")])
    assert judged.sum(axis=1) == pytest.approx([1.0, 1.0])
    assert whole.readings[0].tags.shape == (len(whole.readings[0].tokens), len(TAGS))


def test_continues_where_it_was_broken_off(settings: Settings) -> None:
    """Stopped at its half, a run goes on from the checkpoint and not from the start."""
    train(replace(settings, steps=4))
    train(replace(settings, steps=8))
    _, moments, state = read_checkpoint(settings.out / CHECKPOINT)
    assert state.step == 8
    assert moments[0]["step"] == 8


def test_another_round_starts_from_the_weights(settings: Settings, tmp_path: Path) -> None:
    """With no step to do, a round that starts from a run's checkpoint ends with its weights."""
    train(replace(settings, steps=2))
    again = replace(settings, steps=0, out=tmp_path / "again", start=settings.out / CHECKPOINT)
    train(again)
    first, second = (load_trained(run).state_dict() for run in (settings, again))
    assert all(torch.equal(value, second[name]) for name, value in first.items())
    assert read_checkpoint(again.out / CHECKPOINT)[2].step == 0


def test_steps_are_repeatable(settings: Settings, tmp_path: Path) -> None:
    """Same seed, same steps: the same weights, to the bit."""
    first, second = (replace(settings, steps=3, out=tmp_path / name) for name in "ab")
    weights = []
    for run in (first, second):
        train(run)
        weights.append(load_trained(run).state_dict())
    assert all(torch.equal(value, weights[1][name]) for name, value in weights[0].items())


def test_words_stay_frozen(settings: Settings) -> None:
    """The word embeddings are those of the base after training."""
    before = load_weights(settings)
    train(replace(settings, steps=2))
    after = load_trained(settings).encoder.embeddings.word_embeddings.weight
    assert torch.equal(before, after)


def load_weights(settings: Settings) -> object:
    from transformers import BertModel

    model = BertModel.from_pretrained(settings.base, add_pooling_layer=False)
    return model.embeddings.word_embeddings.weight
