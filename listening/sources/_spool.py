"""Reads what a web server put aside for us: signed posts, one file each.

A file is a JSON object: `received_at` (ISO), `body` (the text that was posted, unchanged) and
`signature` (`sha256=` and the HMAC-SHA256 of the body in hex, as X-Hub-Signature-256 has it).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from listening.contract import BrandFile, ListeningError
from listening.net.credential import need_credential

MOST: Final = 5_000_000  # bytes of one file


def place(path: str, brands: BrandFile) -> Path:
    """Return where a spool lies: relative to a brand file."""
    places = [(Path(file).parent / path).resolve() for file in brands.files or (".",)]
    return next((one for one in places if one.exists()), places[0])


@dataclass(frozen=True, slots=True)
class Post:
    """One post: the file that holds it, when it came, what it says, or why that is not read."""

    name: str
    at: datetime
    payload: Any = None
    fault: str = ""


def read_spool(folder: Path, connection: str, since: datetime) -> list[Post]:
    """Return the posts that came since a moment, in order.

    One that is not signed by the secret, or that is none of ours, has a fault and no payload:
    whoever can reach the web server could have sent it.

    Raises:
        ListeningError: there is no such folder, or no secret.
    """
    if not folder.is_dir():
        raise ListeningError(
            "no such folder", where=str(folder), mend="Make it, and let the web server write there"
        )
    secret = need_credential(connection, '{"password": "the secret of the signature"}').password
    paths = [path for path in folder.glob("*.json") if not path.name.startswith(".")]
    found = [_open(path, secret) for path in paths if path.stat().st_mtime >= since.timestamp()]
    return sorted(
        (post for post in found if post.at >= since), key=lambda post: (post.at, post.name)
    )


def _open(path: Path, secret: str) -> Post:
    came = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    try:
        if path.stat().st_size > MOST:
            return Post(path.name, came, fault=f"more than {MOST:,} bytes")
        kept = json.loads(path.read_bytes())
        body, told = str(kept["body"]), str(kept["signature"])
        at = datetime.fromisoformat(str(kept["received_at"]))
        at = at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
        if not secret or not hmac.compare_digest(sign(body, secret).encode(), told.encode()):
            return Post(path.name, at, fault="its signature is not right")
        return Post(path.name, at, json.loads(body))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        return Post(path.name, came, fault=f"no signed post: {type(error).__name__}")


def sign(body: str, secret: str) -> str:
    """Return the signature of what was posted."""
    return f"sha256={hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()}"
