"""Answers a crawl from the exchanges that a batch kept, so that they can be read again."""

from __future__ import annotations

import hashlib
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self, TypeVar

from requests.structures import CaseInsensitiveDict

from listening.contract import ListeningError
from listening.http import Http
from listening.net.answer import (
    CutError,
    LaterError,
    Moved,
    Response,
    TransientError,
    is_conditional,
    judge,
)
from listening.net.ask import Ask
from listening.net.effort import Effort
from listening.net.guard import shown
from listening.net.warc import hide

if TYPE_CHECKING:
    from listening.stream import Limits

T = TypeVar("T")
_TOKEN: Final = b'{"access_token": "-", "token_type": "bearer", "expires_in": 3600}'


class Kept(NamedTuple):
    """One answer as it was received."""

    status: int
    headers: CaseInsensitiveDict[str]
    body: bytes
    cut: bool


@dataclass
class ArchivedHttp(Http):
    """The door, with an archive behind it: the same rules, and not one request."""

    answers: dict[str, deque[Kept]] = field(default_factory=dict)

    def rest(self, url: str, seconds: float) -> None:
        """Keep nobody waiting: the rest an answer asked for is long over."""

    def _persist(self, url: str, ask: Ask, effort: Effort, read: Callable[[Any], T]) -> T | Moved:  # noqa: ARG002 - the live door counts it
        if ask.secret:  # kept nowhere
            return read(Response(url, 200, CaseInsensitiveDict(), _TOKEN))
        waiting = self.answers.get(hide(url), deque())
        while waiting:
            kept = waiting.popleft()
            if kept.cut:
                continue
            try:
                conditional = is_conditional(ask.headers)
                answer = judge(url, kept.status, kept.headers, kept.body, conditional=conditional)
                return answer if isinstance(answer, Moved) else read(answer)
            except (LaterError, CutError):  # the crawl asked again, and so do we
                continue
        raise TransientError(
            "this was not asked then",
            where=shown(url),
            mend="Parse with the brand file and the settings the batch was crawled with",
        )

    def bulk(self, url: str, split: Any, most: int) -> Iterator[bytes]:  # noqa: ARG002 - as it was
        """Yield the records of a file that were kept."""
        yield from (kept.body for kept in self.answers.pop(url, ()))

    def stream(self, url: str, limits: Limits | None = None) -> Any:  # noqa: ARG002 - as it was
        """Return the messages of a stream that were kept."""
        return KeptMessages([kept.body for kept in self.answers.pop(url.partition("?")[0], ())])


@dataclass
class KeptMessages:
    """The messages of a stream that were kept, in the place of `listening.stream.Messages`."""

    bodies: list[bytes]
    ended: str = "closed"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.bodies.clear()

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.bodies)


def read_archive(path: Path, sha256: str) -> dict[str, deque[Kept]]:
    """Return the answers a WARC holds, by address, in the order they came.

    Raises:
        ListeningError: it is missing or cut, or not the one that was sealed.
    """
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    check_archive(path, sha256)
    answers: dict[str, deque[Kept]] = defaultdict(deque)
    try:
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream):
                address = record.rec_headers.get_header("WARC-Target-URI")
                if record.rec_type == "response":
                    answers[address].append(_kept(record))
                elif record.rec_type == "resource":  # a stream's message; see Recorder.resource
                    body = record.raw_stream.read()
                    message = Kept(0, CaseInsensitiveDict(), body, cut=False)
                    answers[address.partition("#")[0]].append(message)
    except (ArchiveLoadFailed, OSError, EOFError) as error:
        raise ListeningError(f"no whole WARC: {error}", where=str(path)) from error
    return dict(answers)


def check_archive(path: Path, sha256: str) -> None:
    """Check that a WARC is the one that was sealed.

    Raises:
        ListeningError: it is missing, or another.
    """
    try:
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise ListeningError(
            f"the batch's WARC cannot be read: {error.strerror}",
            where=str(path),
            mend="Restore it from a backup; the batch's rows are whole without it",
        ) from error
    if found != sha256:
        raise ListeningError(
            "the batch's WARC is not the one that was sealed",
            where=str(path),
            mend="Restore it from a backup; the batch's rows are whole without it",
        )


def _kept(record: Any) -> Kept:
    http = record.http_headers
    cut = record.rec_headers.get_header("WARC-Truncated") is not None
    headers = CaseInsensitiveDict(http.headers if http else [])
    body = b"" if cut else record.content_stream().read()  # chunks joined, and unpacked
    headers.pop("Content-Encoding", None)
    return Kept(int(http.get_statuscode()) if http else 0, headers, body, cut)
