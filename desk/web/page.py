"""Reads what the pages declare: tiles, the rows behind their numbers, and how filters narrow them.

A page is `pages/<team>.yaml` beside the SQL of `pages/<team>/`. A statement has `__where__`
where the conditions of its view belong; a condition is there only when its filter is set, and
its value is always bound, never written into the SQL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import pydantic

from listening.contract import TEAMS, ListeningError

PAGES: Final = Path(__file__).parent / "pages"
FILTERS: Final = (
    "brand", "product", "topic", "channel", "language", "region", "since", "until",
)  # fmt: skip
DATES: Final = frozenset({"since", "until", "day", "week", "month"})
WHERE: Final = "__where__"
_VALUE: Final = re.compile(r"\$([a-z_]+)")


class _Declared(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class Opening(_Declared):
    """What a number opens: rows, narrowed by the page's filters, by this row and by fixed words."""

    to: str
    by: Mapping[str, str] = {}  # condition -> column of the row
    fixed: Mapping[str, str] = {}  # condition -> value
    equals: Literal["rows", "none"] = "rows"  # the number is how many rows open


class Column(_Declared):
    """A column people see. Those that are not declared stay in the export."""

    label: str
    form: Literal[
        "text", "count", "number", "share", "signed_share", "seconds", "day", "instant", "list",
        "code", "link", "mention", "yes",
    ] = "text"  # fmt: skip
    says: str = ""
    reason: str = ""  # column that says why it is NULL
    none: str = ""  # what NULL means, where it does not mean unknown
    opens: Opening | None = None


class Chart(_Declared):
    """How a series is drawn."""

    kind: Literal["bars", "lines", "ranked"]
    x: str
    y: tuple[str, ...]
    by: str = ""  # column that colours, where y is one column
    opens: Opening | None = None  # from each mark; {part} in `fixed` is the y column or the group


class Tile(_Declared):
    """One thing on a page."""

    id: str
    kind: Literal["numbers", "series", "table"]
    title: str
    says: str = ""
    view: str
    columns: Mapping[str, Column]
    chart: Chart | None = None
    compare: bool = False  # numbers beside those of as long a time before
    metrics: tuple[str, ...] = ()  # ids in the file's `metric` table
    empty: str = "Nothing in this time, with these filters."
    wide: bool = False


class View(_Declared):
    """Conditions on rows of one shape: filters of the page, and what numbers narrow by."""

    conditions: Mapping[str, str]


class Drill(_Declared):
    """The rows behind numbers."""

    title: str
    view: str
    columns: Mapping[str, Column]


class Page(_Declared):
    """A team's page."""

    team: str
    title: str
    says: str
    handles: bool = False  # shows who speaks
    one_brand: bool = True  # shows the first brand until another is chosen
    views: Mapping[str, View]
    tiles: tuple[Tile, ...]
    drills: Mapping[str, Drill]

    @property
    def filters(self) -> tuple[str, ...]:
        """Return the filters that anything here heeds, in their order."""
        heeded = {name for view in self.views.values() for name in view.conditions}
        return tuple(name for name in FILTERS if name in heeded)

    def tile(self, name: str) -> Tile | None:
        """Return a tile by id."""
        return next((tile for tile in self.tiles if tile.id == name), None)


@cache
def read_page(team: str) -> Page:
    """Return a team's page as declared.

    Raises:
        ListeningError: the declaration is wrong: a view, column or statement is missing.
    """
    from ruamel.yaml import YAML

    path = PAGES / f"{team}.yaml"
    try:
        page = Page.model_validate(YAML(typ="safe").load(path.read_text()))
    except (OSError, pydantic.ValidationError) as error:
        raise ListeningError(str(error), where=path.name, mend="docs/desk.md shows one") from error
    _check(page, path)
    return page


@cache
def read_sql(team: str, name: str) -> str:
    """Return a statement of a page, with `__where__` still in it where it has conditions."""
    return (PAGES / team / f"{name}.sql").read_text()


@cache
def read_told(team: str, name: str) -> str:
    """Return what is told of each row of a drill, from `picked`; everything, if not said."""
    path = PAGES / team / f"{name}.told.sql"
    return path.read_text() if path.exists() else "SELECT * FROM picked"


def compose(sql: str, conditions: Mapping[str, str], values: Mapping[str, Any]) -> str:
    """Return a statement with the conditions whose values are set."""
    asked = [f"({condition})" for name, condition in conditions.items() if name in values]
    return sql.replace(WHERE, " AND ".join(asked) or "true")


def bound(sql: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values a statement names; those it does not name may not be bound."""
    return {name: values[name] for name in set(_VALUE.findall(sql))}


def teams_with_pages() -> tuple[str, ...]:
    """Return the teams that have a page, in the house's order."""
    return tuple(team for team in TEAMS if (PAGES / f"{team}.yaml").exists())


def _check(page: Page, path: Path) -> None:
    shown: list[Tile | Drill] = [*page.tiles, *page.drills.values()]
    openings = [column.opens for each in shown for column in each.columns.values()]
    openings += [tile.chart.opens for tile in page.tiles if tile.chart]
    faults = [f"no view {each.view!r}" for each in shown if each.view not in page.views]
    faults += [
        f"no statement {page.team}/{name}.sql"
        for name in [*(tile.id for tile in page.tiles), *page.drills]
        if not (PAGES / page.team / f"{name}.sql").exists()
    ]
    for opening in openings:
        if opening is None:
            continue
        drill = page.drills.get(opening.to)
        view = page.views.get(drill.view) if drill else None
        if view is None:
            faults.append(f"no drill {opening.to!r}")
            continue
        faults += [
            f"{opening.to} cannot be narrowed by {name!r}"
            for name in [*opening.by, *opening.fixed]
            if name not in view.conditions
        ]
    if faults:
        raise ListeningError("; ".join(faults), where=path.name, mend="docs/desk.md shows one")
