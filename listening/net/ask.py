"""What a request says besides its URL, and what of it a redirect may carry on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from listening.net.bulk import Bulk
from listening.net.guard import RefusedError, shown


@dataclass(frozen=True, slots=True)
class Ask:
    """What a request says besides its URL."""

    headers: dict[str, str]
    form: Mapping[str, str] | None = None
    json: Any = None
    secret: bool = False
    put: bytes | None = None
    into: Bulk | None = None
    post: bytes | None = None
    of: str = ""  # the mention it is asked for

    @property
    def method(self) -> str:
        """Return the method its body asks for."""
        if self.put is not None:
            return "PUT"
        bodies = (self.form, self.json, self.post)
        return "GET" if all(body is None for body in bodies) else "POST"


def cross(before: str, after: str, ask: Ask) -> Ask:
    """Return what to say after a redirect: no header to another host.

    Raises:
        RefusedError: it leads from https back to http, or a POST or PUT elsewhere.
    """
    old, new = urlsplit(before), urlsplit(after)
    if old.scheme == "https" and new.scheme == "http":
        raise RefusedError("a redirect from https to http", where=shown(after))
    if ask.method != "GET":
        raise RefusedError(f"a redirect of a {ask.method}", where=shown(after))
    same = (old.scheme, old.netloc) == (new.scheme, new.netloc)
    return ask if same else replace(ask, headers={})


def with_params(url: str, params: Mapping[str, Any]) -> str:
    """Return a URL with parameters added to its query."""
    if not params:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode(params, doseq=True)}"
