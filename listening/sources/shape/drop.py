"""What a file of exports becomes: rows, dates that decide each other, pages."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from listening.contract import Coverage, Item, Page
from listening.sources import Look
from listening.sources._read import state

ROWS: Final = 20_000  # of one page


def read_pages(path: Path, look: Look, read: list[str]) -> Iterator[Page]:
    """Yield the rows of a file; the last page says that it was read."""
    coverage = Coverage(look.settings["coverage"], reason="as stated in the brand file")
    rows = _items(path, look)
    while chunk := tuple(islice(rows, ROWS)):
        yield Page(chunk, len(chunk), coverage=coverage)
    yield Page((), 0, {"files": read}, coverage)


def _items(path: Path, look: Look) -> Iterator[Item]:
    """Read a file's rows; its dates are looked through first, for they decide each other.

    Raises:
        ListeningError: the file is wrong as a whole.
    """
    from listening.imports.dates import DateReader, read_zone
    from listening.imports.row import DATES, RowReader, brand_index, plan
    from listening.imports.sheet import open_sheet

    facts = look.settings
    sheet = open_sheet(path)
    fields = plan(sheet.columns, facts["map"], str(path))
    dates = DateReader(facts["date_format"], read_zone(facts["tz"]) if facts["tz"] else None)
    columns = [fields[name] for name in DATES if name in fields]
    for row in sheet:
        for value in (row.values.get(column) for column in columns):
            if isinstance(value, str):
                dates.learn(value.strip(), row.line)
    dates.settle(str(path))
    index = brand_index(look.brands)
    reader = RowReader(facts["source"], fields, dates, index, look.started_at)
    return (
        state(reader.read(row), owned=facts["owned"], private=facts["private"]) for row in sheet
    )
