"""What was erased, as keyed hashes, so that it is known again and stays erased.

`erased/tombstones.txt` holds one hash a line, sorted. Without the key, which lies outside the data
root, nobody can tell from it who or what was erased (contract.read_key).
"""

from __future__ import annotations

import hashlib
import hmac
import mmap
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, Self

from listening.contract import (
    DataRoot,
    ListeningError,
    explained,
    flush_folder,
    mention_id,
    read_key,
)

FOLDER: Final = "erased"
_DIGITS: Final = 32
_LINE: Final = _DIGITS + 1
_PIECE: Final = re.compile(r"[^\s\"'<>/?&=,;:(){}\[\]\\]+")


def handle_of(text: str) -> str:
    """Return a handle as two writings of it compare: without @, whatever its case."""
    return text.strip().lstrip("@").casefold()


def tombstone_path(root: DataRoot) -> Path:
    """Return the file of the tombstones of a data root."""
    return root.path / FOLDER / "tombstones.txt"


class Seal:
    """The key of the tombstones, and what it makes of names."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of_mention(self, identity: str) -> str:
        """Return the tombstone of a mention_id."""
        return self._keyed("mention", identity)

    def of_author(self, source: str, name: str) -> str:
        """Return the tombstone of an author by the source's own id, or by handle."""
        return self._keyed("author", source, handle_of(name))

    def of_stream(self, stream: str) -> str:
        """Return the tombstone of a stream that was called by who is erased."""
        return self._keyed("stream", stream)

    def rename(self, stream: str) -> str:
        """Return what such a stream is called from then on: its source, and nothing of whom."""
        return f"{stream.partition('--')[0]}--erased--{self._keyed('called', stream)[:16]}"

    def veil(self, identity: str) -> str:
        """Return what stands for an erased mention where others name it: as parent or thread.

        Always the same for one mention, so that a conversation stays one.
        """
        return self._keyed("veil", identity)

    def _keyed(self, *parts: str) -> str:
        told = "\x1f".join(parts).encode("utf-8", "replace")
        return hmac.new(self._key, told, hashlib.sha256).hexdigest()[:_DIGITS]


class Tombstones(Seal):
    """The tombstones of a data root, looked up on disk; there may be millions."""

    def __init__(self, key: bytes, lines: mmap.mmap) -> None:
        super().__init__(key)
        self._lines = lines
        self._count = len(lines) // _LINE

    @classmethod
    def open(cls, root: DataRoot) -> Self | None:
        """Return the tombstones of a data root, None where nothing was ever erased.

        Raises:
            ListeningError: their key is missing, so nobody could tell what must stay erased.
        """
        path = tombstone_path(root)
        try:
            with explained(path), path.open("rb") as file:
                if not os.fstat(file.fileno()).st_size:
                    return None
                lines = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except Exception as error:
            if isinstance(error.__cause__, FileNotFoundError):
                return None
            raise
        return cls(read_key(root, "tombstone"), lines)

    def __contains__(self, tombstone: object) -> bool:
        wanted = str(tombstone).encode()
        low, high = 0, self._count
        while low < high:
            middle = (low + high) // 2
            line = self._lines[middle * _LINE : middle * _LINE + _DIGITS]
            if line == wanted:
                return True
            low, high = (middle + 1, high) if line < wanted else (low, middle)
        return False

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        for number in range(self._count):
            yield self._lines[number * _LINE : number * _LINE + _DIGITS].decode()

    def holds_mention(self, identity: str) -> bool:
        """Tell whether a mention was erased."""
        return self.of_mention(identity) in self

    def holds_author(self, source: str, *names: str) -> bool:
        """Tell whether an author was erased, under any of these ids and handles."""
        return any(name and self.of_author(source, name) in self for name in names)

    def holds_stream(self, stream: str) -> bool:
        """Tell whether a stream was called by who is erased."""
        return self.of_stream(stream) in self

    def holds_target(self, source: str, target: str) -> bool:
        """Tell whether what a stream asks for is an erased author, as `c-ID` or `OWNER/NAME`."""
        words = {*_PIECE.findall(target), *target.split("/")}
        words |= {word.partition("-")[2] for word in words}
        return self.holds_author(source, *words)

    def holds_word(self, source: str, text: str) -> bool:
        """Tell whether a text names an erased mention by its own id, or an erased author."""
        for word in set(_PIECE.findall(text)):
            if self.holds_mention(mention_id(source, word)) or self.holds_author(source, word):
                return True
        return False


def refuse_erased(root: DataRoot, stream: str, source: str = "", target: str = "") -> None:
    """Refuse a stream that was called by who is erased, or that asks for an erased author.

    Raises:
        ListeningError: it is such a stream, or the key of the tombstones is missing.
    """
    stones = Tombstones.open(root)
    if stones and (stones.holds_stream(stream) or (source and stones.holds_target(source, target))):
        raise ListeningError(
            "asks for somebody who was erased, so it is not read",
            where=stream,
            mend="Take it out of the brand file; of an import, give the file another name",
        )


def bury(root: DataRoot, tombstones: Iterable[str]) -> int:
    """Add tombstones to those of a data root, whole or not at all; return how many are new.

    The caller holds the lock of the erasures.
    """
    path = tombstone_path(root)
    known = Tombstones.open(root) if path.exists() else None
    before = set(known or ())
    after = before | set(tombstones)
    if after == before:
        return 0
    temporary = path.with_suffix(".tmp")
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("w", encoding="ascii") as file:
            file.writelines(f"{line}\n" for line in sorted(after))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        flush_folder(path.parent)
    return len(after) - len(before)
