"""One mention: what was said, what was understood, and what came of it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from desk.web.guard import RefusedError
from desk.web.render import render
from desk.web.routes.read import ask, find_page, library_of
from desk.web.show import safe_link
from desk.web.standing import standing

router = APIRouter()


@router.get("/{team}/mention/{mention_id}")
def show_mention(request: Request, team: str, mention_id: str) -> Response:
    """Show a mention, as far as the team's file tells of it."""
    page, library = find_page(team), library_of(request)
    asked = ask(request, page, page.filters)
    sql = "SELECT * FROM feedback_mention WHERE mention_id = $mention_id"
    rows = library.ask(team, sql, {"mention_id": mention_id}).records()
    if not rows:
        raise RefusedError(404, "Your team's file does not tell of this mention.")
    return render(
        request,
        "mention.html",
        {
            "page": page,
            "asked": asked,
            "mention": rows[0],
            "link": safe_link(rows[0]["url"]),
            "standing": standing(library, team, asked),
        },
    )
