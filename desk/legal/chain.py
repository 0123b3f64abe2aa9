"""The chain: an append-only file of everything kept as evidence and everything done with it.

A line carries the hash of the line before it and of its own body, and is signed. The body is not
hashed itself into the chain, only its hash: so a body can be erased, and the chain stays whole.
`head.json` says, signed, how long the chain is: a line cut off at the end shows.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from desk.legal.place import (
    Evidence,
    canonical,
    digest,
    make_folder,
    replace_file,
    write_new,
)
from desk.legal.sign import Signer, find_signer
from listening.contract import DataRoot, ListeningError, crash_at, flush_folder, now

START: Final = "0" * 64  # what the first line follows
_HEADER: Final = ("n", "at", "what", "previous", "sha256")
_MEND: Final = "Nothing was written. Run listening verify --all, and restore from a backup"
LINE_PREFIX: Final = "listening-evidence:1:"
HEAD_PREFIX: Final = "listening-evidence-head:1:"


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `n` counts from 1; `body` is None where it was erased."""

    n: int
    at: str  # UTC, ISO
    what: str  # pack, or what was done: open, view, export, …
    previous: str  # hash of the line before
    sha256: str  # of the body
    body: Mapping[str, Any] | None
    hash: str
    key: str
    signature: str

    def to_json(self) -> bytes:
        """Return the line as it is written, with its end."""
        return canonical({name: getattr(self, name) for name in self.__slots__}) + b"\n"

    @classmethod
    def from_json(cls, data: bytes) -> Line:
        """Read a line.

        Raises:
            ValueError, TypeError: it is none.
        """
        return cls(**json.loads(data))

    def header_hash(self) -> str:
        """Return the hash the line must have."""
        return digest(canonical({name: getattr(self, name) for name in _HEADER}))


@dataclass(frozen=True, slots=True)
class Head:
    """How long the chain is, and with which line it ends."""

    n: int
    hash: str
    key: str
    signature: str

    def message(self) -> bytes:
        """Return what is signed."""
        return f"{HEAD_PREFIX}{self.n}:{self.hash}".encode()


Body = Mapping[str, Any]
MakeBody = Callable[[int, str], Body]  # number and previous hash of the line -> its body


class Chain:
    """The chain of a data root."""

    def __init__(self, root: DataRoot) -> None:
        self.evidence = Evidence(root)

    def append(self, what: str, bodies: Sequence[Body | MakeBody]) -> list[Line]:
        """Write lines of one kind, durable when this returns.

        Raises:
            ListeningError: the chain is damaged or shorter than its head, or another process
                holds it.
        """
        with self.evidence.lock():
            return self.extend(what, bodies)

    def extend(self, what: str, bodies: Sequence[Body | MakeBody]) -> list[Line]:
        """Append, under the lock."""
        if not bodies:
            return []
        last, at = self._last(), now().isoformat()
        signer = find_signer(self.evidence.root, create=last is None)
        lines: list[Line] = []
        number, previous = (last.n, last.hash) if last else (0, START)
        for make in bodies:
            number += 1
            body = dict(make(number, previous) if callable(make) else make)
            line = _make(number, at, what, previous, body, signer)
            lines.append(line)
            previous = line.hash
        self._write(b"".join(map(Line.to_json, lines)), lines[-1], signer)
        return lines

    def settle(self) -> None:
        """Move the head to the last line, which a killed process left behind; under the lock.

        Raises:
            ListeningError: the chain is damaged or shorter than its head.
        """
        last, head = self._last(), self.head()
        if last and head and head.n < last.n:
            signer = find_signer(self.evidence.root, create=False)
            self._move_head(last.n, last.hash, signer)

    def lines(self, *kinds: str) -> Iterator[Line]:
        """Yield the lines in order, of some kinds or of all; whatever they say is not checked.

        Raises:
            ListeningError: something in the file is no line.
        """
        marks = [canonical({"what": what})[1:-1] for what in kinds]
        for number, data in enumerate(self._raw(), 1):
            if not marks or any(mark in data for mark in marks):
                try:
                    line = Line.from_json(data)
                except (ValueError, TypeError) as error:
                    where = f"{self.evidence.chain}:{number}"
                    raise ListeningError("no line of a chain", where=where, mend=_MEND) from error
                if not kinds or line.what in kinds:
                    yield line

    def head(self) -> Head | None:
        """Return how long the chain was said to be; None before the first line.

        Raises:
            ListeningError: the file cannot be read.
        """
        try:
            return Head(**json.loads(self.evidence.head.read_bytes()))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            where = str(self.evidence.head)
            raise ListeningError(f"no head of a chain: {error}", where=where, mend=_MEND) from error

    def blank(self, numbers: Collection[int]) -> int:
        """Erase the bodies of lines, under the lock; their hashes stay. Return how many there were.

        The file is written anew, so that no byte of the bodies stays in it.
        """
        done = 0
        lines = []
        for line in self.lines():
            one = line
            if line.n in numbers and line.body is not None:
                one, done = _blanked(line), done + 1
            lines.append(one.to_json())
        if done:
            replace_file(self.evidence.chain, b"".join(lines))
        return done

    def _raw(self) -> Iterator[bytes]:
        """Yield the lines that were written whole."""
        try:
            with self.evidence.chain.open("rb") as file:
                yield from (data for data in file if data.endswith(b"\n"))
        except FileNotFoundError:
            return

    def _last(self) -> Line | None:
        """Return the last line; what a killed process wrote of one is cut off.

        Raises:
            ListeningError: the chain is damaged, or shorter than its head says.
        """
        head, path = self.head(), self.evidence.chain
        data = _last_whole(path)
        try:
            last = Line.from_json(data) if data else None
        except (ValueError, TypeError) as error:
            what = "its last line is none"
            raise ListeningError(what, where=str(path), mend=_MEND) from error
        reached = last.n if last else 0
        if head and (reached < head.n or (last and reached == head.n and last.hash != head.hash)):
            what = f"it ends with line {reached}, and is said to end with line {head.n}"
            raise ListeningError(what, where=str(path), mend=_MEND)
        return last

    def _write(self, data: bytes, last: Line, signer: Signer) -> None:
        path = self.evidence.chain
        is_new = not path.exists()
        if is_new:
            self._move_head(0, START, signer)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "ab") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            flush_folder(path.parent)
        crash_at("chain:before_head")
        self._move_head(last.n, last.hash, signer)

    def _move_head(self, number: int, last: str, signer: Signer) -> None:
        head = Head(number, last, signer.key_id, "")
        told = {name: getattr(head, name) for name in ("n", "hash", "key")}
        told["signature"] = signer.sign(head.message())
        self._show_key(signer)
        replace_file(self.evidence.head, canonical(told) + b"\n")

    def _show_key(self, signer: Signer) -> None:
        path = self.evidence.path / "key" / f"{signer.key_id}.pub"
        if not path.exists():
            make_folder(path.parent)
            write_new(path, signer.public)


def _make(
    number: int, at: str, what: str, previous: str, body: dict[str, Any], signer: Signer
) -> Line:
    # The salt: what was erased must not be found again by hashing guesses.
    body = {**body, "salt": secrets.token_hex(16)}
    bare = Line(number, at, what, previous, digest(canonical(body)), body, "", "", "")
    own = bare.header_hash()
    signature = signer.sign(f"{LINE_PREFIX}{own}".encode())
    return Line(number, at, what, previous, bare.sha256, body, own, signer.key_id, signature)


def _blanked(line: Line) -> Line:
    return Line(
        line.n, line.at, line.what, line.previous, line.sha256, None, line.hash, line.key,
        line.signature,
    )  # fmt: skip


def _last_whole(path: Path) -> bytes:
    """Return the last line with an end, and cut off what comes after it."""
    try:
        file = path.open("r+b")
    except FileNotFoundError:
        return b""
    with file:
        end = file.seek(0, os.SEEK_END)
        block, found = 1 << 16, b""
        start = end
        while start > 0 and found.count(b"\n") < 2:  # noqa: PLR2004
            start = max(0, start - block)
            file.seek(start)
            found = file.read(end - start)
        whole = found[: found.rfind(b"\n") + 1]
        if len(whole) < len(found):
            file.truncate(start + len(whole))
            os.fsync(file.fileno())
    return whole[whole[:-1].rfind(b"\n") + 1 :]
