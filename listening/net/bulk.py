"""Files too big to hold in memory: where a body goes on the disk, and how it is taken apart."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final
from zipfile import BadZipFile, ZipFile

from listening.contract import explained
from listening.net.answer import BadAnswerError, TransientError

SECONDS: Final = 1_800.0  # that a file may take, all tries together
MAX_RATIO: Final = 100


@dataclass(frozen=True, slots=True)
class Bulk:
    """A nameless file on the data root's disk that a body goes into, and what that may cost."""

    file: IO[bytes]
    folder: Path
    most: int  # bytes, as received
    seconds: float = SECONDS

    def pour(self, chunks: Iterable[bytes]) -> bytes:
        """Write a body in place of what an earlier try left; return what stays in memory: nothing.

        Raises:
            ListeningError: the disk refuses.
        """
        self.file.seek(0)
        self.file.truncate()
        for chunk in chunks:
            with explained(self.folder):
                self.file.write(chunk)
        return b""


@contextmanager
def open_bulk(folder: Path, most: int) -> Iterator[Bulk]:
    """Open a file that is gone when it is closed, and at any death of this process.

    Raises:
        ListeningError: the disk refuses.
    """
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        file = TemporaryFile(dir=folder)  # noqa: SIM115 - closed below
    with file:
        yield Bulk(file, folder, most)


def unzip_lines(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines of the one file of a zip, without their ends.

    Raises:
        BadAnswerError: it unpacks to more than is sane.
        TransientError: it is cut, or no zip.
    """
    try:
        with ZipFile(file) as packed:
            (inner,) = packed.infolist()
            if inner.file_size > MAX_RATIO * inner.compress_size + MAX_RATIO:
                raise BadAnswerError(f"a decompression bomb: {inner.file_size:,} bytes")
            with packed.open(inner) as lines:  # reads no more than the size it states
                yield from (line.rstrip(b"\r\n") for line in lines)
    except (BadZipFile, EOFError, zlib.error, ValueError, NotImplementedError) as error:
        mend = "The next crawl asks for it again; if it goes on, look at the file"
        raise TransientError(f"no whole zip of one file: {error}", mend=mend) from error
