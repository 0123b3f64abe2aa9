"""Loads and publishes in child processes that a test may kill.

A fork server has everything imported, so a child is at work within milliseconds.
"""

from __future__ import annotations

import os
import resource
import sys
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from listening.contract import CRASH_VARIABLE, DataRoot, ListeningError
from tests.forked import CONTEXT, fork
from tests.warehouse.world import BRANDS
from warehouse.load import load_pending
from warehouse.publish import publish


@dataclass
class Child:
    """A process at work on a data root; its exit status, and what it said of an error."""

    process: ForkServerProcess
    log: Path

    def wait(self, seconds: float | None = None) -> int | None:
        """Wait for the end, at most so long; return the exit status, None while it runs."""
        self.process.join(seconds)
        return self.process.exitcode

    def kill(self) -> None:
        """End it as by kill -9."""
        self.process.kill()
        self.process.join()

    @property
    def errors(self) -> str:
        """Return what it wrote to stderr."""
        return self.log.read_text()


def start(root: DataRoot, step: str, *, limit: int = 0, crash_at: str = "") -> Child:
    """Start `load` or `publish`; return once it is about to begin.

    Args:
        root: the data root.
        step: load or publish.
        limit: largest size in bytes a file may grow to: a full disk.
        crash_at: named point to die at.
    """
    ready = CONTEXT.Event()
    log = root.path / f"child-{os.urandom(4).hex()}.log"
    process = fork(_work, root, step, limit, log, ready, **{CRASH_VARIABLE: crash_at})
    assert ready.wait(60)
    return Child(process, log)


def _work(root: DataRoot, step: str, limit: int, log: Path, ready: Any) -> None:
    sys.stderr = log.open("w", buffering=1)
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    ready.set()
    try:
        (load_pending if step == "load" else publish)(root, BRANDS)
    except ListeningError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
