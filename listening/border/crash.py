"""Named places where a test lets the process die as by kill -9, to prove that nothing is lost."""

from __future__ import annotations

import os
from typing import Final

CRASH_VARIABLE: Final = "LISTENING_CRASH_AT"


def crash_at(point: str) -> None:
    """End the process at once, without clean-up, where `LISTENING_CRASH_AT` names this point."""
    if os.environ.get(CRASH_VARIABLE) == point:
        os._exit(137)
