"""A team's page, the rows behind its numbers, and both as files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from desk.web.asked import Asked, read_asked
from desk.web.chart import draw
from desk.web.export import export
from desk.web.guard import RefusedError
from desk.web.page import Page, read_page, teams_with_pages
from desk.web.published import Library
from desk.web.render import render
from desk.web.show import (
    built_at,
    count_rows,
    kept_since,
    meanings,
    options,
    show_rows,
    show_tile,
    statement,
)
from desk.web.standing import standing

router = APIRouter()
_LAST_SCREEN = 10_000


@router.get("/{team}")
def show_page(request: Request, team: str) -> Response:
    """Show a team's page: every tile, narrowed by the filters of the address."""
    page, library = find_page(team), library_of(request)
    with library.turn():
        asked = ask(request, page, page.filters)
        tiles = [(tile, show_tile(library, page, tile, asked)) for tile in page.tiles]
        return render(
            request,
            "page.html",
            {
                "page": page,
                "asked": asked,
                "tiles": tiles,
                "options": options(library, page),
                "charts": {
                    tile.id: draw(page, tile, shown, asked) for tile, shown in tiles if tile.chart
                },
                "meanings": meanings(library, page),
                "standing": standing(library, team, asked),
            },
        )


@router.get("/{team}/rows/{drill}")
def show_drill(
    request: Request,
    team: str,
    drill: str,
    number: Annotated[int, Query(alias="page", ge=1, le=_LAST_SCREEN)] = 1,
) -> Response:
    """Show the rows behind a number."""
    page, library = find_page(team), library_of(request)
    if (declared := page.drills.get(drill)) is None:
        raise RefusedError(404, "There are no such rows.")
    conditions = page.views[declared.view].conditions
    with library.turn():
        asked = ask(request, page, conditions)
        return render(
            request,
            "rows.html",
            {
                "page": page,
                "drill": declared,
                "name": drill,
                "conditions": conditions,
                "asked": asked,
                "shown": show_rows(library, page, drill, declared, asked, number),
                "count": count_rows(library, page, drill, declared, asked),
                "number": number,
                "kept_since": kept_since(library, page),
                "standing": standing(library, team, asked),
            },
        )


@router.get("/{team}/export/{name}.{form}")
def send_file(request: Request, team: str, name: str, form: str) -> Response:
    """Send a tile or the rows behind a number as a file."""
    page = find_page(team)
    declared = page.tile(name) or page.drills.get(name)
    if declared is None:
        raise RefusedError(404, "There is no such file.")
    asked = ask(request, page, page.views[declared.view].conditions)
    sql, values = statement(page, name, declared.view, asked)
    return export(library_of(request), team, sql, values, f"{team}-{name}", form)


def find_page(team: str) -> Page:
    """Return a team's page; 404 where it has none."""
    if team not in teams_with_pages():
        raise RefusedError(404, "There is no such page.")
    return read_page(team)


def library_of(request: Request) -> Library:
    """Return the published files."""
    library = request.app.state.library
    assert isinstance(library, Library)  # noqa: S101 (create_app put it there)
    return library


def ask(request: Request, page: Page, known: Iterable[str]) -> Asked:
    """Return what the address asks of a page."""
    library = library_of(request)
    brands = options(library, page).get("brand", []) if page.one_brand else []
    newest = built_at(library, page.team).date()
    return read_asked(request.query_params.multi_items(), known, newest, next(iter(brands), None))
