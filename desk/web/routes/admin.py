"""What whoever runs the desk looks at: the audit log."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response

from desk.web.audit import read_audit
from desk.web.narrow import Narrowed, read_narrowed
from desk.web.render import render

router = APIRouter()
_ROWS: Final = 500
_ACTIONS: Final = ("see", "export", "change", "refuse", "sign_in")
_COLUMNS: Final = {"account": "account", "action": "action", "since": "at", "until": "at"}


@router.get("/audit")
def show_audit(request: Request) -> Response:
    """Show who saw, exported and changed what, the newest first."""
    asked = narrowed(request)
    rows = read_audit(request.app.state.engine, asked.values, limit=_ROWS)
    values = {"rows": rows, "narrowed": asked, "most": _ROWS, "options": {"action": _ACTIONS}}
    return render(request, "audit.html", values)


def narrowed(request: Request) -> Narrowed:
    """Return what the address asks of the log."""
    return read_narrowed(request.query_params.multi_items(), _COLUMNS)
