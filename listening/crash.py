"""Named places where a test lets the process die as by kill -9, to prove that nothing is lost."""

from __future__ import annotations

import os
from typing import Final

VARIABLE: Final = "LISTENING_CRASH_AT"
SEAL_POINTS: Final = (
    "seal:before_fsync",
    "seal:after_fsync",
    "seal:after_warc_link",
    "seal:before_link",
    "seal:after_link",
)
REVISE_POINTS: Final = ("revise:warc", "revise:before_replace", "revise:after_replace")


def crash_at(point: str) -> None:
    """End the process at once, without clean-up, where `LISTENING_CRASH_AT` names this point."""
    if os.environ.get(VARIABLE) == point:
        os._exit(137)
