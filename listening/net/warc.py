"""Keeps every exchange as it went over the wire, in a WARC file that any archive tool reads."""

from __future__ import annotations

import re
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Final

from listening.contract import PICTURE_OF, explained

# What of a request may be a secret; what the server sent stays as received, but for those.
_SECRET: Final = re.compile(
    rb"(?im)^((?:proxy-)?authorization|cookie|(?:x-|x-goog-)?api-?key|api-username)"
    rb"(:[ \t]*)[^\r\n]*"
)
_SECRET_PARAMETER: Final = re.compile(r"(?<=[?&])((?:api_?)?key|access_token)=[^&#\s]*")

_SENT: Final = re.compile(
    rb"(?im)^(?:(?:proxy-)?authorization:[ \t]*(?:\S+[ \t]+)?|(?:x-|x-goog-)?api-?key:[ \t]*)"
    rb"(\S{8,})"
)


class Recorder:
    """Writes request and response records; the file appears with the first exchange."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._file: IO[bytes] | None = None
        self._writer: Any = None

    @property
    def written(self) -> Path | None:
        """Return the file, None where nothing was exchanged."""
        return self.path if self._file else None

    def write(
        self,
        url: str,
        sent: bytes,
        received: bytes,
        at: datetime,
        address: str,
        cut: str = "",
        of: str = "",
    ) -> None:
        """Write one exchange; `cut` says why the response is not whole (WARC-Truncated).

        `of` is the id of the mention it belongs to, where it belongs to one alone (`PICTURE_OF`).
        """
        if self.path is None or not received:
            return
        url = hide(url)
        stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        headers = {"WARC-Date": stamp, "WARC-IP-Address": address}
        headers |= {PICTURE_OF: of} if of else {}
        with explained(self.path):
            writer = self._open()
            response = _record(
                writer,
                url,
                "response",
                _blot(sent, received),
                headers | ({"WARC-Truncated": cut} if cut else {}),
            )
            request = _record(writer, url, "request", _blank(sent), headers)
            writer.write_request_response_pair(request, response)

    def resource(self, uri: str, payload: bytes, at: datetime, kind: str) -> None:
        """Write something that came without a request of its own, such as a stream's message."""
        if self.path is None:
            return
        headers = {"WARC-Date": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "Content-Type": kind}
        with explained(self.path):
            writer = self._open()
            writer.write_record(_record(writer, uri, "resource", payload, headers))

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._file and not self._file.closed:
            self._file.close()

    def _open(self) -> Any:
        if self._writer is None and self.path is not None:
            from warcio.warcwriter import WARCWriter

            self._file = self.path.open("wb")
            self._writer = WARCWriter(self._file, gzip=True)
        return self._writer


def hide(url: str) -> str:
    """Return a URL as it is kept, without its secrets."""
    return _SECRET_PARAMETER.sub(r"\1=***", url)


def _blank(sent: bytes) -> bytes:
    """Return a request without its secrets."""
    first, line_end, rest = sent.partition(b"\r\n")
    asked = hide(first.decode("latin-1")).encode("latin-1")
    return asked + line_end + _SECRET.sub(rb"\1\2***", rest)


def _blot(sent: bytes, received: bytes) -> bytes:
    """Return an answer in which the secrets of its request are stars; none shorter or longer.

    Meta repeats the token in its links to more. In a compressed answer nothing is found: who asks
    such a server asks for none (`Accept-Encoding: identity`).
    """
    for secret in _SENT.findall(sent):
        received = received.replace(secret, b"*" * len(secret))
    return received


def _record(writer: Any, url: str, kind: str, raw: bytes, headers: dict[str, str]) -> Any:
    return writer.create_warc_record(
        uri=url, record_type=kind, payload=BytesIO(raw), length=len(raw), warc_headers_dict=headers
    )
