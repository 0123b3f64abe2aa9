"""Working through a board: the list, one thing with what was done, and doing something with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import quote, urlencode

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from desk.state import writing
from desk.web.asked import read_asked
from desk.web.board import FIELDS, Board, boards_of, find_board
from desk.web.custody import keep_act, keep_view
from desk.web.guard import RefusedError
from desk.web.narrow import Narrowed, read_narrowed
from desk.web.page import read_page, teams_with_pages
from desk.web.render import render
from desk.web.routes.read import library_of
from desk.web.show import built_at, safe_link
from desk.web.standing import standing
from desk.web.working import (
    Asked,
    Row,
    actor_of,
    cells,
    find_row,
    history,
    plan_of,
    read_form,
    read_rows,
    word_of,
)
from desk.work.item import (
    FRESH,
    ConflictError,
    Item,
    decide_in,
    find_item,
    plan,
    save_draft,
)
from listening.contract import Correction, Decision, check_decision

router = APIRouter()
_BRANDS: Final = "SELECT DISTINCT brand_id FROM (__tables__) WHERE brand_id IS NOT NULL ORDER BY 1"
LISTS: Final = ("open", "mine", "settled")
_SHOWN: Final = 200  # rows of one list
CONFLICT: Final = 409


async def read_fields(request: Request) -> Mapping[str, str]:
    """Return the texts of a form; the last of each name."""
    form = await request.form()
    return {name: value for name, value in form.multi_items() if isinstance(value, str)}


@router.get("/{team}/board/{name}")
def show_board(request: Request, team: str, name: str) -> Response:
    """Show what waits on a board."""
    board = find(team, name)
    narrowed, kept, options = lists(request, board)
    values = {
        "shown": [(row, cells(board, row)) for row in kept[narrowed.show][:_SHOWN]],
        "show": narrowed.show,
        "counts": {each: len(found) for each, found in kept.items()},
        "most": _SHOWN,
        "narrowed": narrowed,
        "options": options,
    }
    return _page(request, board, "work/list.html", values)


def lists(
    request: Request, board: Board
) -> tuple[Narrowed, dict[str, list[Row]], dict[str, list[str]]]:
    """Return what the address asks of a board, each list of its rows, and what filters offer."""
    narrowed = read_narrowed(request.query_params.multi_items(), board.filters, LISTS)
    every = read_rows(library_of(request), request.app.state.engine, board)
    me = actor_of(request.state.person)
    asked = [row for row in every if narrowed.keeps(row.told)]
    kept = {
        "open": [row for row in asked if not row.is_settled],
        "mine": [row for row in asked if row.owner == me and not row.is_settled],
        "settled": [row for row in asked if row.is_settled],
    }
    return narrowed, kept, narrowed.options(row.told for row in every)


@router.get("/{team}/board/{name}/new")
def show_new(request: Request, team: str, name: str) -> Response:
    """Show the form of a new thing."""
    board = find(team, name)
    if board.fresh is None:
        raise RefusedError(404, "Nothing new is made here.")
    return _new(request, board, Asked("", {}, {}))


@router.post("/{team}/board/{name}/new")
def make_new(
    request: Request,
    team: str,
    name: str,
    form: Annotated[Mapping[str, str], Depends(read_fields)],
) -> Response:
    """Make a new thing, or say beside each field what is wrong with it."""
    board = find(team, name)
    if board.fresh is None:
        raise RefusedError(404, "Nothing new is made here.")
    asked = read_form(board, form, _brands(request, board), new=True)
    if asked.faults:
        return _new(request, board, asked, 422)
    engine, actor = request.app.state.engine, actor_of(request.state.person)
    if board.name == "experiments":
        made = plan(engine, plan_of(asked), actor, {FRESH: board.name})
    else:
        made = _decide(request, word_of(board, None, asked, actor), 0, {FRESH: board.name})
    return RedirectResponse(address(board, made.subject_id, made.target) + "&done=1", 303)


@router.get("/{team}/board/{name}/{subject_id}")
def show_item(
    request: Request, team: str, name: str, subject_id: str, of: str = "", done: str = ""
) -> Response:
    """Show one thing: what it is, what was done with it, and what can be done."""
    board = find(team, name)
    row = find_one(request, board, subject_id, of)
    if board.kind == "case":
        keep_view(request.app.state.root, subject_id, actor_of(request.state.person))
    return _item(request, board, row, Asked("", row.item.said, {}), done=bool(done))


@router.post("/{team}/board/{name}/{subject_id}")
def act(
    request: Request,
    team: str,
    name: str,
    subject_id: str,
    form: Annotated[Mapping[str, str], Depends(read_fields)],
    of: str = "",
) -> Response:
    """Do something with a thing, or say what is wrong, or who was first."""
    board = find(team, name)
    row = find_one(request, board, subject_id, of)
    asked = read_form(board, form, _brands(request, board), new=False)
    version = int(form["version"]) if form.get("version", "").isdecimal() else -1
    if asked.faults:
        return _item(request, board, row, asked, status=422)
    try:
        _do(request, board, row, asked, version)
    except ConflictError as error:
        again = find_one(request, board, subject_id, of)
        return _item(request, board, again, asked, status=CONFLICT, conflict=error)
    return RedirectResponse(address(board, subject_id, of) + "&done=1", 303)


def address(board: Board, subject_id: str, target: str) -> str:
    """Return where a thing is worked on."""
    return (
        f"/{board.team}/board/{board.name}/{quote(subject_id, safe='')}?{urlencode({'of': target})}"
    )


def _do(request: Request, board: Board, row: Row, asked: Asked, version: int) -> None:
    engine, actor = request.app.state.engine, actor_of(request.state.person)
    if asked.action == "draft":
        text = asked.values["draft"]
        save_draft(engine, board.kind, row.subject_id, row.target, actor, text, version)
        return
    word = word_of(board, row, asked, actor)
    if isinstance(word, Decision) and word.action == "attach":
        _attach(request, word)
        return
    draft = asked.values.get("draft", "")
    _decide(request, word, version, {"draft": draft} if draft else {})


def _decide(
    request: Request, word: Decision | Correction, version: int | None, said: Mapping[str, str]
) -> Item:
    """Decide; on a legal case through its chain of custody."""
    with writing(request.app.state.engine) as connection:
        return _decide_in(request, connection, word, version, said)


def _decide_in(
    request: Request,
    connection: sa.Connection,
    word: Decision | Correction,
    version: int | None,
    said: Mapping[str, str],
) -> Item:
    if not isinstance(word, Decision) or word.kind != "case":
        return decide_in(connection, word, version, said)
    check_decision(word)
    of_it = {"mention_id": word.mention_id} if word.mention_id else {}
    root = request.app.state.root
    return decide_in(connection, word, version, {**said, **of_it}, lambda: keep_act(root, word))


def _attach(request: Request, word: Decision) -> None:
    """Put a mention into a case, which is opened where it is new; it disturbs nobody's decision."""
    engine = request.app.state.engine
    with writing(engine) as connection:
        known = find_item(connection, "case", word.subject_id).version
        if not known and not _is_case(request, word.subject_id):
            opened = Decision("case", "open", word.actor, word.subject_id)
            _decide_in(request, connection, opened, None, {FRESH: "cases"})
        _decide_in(request, connection, word, None, {})


def _is_case(request: Request, case_id: str) -> bool:
    sql = "SELECT count(*) FROM legal_case WHERE case_id = $case_id"
    ((count,),) = library_of(request).ask("legal", sql, {"case_id": case_id}).rows
    return bool(count)


def find(team: str, name: str) -> Board:
    """Return a team's board; 404 where it has none of that name."""
    if (board := find_board(team, name)) is None:
        raise RefusedError(404, "There is no such page.")
    return board


def find_one(request: Request, board: Board, subject_id: str, target: str) -> Row:
    """Return one row of a board; 404 where it is not there."""
    rows = read_rows(library_of(request), request.app.state.engine, board)
    if (row := find_row(rows, subject_id, target)) is None:
        raise RefusedError(404, f"There is no such {board.one} here any more.")
    return row


def _brands(request: Request, board: Board) -> list[str]:
    library = library_of(request)
    tables = "SELECT table_name FROM duckdb_columns() WHERE column_name = 'brand_id'"
    named = " UNION ".join(
        f'SELECT brand_id FROM "{name}"'  # noqa: S608 (tables of our own files)
        for (name,) in library.ask(board.team, tables, {}).rows
    )
    if not named:
        return []
    return [
        name for (name,) in library.ask(board.team, _BRANDS.replace("__tables__", named), {}).rows
    ]


def _new(request: Request, board: Board, asked: Asked, status: int = 200) -> Response:
    values = {"move": board.fresh, "asked": asked, "brands": _brands(request, board)}
    return _page(request, board, "work/new.html", values, status)


def _item(
    request: Request,
    board: Board,
    row: Row,
    asked: Asked,
    *,
    status: int = 200,
    done: bool = False,
    conflict: ConflictError | None = None,
) -> Response:
    library, engine = library_of(request), request.app.state.engine
    moves = board.moves
    values = {
        "row": row,
        "cells": list(zip(board.columns.values(), cells(board, row), strict=True)),
        "asked": asked,
        "fields": _fields(board),
        "moves": moves,
        "needing": _needing(board),
        "history": history(library, engine, board, row),
        "link": safe_link(row.record.get("url")),
        "reply_link": safe_link(row.record.get("reply_link")),
        "done": done,
        "conflict": conflict,
        "brands": [],
        "address": address(board, row.subject_id, row.target),
    }
    return _page(request, board, "work/item.html", values, status)


def _fields(board: Board) -> dict[str, Any]:
    used = {name for move in board.moves.values() for name in (*move.needs, *move.may)}
    return {name: field for name, field in FIELDS.items() if name in used}


def _needing(board: Board) -> dict[str, list[str]]:
    """Return which moves a field is for."""
    needing: dict[str, list[str]] = {}
    for move in board.moves.values():
        for name in move.needs:
            needing.setdefault(name, []).append(move.label)
    return needing


def _page(
    request: Request, board: Board, template: str, values: dict[str, Any], status: int = 200
) -> Response:
    library = library_of(request)
    built = built_at(library, board.team)
    title = read_page(board.team).title if board.team in teams_with_pages() else board.team
    given = {
        "board": board,
        "boards": boards_of(board.team),
        "team_title": title,
        "standing": standing(library, board.team, read_asked([], (), built.date())),
        "all_fields": FIELDS,
        **values,
    }
    return render(request, template, given, status=status)
