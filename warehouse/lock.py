"""One process at a time opens the warehouse file; this is the lock that says which, and who."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from listening.contract import DataRoot, hold_file

DEFAULT_TIMEOUT: Final = 600.0


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
    with hold_file(path, timeout=timeout, mode=0o640):
        yield


def lock_path(root: DataRoot) -> Path:
    """Return the lock file beside the warehouse."""
    return root.warehouse.with_name(root.warehouse.name + ".lock")
