"""How names and small shared files stay whole on the disk, whatever dies meanwhile."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from listening.contract import ListeningError, explained, flush_folder


def link_new(temporary: Path, path: Path) -> None:
    """Give a flushed file its final name, which must be new, and make the name durable.

    Raises:
        OSError: the name exists (EEXIST), or the disk refuses.
    """
    os.link(temporary, path)
    flush_folder(path.parent)
    temporary.unlink()


def make_folders(folder: Path, top: Path) -> None:
    """Make a folder below `top`, and its name durable at every level."""
    folder.mkdir(parents=True, exist_ok=True)
    for parent in folder.parents:
        flush_folder(parent)
        if parent == top:
            break


@contextmanager
def shared_state(path: Path, *, forgive: bool = False) -> Iterator[dict[str, Any]]:
    """Hold a small JSON object that processes share; what the block changes is written back.

    Written by one call and cut afterwards, so that a process killed between the two leaves the
    new object with a rest of the old behind it, which is not read. `forgive` takes a file that
    holds something else as empty.

    Raises:
        ListeningError: the disk refuses, or the file holds something else.
    """
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        with explained(path):
            fcntl.flock(handle, fcntl.LOCK_EX)
            before = _read_object(os.pread(handle, os.fstat(handle).st_size, 0))
        if before is None and not forgive:
            raise ListeningError(
                "holds no JSON object", where=str(path), mend="Mend it from a backup, or remove it"
            )
        after: dict[str, Any] = json.loads(json.dumps(before or {}))
        yield after
        if after != before:
            data = json.dumps(after).encode()
            with explained(path):
                os.pwrite(handle, data, 0)
                os.ftruncate(handle, len(data))
    finally:
        os.close(handle)


def _read_object(data: bytes) -> dict[str, Any] | None:
    try:
        value = json.JSONDecoder().raw_decode(data.decode())[0] if data else {}
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
