"""One process at a time opens the warehouse file; this is the lock that says which, and who."""

from __future__ import annotations

import fcntl
import os
import shlex
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from listening.contract import DataRoot, ListeningError

DEFAULT_TIMEOUT: Final = 600.0
_POLL_SECONDS: Final = 0.05


@contextmanager
def warehouse_lock(root: DataRoot, *, timeout: float = DEFAULT_TIMEOUT) -> Iterator[None]:
    """Hold the warehouse against every other process and thread; not re-entrant.

    The system frees it at any death of the holder, so no stale lock can block a run.

    Raises:
        ListeningError: somebody else, who is named, holds it for `timeout` seconds; or the
            data root cannot be written.
    """
    with file_lock(lock_path(root), timeout=timeout):
        yield


@contextmanager
def file_lock(path: Path, *, timeout: float = DEFAULT_TIMEOUT) -> Iterator[None]:
    """Hold a lock file; raises as `warehouse_lock` does."""
    handle = _open(path)
    try:
        _acquire(handle, path, timeout)
        yield
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def lock_path(root: DataRoot) -> Path:
    """Return the lock file beside the warehouse."""
    return root.warehouse.with_name(root.warehouse.name + ".lock")


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    except OSError as error:
        raise ListeningError(
            f"cannot be written: {error.strerror}",
            where=str(path),
            mend="Give this user the right to write there, or set LISTENING_DATA",
        ) from error


def _acquire(handle: int, path: Path, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while not _locked(handle):
        if time.monotonic() >= deadline:
            holder = os.pread(handle, 400, 0).decode("utf-8", "replace").strip()
            raise ListeningError(
                f"held by {holder or 'another process'}; waited {timeout:g} seconds",
                where=str(path),
                mend="Wait for that process to end, or end it, and run again",
            )
        time.sleep(_POLL_SECONDS)
    os.ftruncate(handle, 0)
    os.pwrite(handle, _holder().encode(), 0)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder() -> str:
    command = shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])[:200]
    since = datetime.now(UTC).isoformat(timespec="seconds")
    return f"process {os.getpid()} ({command}) since {since}\n"
