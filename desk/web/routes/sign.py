"""Signing in and out."""

from __future__ import annotations

import secrets
import threading
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from desk.web import tries
from desk.web.account import ADMIN, sign_in, sign_out
from desk.web.audit import record
from desk.web.chart import script
from desk.web.guard import address_of, cookie_name, csrf_token, set_cookie
from desk.web.page import teams_with_pages
from desk.web.render import render

router = APIRouter()
# A whole office comes at nine from one address: few of its tries are under way at a time, or those
# who are right would be counted against each other.
_TURNS: Final = threading.BoundedSemaphore(2)


@router.get("/")
def home(request: Request) -> Response:
    """Go to the first page of one's role."""
    roles = request.state.person.roles
    for team in teams_with_pages():
        if team in roles:
            return RedirectResponse(f"/{team}", 303)
    return RedirectResponse("/audit", 303) if ADMIN in roles else _no_page(request)


@router.get("/health")
def health() -> dict[str, str]:
    """Say that the desk runs, and nothing else."""
    return {"state": "up"}


@router.get("/vega.js")
def vega() -> Response:
    """Send the script that draws charts; it changes with the program only."""
    return Response(
        script(), media_type="text/javascript", headers={"Cache-Control": "max-age=86400"}
    )


@router.get("/sign-in")
def show_form(request: Request, next: str = "/") -> Response:  # noqa: A002 (the address says it)
    """Show the form, with a cookie of its own that its token belongs to."""
    return _form(request, next, "")


@router.post("/sign-in")
def enter(
    request: Request,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    """Begin a session, or say that name and password do not match; too many tries must wait."""
    engine, address = request.app.state.engine, address_of(request)
    name = name.strip()[:64] if name.isprintable() else ""  # as no account's is
    with _TURNS:
        if wait := tries.begin(engine, name, address):
            _note(request, "refuse", name, "too many tries")
            return _form(request, next, f"Too many tries. Wait {wait} and try again.", 429)
        token = sign_in(engine, name, password)
        if token is None:
            _note(request, "refuse", name, "name or password wrong")
            return _form(request, next, "Name and password do not match.", 401)
        tries.entered(engine, name, address)
    _note(request, "sign_in", name, "")
    response = RedirectResponse(safe_path(next), 303)
    set_cookie(request, response, token)
    return response


@router.post("/sign-out")
def leave(request: Request) -> Response:
    """End the session."""
    sign_out(request.app.state.engine, request.cookies[cookie_name(request)])
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(
        cookie_name(request),
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response


def safe_path(text: str) -> str:
    """Return a path of this desk to go on to; `/` for whatever else somebody put there."""
    inside = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()
    return quote(text, safe="/?&=%:+,.~()-_'*!") if inside and "\\" not in text else "/"


def _form(request: Request, after: str, fault: str, status: int = 200) -> Response:
    # Before anybody is signed in the form's token belongs to a cookie made for it.
    cookie = request.cookies.get(cookie_name(request)) or secrets.token_urlsafe(32)
    request.state.csrf = csrf_token(cookie)
    page = render(
        request, "sign_in.html", {"after": safe_path(after), "fault": fault}, status=status
    )
    set_cookie(request, page, cookie)
    return page


def _no_page(request: Request) -> Response:
    why = "Your role has no page. Ask who runs the desk."
    return render(request, "message.html", {"title": "No page yet", "why": why}, status=404)


def _note(request: Request, action: str, name: str, detail: str) -> None:
    record(
        request.app.state.engine,
        account=name,
        address=address_of(request),
        action=action,
        path="/sign-in",
        detail=detail,
    )
