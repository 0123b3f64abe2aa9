"""The one clock, and how a mention gets its id."""

from __future__ import annotations

import hashlib
import os
import re
from datetime import UTC, datetime
from typing import Final

from listening.border.error import ConfigurationError

CLOCK_VARIABLE: Final = "LISTENING_NOW"


def now() -> datetime:
    """Return this moment in UTC, or the moment `LISTENING_NOW` holds the clock at.

    Raises:
        ConfigurationError: `LISTENING_NOW` is not an ISO instant.
    """
    held = os.environ.get(CLOCK_VARIABLE)
    if not held:
        return datetime.now(UTC)
    try:
        instant = datetime.fromisoformat(held)
    except ValueError as error:
        raise ConfigurationError(
            f"{held!r} is not an ISO instant",
            where=CLOCK_VARIABLE,
            mend="Write it like 2026-10-30T12:00:00Z",
        ) from error
    return instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(UTC)


def mention_id(source: str, native_id: str) -> str:
    """Return the id of a mention: the same whichever stream saw it (32 hex digits)."""
    return digest(source, native_id)


def digest(*parts: str) -> str:
    """Return 32 hex digits of a hash of texts, in their order."""
    # The unit separator keeps ("ab", "c") and ("a", "bc") apart.
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def slug(text: str) -> str:
    """Return text as a path-safe name: lower case letters, digits, dots and dashes."""
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-.") or "none"
