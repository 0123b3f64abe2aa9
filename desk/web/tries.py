"""Counts failed sign-ins, by name and by address, so that nobody can guess for long."""

from __future__ import annotations

import time
from typing import Final

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from desk.web.wording import duration

# By name from one address, so that a stranger cannot lock somebody out from elsewhere; by name
# from everywhere, against many addresses; by address, against many names.
_PAIR: Final = parse("5/5minutes")
_NAME: Final = parse("50/hour")
_ADDRESS: Final = parse("30/10minutes")


class Tries:
    """Failed tries of this process: the desk is one process."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def wait(self, name: str, address: str) -> str:
        """Return how long to wait before the next try, in words; "" for not at all."""
        waits = [
            self._limiter.get_window_stats(limit, *key).reset_time - time.time()
            for limit, key in self._keys(name, address)
            if not self._limiter.test(limit, *key)
        ]
        return duration(max(*waits, 1)) if waits else ""

    def failed(self, name: str, address: str) -> None:
        """Count a failed try."""
        for limit, key in self._keys(name, address):
            self._limiter.hit(limit, *key)

    def entered(self, name: str, address: str) -> None:
        """Forget the failed tries of somebody who got in."""
        self._limiter.clear(_PAIR, "pair", name, address)

    @staticmethod
    def _keys(name: str, address: str) -> list[tuple[RateLimitItem, tuple[str, ...]]]:
        return [
            (_PAIR, ("pair", name, address)),
            (_NAME, ("name", name)),
            (_ADDRESS, ("address", address)),
        ]
