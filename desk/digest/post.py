"""Sends a digest to its team's channel, each period once, across any kill.

What was sent is known by a file each under `digests/` of the data root: made before sending, it
says `sending`, and then `sent`. One that still says `sending` was cut short: nobody knows whether
it arrived, and it is sent again only where the receiver would drop the second.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Final

from desk.deliver.channel import Find, find_channel
from desk.deliver.send import Door, Note, RefusedError, UnansweredError
from desk.digest.page import Message
from listening.contract import DataRoot, explained, hold_file, now

LOCK_SECONDS: Final = 600.0  # a receiver may be slow
PREFIX: Final = "digest_"  # of the connection's name, before the team's


def find_door(role: str, find: Find) -> Door:
    """Return where a team's digests go: the connection `digest_<role>`.

    Raises:
        NoChannelError: there is no such connection.
        ConfigurationError: it is no channel.
    """
    return Door(find_channel(f"{PREFIX}{role}", find))


def post(root: DataRoot, message: Message, door: Door) -> str:
    """Send a digest; return `sent`, or `sent before`.

    Raises:
        RefusedError: it did not arrive; the next call sends it.
        UnansweredError: it may have arrived, now or before a kill; no call sends it again.
    """
    path = root.path / "digests" / f"{message.key}.json"
    with explained(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with hold_file(path.parent / ".lock", timeout=LOCK_SECONDS):
        state = _read(path).get("state")
        if state == "sent":
            return "sent before"
        if state == "sending" and not door.channel.dedupes:
            raise UnansweredError(
                "a run was cut short while it sent this: it may have arrived",
                where=str(path),
                mend="Ask the team; if it did not, remove the file and send again",
            )
        _write(path, {"state": "sending", "at": now().isoformat()})
        files = tuple((picture.name, picture.png) for picture in message.pictures)
        try:
            door.send(Note(message.subject, message.text, message.html, files), message.key)
        except RefusedError:
            path.unlink()
            raise
        _write(path, {"state": "sent", "at": now().isoformat()})
    return "sent"


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        return {"state": "sending"}  # it was there, so a try began
    return dict(found)


def _write(path: Path, value: dict[str, Any]) -> None:
    temporary = path.with_suffix(".tmp")
    with temporary.open("w", encoding="utf-8") as handle:
        json.dump(value, handle)
        handle.flush()
        os.fsync(handle.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
