"""Lets go first what somebody waits for: long work steps back behind crawls and alerts."""

from __future__ import annotations

import os
from typing import Final

_BACK: Final = 10  # of 19; a process at 0 gets about nine times the time of one at 10 (sched(7))


def step_back() -> None:
    """Lower this process's priority, once; on an idle machine it is as fast as before."""
    if hasattr(os, "nice") and os.nice(0) < _BACK:
        os.nice(_BACK - os.nice(0))
