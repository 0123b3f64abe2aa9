"""What came back: whole answers, and the errors for everything else."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urljoin

from requests.structures import CaseInsensitiveDict
from requests.utils import parse_header_links

from listening.contract import ListeningError, now
from listening.net.guard import shown
from listening.net.wire import TooBigError

MAX_DECODED: Final = 20_000_000
MAX_RATIO: Final = 100
SAID: Final = 4_000  # bytes kept of an answer that refuses
_RATIO_FLOOR: Final = 256_000  # a short page of one word repeated is no bomb
_LATER: Final = frozenset((408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524))
_ASKING: Final = {"etag": "If-None-Match", "modified": "If-Modified-Since"}
_RESETS: Final = ("X-RateLimit-Reset", "X-Rate-Limit-Reset", "RateLimit-Reset")
_SPENT: Final = ("X-RateLimit-Remaining", "X-Rate-Limit-Remaining", "RateLimit-Remaining")
_EPOCHS: Final = 1_000_000_000  # seconds: more than this is an instant, less a wait
_MOVED: Final = frozenset((301, 302, 303, 307, 308))


class TransientError(ListeningError):
    """No whole answer, however often we asked; the next crawl asks again."""


class DeniedError(ListeningError):
    """The server, or its robots.txt, says no; asking again would not help.

    `status` and `body` are its answer's, 0 and empty where it gave none. The body is for a
    source that knows its API's errors; it may quote what was sent, so nobody logs it.
    """

    status: int = 0
    body: bytes = b""

    @classmethod
    def of(cls, url: str, status: int, body: bytes = b"") -> DeniedError:
        """Return the error for an answer that refuses."""
        error = cls(
            f"status {status}",
            where=shown(url),
            mend="It needs a login, or has blocked us; asking again would not help",
        )
        error.status, error.body = status, body[:SAID]
        return error

    def __reduce__(self) -> tuple[Any, ...]:
        kind, arguments = super().__reduce__()[:2]
        return kind, arguments, {"status": self.status, "body": self.body}


class GoneError(ListeningError):
    """The server says that this does not exist: 404 or 410."""


class BadAnswerError(ListeningError):
    """A whole answer of a kind nobody can read: too big, packed oddly, HTML for JSON."""


class RateLimitedError(ListeningError):
    """The server wants no request before `until`; none is made."""

    until: datetime

    @classmethod
    def of(cls, url: str, seconds: float) -> RateLimitedError:
        """Return the error for a server that wants rest for so long."""
        until = now() + timedelta(seconds=seconds)
        error = cls(
            f"wants no request before {until.isoformat(timespec='seconds')}",
            where=shown(url),
            mend="The crawl after that goes on where this one stopped",
        )
        error.until = until
        return error

    def __reduce__(self) -> tuple[Any, ...]:
        kind, arguments = super().__reduce__()[:2]
        return kind, arguments, {"until": self.until}


class CutError(Exception):
    """A body that ends too soon; raised by what reads it, and asked for again."""


class LaterError(Exception):
    """One try failed; `asked` is how long the server wants us to wait, None: it did not say."""

    def __init__(self, reason: str, asked: float | None = None) -> None:
        super().__init__(reason)
        self.asked = asked


@dataclass(frozen=True, slots=True)
class Response:
    """A whole answer: 2xx, or 304 where the request was conditional."""

    url: str
    status: int
    headers: CaseInsensitiveDict[str]
    body: bytes

    @property
    def unchanged(self) -> bool:
        """Tell whether the server says that our copy is still right."""
        return self.status == 304  # noqa: PLR2004 - HTTP's own number

    @property
    def validators(self) -> dict[str, str]:
        """Return what makes the next request conditional, to be kept in a cursor."""
        known = {"etag": self.headers.get("ETag"), "modified": self.headers.get("Last-Modified")}
        return {name: value for name, value in known.items() if value}

    def link(self, rel: str) -> str | None:
        """Return the address of a Link header's relation."""
        links = parse_header_links(self.headers.get("Link", ""))
        found = next((link["url"] for link in links if link.get("rel") == rel), None)
        return urljoin(self.url, found) if found else None


def conditions(validators: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers that ask for a body only if it changed."""
    return {header: validators[name] for name, header in _ASKING.items() if validators.get(name)}


def is_conditional(headers: Mapping[str, str]) -> bool:
    """Tell whether a request asked for a body only if it changed."""
    return any(header in headers for header in _ASKING.values())


def read_json(response: Response) -> Any:
    """Return a body's JSON value.

    Raises:
        CutError: it ends too soon.
        BadAnswerError: it is HTML: a login wall, a captcha, an error page.
    """
    try:
        return json.loads(response.body)
    except (ValueError, RecursionError) as error:
        if response.body.lstrip()[:1] == b"<":
            raise BadAnswerError(
                "an HTML page where JSON was due",
                where=shown(response.url),
                mend="Look at the page: a login wall, a captcha, or a route that moved",
            ) from error
        raise CutError(f"no whole JSON: {error}") from error


@dataclass(frozen=True, slots=True)
class Moved:
    """A redirect, and where it leads."""

    url: str


def judge(
    url: str, status: int, headers: CaseInsensitiveDict[str], body: bytes, *, conditional: bool
) -> Response | Moved:
    """Return what an exchange amounts to.

    Raises:
        LaterError: it is worth another try.
        GoneError, DeniedError, BadAnswerError: it is not.
    """
    if status in _MOVED and headers.get("Location"):
        return Moved(urljoin(url, headers["Location"]))
    if status in _LATER or (status == 403 and _is_limit(headers)):  # noqa: PLR2004 - HTTP's own
        raise LaterError(f"status {status}", _asked_wait(headers))
    if status in (404, 410):
        raise GoneError(f"status {status}", where=shown(url), mend="Check the URL, id or name")
    if (status == 304 and conditional) or 200 <= status < 300:  # noqa: PLR2004 - HTTP's own numbers
        return Response(url, status, headers, _decode(headers, url, body))
    raise DeniedError.of(url, status, _readable(headers, url, body))


def rest_after(headers: Mapping[str, str]) -> float | None:
    """Return for how long the host wants no request after this good answer; None: it may be asked.

    Its last allowed request was this one, by its own headers.
    """
    return _until_reset(headers) if _is_spent(headers) else None


def _is_spent(headers: Mapping[str, str]) -> bool:
    return any(re.fullmatch(r"0+(\.0*)?", headers.get(name, "").strip()) for name in _SPENT)


def _is_limit(headers: Mapping[str, str]) -> bool:
    """Tell whether a refusal is a rate limit, as GitHub words it (docs.github.com, 2026-11)."""
    spent = _is_spent(headers) and _until_reset(headers) is not None
    return bool(headers.get("Retry-After")) or spent


def _readable(headers: Mapping[str, str], url: str, body: bytes) -> bytes:
    """Return the body of a refusal; one that is packed oddly says nothing."""
    try:
        return _decode(headers, url, body)
    except (BadAnswerError, LaterError):
        return b""


def _asked_wait(headers: Mapping[str, str]) -> float | None:
    """Return for how many seconds the server wants rest (RFC 9110 10.2.3, or its own header)."""
    value = headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return float(value[:9])
    if value:
        try:
            # By the server's own clock where it tells it: ours may be off, or held.
            return _seconds(parsedate_to_datetime(value), _date(headers.get("Date")))
        except (ValueError, TypeError, OverflowError):
            return None
    return _until_reset(headers)


def _until_reset(headers: Mapping[str, str]) -> float | None:
    """Return the seconds until a limit is lifted, as APIs spell that instant (read 2026-11).

    Mastodon names it in ISO form, GitHub and X in seconds since 1970; the draft of
    RateLimit-Reset, and Reddit, say how many seconds from now.
    """
    value = next((found for name in _RESETS if (found := headers.get(name, "").strip())), "")
    try:
        if not re.fullmatch(r"\d{1,12}(\.\d+)?", value):
            return _seconds(datetime.fromisoformat(value), now())
        seconds = float(value)
        epoch = seconds > _EPOCHS
        return seconds - _date(headers.get("Date")).timestamp() if epoch else seconds
    except ValueError:
        return None


def _seconds(until: datetime, since: datetime) -> float:
    seconds: float = (until.replace(tzinfo=until.tzinfo or UTC) - since).total_seconds()
    return seconds


def _date(value: str | None) -> datetime:
    try:
        date = parsedate_to_datetime(value or "")
    except ValueError:
        return now()
    return date.replace(tzinfo=date.tzinfo or UTC)


def _decode(headers: Mapping[str, str], url: str, body: bytes) -> bytes:
    """Unpack a body within the caps."""
    encoding = headers.get("Content-Encoding", "").strip().lower()
    if encoding in ("", "identity") or not body:
        return body
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise BadAnswerError(f"packed as {encoding!r}, which we did not ask for", where=shown(url))
    try:
        return unpack(body)
    except TooBigError as error:
        raise BadAnswerError(f"a decompression bomb: {error}", where=shown(url)) from error
    except (zlib.error, EOFError) as error:
        raise LaterError(f"cut or broken {encoding}: {error}") from error


def unpack(body: bytes) -> bytes:
    """Return the content of a gzip or deflate body.

    Raises:
        TooBigError: it unpacks to more than is sane.
        EOFError, zlib.error: it is cut, or something else.
    """
    limit = min(MAX_DECODED, max(_RATIO_FLOOR, MAX_RATIO * len(body)))
    out = b""
    while body:
        # 32: zlib or gzip, told apart by the header; -15: deflate without any, as some servers do.
        wrapped = body[:2] == b"\x1f\x8b" or (body[0] & 0x0F == 8 and len(body) > 1)  # noqa: PLR2004
        unpacker = zlib.decompressobj(32 + zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        out += unpacker.decompress(body, limit + 1 - len(out))
        if len(out) > limit:
            raise TooBigError(f"it unpacks to more than {limit:,} bytes")
        if not unpacker.eof:
            raise EOFError("the end is missing")
        body = unpacker.unused_data.lstrip(b"\0")  # a gzip body may have several members
        if body[:2] != b"\x1f\x8b":
            break
    return out
