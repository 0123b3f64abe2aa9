"""How long a request is tried: a slow, broken or busy server must not hold up a whole crawl.

Pauses double from half a second on, with jitter; what a server asks for by Retry-After is heeded
(RFC 9110) up to a patience of its own, beyond which the crawl gives up until then.
"""

from __future__ import annotations

import random
from typing import Final

from listening.net.answer import LaterError, TransientError
from listening.net.guard import shown
from listening.net.pace import Clock

WALL: Final = 35.0  # seconds a request may cost us, its tries and our own pauses included
PATIENCE: Final = 120.0  # seconds a server may ask us to wait, on top of that
TRIES: Final = 5


class Effort:
    """What one request may cost: tries, our own time, and the time the server asks for."""

    def __init__(self, clock: Clock, wall: float | None = None) -> None:
        self.tries, self._wall = 0, wall or WALL
        self._clock, self._own, self._asked, self._began = clock, 0.0, 0.0, 0.0

    def __enter__(self) -> None:
        self._began = self._clock.now()

    def __exit__(self, *_: object) -> None:
        self._own += self._clock.now() - self._began

    def left(self) -> float:
        """Return how many seconds of our own are left."""
        return max(0.1, self._wall - self._own)

    def pause(self, later: LaterError, url: str) -> float:
        """Return how long to pause before the next try; over `PATIENCE`: give up until then.

        Raises:
            TransientError: the tries, or our own time, are used up.
        """
        self.tries += 1
        if later.asked is None or later.asked <= 0:
            wait = 0.5 * 2.0 ** (self.tries - 1) * random.uniform(1, 1.5)  # noqa: S311 - jitter
            self._own += wait
        else:
            wait = later.asked
            self._asked += wait
        over = later.asked is not None and self._asked > PATIENCE
        if over:
            return max(wait, PATIENCE + 1)
        if self.tries >= TRIES or self._own >= self._wall:
            raise TransientError(
                f"{later}; gave up after {self.tries} tries",
                where=shown(url),
                mend="The next crawl tries again; if it goes on, look at the URL in a browser",
            )
        return wait
