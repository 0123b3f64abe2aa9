"""Keeps evidence in child processes that a test may kill.

A fork server has everything imported, so a child is at work within milliseconds.
"""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing.context import ForkServerProcess

from desk.legal.keep import keep_evidence
from listening.contract import DataRoot

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.desk.legal.child", "desk.legal.sign", "warcio"])
_NAMES = ("LISTENING_KEYS", "LISTENING_NOW")


def start(root: DataRoot, crash_at: str = "") -> ForkServerProcess:
    """Start keeping evidence of a data root; dies at a named point where one is given."""
    setting = {name: os.environ[name] for name in _NAMES}
    child = _CONTEXT.Process(target=_work, args=(root, setting | {"LISTENING_CRASH_AT": crash_at}))
    child.start()
    return child


def _work(root: DataRoot, setting: dict[str, str]) -> None:
    os.environ.update(setting)
    keep_evidence(root)
