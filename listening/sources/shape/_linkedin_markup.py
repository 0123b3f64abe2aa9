"""The markup in the texts of LinkedIn's posts: names, hashtags and escaped signs."""

from __future__ import annotations

import re
from typing import Final

MARKUP: Final = re.compile(
    r"@\[([^\]]*)\]\([^)]*\)|\{hashtag\|\\?#\|([^}]*)\}|\\([|{}@\[\]()<>#\\*_~])"
)


def read_markup(text: str) -> str:
    """Return a text as people see it."""
    return MARKUP.sub(_plain, text)


def _plain(found: re.Match[str]) -> str:
    """Return what people see of LinkedIn's markup: a name, a hashtag, a sign."""
    name, tag, sign = found.groups()
    return name if name is not None else f"#{tag}" if tag is not None else str(sign)
