"""Boards, alerts, a mention's parts and the audit log as files; `read` has those of pages.

Each reads what its page reads, so it shows no more than that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Request, Response

from desk.alert.read import Behind
from desk.web import audit
from desk.web.board import Board, read_board_sql
from desk.web.custody import keep_view
from desk.web.export import export, export_rows, schema_of, send
from desk.web.guard import RefusedError
from desk.web.reading import PARTS, read_mention
from desk.web.routes import admin, alert, work
from desk.web.routes.read import find_page, library_of
from desk.web.working import actor_of, history

if TYPE_CHECKING:
    import pyarrow as pa

router = APIRouter()
# What the desk says of a row, beside what the tables say.
_DESK: Final = {
    "subject_id": "string", "target": "string", "said": "string", "status": "string",
    "owner": "string", "look_again_at": "instant", "changed_by": "string", "changed_at": "instant",
}  # fmt: skip
_ALERT: Final = {
    "alert_id": "string", "rule_id": "string", "kind": "string", "subject": "string",
    "brand_id": "string", "state": "string", "held_reason": "string", "unheard": "string",
    "muted": "bool", "title": "string", "action": "string", "value": "double", "unit": "string",
    "usual": "double", "low": "double", "high": "double", "severity": "int32",
    "mentions": "int64", "began_at": "instant", "last_at": "instant", "published_at": "instant",
    "first_seen_at": "instant", "raised_at": "instant", "told_at": "instant",
    "delivered_at": "instant", "acked_at": "instant", "acked_by": "string",
    "closed_at": "instant", "closed_why": "string",
}  # fmt: skip
_BEHIND: Final = {
    name: "instant" if name.endswith("_at") else "string" for name in Behind.__dataclass_fields__
}
_MOVED: Final = {"at": "string", "value": "double", "usual": "double"}
_HISTORY: Final = {"at": "instant", "actor": "string", "what": "string", "note": "string"}
_AUDIT: Final = {
    "audit_id": "int64", "at": "instant", "account": "string", "address": "string",
    "action": "string", "path": "string", "detail": "string",
}  # fmt: skip


@router.get("/export/audit.{form}")
def send_audit(request: Request, form: str) -> Response:
    """Send the audit log, all that the filters let through."""
    narrowed = admin.narrowed(request)
    schema = schema_of(**_AUDIT)
    return send(schema, _audited(request, narrowed.values, schema), "audit", form)


@router.get("/{team}/export/board/{name}.{form}")
def send_board(request: Request, team: str, name: str, form: str) -> Response:
    """Send what a board lists: what the tables say of each row, and how it stands at the desk."""
    board = work.find(team, name)
    narrowed, kept, _ = work.lists(request, board)
    rows = [
        {
            **row.told,
            "subject_id": row.subject_id,
            "target": row.target,
            "said": row.said,
            "status": row.status,
            "owner": row.owner or None,
            "look_again_at": row.item.due_at,
            "changed_by": row.item.changed_by or None,
            "changed_at": row.item.changed_at,
        }
        for row in kept[narrowed.show]
    ]
    called = f"{team}-{name}-{narrowed.show}"
    return export_rows(_board_schema(request, board), rows, called, form)


@router.get("/{team}/export/board/{name}/{subject_id}.{form}")
def send_history(
    request: Request, team: str, name: str, subject_id: str, form: str, of: str = ""
) -> Response:
    """Send what was done with one thing."""
    board = work.find(team, name)
    row = work.find_one(request, board, subject_id, of)
    if board.kind == "case":
        keep_view(request.app.state.root, subject_id, actor_of(request.state.person))
    done = history(library_of(request), request.app.state.engine, board, row)
    rows = [asdict(one) for one in done]
    return export_rows(schema_of(**_HISTORY), rows, f"{team}-{name}-{subject_id}", form)


@router.get("/{team}/export/alerts.{form}")
def send_alerts(request: Request, team: str, form: str) -> Response:
    """Send a list of a team's alerts."""
    narrowed, kept, _ = alert.lists(request, team)
    rows = [alert.vars_of(one) for one in kept[narrowed.show]]
    return export_rows(schema_of(**_ALERT), rows, f"{team}-alerts-{narrowed.show}", form)


@router.get("/{team}/export/alert/{alert_id}/{part}.{form}")
def send_alert(request: Request, team: str, alert_id: str, part: str, form: str) -> Response:
    """Send the mentions behind an alert, or how its number moved."""
    found = alert.find(request, team, alert_id)
    parts: dict[str, tuple[Mapping[str, str], list[Mapping[str, Any]]]] = {
        "mentions": (_BEHIND, [asdict(one) for one in found.behind]),
        "moved": (_MOVED, list(found.chart)),
    }
    if part not in parts:
        raise RefusedError(404, "There is no such file.")
    kinds, rows = parts[part]
    return export_rows(schema_of(**kinds), rows, f"{team}-alert-{alert_id}-{part}", form)


@router.get("/{team}/export/mention/{mention_id}/{part}.{form}")
def send_mention(request: Request, team: str, mention_id: str, part: str, form: str) -> Response:
    """Send a part of a mention, as far as the team's file tells of it."""
    library = library_of(request)
    if part not in PARTS or read_mention(library, find_page(team).team, mention_id) is None:
        raise RefusedError(404, "There is no such file.")
    values = {"mention_id": mention_id}
    return export(library, team, PARTS[part], values, f"{team}-{mention_id}-{part}", form)


def _board_schema(request: Request, board: Board) -> pa.Schema:
    sql = f"SELECT * FROM (\n{read_board_sql(board.name)}\n) LIMIT 0"  # noqa: S608 (our own)
    told = library_of(request).table(board.team, sql, {}).schema
    schema = schema_of(**_DESK)
    for column in told:
        schema = schema if column.name in _DESK else schema.append(column)
    return schema


def _audited(
    request: Request, asked: Mapping[str, Any], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    for rows in audit.read_all(request.app.state.engine, asked):
        yield pa.RecordBatch.from_pylist([dict(row) for row in rows], schema)
