"""Keeps evidence, and erases it, in child processes that a test may kill.

A fork server has everything imported, so a child is at work within milliseconds.
"""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing.context import ForkServerProcess

from desk.legal.erase import erase_evidence
from desk.legal.keep import keep_evidence
from listening.contract import DataRoot

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.desk.legal.child", "desk.legal.sign", "warcio"])
_NAMES = ("LISTENING_KEYS", "LISTENING_NOW")


def start(root: DataRoot, crash_at: str = "") -> ForkServerProcess:
    """Start keeping evidence of a data root; dies at a named point where one is given."""
    return run(root, "keep", crash_at=crash_at)


def run(root: DataRoot, step: str, mention: str = "", crash_at: str = "") -> ForkServerProcess:
    """Start to `keep` evidence, or to `erase` that of a mention."""
    setting = {name: os.environ[name] for name in _NAMES} | {"LISTENING_CRASH_AT": crash_at}
    child = _CONTEXT.Process(target=_work, args=(root, step, mention, setting))
    child.start()
    return child


def _work(root: DataRoot, step: str, mention: str, setting: dict[str, str]) -> None:
    os.environ.update(setting)
    if step == "keep":
        keep_evidence(root)
    else:
        erase_evidence(root, [mention], why="killed")
