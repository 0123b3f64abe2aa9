"""Sequence classifiers of others, by torch or by ONNX Runtime: texts in, our labels out.

Imports neither spaCy nor torch by itself, and nothing that runs code from a model's folder.
"""

from __future__ import annotations

import importlib.util
import os
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from listening.contract import ConfigurationError
from nlp.models.files import Found, check_labels, read_config, refuse_pickles
from nlp.models.plan import NONE, Choice

Floats = NDArray[np.float64]

_BATCH: Final = 16
_PROBE: Final = "It works well."


class Classifier(ABC):
    """A model that gives each text, or text and target, a probability per label of ours.

    Labels that the map makes one are added up; what it maps to none is left out.
    """

    def __init__(self, choice: Choice, found: Found, threads: int = 1) -> None:
        """Open the model and try it on one text; `threads` read texts side by side.

        Raises:
            ConfigurationError: it cannot be read, has other labels than the map, or says
                nothing finite.
        """
        self.choice, self.folder, self.version = choice, found.folder, found.version
        self._threads = threads
        config = read_config(found.folder, choice)
        self.names: list[str] = [str(name) for name in config["id2label"]]
        check_labels(choice, self.names)
        self._apart = config.get("problem_type") == "multi_label_classification"
        if len(self.names) == 1 and not self._apart:
            raise self.error("a model with a single number has no classes", "Choose a classifier")
        self._check_length(config)
        self._open()
        self._try()

    def classify(
        self, texts: Sequence[str], targets: Sequence[str] | None = None
    ) -> list[dict[str, float]]:
        """Return the probability of each of our labels, for every text, in order."""
        if not texts:
            return []
        logits = self._score(texts, targets)
        probabilities = _sigmoid(logits) if self._apart else _softmax(logits)
        return [self._translate(row) for row in probabilities.tolist()]

    @abstractmethod
    def _open(self) -> None:
        """Read tokenizer and weights."""

    @abstractmethod
    def _score(self, texts: Sequence[str], targets: Sequence[str] | None) -> Floats:
        """Return logits [texts, names]."""

    def error(self, what: str, mend: str) -> ConfigurationError:
        """Return an error that names this model's place in the configuration."""
        return ConfigurationError(what, where=str(self.choice.place), mend=mend)

    def _translate(self, row: Sequence[float]) -> dict[str, float]:
        meanings = self.choice.entry.labels
        shares = dict.fromkeys((m for m in meanings.values() if m != NONE), 0.0)
        for name, p in zip(self.names, row, strict=True):
            meaning = meanings[name]
            if meaning != NONE:
                shares[meaning] = min(1.0, shares[meaning] + p)
        return shares

    def _check_length(self, config: Mapping[str, Any]) -> None:
        most = config.get("max_position_embeddings")
        if isinstance(most, int) and self.choice.entry.max_tokens > most:
            raise self.error(
                f"max_tokens is {self.choice.entry.max_tokens}, the model reads {most}",
                f"Write {most} or less",
            )

    def _try(self) -> None:
        targets = ["it"] if self.choice.tagger == "target" else None
        try:
            logits = self._score([_PROBE], targets)
        except _faults() as error:
            raise self.error(
                f"the model cannot read {_PROBE!r}: {str(error)[:300]}",
                "Is it a sequence classifier, with its own tokenizer beside it?",
            ) from error
        if logits.shape != (1, len(self.names)) or not np.isfinite(logits).all():
            raise self.error(
                f"the model says {logits.tolist()} of {_PROBE!r}, not {len(self.names)} numbers",
                "Is it a sequence classifier with these labels?",
            )


class OnnxClassifier(Classifier):
    """`model.onnx`, `tokenizer.json` and `config.json`, by ONNX Runtime.

    One text a pass, as in `nlp.encoder`: what an int8 model says must not depend on its
    neighbours. A session does not survive a fork; a forked process opens its own.
    """

    def _open(self) -> None:
        from transformers import PreTrainedTokenizerFast

        try:
            self._tokenizer: Any = PreTrainedTokenizerFast.from_pretrained(
                str(self.folder), local_files_only=True
            )
        except (OSError, ValueError, KeyError) as error:
            raise self.error(
                f"no usable tokenizer.json in {self.folder}: {error}",
                "Save the fast tokenizer beside the model",
            ) from error
        self._owner = 0

    def _score(self, texts: Sequence[str], targets: Sequence[str] | None) -> Floats:
        session = self._session()
        wanted = {each.name for each in session.get_inputs()}
        outputs = [each.name for each in session.get_outputs()]
        output = "logits" if "logits" in outputs else outputs[0]
        codes = _encode(self._tokenizer, texts, targets, self.choice.entry.max_tokens)
        rows = [
            {name: codes[name][row] for name in codes if name in wanted} for row in _rows(texts)
        ]

        def run(row: Mapping[str, list[int]]) -> Floats:
            feed = {name: np.array([values], np.int64) for name, values in row.items()}
            return np.asarray(session.run([output], feed)[0][0], np.float64)

        with ThreadPoolExecutor(min(self._threads, len(rows))) as pool:
            return np.stack(list(pool.map(run, rows)))

    def _session(self) -> Any:
        if self._owner != os.getpid():
            self._opened, self._owner = self._open_session(), os.getpid()
        return self._opened

    def _open_session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        paths = [self.folder / name for name in ("model.onnx", "onnx/model.onnx")]
        path = next((path for path in paths if path.is_file()), paths[0])
        try:
            return onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
        except _faults() as error:
            raise self.error(
                f"{self.folder} holds no usable model.onnx: {str(error)[:200]}",
                "Export the model again, for instance with optimum",
            ) from error


class TorchClassifier(Classifier):
    """Any classifier that transformers knows, from safetensors; needs the extra `torch`."""

    def _open(self) -> None:
        if importlib.util.find_spec("torch") is None:
            raise self.error(
                "a model of kind 'transformers' needs torch, which is not installed",
                "Install social-listening[torch], or export the model and write kind: onnx",
            )
        refuse_pickles(self.folder, self.choice)
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        where: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(str(self.folder), **where)
            model, told = AutoModelForSequenceClassification.from_pretrained(
                str(self.folder), use_safetensors=True, output_loading_info=True, **where
            )
        except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
            raise self.error(
                f"transformers cannot read {self.folder}: {str(error)[:300]}",
                "Is it a sequence classifier?",
            ) from error
        if told["missing_keys"]:
            raise self.error(
                f"weights are missing, such as {min(told['missing_keys'])}: it was not trained",
                "Choose a model that was trained as a sequence classifier",
            )
        self._model: Any = model.eval()

    def _score(self, texts: Sequence[str], targets: Sequence[str] | None) -> Floats:
        import torch

        codes = _encode(self._tokenizer, texts, targets, self.choice.entry.max_tokens)
        order = sorted(_rows(texts), key=lambda row: len(codes["input_ids"][row]))
        logits = np.empty((len(texts), len(self.names)))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            rows = {name: [values[row] for row in batch] for name, values in codes.items()}
            padded = self._tokenizer.pad(rows, return_tensors="pt")
            with torch.inference_mode():
                logits[batch] = self._model(**padded).logits.double().numpy()
        return logits


def open_classifier(choice: Choice, found: Found, threads: int = 1) -> Classifier:
    """Return the classifier of a folder, which reads on so many threads.

    Raises:
        ConfigurationError: it cannot be used; names the line of the configuration and the mend.
    """
    kind = {"onnx": OnnxClassifier, "transformers": TorchClassifier}[choice.entry.kind]
    return kind(choice, found, threads)


def _encode(
    tokenizer: Any, texts: Sequence[str], targets: Sequence[str] | None, most: int
) -> dict[str, list[list[int]]]:
    """Return input ids and masks; of text and target, the text is cut."""
    pair = [list(targets)] if targets is not None else []
    codes = tokenizer(
        list(texts),
        *pair,
        truncation="only_first" if pair else True,
        max_length=most,
        padding=False,
        return_attention_mask=True,
    )
    return dict(codes)


def _faults() -> tuple[type[Exception], ...]:
    """Return what a model that is none raises; ONNX Runtime has types of no common base."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    found = [getattr(state, name) for name in dir(state)]
    own = [each for each in found if isinstance(each, type) and issubclass(each, Exception)]
    return (ValueError, TypeError, LookupError, RuntimeError, *own)


def _rows(texts: Sequence[str]) -> range:
    return range(len(texts))


def _softmax(logits: Floats) -> Floats:
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _sigmoid(logits: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-logits)))
