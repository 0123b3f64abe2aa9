"""Where evidence lies below the data root, and how a file of it is written to stay."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from listening.contract import ConfigurationError, DataRoot, flush_folder, hold_file

LOCK_SECONDS: Final = 60.0
KEEP_SECONDS: Final = 600.0  # a check of every byte, or a first run, takes its time
CRASH_POINTS: Final = (
    "pack:staged",
    "pack:manifest",
    "chain:before_head",
    "pack:chained",
    "pack:moved",
)
_REF: Final = re.compile(r"(?:mention:)?([0-9a-f]{32})[:-]([0-9a-f]{32})")
_CASE: Final = re.compile(r"[\w.-]{1,64}")


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence of a data root."""

    root: DataRoot

    @property
    def path(self) -> Path:
        """Return the folder of everything."""
        return self.root.path / "evidence"

    @property
    def chain(self) -> Path:
        """Return the chain: one line for every pack and for everything done with one."""
        return self.path / "chain.jsonl"

    @property
    def head(self) -> Path:
        """Return the file that says how long the chain is."""
        return self.path / "head.json"

    @property
    def staging(self) -> Path:
        """Return the folder of packs that are not in the chain yet."""
        return self.path / ".new"

    @property
    def told(self) -> Path:
        """Return what an export says of itself; there only in the copy of a case."""
        return self.path / "export.json"

    @property
    def kept(self) -> Path:
        """Return the list of tagged batches that were looked through."""
        return self.path / "kept.txt"

    def pack(self, ref: str) -> Path:
        """Return the folder of a pack, by `evidence_ref`: `mention:<mention_id>:<content_hash>`.

        Raises:
            ConfigurationError: it is no such reference.
        """
        mention, content = read_ref(ref)
        return self.path / "pack" / mention[:2] / f"{mention}-{content}"

    def staged(self, ref: str) -> Path:
        """Return the folder a pack is written in before it is in the chain."""
        return self.staging / "-".join(read_ref(ref))

    def packs(self) -> Iterator[Path]:
        """Yield the folders of all packs, by name."""
        yield from sorted(self.path.glob("pack/??/*-*"))

    def case(self, case_id: str) -> Path:
        """Return the folder of a case: its images and drafts.

        Raises:
            ConfigurationError: it is no id of a case.
        """
        if not _CASE.fullmatch(case_id) or case_id.startswith("."):
            mend = "Letters, digits, dot, dash, up to 64"
            raise ConfigurationError(f"{case_id!r} is no id of a case", where="CASE", mend=mend)
        return self.path / "case" / case_id

    @contextmanager
    def lock(self, name: str = "chain", timeout: float = LOCK_SECONDS) -> Iterator[None]:
        """Hold the evidence against other processes; the system frees it at any death.

        Raises:
            ListeningError: somebody else holds it for `timeout` seconds.
        """
        make_folder(self.path)
        with hold_file(self.path / f".{name}.lock", timeout=timeout):
            yield


def read_ref(ref: str) -> tuple[str, str]:
    """Return the mention and the content that a reference names.

    Raises:
        ConfigurationError: it is no reference.
    """
    found = _REF.fullmatch(ref)
    if not found:
        mend = "Copy evidence_ref from flag_open: mention:<mention_id>:<content_hash>"
        raise ConfigurationError(f"{ref!r} names no evidence", where="evidence_ref", mend=mend)
    return found[1], found[2]


def make_ref(mention_id: str, content_hash: str) -> str:
    """Return the reference of a content of a mention, as `evidence_ref` of `flag_open` has it."""
    return f"mention:{mention_id}:{content_hash}"


def canonical(value: Any) -> bytes:
    """Return JSON with one spelling only: keys sorted, no spaces, UTF-8 as it is."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(data: bytes) -> str:
    """Return the SHA-256 of bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def make_folder(folder: Path) -> None:
    """Make a folder that only we may enter, and its name durable."""
    if folder.is_dir():
        return
    if not folder.parent.is_dir():
        make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    flush_folder(folder.parent)


def write_new(path: Path, data: bytes) -> None:
    """Write a new file and make its bytes durable.

    Raises:
        OSError: it exists, or the disk refuses.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def replace_file(path: Path, data: bytes) -> None:
    """Put a file in place whole, whatever was there; under the lock."""
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.unlink(missing_ok=True)
    write_new(temporary, data)
    temporary.replace(path)
    flush_folder(path.parent)
