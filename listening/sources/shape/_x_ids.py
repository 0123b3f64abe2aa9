"""What the ids of X tell: which version a post is, and the moment it was posted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from listening.clean import UncleanError
from listening.sources._read import epoch, field, instant, text_id

TWITTER: Final = 1_288_834_974_657  # milliseconds: the epoch of its ids


def is_old_version(post: Mapping[str, Any]) -> bool:
    """Tell whether a post was edited since: it names its later versions."""
    versions = post.get("edit_history_tweet_ids") or [post.get("id")]
    return bool(versions[-1] != post.get("id"))


def id_of(raw: Any) -> str:
    """Return the id of a post's first version."""
    versions = raw.get("edit_history_tweet_ids") if isinstance(raw, Mapping) else None
    return str(versions[0]) if isinstance(versions, list) and versions else text_id(raw, "id")


def published_of(raw: Mapping[str, Any], first: str, edited: datetime | None) -> datetime:
    """Return when the first version was posted; `created_at` is that of the version served."""
    if edited or "created_at" not in raw:
        return moment_of(first)
    return instant(field(raw, "created_at", str), "created_at")


def moment_of(post: str) -> datetime:
    """Return the moment an id tells, to the second."""
    if not re.fullmatch(r"\d{1,19}", post):
        raise UncleanError("bad_type", f"id {post[:60]!r} is no whole number")
    return epoch(((int(post) >> 22) + TWITTER) // 1000, "id")
