"""The ten questions every team asks most, and how long its file takes to answer them.

They are the first ten of the team in docs/cookbook.md; where it has fewer, those in `query/<team>/`
follow.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from bench.airflow_home import ROOT
from desk.query import open_published
from listening.contract import DataRoot, ListeningError

COOKBOOK: Final = ROOT / "docs" / "cookbook.md"
MORE: Final = Path(__file__).parent / "query"
TEN: Final = 10
ROUNDS: Final = 3
NAMES: Final = {"'acme'": "'larkspur'", "'rival'": "'cindral'", "'autumn'": "'mend-it'",
                "'leak'": "'firmware'", "'@shady'": "'@user3@social.example'"}  # fmt: skip
"""The cookbook's brands and words, and those of the demo's brand file."""

_RECIPE: Final = re.compile(
    r"^### (?P<question>.+?)\n\n```sql\n(?P<sql>.*?)```", re.DOTALL | re.MULTILINE
)


def recipes(team: str) -> dict[str, str]:
    """Return the questions of a team and their SELECTs, ten of them.

    Raises:
        ListeningError: there are fewer.
    """
    found = dict([*_cookbook(team), *_more(team)][:TEN])
    if len(found) < TEN:
        raise ListeningError(
            f"{len(found)} questions of {team}", where=str(MORE / team), mend="Write ten"
        )
    return found


def time_recipes(root: DataRoot, team: str) -> Mapping[str, Any]:
    """Return the milliseconds of every question, the best of three, and its rows."""
    told = {}
    with open_published(root, team) as connection:
        for question, sql in recipes(team).items():
            taken, rows = [], 0
            for _ in range(ROUNDS):
                begun = time.perf_counter()
                rows = len(connection.execute(sql).fetchall())
                taken.append(1000 * (time.perf_counter() - begun))
            told[question] = {"ms": min(taken), "first_ms": taken[0], "rows": rows}
    return told


def _cookbook(team: str) -> Iterator[tuple[str, str]]:
    sections = re.split(r"^## (\w+)\n", COOKBOOK.read_text("utf-8"), flags=re.MULTILINE)
    section = dict(zip(sections[1::2], sections[2::2], strict=True)).get(team, "")
    for match in _RECIPE.finditer(section):
        sql = match["sql"]
        for name, ours in NAMES.items():
            sql = sql.replace(name, ours)
        yield match["question"], sql


def _more(team: str) -> Iterator[tuple[str, str]]:
    for path in sorted((MORE / team).glob("*.sql")):
        sql = path.read_text("utf-8")
        yield sql.splitlines()[0].removeprefix("-- "), sql
