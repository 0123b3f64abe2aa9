"""Keeps evidence, and erases it, in child processes that a test may kill.

A fork server has everything imported, so a child is at work within milliseconds.
"""

from __future__ import annotations

from multiprocessing.context import ForkServerProcess

from desk.legal.erase import erase_evidence
from desk.legal.keep import keep_evidence
from listening.contract import DataRoot
from tests.forked import fork


def start(root: DataRoot, crash_at: str = "") -> ForkServerProcess:
    """Start keeping evidence of a data root; dies at a named point where one is given."""
    return run(root, "keep", crash_at=crash_at)


def run(root: DataRoot, step: str, mention: str = "", crash_at: str = "") -> ForkServerProcess:
    """Start to `keep` evidence, or to `erase` that of a mention."""
    return fork(_work, root, step, mention, LISTENING_CRASH_AT=crash_at)


def _work(root: DataRoot, step: str, mention: str) -> None:
    if step == "keep":
        keep_evidence(root)
    else:
        erase_evidence(root, [mention], why="killed")
