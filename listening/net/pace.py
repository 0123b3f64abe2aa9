"""Spaces the requests to one host, for all processes of this machine together."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from time import sleep, time
from typing import Any, Final

from listening.contract import slug
from listening.disk import shared_state

_TICK: Final = 0.001  # seconds that do not matter
_STALE: Final = 3600.0  # a turn further ahead than this comes from a clock that was set back


@dataclass(frozen=True, slots=True)
class Clock:
    """Real time, for waiting; tests put their own in its place."""

    now: Callable[[], float] = time
    sleep: Callable[[float], None] = sleep


class Pace:
    """One small locked file per host: when its next turn is, and until when it wants no one."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder, self._clock = folder, clock

    def wait(self, host: str, seconds: float) -> None:
        """Take the host's next free turn and sleep until it; the one after is `seconds` later."""
        if seconds <= 0:
            return
        with self._state(host) as state:
            moment = self._clock.now()
            turn = max(moment, state.get("turn", 0.0))
            if turn - moment > _STALE:
                turn = moment
            state["turn"] = turn + seconds
        self._sleep_until(turn)
        # Whoever went before may have gone late, on a busy machine: its moment counts.
        while (early := self._early(host, seconds)) > 0:
            self._clock.sleep(early)

    def _sleep_until(self, moment: float) -> None:
        if (left := moment - self._clock.now()) > 0:
            self._clock.sleep(left)

    def _early(self, host: str, seconds: float) -> float:
        """Return how much too early it is to go; nothing: we go, and it is written down."""
        with self._state(host) as state:
            moment = self._clock.now()
            early = float(state.get("gone", 0.0)) + seconds - moment
            if _TICK < early <= seconds:  # more is a clock that was set back
                return early
            state["gone"] = moment
            state["turn"] = max(state.get("turn", 0.0), moment + seconds)
        return 0.0

    def went(self, host: str, seconds: float) -> None:
        """Write down that a request is sent now, be it later than its turn; the next is behind it.

        A handshake takes time, and so does a busy machine: up to 0.44 s between turn and arrival at
        a load of 8 (bench.crowd, 2026-11-23).
        """
        if seconds <= 0:
            return
        with self._state(host) as state:
            state["gone"] = moment = self._clock.now()
            state["turn"] = max(state.get("turn", 0.0), moment + seconds)

    def hold(self, host: str, seconds: float) -> None:
        """Write down that the host wants no request for so long."""
        with self._state(host) as state:
            state["held"] = self._clock.now() + seconds

    def held(self, host: str) -> float:
        """Return for how many more seconds the host wants no request."""
        if not self._path(host).exists():
            return 0.0
        with self._state(host) as state:
            return max(0.0, float(state.get("held", 0.0)) - self._clock.now())

    def _path(self, host: str) -> Path:
        return self._folder / f"{slug(host)}.json"

    def _state(self, host: str) -> AbstractContextManager[dict[str, Any]]:
        return shared_state(self._path(host), forgive=True)
