"""Run the shipped model: one ONNX pass gives every head's probabilities and the embedding."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from listening.contract import ConfigurationError
from nlp.normalize import normalize

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

MODEL: Final = Path(__file__).parent / "model"
"""The model that ships with the project."""

MAX_TOKENS: Final = 128
"""What follows the first 128 tokens (about 90 English words) of a text is not read."""

THREADS_VARIABLE: Final = "LISTENING_THREADS"

_RESTORE: Final = "restore the file (git checkout), or export the model again"
_verified: set[tuple[str, str, int, int]] = set()


@dataclass(frozen=True)
class Head:
    """One output of the model.

    `softmax`: a probability per label, sum 1. `sigmoid`: the probability of its one label.
    `temperature` divides the logits; it was fitted on validation data. `intents` are the
    labels that count as intents.
    """

    name: str
    labels: tuple[str, ...]
    kind: Literal["softmax", "sigmoid"]
    temperature: float
    intents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Encoded:
    """What one pass says of `n` texts, in the order given.

    `embedding` is float32 [n, 384] of unit length; `probabilities` maps a head's name to
    float32 [n, labels]. An empty text is read like any other: as no word at all.
    """

    embedding: Floats
    probabilities: dict[str, Floats]


@dataclass(frozen=True)
class Manifest:
    """What `manifest.json` states of the model's files."""

    version: str
    width: int
    files: Mapping[str, str]
    heads: tuple[Head, ...]

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """Read and check a manifest.

        Raises:
            ConfigurationError: the file is missing, no JSON, or lacks a key.
        """
        try:
            stated = json.loads(path.read_text(encoding="utf-8"))
            heads = tuple(_read_head(head) for head in stated["heads"])
            return cls(stated["version"], stated["width"], stated["files"], heads)
        except (OSError, ValueError, KeyError, TypeError) as error:
            what = f"no usable manifest: {error!r}"
            raise ConfigurationError(what, where=str(path), mend=_RESTORE) from error

    def verify(self, folder: Path) -> None:
        """Compare each file's SHA-256 with the manifest, once per process and file state.

        Raises:
            ConfigurationError: a file is missing or another one than stated.
        """
        for name, stated in self.files.items():
            path = folder / name
            try:
                status = path.stat()
                state = (str(path.resolve()), stated, status.st_mtime_ns, status.st_size)
                if state in _verified:
                    continue
                found = hashlib.sha256(path.read_bytes()).hexdigest()
            except OSError as error:
                raise ConfigurationError(str(error), where=str(path), mend=_RESTORE) from error
            if found != stated:
                what = f"SHA-256 is {found}, the manifest states {stated}"
                raise ConfigurationError(what, where=str(path), mend=_RESTORE)
            _verified.add(state)


class Encoder:
    """The model, ready to encode. Use `Encoder.load()`.

    A session does not survive a fork, so it belongs to the process that made it: a forked
    worker opens its own at its first `encode`. One encoder may be used by several threads.
    """

    def __init__(self, folder: Path, manifest: Manifest, threads: int) -> None:
        self.folder, self.manifest, self.threads = folder, manifest, threads
        self._lock = threading.Lock()
        self._session: Any = None
        self._owner = 0

    @classmethod
    def load(cls, path: Path | None = None, *, threads: int | None = None) -> Encoder:
        """Return the encoder of a model folder (default: the shipped one), files verified.

        `threads` encode side by side: default `LISTENING_THREADS`, else the cores that this
        process may use.

        Raises:
            ConfigurationError: a file is missing or not the one that the manifest states,
                or `LISTENING_THREADS` is no positive number.
        """
        folder = path or MODEL
        manifest = Manifest.read(folder / "manifest.json")
        manifest.verify(folder)
        return cls(folder, manifest, threads or _count_threads())

    @property
    def version(self) -> str:
        """The model's version, to be kept beside every label made by it."""
        return self.manifest.version

    @property
    def heads(self) -> tuple[Head, ...]:
        """The heads that this model has."""
        return self.manifest.heads

    def encode(self, texts: Sequence[str]) -> Encoded:
        """Encode raw texts (normalised here); a text's result depends on that text alone.

        Texts are cut after `MAX_TOKENS` tokens.

        Raises:
            ConfigurationError: the model's graph has other outputs than its manifest says.
        """
        import numpy as np

        outputs = {h.name: np.empty((len(texts), len(h.labels)), np.float32) for h in self.heads}
        embedding = np.empty((len(texts), self.manifest.width), np.float32)
        for row, result in enumerate(self._run([normalize(text) for text in texts])):
            embedding[row] = result[0][0]
            for head, logits in zip(self.heads, result[1:], strict=True):
                outputs[head.name][row] = logits[0]
        for head in self.heads:
            outputs[head.name] = _to_probabilities(outputs[head.name], head)
        return Encoded(embedding, outputs)

    def _run(self, texts: list[str]) -> Iterator[list[Floats]]:
        """Yield the graph's outputs of each text: [embedding, logits of each head …].

        One text a pass, on as many threads as cores. Dynamic int8 scales activations by the
        largest of the pass, so in a batch a text's probabilities would depend on its
        neighbours: the same mention crawled in another batch would get other numbers.
        Measured on 2 busy cores: 378 texts a second of processor time one by one, 483 in
        length-sorted batches of 16; it is the price of repeatable labels.
        """
        if not texts:
            return
        session = self._open_session()
        tokens = self._tokenize(texts)
        with ThreadPoolExecutor(min(self.threads, len(texts))) as pool:
            yield from pool.map(lambda ids: session.run(None, _feed(ids)), tokens)

    @cached_property
    def tokenizer(self) -> Any:
        """The model's tokenizer (transformers' `PreTrainedTokenizerFast`)."""
        os.environ.setdefault("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1")  # "no PyTorch": by intent
        from transformers import PreTrainedTokenizerFast

        return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
            tokenizer_file=str(self.folder / "tokenizer.json"),
            model_max_length=MAX_TOKENS,
            pad_token="[PAD]",  # noqa: S106 - no password
            unk_token="[UNK]",  # noqa: S106
        )

    def _tokenize(self, texts: list[str]) -> list[list[int]]:
        ids: list[list[int]] = self.tokenizer(
            texts, truncation=True, max_length=MAX_TOKENS, padding=False
        )["input_ids"]
        return ids

    def _open_session(self) -> Any:
        with self._lock:
            if self._session is None or self._owner != os.getpid():
                expected = ["embedding", *(head.name for head in self.heads)]
                self._session = _make_session(self.folder / "model.onnx", expected)
                self._owner = os.getpid()
            return self._session


def _read_head(stated: dict[str, Any]) -> Head:
    if stated["kind"] not in {"softmax", "sigmoid"}:
        raise ValueError(f"unknown kind of head {stated['kind']!r}")
    return Head(
        stated["name"],
        tuple(stated["labels"]),
        stated["kind"],
        float(stated["temperature"]),
        tuple(stated.get("intents", ())),
    )


def _count_threads() -> int:
    setting = os.environ.get(THREADS_VARIABLE)
    if setting is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    if not setting.isdecimal() or int(setting) < 1:
        mend = "set it to the threads of one process, such as 2, or unset it"
        raise ConfigurationError(f"no number: {setting!r}", where=THREADS_VARIABLE, mend=mend)
    return int(setting)


def _make_session(path: Path, expected: list[str]) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # threads run texts side by side, not parts of one
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
    found = [output.name for output in session.get_outputs()]
    if found != expected:
        what = f"outputs are {found}, the manifest states {expected}"
        raise ConfigurationError(what, where=str(path), mend=_RESTORE)
    return session


def _feed(ids: list[int]) -> dict[str, NDArray[np.int64]]:
    import numpy as np

    row = np.array([ids], np.int64)
    return {"input_ids": row, "attention_mask": np.ones_like(row)}


def _to_probabilities(logits: Floats, head: Head) -> Floats:
    import numpy as np

    scaled = logits / np.float32(head.temperature)
    if head.kind == "sigmoid":
        return np.asarray(1.0 / (1.0 + np.exp(-scaled)), np.float32)
    weights = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)
