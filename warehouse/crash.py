"""Named places where a test lets the process die as by kill -9, to prove that nothing is lost."""

from __future__ import annotations

import os
from typing import Final

VARIABLE: Final = "LISTENING_CRASH_AT"
LOAD_POINTS: Final = ("load:begin", "load:merge", "load:receipt", "load:commit", "load:checkpoint")
RETAG_POINTS: Final = ("retag:merge", "retag:commit")
PUBLISH_POINTS: Final = ("publish:build", "publish:month", "publish:replace")
ROTATE_POINTS: Final = ("rotate:commit", "rotate:replace")
ERASE_POINTS: Final = ("erase:commit", "erase:replace")


def crash_at(point: str) -> None:
    """End the process at once, without clean-up, where `LISTENING_CRASH_AT` names this point."""
    if os.environ.get(VARIABLE) == point:
        os._exit(137)
