"""Says per team, on one screen, what it would ask first: numbers, files, one query to try.

The questions are the statements of `desk/briefs/<team>.sql`, each under a comment that names
it; the last one, named "Try: …", is shown with its SQL.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from desk.query import open_published
from desk.table import render
from listening.contract import TEAMS, DataRoot, ListeningError

BRIEFS = Path(__file__).parent / "briefs"


@dataclass(frozen=True, slots=True)
class Question:
    """One statement of a brief, and what it asks in words."""

    title: str
    sql: str


def read_questions(path: Path) -> list[Question]:
    """Read the statements of a brief.

    Raises:
        ListeningError: a statement has no comment above it that names it.
    """
    questions = []
    for number, block in enumerate(path.read_text().split(";\n"), start=1):
        lines = block.strip().splitlines()
        if not lines:
            continue
        title = " ".join(line[2:].strip() for line in lines if line.startswith("--"))
        sql = "\n".join(line for line in lines if not line.startswith("--"))
        if not title or not sql:
            raise ListeningError(
                f"statement {number} has no name or no SQL",
                where=str(path),
                mend="Put a comment that names it above the statement",
            )
        questions.append(Question(title, sql))
    return questions


def brief(root: DataRoot) -> str:
    """Return every team's numbers from its published file, as text for a terminal."""
    return "\n".join(_team_brief(root, team) for team in TEAMS)


def _team_brief(root: DataRoot, team: str) -> str:
    *questions, attempt = read_questions(BRIEFS / f"{team}.sql")
    parts = [f"\n━━ {team} {'━' * (76 - len(team))}", f"   opens {root.published}/{team}.duckdb"]
    with open_published(root, team) as connection:
        for question in [*questions, attempt]:
            result = connection.execute(question.sql)
            columns = [column[0] for column in result.description or ()]
            text = render(columns, result.fetchall())
            if question is attempt:
                command = f'listening query {team} "{" ".join(attempt.sql.split())}"'
                parts.append(f"\n   {question.title}\n   $ {command}")
            else:
                parts.append(f"\n   {question.title}")
            parts.append("\n".join(f"   {line}" for line in text.splitlines()))
    return "\n".join(parts)
