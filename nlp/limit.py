"""A time limit for work that may never return: a pattern that backtracks, a loop, a wait.

The limit is the process's alarm clock (SIGALRM), which costs ten microseconds a call and can
end Python code, sleeps, waits for locks and the matching of regular expressions. It ends nothing
in foreign code that does not look for signals, and works in the main thread only, as Python
delivers signals there: commands and Airflow's tasks run in one. Elsewhere there is no limit.
"""

from __future__ import annotations

import logging
import math
import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Final, TypeVar

from listening.contract import ConfigurationError

Result = TypeVar("Result")

VARIABLE: Final = "LISTENING_TAG_SECONDS"
SECONDS: Final = 10.0
"""A hundred times what the slowest tagger takes for the longest text it reads."""

_AGAIN: Final = 0.5  # an alarm may be lost in `__del__`, or meet a clean-up that waits as well

_log: Final = logging.getLogger(__name__)


class OutOfTime(BaseException):
    """The limit passed. No `Exception`: code in between must not take it for one of its own."""


def read_limit() -> float:
    """Return the seconds a tagger may take for one mention: `LISTENING_TAG_SECONDS`, or 10.

    Raises:
        ConfigurationError: it is no positive number.
    """
    stated = os.environ.get(VARIABLE)
    try:
        seconds = float(stated) if stated else SECONDS
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise ConfigurationError(
            f"{stated!r} is no number of seconds", where=VARIABLE, mend="Write one such as 10"
        )
    return seconds


def within(seconds: float, work: Callable[[], Result]) -> Result:
    """Return what `work` returns, if it does so within some seconds.

    An alarm that somebody else set (Airflow's `execution_timeout`, a test's) goes on running;
    where it is due first, it is left to ring. Outside the main thread there is no limit.

    Raises:
        OutOfTime: it did not.
    """
    if threading.current_thread() is not threading.main_thread():
        _warn_once()
        return work()
    others, _ = signal.getitimer(signal.ITIMER_REAL)
    if 0 < others <= seconds:
        return work()
    clock = _Clock()
    try:
        try:
            clock.start(seconds)
            return work()
        finally:
            clock.stop()
    except OutOfTime:
        clock.stop()  # the alarm may ring in the line above
        raise


class _Clock:
    """The alarm while it is ours, and what it was before."""

    def __init__(self) -> None:
        self._running = False

    def start(self, seconds: float) -> None:
        self._handler = signal.signal(signal.SIGALRM, self._ring)
        self._begun = time.monotonic()
        self._running = True
        self._before = signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)

    def stop(self) -> None:
        if not self._running:
            return
        self._running = False
        due, interval = self._before
        if due:
            due = max(due - (time.monotonic() - self._begun), 1e-3)
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self._handler)
        signal.setitimer(signal.ITIMER_REAL, due, interval)

    def _ring(self, *_: object) -> None:
        if self._running:
            raise OutOfTime


def _warn_once() -> None:
    if not _warned:
        _warned.append(True)
        _log.warning("outside the main thread nothing can end a tagger that hangs")


_warned: Final[list[bool]] = []
