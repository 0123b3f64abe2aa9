"""What a measurement ran on, and how much memory it took."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import threading
from collections.abc import Iterator
from pathlib import Path


class Watch:
    """The memory of a process and of those it starts: the sum of the peak of each.

    Pages that processes share count once for each, so the sum is at least what they use.
    """

    def __init__(self, pid: int) -> None:
        self._pid, self._over = pid, threading.Event()
        self._peaks: dict[int, int] = {}
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    @property
    def peak_mb(self) -> float:
        """Return the megabytes, as far as was seen."""
        return sum(self._peaks.values()) / 1024

    def stop(self) -> None:
        """Look no more."""
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.05):
            for pid in _family(self._pid):
                self._peaks[pid] = max(self._peaks.get(pid, 0), _peak_kb(pid))


def _family(pid: int) -> Iterator[int]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found = children.read_text().split()
        except OSError:  # it ended meanwhile
            continue
        for child in found:
            yield from _family(int(child))


def _peak_kb(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(x.split()[1]) for x in status.splitlines() if x.startswith("VmHWM")), 0)


def describe_machine() -> dict[str, str]:
    """Return what the figures were taken on."""
    names = ("onnxruntime", "spacy", "transformers", "lingua-language-detector", "pyarrow")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
    return {
        "processor": f"{_processor()}, {cores} cores",
        "ours": f"Python {platform.python_version()}, {versions}",
    }


def _processor() -> str:
    """Return the model's name and the instructions that matter to int8."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    cleaned = {name.strip(): value.strip() for name, value in fields.items()}
    known = cleaned.get("flags", "").split()
    able = [name for name in ("avx2", "avx_vnni", "avx512_vnni", "amx_int8") if name in known]
    return f"{cleaned.get('model name', platform.machine())} ({', '.join(able)})"
