"""Tag in several processes, each with the whole pipeline: `python -m nlp.workers` is one of them.

Between two passes of the encoder a text meets some twenty taggers in Python, which hold its lock:
threads alone leave a core waiting (docs/speed.md has the figures). A worker is a program of its
own and no fork: a fork inherits the locks of threads that it does not have, and what runs under
Airflow has such threads. Pickles pass between these processes only.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import pyarrow as pa

from listening.contract import BrandFile, ConfigurationError, ListeningError
from nlp.chunk import Tagged, tag_chunk
from nlp.encoder import THREADS_VARIABLE, count_cores
from nlp.light import import_spacy

if TYPE_CHECKING:
    from nlp.said import Said

VARIABLE: Final = "LISTENING_WORKERS"

DEFAULT: Final = 2
"""Each worker holds the model, the language profiles and the rules: about 500 MB."""

WORTH: Final = 1_000
"""Mentions from which on workers repay that each loads the pipeline for itself."""

CHUNK: Final = 256
"""Mentions sent at a time: of fewer, fewer are of one length and run side by side (4 % slower)."""

LEAST: Final = 64
"""Mentions sent at the end, a fifth of a second's work: no worker waits long for another."""

_PATIENCE: Final = 5.0  # seconds
_ROOT: Final = Path(__file__).parent.parent

Brands = BrandFile | Callable[[], BrandFile] | None


def count_workers(stated: int | None = None) -> int:
    """Return how many processes tag: as stated, else `LISTENING_WORKERS`, else one a core, up to 2.

    Raises:
        ConfigurationError: the number is none, or not positive.
    """
    if stated is not None:
        return _check(stated, str(stated), "--workers")
    setting = os.environ.get(VARIABLE)
    if setting is None:
        return min(DEFAULT, count_cores())
    return _check(int(setting) if setting.isdecimal() else 0, setting, VARIABLE)


def _check(number: int, stated: str, where: str) -> int:
    if number < 1:
        mend = "say how many processes tag, such as 2; 1 is this process itself"
        raise ConfigurationError(f"no number of processes: {stated!r}", where=where, mend=mend)
    return number


class Workers:
    """Processes that tag side by side. Use in a `with` block, or `close` them.

    What they say of a mention does not depend on how many they are.
    """

    def __init__(self, brands: Brands, count: int) -> None:
        """Start `count` workers with the pipeline for a brand file, or for what reads one.

        Reading takes half a second, in which the workers load what needs no brand file.
        """
        self._closed = False
        self._workers: list[_Worker] = []
        try:
            self._workers += [_Worker(max(1, count_cores() // count)) for _ in range(count)]
            stated = brands() if callable(brands) else brands
            for worker in self._workers:
                worker.send(stated)
            self._versions = [worker.receive() for worker in self._workers]
        except BaseException:
            self.close()
            raise

    @property
    def closed(self) -> bool:
        """Tell whether they are gone, by `close` or after an error."""
        return self._closed

    @property
    def versions(self) -> Mapping[str, str]:
        """Return the version of every tagger, as `nlp.pipeline.versions`."""
        versions: Mapping[str, str] = self._versions[0]
        return versions

    def tag(self, said: Iterable[Said], fields: Sequence[pa.Field]) -> Iterator[Tagged]:
        """Yield the tags of mentions, chunk by chunk, in order.

        Raises:
            ListeningError: a worker ended; the others are ended too.
        """
        try:
            yield from self._in_order(_cut(list(said), len(self._workers)), fields)
        except BaseException:  # whoever stops half-way leaves answers in the pipes
            self.close()
            raise

    def _in_order(
        self, chunks: Iterator[tuple[int, list[Said]]], fields: Sequence[pa.Field]
    ) -> Iterator[Tagged]:
        done: dict[int, Tagged] = {}
        busy: dict[Connection, tuple[int, _Worker]] = {}
        idle = list(self._workers)
        due = 0
        while True:
            # One chunk a worker: with a second in its pipe both could wait for each other.
            for number, chunk in islice(chunks, len(idle)):
                worker = idle.pop()
                worker.send((chunk, list(fields)))
                busy[worker.answers] = number, worker
            if not busy:
                return
            for answers in wait(list(busy)):
                assert isinstance(answers, Connection)  # noqa: S101  (narrows what was put in)
                number, worker = busy.pop(answers)
                done[number] = worker.receive()
                idle.append(worker)
            while due in done:
                yield done.pop(due)
                due += 1

    def close(self) -> None:
        """End the workers. What they hold is in memory only, and nothing is lost with it."""
        self._closed = True
        for worker in self._workers:
            worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _cut(said: Sequence[Said], workers: int) -> Iterator[tuple[int, list[Said]]]:
    """Yield numbered chunks, smaller as fewer mentions are left for each worker."""
    place = number = 0
    while place < len(said):
        size = min(CHUNK, max(LEAST, (len(said) - place) // (2 * workers)))
        yield number, list(said[place : place + size])
        place, number = place + size, number + 1


class _Worker:
    """One process, and the two pipes to it."""

    def __init__(self, threads: int) -> None:
        theirs, self._asks = Pipe(duplex=False)
        self.answers, replies = Pipe(duplex=False)
        descriptors = (theirs.fileno(), replies.fileno())
        try:
            self._process = subprocess.Popen(  # noqa: S603  our own program
                [sys.executable, "-m", __name__, *map(str, descriptors)],
                env=_environment(threads),
                pass_fds=descriptors,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        finally:
            theirs.close()
            replies.close()

    def send(self, message: object) -> None:
        """Send something that pickles."""
        try:
            self._asks.send(message)
        except OSError as error:
            raise self._lost() from error

    def receive(self) -> Any:
        """Return the answer to what was sent.

        Raises:
            ListeningError: what the worker raised, or that it ended.
        """
        try:
            answer = self.answers.recv()
        except (EOFError, OSError) as error:
            raise self._lost() from error
        if isinstance(answer, ListeningError):
            raise answer
        return answer

    def close(self) -> int:
        """End the process at once (by itself it takes a second) and return its status."""
        self._asks.close()
        self.answers.close()
        self._process.kill()
        return self._process.wait()

    def _lost(self) -> ListeningError:
        with contextlib.suppress(subprocess.TimeoutExpired):  # its pipes close before it ends
            self._process.wait(_PATIENCE)
        return ListeningError(
            f"a tagging process ended with status {self.close()}",
            where=VARIABLE,
            mend="See its message above, or set it to 1 to tag in one process; is there memory?",
        )


def _environment(threads: int) -> dict[str, str]:
    """Return the environment of a worker: no more threads than its share of the cores."""
    path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")]))
    share = {THREADS_VARIABLE: str(threads), "RAYON_NUM_THREADS": str(threads)}
    return {**share, **os.environ, "PYTHONPATH": path}


def serve(asks: Connection, replies: Connection) -> None:
    """Tag what is asked until nobody asks any more: the life of a worker."""
    import_spacy()
    from nlp.pipeline import build, preload, versions

    preload()
    try:
        pipeline = build(asks.recv())
    except ListeningError as error:
        replies.send(error)
        return
    replies.send(versions(pipeline))
    while True:
        said, fields = asks.recv()
        replies.send(tag_chunk(pipeline, said, fields))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is the parent that is interrupted
    _first, _second = (int(each) for each in sys.argv[1:])
    with contextlib.suppress(EOFError, BrokenPipeError):  # the parent needs no more, or is gone
        serve(Connection(_first, writable=False), Connection(_second, readable=False))
