"""One mention: what was said, what was understood, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from desk.web.chart import draw_looks
from desk.web.guard import RefusedError
from desk.web.page import Page
from desk.web.published import Library
from desk.web.reading import Reading, read_mention
from desk.web.render import render
from desk.web.routes.read import ask, find_page, library_of
from desk.web.standing import standing

router = APIRouter()

Panel = Callable[[Request, str, Reading], tuple[str, dict[str, Any]] | None]
PANELS: Final[list[Panel]] = []
"""What can be done with a mention: each gives a template and its values, or None for a team that
has nothing to do with it. A panel's template sees `mention`, `team` and `csrf`, too."""


@router.get("/{team}/mention/{mention_id}")
def show_mention(request: Request, team: str, mention_id: str) -> Response:
    """Show a mention, as far as the team's file tells of it."""
    page, library = find_page(team), library_of(request)
    with library.turn():
        return _show(request, page, library, mention_id)


def _show(request: Request, page: Page, library: Library, mention_id: str) -> Response:
    team = page.team
    known = {name for view in page.views.values() for name in view.conditions}
    asked = ask(request, page, known)
    reading = read_mention(library, team, mention_id)
    if reading is None:
        raise RefusedError(404, "Your team's file does not tell of this mention.")
    panels = [told for panel in PANELS if (told := panel(request, team, reading)) is not None]
    return render(
        request,
        "mention.html",
        {
            "page": page,
            "team": team,
            "asked": asked,
            "reading": reading,
            "mention": reading.mention,
            "chart": draw_looks(reading.looks),
            "panels": panels,
            "standing": standing(library, team, asked),
        },
    )
