"""Stands before every route: who asks, may they, was the form ours, and it is written down."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response

from desk.web.access import ACCESS, PUBLIC, allows
from desk.web.account import Person, find_person
from desk.web.audit import record

CSRF_FIELD: Final = "csrf"
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # Nothing to other sites. With no-referrer a browser sends `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
LARGEST_FORM: Final = 256 * 1024  # bytes; nothing is uploaded here


class RefusedError(Exception):
    """A request that is not answered: status, and why in a sentence."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(status, why)
        self.status, self.why = status, why


class SignInFirstError(Exception):
    """Nobody is signed in."""


async def add_headers(
    request: Request, answer: Callable[[Request], Awaitable[Response]]
) -> Response:
    """Give every answer the headers that keep it in its place."""
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > LARGEST_FORM:
        response = Response("The form is too large.", status_code=413)
    else:
        response = await answer(request)
    for name, value in HEADERS.items():
        response.headers[name] = value
    response.headers.setdefault("Cache-Control", "no-store")
    if request.url.scheme == "https":
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


async def read_token(request: Request) -> str:
    """Return the form's CSRF token, "" where it has none."""
    if request.method in {"GET", "HEAD"}:
        return ""
    if request.headers.get("transfer-encoding"):
        raise RefusedError(411, "The form does not say how long it is.")
    found = (await request.form()).get(CSRF_FIELD)
    return found if isinstance(found, str) else ""


def guard(request: Request, token: str = Depends(read_token)) -> None:
    """Let a request through, or raise.

    Raises:
        SignInFirstError: the route is for people who are signed in.
        RefusedError: it is not for this person, or the form is not one of ours.
    """
    route = request.scope["route"].path
    rule = ACCESS[(request.method, route)]
    cookie = request.cookies.get(cookie_name(request), "")
    person = find_person(request.app.state.engine, cookie) if cookie else None
    request.state.person = person
    request.state.csrf = csrf_token(cookie)
    team = request.path_params.get("team")
    if request.method not in {"GET", "HEAD"}:
        _check_form(request, cookie, token)
    if allows(rule, person, team):
        if rule != PUBLIC and person is not None:
            _note(request, person, _action(request, route))
        return
    if person is None:
        raise SignInFirstError
    _note(request, person, "refuse")
    raise RefusedError(403, "This page is not for your role.")


def cookie_name(request: Request) -> str:
    """Return the cookie's name; over https no other host can set one of this name."""
    return "__Host-desk" if request.url.scheme == "https" else "desk"


def set_cookie(request: Request, response: Response, token: str) -> None:
    """Give the browser its session."""
    response.set_cookie(
        cookie_name(request),
        token,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
        path="/",
    )


def csrf_token(cookie: str, salt: str = "") -> str:
    """Return the token forms of this session carry: only who has the cookie can work it out.

    It differs on every page, so that compression tells nothing of it (BREACH, 2013).
    """
    salt = salt or secrets.token_hex(16)
    return f"{salt}.{hashlib.sha256(f'csrf {salt} {cookie}'.encode()).hexdigest()}"


def address_of(request: Request) -> str:
    """Return where a request came from."""
    return request.client.host if request.client else ""


def _check_form(request: Request, cookie: str, token: str) -> None:
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise RefusedError(403, "The form was sent by another site.")
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise RefusedError(403, "The form was sent by another site.")
    expected = csrf_token(cookie, token.partition(".")[0])
    if not cookie or not hmac.compare_digest(token.encode(), expected.encode()):
        raise RefusedError(403, "The form is too old. Go back, load the page again, and send it.")


def _action(request: Request, route: str) -> str:
    if request.method not in {"GET", "HEAD"}:
        return "change"
    return "export" if "/export/" in route else "see"


def _note(request: Request, person: Person, action: str) -> None:
    record(
        request.app.state.engine,
        account=person.name,
        address=address_of(request),
        action=action,
        path=request.url.path,
        detail=request.url.query,
    )
