"""Renders rows as a table for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from typing import Any


def render(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, width: int = 120) -> str:
    """Return rows as aligned text, numbers to the right; text is never read as markup."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, column in enumerate(columns):
        right = any(isinstance(row[number], int | float) for row in rows)
        table.add_column(column, justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_plain(value)) for value in row))
    console = Console(file=StringIO(), width=width, color_system=None)
    console.print(table)
    assert isinstance(console.file, StringIO)  # noqa: S101 (given three lines above)
    return console.file.getvalue().rstrip()


def _plain(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.3f}".rstrip("0").rstrip(".")
    return str(value)
