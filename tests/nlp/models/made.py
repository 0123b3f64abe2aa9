"""Small real models, made in seconds: an ONNX bag of words, a BERT, spaCy packages."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from spacy.training import Example
from thinc.api import fix_random_seed
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import PreTrainedTokenizerFast

Weights = Mapping[str, Sequence[float]]
"""What each word adds to the logit of each label."""


def save_onnx(folder: Path, names: Sequence[str], weights: Weights, **config: Any) -> Path:
    """Save a classifier that adds up the weights of the words: model, tokenizer, configuration."""
    folder.mkdir(parents=True)
    words = save_tokenizer(folder, weights)
    table = np.zeros((len(words), len(names)), np.float32)
    for word, row in weights.items():
        table[words[word]] = row
    (folder / "model.onnx").write_bytes(bag_of_words(table))
    labels = {str(number): name for number, name in enumerate(names)}
    (folder / "config.json").write_text(json.dumps({"id2label": labels, **config}))
    return folder


def save_tokenizer(folder: Path, weights: Weights) -> dict[str, int]:
    """Save a tokenizer of whole words; return their ids."""
    words = {word: number for number, word in enumerate(["[PAD]", "[UNK]", *weights])}
    padding, unknown, *_ = words
    tokenizer = Tokenizer(WordLevel(words, unk_token=unknown))
    tokenizer.pre_tokenizer = Whitespace()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token=padding, unk_token=unknown)
    fast.save_pretrained(folder)
    return words


def bag_of_words(table: np.ndarray) -> bytes:
    """Return an ONNX model: logits = the sum of the table's rows that `input_ids` names."""
    ids = _value("input_ids", 7, ["batch", "length"])
    logits = _value("logits", 1, ["batch", table.shape[1]])
    nodes = [
        _node("Gather", ["table", "input_ids"], "rows"),
        _node("ReduceSum", ["rows", "axis"], "logits", keepdims=0),
    ]
    tensors = [_tensor("table", 1, table), _tensor("axis", 7, np.array([1], np.int64))]
    graph = b"".join(_field(1, node) for node in nodes) + _field(2, b"words")
    graph += b"".join(_field(5, tensor) for tensor in tensors)
    graph += _field(11, ids) + _field(12, logits)
    return _number(1, 8) + _field(8, _field(1, b"") + _number(2, 17)) + _field(7, graph)


def _node(kind: str, inputs: Sequence[str], output: str, **attributes: int) -> bytes:
    told = b"".join(_field(1, name.encode()) for name in inputs)
    told += _field(2, output.encode()) + _field(4, kind.encode())
    for name, value in attributes.items():
        told += _field(5, _field(1, name.encode()) + _number(3, value) + _number(20, 2))
    return told


def _tensor(name: str, kind: int, values: np.ndarray) -> bytes:
    dims = b"".join(_number(1, size) for size in values.shape)
    return dims + _number(2, kind) + _field(8, name.encode()) + _field(9, values.tobytes())


def _value(name: str, kind: int, shape: Sequence[int | str]) -> bytes:
    dims = b"".join(
        _field(1, _number(1, size) if isinstance(size, int) else _field(2, size.encode()))
        for size in shape
    )
    return _field(1, name.encode()) + _field(2, _field(1, _number(1, kind) + _field(2, dims)))


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _varint(value: int) -> bytes:
    low, rest = value & 127, value >> 7
    return bytes([low | 128]) + _varint(rest) if rest else bytes([low])


def save_textcat(folder: Path, texts: Mapping[str, str]) -> Path:
    """Train a spaCy text classifier on a few texts and save it."""
    package = spacy.blank("de")
    package.add_pipe("textcat")
    labels = sorted(set(texts.values()))
    examples = [
        Example.from_dict(
            package.make_doc(text), {"cats": {each: each == label for each in labels}}
        )
        for text, label in texts.items()
    ]
    return _train(package, examples, folder)


def save_ner(folder: Path, texts: Mapping[str, Sequence[tuple[int, int, str]]]) -> Path:
    """Train a spaCy NER on a few texts and save it."""
    package = spacy.blank("en")
    package.add_pipe("ner")
    examples = [
        Example.from_dict(package.make_doc(text), {"entities": list(spans)})
        for text, spans in texts.items()
    ]
    return _train(package, examples, folder)


def _train(package: Any, examples: Sequence[Any], folder: Path) -> Path:
    random.seed(1)
    fix_random_seed(1)
    package.initialize(lambda: examples)
    for _ in range(30):
        package.update(examples)
    package.to_disk(folder)
    return folder
