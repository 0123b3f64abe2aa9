"""Reads a team's published file into a digest: figures, charts, lists, and how far they hold.

A statement of `roles/<team>.sql` says in the comment above it what it is:
`figures`, or `stack`, `lines`, `bars`, `list`, `table` with a title; `daily` or `weekly` before
that keeps it to one kind of digest. Columns:

figures: label, value, before, unit (count, number, share, score, minutes), better (up, down).
stack, lines: x (a date), series, value. bars: label, series (now, before), value.
list: text, detail, url, tone (good, bad). table: as they come.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from desk.brief import read_questions
from desk.digest.period import Period
from desk.query import open_published
from listening.contract import DataRoot, ListeningError, now

if TYPE_CHECKING:
    import duckdb

ROLES: Final = Path(__file__).parent / "roles"
COVERAGE: Final = Path(__file__).parent / "coverage.sql"
CHARTS: Final = ("stack", "lines", "bars")
STALE: Final = timedelta(hours=26)  # a file built by a daily run, and some patience
_TITLE: Final = re.compile(
    r"(?:(?P<only>daily|weekly) )?(?P<form>figures|stack|lines|bars|list|table)(?:: (?P<title>.+))?"
)
_FEW: Final = 10  # of fewer, per cent say nothing
_SHOWN: Final = 220  # code points of a text


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, what it was before, and which way is better."""

    label: str
    value: float | None
    before: float | None
    unit: str
    better: str | None

    @property
    def text(self) -> str:
        """Return the number as people write it; unknown is said."""
        return say_number(self.value, self.unit)

    @property
    def change(self) -> str:
        """Return how it stands to before, or that this is not known."""
        if self.value is None:
            return "not known"
        if self.before is None:
            return ""
        if self.unit in {"share", "score"}:
            off = self.value - self.before
            step = f"{100 * off:+.0f} points" if self.unit == "share" else f"{off:+.2f}"
            return "as before" if step.lstrip("+-") in {"0 points", "0.00"} else _minus(step)
        if self.value == self.before:
            return "as before"
        if self.before < _FEW:
            return f"before: {say_number(self.before, self.unit)}"
        off = round(100 * (self.value - self.before) / self.before)
        return _minus(f"{off:+d} %") if off else "as before"

    @property
    def tone(self) -> str:
        """Return good or bad where one way is better and it went one; else an empty string."""
        if self.better is None or self.value is None or self.before is None:
            return ""
        if self.change == "as before":
            return ""
        rose = self.value > self.before
        return "good" if rose == (self.better == "up") else "bad"


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a digest: its form, title, columns and rows."""

    form: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def dicts(self) -> list[dict[str, Any]]:
        """Return the rows by column."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Digest:
    """What a team should know of a period, and how far it holds."""

    role: str
    period: Period
    figures: tuple[Figure, ...]
    sections: tuple[Section, ...]
    built_at: datetime | None
    cautions: tuple[str, ...]  # what is not whole or not fresh

    @property
    def subject(self) -> str:
        """Return one line for a mail's subject: the period and its first figures."""
        told = (f"{one.label.lower()} {one.text}" for one in self.figures[:2])
        return f"{self.role.upper() if self.role in {'pr', 'hr'} else self.role.capitalize()}, " + (
            "; ".join([self.period.title, *told])
        )


def build_digest(root: DataRoot, role: str, period: Period) -> Digest:
    """Read a team's digest of a period from its published file.

    Raises:
        ConfigurationError: there is no such team.
        ListeningError: nothing is published for it, or the file lacks what the digest asks.
    """
    import duckdb

    with open_published(root, role) as connection:
        try:
            parts = list(_sections(connection, role, period))
            built_at = _built_at(connection)
            cautions = tuple(_cautions(connection, period, built_at))
        except duckdb.Error as error:
            raise ListeningError(
                f"the file does not answer the digest: {error}",
                where=f"{role}.duckdb",
                mend="Publish anew: listening publish",
            ) from error
    figures = [Figure(**row) for part in parts if part.form == "figures" for row in part.dicts()]
    rest = tuple(part for part in parts if part.form != "figures")
    return Digest(role, period, tuple(figures), rest, built_at, cautions)


def say_number(value: float | None, unit: str) -> str:
    """Return a figure as people write it."""
    if value is None:
        return "\N{EN DASH}"
    if unit == "share":
        return f"{100 * value:.0f} %"
    if unit == "score":
        return _minus(f"{value:+.2f}") if round(value, 2) else "0.00"
    if unit == "minutes":
        return f"{value:.0f} min" if value < 90 else f"{value / 60:.1f} h"  # noqa: PLR2004
    return f"{value:,.1f}" if unit == "number" or value % 1 else f"{value:,.0f}"


def _minus(text: str) -> str:
    return text.replace("-", "\N{MINUS SIGN}")


def _sections(
    connection: duckdb.DuckDBPyConnection, role: str, period: Period
) -> Iterator[Section]:
    for question in read_questions(ROLES / f"{role}.sql"):
        found = _TITLE.fullmatch(question.title)
        if found is None:
            raise ListeningError(
                f"no form of a section: {question.title!r}",
                where=str(ROLES / f"{role}.sql"),
                mend="desk/digest/build.py names the forms",
            )
        if found["only"] not in {None, period.kind}:
            continue
        columns, rows = _ask(connection, question.sql, period.values)
        shown = tuple(tuple(_cut(value) for value in row) for row in rows)
        yield Section(found["form"], found["title"] or "", tuple(columns), shown)


def _ask(
    connection: duckdb.DuckDBPyConnection, sql: str, values: Mapping[str, Any]
) -> tuple[list[str], Sequence[tuple[Any, ...]]]:
    named = set(re.findall(r"\$([a-z_]+)", sql))
    result = connection.execute(sql, {name: values[name] for name in named})
    return [column[0] for column in result.description or ()], result.fetchall()


def _cut(value: Any) -> Any:
    if not isinstance(value, str) or value.startswith(("http://", "https://")):
        return value
    line = " ".join(value.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN].rstrip()} …"


def _built_at(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    row = connection.execute(
        "SELECT text FROM readme WHERE section = 'built' AND item = 'at'"
    ).fetchone()
    return datetime.fromisoformat(row[0]) if row else None


def _cautions(
    connection: duckdb.DuckDBPyConnection, period: Period, built_at: datetime | None
) -> Iterator[str]:
    if built_at is None:
        yield "The file does not say when it was built."
    elif built_at < datetime.combine(period.until, datetime.min.time(), UTC):
        yield (
            f"These numbers were built at {built_at:%d %b %H:%M} UTC, before the period was over: "
            "they miss the rest of it."
        )
    elif now() - built_at > STALE:
        hours = (now() - built_at) // timedelta(hours=1)
        yield f"These numbers are {hours} hours old: built at {built_at:%d %b %H:%M} UTC."
    _, rows = _ask(connection, COVERAGE.read_text(), _instants(period))
    for source, host, state, reason in rows:
        why = f": {_cut(reason)}" if reason else ""
        yield f"{source} at {host} was {_STATES[state]} in this time{why}."


_STATES: Final = {
    "partial": "heard only in part",
    "capped": "cut off at the source's limit",
    "blocked": "blocked",
    "blind": "not to be seen",
    "silent": "not asked at all",
}


def _instants(period: Period) -> dict[str, Any]:
    def midnight(day: date) -> datetime:
        return datetime.combine(day, datetime.min.time(), UTC)

    return {"since": midnight(period.since), "until": midnight(period.until)}
