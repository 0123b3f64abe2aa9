"""What whoever runs the desk looks at: the audit log."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from desk.web.audit import read_audit
from desk.web.render import render

router = APIRouter()
_ROWS = 500


@router.get("/audit")
def show_audit(request: Request, account: str = "") -> Response:
    """Show who saw, exported and changed what, the newest first."""
    rows = read_audit(request.app.state.engine, account=account, limit=_ROWS)
    return render(request, "audit.html", {"rows": rows, "account": account, "most": _ROWS})
