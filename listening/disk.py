"""What must be true of files that may not be lost, and what to tell people when a disk refuses."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from listening.contract import ListeningError, flush_folder

_POLL_SECONDS: Final = 0.05
_MENDS: Final = {
    errno.ENOSPC: "Free space on the disk of LISTENING_DATA and run again; nothing was lost",
    errno.EDQUOT: "Raise the disk quota of LISTENING_DATA and run again; nothing was lost",
    errno.EFBIG: "Raise the file size limit (ulimit -f) and run again; nothing was lost",
    errno.EROFS: "Mount the folder of LISTENING_DATA for writing, or set LISTENING_DATA",
    errno.EACCES: "Give this user the right to write there, or set LISTENING_DATA",
    errno.EPERM: "LISTENING_DATA needs a file system with hard links; set it to such a folder",
    errno.EEXIST: "Another process wrote it without holding the lock; run again",
}


@contextmanager
def explained(where: Path) -> Iterator[None]:
    """Turn what the disk says into an error with its mend.

    Raises:
        ListeningError: in place of an OSError or an Arrow error.
    """
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        code = getattr(error, "errno", None)
        reason = os.strerror(code) if code else str(error)
        mend = _MENDS.get(code or 0, "Mend the disk or folder and run again; nothing was lost")
        raise ListeningError(f"the disk refused: {reason}", where=str(where), mend=mend) from error


@contextmanager
def os_lock(path: Path, timeout: float) -> Iterator[None]:
    """Hold a lock file against other processes and threads; the system frees it at any death.

    Raises:
        ListeningError: somebody else, who is named, holds it for `timeout` seconds.
    """
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _acquire(handle, path, timeout)
        yield
    finally:
        os.close(handle)


def _acquire(handle: int, path: Path, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while not _locked(handle):
        if time.monotonic() >= deadline:
            holder = os.pread(handle, 100, 0).decode("ascii", "replace").strip()
            raise ListeningError(
                f"held by {holder or 'another process'}; waited {timeout:g} seconds",
                where=str(path),
                mend="Wait for that process to end, or end it, and run again",
            )
        time.sleep(_POLL_SECONDS)
    with explained(path):
        os.ftruncate(handle, 0)
        stamp = datetime.now(UTC).isoformat(timespec="seconds")
        os.pwrite(handle, f"process {os.getpid()} since {stamp}\n".encode(), 0)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


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
