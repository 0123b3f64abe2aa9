"""Builds the web app of the desk: routes, guards, static files, and how faults are said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import sqlalchemy as sa
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

from desk.state import open_state
from desk.web import account, audit, tries
from desk.web.access import ACCESS
from desk.web.guard import RefusedError, SignInFirstError, add_headers, guard
from desk.web.published import Library
from desk.web.render import render
from desk.web.routes import ROUTERS
from desk.work import item
from listening.contract import ConfigurationError, DataRoot, ListeningError

STATIC: Final = Path(__file__).parent / "static"
ROOMS: Final = (account.ROOM, audit.ROOM, tries.ROOM, *item.ROOMS)
_TITLES: Final = {
    400: "That cannot be asked",
    403: "Not for you",
    404: "Not found",
    405: "Not found",
    413: "Too large",
    422: "That cannot be asked",
    503: "Not ready",
}


def create_app(root: DataRoot) -> FastAPI:
    """Return the app over a data root.

    Raises:
        ConfigurationError: the state's URL is wrong, or a route has no rule.
        ListeningError: the state cannot be opened.
    """
    app = FastAPI(
        title="Desk",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(guard)],
        lifespan=_lifespan,
    )
    for router in ROUTERS:
        app.include_router(router)
    _check_rules(app)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.state.root = root
    app.state.engine = open_rooms(root)
    app.state.library = Library(root)
    app.middleware("http")(add_headers)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    _say_faults(app)
    return app


def open_rooms(root: DataRoot) -> sa.Engine:
    """Return the desk's state with every room's tables."""
    return open_state(root, ROOMS)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.library.close()
    app.state.engine.dispose()


def _check_rules(app: FastAPI) -> None:
    for route in app.routes:
        if not isinstance(route, APIRoute):
            continue
        for method in route.methods:
            if (method, route.path) not in ACCESS:
                raise ConfigurationError(
                    f"no rule says who may {method} it",
                    where=route.path,
                    mend="Add it to ACCESS in desk/web/access.py",
                )


def _say_faults(app: FastAPI) -> None:
    @app.exception_handler(SignInFirstError)
    def _sign_in(request: Request, _error: SignInFirstError) -> Response:
        path = request.url.path
        if request.method == "GET":
            path += f"?{request.url.query}" if request.url.query else ""
        else:
            path = "/"
        return RedirectResponse(f"/sign-in?next={quote(path, safe='')}", 303)

    @app.exception_handler(RefusedError)
    def _refused(request: Request, error: RefusedError) -> Response:
        return _message(request, error.status, error.why)

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> Response:
        return _message(request, error.status_code, "There is no such page.")

    @app.exception_handler(RequestValidationError)
    def _wrong(request: Request, _error: RequestValidationError) -> Response:
        return _message(request, 422, "A value in the address or form is none we know.")

    @app.exception_handler(ConfigurationError)
    def _asked_wrong(request: Request, error: ConfigurationError) -> Response:
        return _message(request, 400, str(error))

    @app.exception_handler(ListeningError)
    def _not_ready(request: Request, error: ListeningError) -> Response:
        return _message(request, 503, str(error))


def _message(request: Request, status: int, why: str) -> Response:
    values: dict[str, Any] = {"title": _TITLES.get(status, "That did not work"), "why": why}
    return render(request, "message.html", values, status=status)
