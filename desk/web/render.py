"""Fills templates: everything escaped, a name that is missing is an error."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import jinja2
from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from desk.web.account import ADMIN
from desk.web.board import BOARDS
from desk.web.page import read_page, teams_with_pages
from desk.web.wording import label, say

TEMPLATES: Final = Path(__file__).parent / "templates"


@cache
def environment() -> jinja2.Environment:
    """Return the templates; whatever a mention says is text in them."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(say=say, label=label)
    return made


def render(
    request: Request, template: str, values: dict[str, Any], *, status: int = 200
) -> Response:
    """Return a template as an answer, with what every page needs."""
    person = getattr(request.state, "person", None)
    roles = person.roles if person else ()
    given = {
        "person": person,
        "csrf": getattr(request.state, "csrf", ""),
        "menu": [
            (f"/{team}", read_page(team).title) for team in teams_with_pages() if team in roles
        ],
        "jobs": [
            (f"/{board.team}/board/{board.name}", board.title)
            for board in BOARDS
            if board.team in roles
        ]
        + [(f"/{team}/alerts", _alerts(team, roles)) for team in roles if team != ADMIN],
        "is_admin": ADMIN in roles,
        "here": request.url.path,
        **values,
    }
    return HTMLResponse(environment().get_template(template).render(given), status_code=status)


def _alerts(team: str, roles: Sequence[str]) -> str:
    return "Alerts" if len(roles) == 1 else f"Alerts: {team}"
