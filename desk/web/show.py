"""Works out what a page shows: its tiles as cells with links, and the rows behind a number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from desk.web.asked import Asked
from desk.web.page import Column, Drill, Opening, Page, Tile, bound, compose, read_sql, read_told
from desk.web.published import Answer, Library
from desk.web.wording import reason, say

ROWS: Final = 50  # rows of one screen
_OPTIONS: Final = 500  # of one filter
SAFE_SCHEMES: Final = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Cell:
    """One value as people see it."""

    text: str
    form: str = "text"
    href: str = ""
    outside: bool = False  # the link leaves the desk
    why: str = ""  # why it is not known
    change: str = ""  # beside the time before
    value: Any = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A tile or a list of rows, ready for a template."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    answer: Answer
    ignored: Sequence[str] = ()  # filters that are set and say nothing here
    more: bool = False  # there are further rows


def ask_tile(library: Library, page: Page, tile: Tile, asked: Asked) -> Answer:
    """Return all rows of a tile."""
    sql = _statement(page, tile.id, tile.view, asked.values)
    return library.ask(page.team, sql, bound(sql, asked.values))


def show_tile(library: Library, page: Page, tile: Tile, asked: Asked) -> Shown:
    """Return a tile with its links."""
    answer = ask_tile(library, page, tile, asked)
    before: dict[str, Any] = {}
    if tile.compare and tile.kind == "numbers":
        (before,) = ask_tile(library, page, tile, asked.before()).records() or [{}]
    columns = tile.columns
    heeded = page.views[tile.view].conditions
    own = asked.only(heeded)  # a number and the rows it opens are narrowed alike
    rows = [
        [_cell(page, own, name, column, record, before) for name, column in columns.items()]
        for record in answer.records()
    ]
    ignored = [name for name in asked.filters() if name not in own.values]
    return Shown(tile.id, list(columns.values()), rows, answer, ignored)


def show_rows(
    library: Library, page: Page, name: str, drill: Drill, asked: Asked, number: int
) -> Shown:
    """Return one screen of the rows behind a number; `number` counts screens from 1."""
    values = {**asked.values, "rows": ROWS + 1, "offset": (number - 1) * ROWS}
    picked = _statement(page, name, drill.view, asked.values) + "\nLIMIT $rows OFFSET $offset"
    sql = _told(page, name, picked)
    answer = library.ask(page.team, sql, bound(sql, values))
    records = answer.records()
    rows = [
        [_cell(page, asked, key, column, record, {}) for key, column in drill.columns.items()]
        for record in records[:ROWS]
    ]
    more = len(records) > ROWS
    return Shown(name, list(drill.columns.values()), rows, answer, more=more)


def count_rows(library: Library, page: Page, name: str, drill: Drill, asked: Asked) -> int:
    """Return how many rows there are behind a number."""
    # Sorting what is only counted took two thirds of the time at a million rows (DuckDB 1.5.5).
    sql = _statement(page, name, drill.view, asked.values)
    sql = sql.rpartition("\nORDER BY ")[0] or sql
    counted = f"SELECT count(*) FROM ({sql}) AS counted"  # noqa: S608 (a declared statement)
    ((count,),) = library.ask(page.team, counted, bound(counted, asked.values)).rows
    return int(count)


def statement(page: Page, name: str, view: str, asked: Asked) -> tuple[str, dict[str, Any]]:
    """Return the SQL and the values of a tile or drill, for an export."""
    sql = _statement(page, name, view, asked.values)
    if name in page.drills:
        sql = _told(page, name, sql)
    return sql, bound(sql, asked.values)


def options(library: Library, page: Page) -> dict[str, list[str]]:
    """Return what each filter offers."""
    offered: dict[str, list[str]] = {}
    sql = read_sql(page.team, "options")
    for name, value in library.ask(page.team, sql, {}).rows:
        if len(offered.setdefault(name, [])) < _OPTIONS:
            offered[name].append(value)
    return offered


def meanings(library: Library, page: Page) -> dict[str, list[dict[str, Any]]]:
    """Return how the numbers of each tile are counted, as the file's `metric` table says it."""
    sql = "SELECT metric_id, name, formula, description FROM metric"
    told = {row["metric_id"]: row for row in library.ask(page.team, sql, {}).records()}
    return {tile.id: [told[name] for name in tile.metrics if name in told] for tile in page.tiles}


def built_at(library: Library, team: str) -> datetime:
    """Return when a team's file was built."""
    sql = "SELECT text FROM readme WHERE section = 'built' AND item = 'at'"
    ((text,),) = library.ask(team, sql, {}).rows
    return datetime.fromisoformat(text).astimezone(UTC)


def kept_since(library: Library, page: Page) -> date | None:
    """Return the day from which on the file holds mentions; None where it does not say."""
    sql = "SELECT text FROM readme WHERE section = 'built' AND item = 'days of mentions'"
    rows = library.ask(page.team, sql, {}).rows
    days = int(rows[0][0].partition(",")[0]) if rows else None
    return None if days is None else (built_at(library, page.team) - timedelta(days=days)).date()


def link_of(page: Page, asked: Asked, opening: Opening, record: Mapping[str, Any]) -> str:
    """Return the address of the rows behind a number of a row, with the filters they heed."""
    heeded = page.views[page.drills[opening.to].view].conditions
    by = {name: record.get(column) for name, column in opening.by.items()}
    return asked.only(heeded).link(f"/{page.team}/rows/{opening.to}", **opening.fixed, **by)


def safe_link(url: Any) -> str:
    """Return a link that may be followed, or "": other people wrote it."""
    text = str(url or "").strip()
    clean = text.lower().startswith(SAFE_SCHEMES) and text.isprintable() and " " not in text
    return text if clean else ""


def _statement(page: Page, name: str, view: str, values: Mapping[str, Any]) -> str:
    return compose(read_sql(page.team, name), page.views[view].conditions, values)


def _told(page: Page, name: str, picked: str) -> str:
    return f"WITH picked AS ({picked})\n{read_told(page.team, name)}"


def _cell(
    page: Page,
    asked: Asked,
    name: str,
    column: Column,
    record: Mapping[str, Any],
    before: Mapping[str, Any],
) -> Cell:
    value = record[name]
    if column.form == "mention":
        known = record["mention_id"]  # NULL: the file does not hold it
        href = asked.link(f"/{page.team}/mention/{known}") if known else ""
        return Cell(say(value, "text") or "(no words)", "mention", href, value=value)
    if column.form == "link":
        href = safe_link(value)
        text = href.split("/")[2] if href else say(value or None, "text")
        text = text if href else (column.none or "no link")
        return Cell(text, "link", href, outside=bool(href), value=value)
    nothing = value is None or (column.form == "count" and value == 0)
    href = link_of(page, asked, column.opens, record) if column.opens and not nothing else ""
    why = reason(record.get(column.reason)) if value is None and column.reason else ""
    return Cell(
        column.none if value is None and column.none else say(value, column.form),
        column.form,
        href,
        why=why,
        change=_change(value, before.get(name), column.form),
        value=value,
    )


def _change(value: Any, before: Any, form: str) -> str:
    if value is None or before is None or form not in {"count", "share", "signed_share"}:
        return ""
    if form != "count":
        return f"{100 * (value - before):+.1f} points"
    return f"{value - before:+,}" if value != before else "no change"
