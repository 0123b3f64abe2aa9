"""Lock files: one process or thread at a time, and which; the system frees them at any death."""

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

from listening.border.disk import explained
from listening.border.error import ListeningError

_POLL_SECONDS: Final = 0.02


@contextmanager
def hold_file(path: Path, *, timeout: float, mode: int = 0o600) -> Iterator[None]:
    """Hold a lock file, waiting up to `timeout` seconds for whoever does; not re-entrant.

    Raises:
        ListeningError: somebody else, who is named, holds it all that time; or it cannot be made.
    """
    handle = _open(path, mode)
    try:
        _wait(handle, path, timeout)
        with explained(path):
            os.ftruncate(handle, 0)
            os.pwrite(handle, _holder().encode(), 0)
        yield
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)


@contextmanager
def try_file(path: Path, *, mode: int = 0o600) -> Iterator[bool]:
    """Hold a lock file and tell True; False: somebody else does, and nobody waits.

    Raises:
        ListeningError: it cannot be made.
    """
    handle = _open(path, mode)
    try:
        yield _locked(handle)
    finally:
        os.close(handle)


def _open(path: Path, mode: int) -> int:
    with explained(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            raise ListeningError(
                "stands where a folder should be",
                where=str(error.filename),
                mend="Move that file away, or set LISTENING_DATA",
            ) from error
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, mode)


def _wait(handle: int, path: Path, timeout: float) -> None:
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


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder() -> str:
    # Program and command alone: what else was typed may name a person, and a kill leaves it here.
    command = shlex.join([Path(sys.argv[0]).name, *sys.argv[1:2]])[:200]
    since = datetime.now(UTC).isoformat(timespec="seconds")
    return f"process {os.getpid()} ({command}) since {since}\n"
