"""What a site of a world is asked, and what it answers: HTTP without the sockets."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Request:
    """One GET: `base` is scheme and host as the client named them, `at` the world's moment."""

    path: str
    at: datetime
    base: str = ""
    query: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def one(self, name: str, default: str = "") -> str:
        """Return the last value of a query parameter."""
        return self.query.get(name, (default,))[-1]


@dataclass(frozen=True, slots=True)
class Answer:
    """One response; `changed_at` becomes Last-Modified."""

    body: bytes
    content_type: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    changed_at: datetime | None = None


JSON: Final = "application/json; charset=utf-8"


def in_json(value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Return a value as a JSON answer."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(body, JSON, status=status, headers=headers or {})


def refuse(status: int, message: str) -> Answer:
    """Return an error in plain words."""
    return Answer(f"{message}\n".encode(), "text/plain; charset=utf-8", status=status)


def conditional(answer: Answer, request: Request) -> Answer:
    """Give a good answer its validators; 304 where the client's copy is still right."""
    if answer.status != 200:  # noqa: PLR2004 - HTTP's own number
        return answer
    headers = {**answer.headers, "ETag": f'"{hashlib.sha256(answer.body).hexdigest()[:32]}"'}
    if answer.changed_at:
        headers["Last-Modified"] = format_datetime(answer.changed_at, usegmt=True)
    if _fresh(answer, headers["ETag"], request.headers):
        return Answer(b"", answer.content_type, 304, headers)
    return Answer(answer.body, answer.content_type, 200, headers)


def _fresh(answer: Answer, etag: str, headers: Mapping[str, str]) -> bool:
    # RFC 9110, 13.1.3: If-Modified-Since is ignored where If-None-Match is present.
    if known := headers.get("if-none-match"):
        return known.strip() == "*" or etag in {
            tag.strip().removeprefix("W/") for tag in known.split(",")
        }
    since = headers.get("if-modified-since")
    if not since or answer.changed_at is None:
        return False
    try:
        return answer.changed_at.replace(microsecond=0) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):  # no date, or one without a zone: as if it were absent
        return False
