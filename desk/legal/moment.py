"""Says what time it is, and how far that can be trusted."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any, Final

from listening.contract import CLOCK_VARIABLE, now

_TIMEX_BYTES: Final = 256  # struct timex of Linux is 208 (adjtimex(2), read 2026-11)
_MAXERROR_AT: Final = 24  # after modes (4, padded to 8), offset (8) and freq (8)
_ERROR: Final = 5  # TIME_ERROR: the kernel's clock is not synchronised


def tell_time() -> dict[str, Any]:
    """Return the time (`utc`), the clock it comes from, and whether that clock is set by others.

    `synchronised` is what the kernel says (adjtimex); None where it cannot be asked.
    `max_error_us` is its own bound, in microseconds.
    """
    at = now().isoformat()
    if os.environ.get(CLOCK_VARIABLE):
        return {"utc": at, "source": f"held by {CLOCK_VARIABLE}", "synchronised": False}
    return {"utc": at, "source": "system clock", **_ask_kernel()}


def _ask_kernel() -> dict[str, Any]:
    unknown = {"synchronised": None, "max_error_us": None}
    if not sys.platform.startswith("linux") or ctypes.sizeof(ctypes.c_long) != 8:  # noqa: PLR2004
        return unknown
    buffer = ctypes.create_string_buffer(_TIMEX_BYTES)  # modes 0: only ask
    try:
        state = ctypes.CDLL(None, use_errno=True).adjtimex(buffer)
    except (OSError, AttributeError):
        return unknown
    if state < 0:
        return unknown
    error = ctypes.c_long.from_buffer(buffer, _MAXERROR_AT).value
    return {"synchronised": state != _ERROR, "max_error_us": error}
