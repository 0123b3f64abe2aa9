"""Child processes at work within milliseconds, in the surroundings of the test that starts them.

They are forked of a server that has everything imported. The server itself keeps the environment
of whichever test started it: on 2026-11-22 a load sought its keys in an earlier test's folder.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Mapping
from multiprocessing.context import ForkServerProcess
from typing import Any

CONTEXT = multiprocessing.get_context("forkserver")
# One server serves all tests of a worker. On 2026-11-22, started for others without the pipeline
# imported, it made 28 runs of the whole way take 420 s in place of some 130.
CONTEXT.set_forkserver_preload([
    "tests.whole_way", "tests.warehouse.child", "tests.desk.legal.child", "tests.desk.deliver.lab",
    "tests.desk.alert_child", "desk.legal.sign", "desk.deliver.note", "desk.deliver.send",
    "alembic.command", "apprise", "duckdb", "warcio",
])  # fmt: skip


def fork(target: Callable[..., object], *given: Any, **settings: str) -> ForkServerProcess:
    """Start a function with these arguments; return its process.

    Args:
        target: the function, found by its module's name.
        given: its arguments.
        settings: variables of its environment, beside those of now.
    """
    process = CONTEXT.Process(target=_enter, args=({**os.environ, **settings}, target, given))
    process.start()
    return process


def _enter(environment: Mapping[str, str], target: Callable[..., object], given: Any) -> None:
    os.environ.clear()
    os.environ.update(environment)
    target(*given)
