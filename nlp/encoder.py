"""Run the shipped model: one ONNX pass gives every head's probabilities and the embedding."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from listening.contract import ConfigurationError
from nlp.manifest import RESTORE, Head, Manifest
from nlp.tokens import Tokens, append_target, open_tokenizer, read_texts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Feed = dict[str, NDArray[Any]]

MODEL: Final = Path(__file__).parent / "model"
"""The model that ships with the project."""

MAX_TOKENS: Final = 128
"""What follows the first 128 tokens (about 90 English words) of a text is not read."""

WINDOW: Final = 200
"""Characters on either side of a target beyond them, read in a pass of their own."""

THREADS_VARIABLE: Final = "LISTENING_THREADS"

_SLOWER: Final = ["SkipLayerNormFusion"]
"""Fusions that cost more than they bring on short texts: 3.40 ms a pass with it, 3.03 without."""

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Reading:
    """What the pass leaves of one text for later questions.

    `tags` is float32 [tokens, tags], probabilities of `Manifest.tags`; `states` is float16
    [tokens, width], the token states below the target branch.
    """

    tokens: Tokens
    tags: Floats
    states: NDArray[np.float16]


@dataclass(frozen=True)
class Encoded:
    """What one pass says of `n` texts, in the order given.

    `embedding` is float32 [n, 384] of unit length; `probabilities` maps a head's name to
    float32 [n, labels]. An empty text is read like any other: as no word at all.
    """

    embedding: Floats
    probabilities: dict[str, Floats]
    readings: list[Reading]


@dataclass(frozen=True)
class Question:
    """What a text thinks of a target: its place in the text, or a name that is not in it."""

    text: str
    target: tuple[int, int] | str
    reading: Reading | None = None  # of the whole text, where it was encoded already


class Encoder:
    """The model, ready to encode. Use `Encoder.load()`.

    A session does not survive a fork, so it belongs to the process that made it: a forked
    worker opens its own at its first `encode`. One encoder may be used by several threads.
    """

    def __init__(self, folder: Path, manifest: Manifest, threads: int) -> None:
        self.folder, self.manifest, self.threads = folder, manifest, threads
        self._lock = threading.Lock()
        self._sessions: dict[str, Any] = {}
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
        readings = []
        tokens = self.read(texts)
        for row, (read, result) in enumerate(zip(tokens, self._run(tokens), strict=True)):
            embedding[row] = result[0][0]
            for head, logits in zip(self.heads, result[1:-2], strict=True):
                outputs[head.name][row] = logits[0]
            tags = to_probabilities(result[-2][0], self.manifest.tags)
            readings.append(Reading(read, tags, result[-1][0].astype(np.float16)))
        for head in self.heads:
            outputs[head.name] = to_probabilities(outputs[head.name], head)
        return Encoded(embedding, outputs, readings)

    def judge(self, questions: Sequence[Question]) -> Floats:
        """Return the polarity towards each question's target, float32 [n, 3] by `SENTIMENTS`.

        A target within what was read of its text costs a third of a pass. One beyond the first
        `MAX_TOKENS` tokens is read in a window of its own, one that the text does not name is
        appended to it; either costs a pass more.
        """
        import numpy as np

        session = self._open("target.onnx", ["target"])
        logits = np.empty((len(questions), len(self.manifest.target.labels)), np.float32)

        def answer(question: Question) -> Floats:
            states, (start, end) = self._locate(question)
            marks = np.zeros((1, len(states)), np.float32)
            marks[0, start:end] = 1.0
            feed = {"states": states[None].astype(np.float32), "marks": marks}
            result: Floats = session.run(None, feed)[0][0]
            return result

        for row, result in enumerate(self._map(answer, questions)):
            logits[row] = result
        return to_probabilities(logits, self.manifest.target)

    def read(self, texts: Sequence[str]) -> list[Tokens]:
        """Return the word pieces of raw texts, with their places in them."""
        return read_texts(self.tokenizer, texts)

    def _locate(self, question: Question) -> tuple[NDArray[np.float16], tuple[int, int]]:
        """Return token states and the first and past-last piece of the target."""
        if isinstance(question.target, str):
            return self._append(question.text, question.target)
        reading = question.reading
        covered = reading.tokens.cover(*question.target) if reading else None
        if reading and covered:
            return reading.states, covered
        start, end = question.target
        left = max(0, start - WINDOW)
        window = question.text[left : end + WINDOW]
        tokens = self.read([window])[0]
        covered = tokens.cover(start - left, end - left)
        if covered is None:  # nothing the encoder can read, such as a lone sign
            return self._append(window, question.text[start:end])
        return self._states(tokens), covered

    def _append(self, text: str, target: str) -> tuple[NDArray[np.float16], tuple[int, int]]:
        read, name = self.read([text, target])
        tokens, covered = append_target(read, name, MAX_TOKENS)
        return self._states(tokens), covered

    def _states(self, tokens: Tokens) -> NDArray[np.float16]:
        import numpy as np

        result = self._open_model().run(["states"], _feed(tokens))
        states: NDArray[np.float16] = result[0][0].astype(np.float16)
        return states

    def _run(self, tokens: Sequence[Tokens]) -> Iterator[list[Floats]]:
        """Yield the graph's outputs of each text: [embedding, logits …, tags, states].

        One text a pass, on as many threads as cores. Dynamic int8 scales activations by the
        largest of the pass, so in a batch a text's probabilities would depend on its
        neighbours: the same mention crawled in another batch would get other numbers.
        Measured on 2 busy cores: 378 texts a second of processor time one by one, 483 in
        length-sorted batches of 16; it is the price of repeatable labels.
        """
        session = self._open_model()
        yield from self._map(lambda each: session.run(None, _feed(each)), tokens)

    def _map(self, work: Callable[[Item], Result], items: Sequence[Item]) -> Iterable[Result]:
        if self.threads == 1 or len(items) <= 1:
            yield from map(work, items)
            return
        with ThreadPoolExecutor(min(self.threads, len(items))) as pool:
            yield from pool.map(work, items)

    @cached_property
    def tokenizer(self) -> Any:
        """The model's tokenizer."""
        return open_tokenizer(self.folder / "tokenizer.json", MAX_TOKENS)

    def _open_model(self) -> Any:
        outputs = ["embedding", *(head.name for head in self.heads), "tags", "states"]
        return self._open("model.onnx", outputs)

    def _open(self, name: str, outputs: list[str]) -> Any:
        with self._lock:
            if self._owner != os.getpid():
                self._sessions, self._owner = {}, os.getpid()
            if name not in self._sessions:
                self._sessions[name] = _make_session(self.folder / name, outputs)
            return self._sessions[name]


def to_probabilities(logits: Floats, head: Head) -> Floats:
    """Return the calibrated probabilities of logits [n, labels]."""
    import numpy as np

    scaled = logits / np.float32(head.temperature)
    if head.kind == "sigmoid":
        return np.asarray(1.0 / (1.0 + np.exp(-scaled)), np.float32)
    weights = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


def count_cores() -> int:
    """Return the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def _count_threads() -> int:
    setting = os.environ.get(THREADS_VARIABLE)
    if setting is None:
        return count_cores()
    if not setting.isdecimal() or int(setting) < 1:
        mend = "set it to the threads of one process, such as 2, or unset it"
        raise ConfigurationError(f"no number: {setting!r}", where=THREADS_VARIABLE, mend=mend)
    return int(setting)


def _make_session(path: Path, expected: list[str]) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # threads run texts side by side, not parts of one
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        str(path), options, ["CPUExecutionProvider"], disabled_optimizers=_SLOWER
    )
    found = [output.name for output in session.get_outputs()]
    if found != expected:
        what = f"outputs are {found}, the manifest states {expected}"
        raise ConfigurationError(what, where=str(path), mend=RESTORE)
    return session


def _feed(tokens: Tokens) -> Feed:
    import numpy as np

    return {
        "input_ids": np.array([tokens.ids], np.int64),
        "shapes": np.array([tokens.shapes], np.int64),
    }
