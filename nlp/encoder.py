"""Run the shipped model: one ONNX pass gives every head's probabilities and the embedding."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from listening.contract import ConfigurationError
from nlp.manifest import RESTORE, Head, Manifest
from nlp.tokens import Tokens, append_target, open_tokenizer, read_texts
from nlp.wording import Wording

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

BATCH_TOKENS: Final = 256
"""Word pieces of a pass: more do not fit a core's cache, fewer read the weights too often."""

THREADS_VARIABLE: Final = "LISTENING_THREADS"

_SLOWER: Final = ["SkipLayerNormFusion"]
"""Fusions that cost more than they bring: 30 states take 82 µs fused, 16 as two nodes."""

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Reading:
    """What the pass leaves of one text for later questions.

    `tags` is float32 [tokens, tags], probabilities of `Manifest.tags`; `whole_states` is float32
    [tokens, width], the token states below the target branch.
    """

    tokens: Tokens
    tags: Floats
    whole_states: Floats

    @property
    def states(self) -> NDArray[np.float16]:
        """The states as branches read them: rounded here, for they are asked of a third only."""
        return self.whole_states.astype("float16")


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
        self._wordings: dict[str, Wording] = {}
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
        readings: dict[int, Reading] = {}
        tokens = self.read(texts)
        for rows, result in self._run(self._open_model(), [to_feed(each) for each in tokens]):
            embedding[rows] = result[0]
            for head, logits in zip(self.heads, result[1:-2], strict=True):
                outputs[head.name][rows] = logits
            tags = to_probabilities(result[-2], self.manifest.tags)
            for row, *read in zip(rows, tags, result[-1], strict=True):
                readings[row] = Reading(tokens[row], *read)
        for head in self.heads:
            logits = outputs[head.name]
            if head.wording:
                logits += self._open_wording(head.wording).score([each.text for each in tokens])
            outputs[head.name] = to_probabilities(logits, head)
        return Encoded(embedding, outputs, [readings[row] for row in range(len(texts))])

    def judge(self, questions: Sequence[Question]) -> Floats:
        """Return the polarity towards each question's target, float32 [n, 3] by `SENTIMENTS`.

        A target within what was read of its text costs a third of a pass. One beyond the first
        `MAX_TOKENS` tokens is read in a window of its own, one that the text does not name is
        appended to it; either costs a pass more.
        """
        import numpy as np

        session = self._open("target.onnx", ["target"])
        logits = np.empty((len(questions), len(self.manifest.target.labels)), np.float32)
        for rows, result in self._run(session, self.mark(questions)):
            logits[rows] = result[0]
        return to_probabilities(logits, self.manifest.target)

    def judge_flags(self, readings: Sequence[Reading]) -> Floats:
        """Return the logits of each legal flag, float32 [n, flags]; a third of a pass a text.

        Raises:
            ConfigurationError: the model has no branch for flags.
        """
        import numpy as np

        if self.manifest.flag is None:
            raise ConfigurationError("no branch for flags", where=str(self.folder), mend=RESTORE)
        feeds: list[Feed] = [{"states": each.states.astype(np.float32)} for each in readings]
        logits = np.empty((len(feeds), len(self.manifest.flag.labels)), np.float32)
        for rows, result in self._run(self._open("flag.onnx", ["flag"]), feeds):
            logits[rows] = result[0]
        return logits

    def mark(self, questions: Sequence[Question]) -> list[Feed]:
        """Return what the target branch reads: a text's states, and where its target stands."""
        import numpy as np

        places = [self._locate(question) for question in questions]
        unread = [row for row, (states, _) in enumerate(places) if isinstance(states, Tokens)]
        passes = [to_feed(cast("Tokens", places[row][0])) for row in unread]
        found = {row: states for row, (states, _) in enumerate(places) if row not in unread}
        for rows, result in self._run(self._open_model(), passes, ["states"]):
            found.update(zip((unread[row] for row in rows), result[0], strict=True))
        feeds = []
        for row, (_, (start, end)) in enumerate(places):
            states = np.asarray(found[row], np.float16).astype(np.float32)
            marks = np.zeros(len(states), np.float32)
            marks[start:end] = 1.0
            feeds.append({"states": states, "marks": marks})
        return feeds

    def read(self, texts: Sequence[str]) -> list[Tokens]:
        """Return the word pieces of raw texts, with their places in them."""
        return read_texts(self.tokenizer, texts)

    def _locate(self, question: Question) -> tuple[NDArray[np.float16] | Tokens, tuple[int, int]]:
        """Return states, or the tokens to be read first, and the target's pieces in them."""
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
        return tokens, covered

    def _append(self, text: str, target: str) -> tuple[Tokens, tuple[int, int]]:
        read, name = self.read([text, target])
        return append_target(read, name, MAX_TOKENS)

    def _run(
        self, session: Any, feeds: Sequence[Feed], wanted: list[str] | None = None
    ) -> Iterator[tuple[list[int], list[Floats]]]:
        """Yield the graph's outputs, with the numbers of the feeds that their rows belong to.

        Feeds of one length run side by side: nothing is filled up, all scales are fixed, and
        every sum is over one text alone, so that a mention which is crawled in another batch gets
        the same numbers, to the bit.
        """
        import numpy as np

        def work(rows: list[int]) -> tuple[list[int], list[Floats]]:
            batch = {name: np.stack([feeds[row][name] for row in rows]) for name in names}
            return rows, session.run(wanted, batch)

        inputs = session.get_inputs()
        names = [each.name for each in inputs]
        alone = isinstance(inputs[0].shape[0], int)  # dynamic int8: scales of the whole pass
        lengths = [len(feed[names[0]]) for feed in feeds]
        yield from self._map(work, _group(lengths, 1 if alone else BATCH_TOKENS))

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

    def _open_wording(self, name: str) -> Wording:
        with self._lock:
            if name not in self._wordings:
                self._wordings[name] = Wording.load(self.folder / name)
            return self._wordings[name]

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
    """Return the calibrated probabilities of logits [..., labels]."""
    import numpy as np

    scaled = logits / np.float32(head.temperature)
    if head.kind == "sigmoid":
        return np.asarray(1.0 / (1.0 + np.exp(-scaled)), np.float32)
    weights = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True), np.float32)


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


def to_feed(tokens: Tokens) -> Feed:
    """Return what the graph reads of one text."""
    import numpy as np

    return {
        "input_ids": np.array(tokens.ids, np.int64),
        "shapes": np.array(tokens.shapes, np.int64),
    }


def _group(lengths: Sequence[int], most: int) -> list[list[int]]:
    """Return the numbers of feeds of one length, together up to `most` tokens and one at least."""
    groups = []
    for length, group in groupby(
        sorted(range(len(lengths)), key=lengths.__getitem__), lengths.__getitem__
    ):
        rows, count = list(group), max(1, most // length)
        groups += [rows[start : start + count] for start in range(0, len(rows), count)]
    return groups
