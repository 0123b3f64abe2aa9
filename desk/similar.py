"""Finds the mentions of a team's file that are about the same thing as some words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from desk.query import open_published
from listening.contract import DataRoot, ListeningError

if TYPE_CHECKING:
    import duckdb

_SQL: Final = Path(__file__).parent / "searches"


def find_similar(
    root: DataRoot, team: str, vector: Sequence[float], version: str, limit: int = 10
) -> tuple[list[str], list[list[Any]]]:
    """Return columns and rows of the nearest mentions, by cosine, the nearest first.

    Args:
        root: where the published files lie.
        team: whose file is read.
        vector: what the words are about, as the encoder `version` makes it.
        version: the encoder; vectors of another are no neighbours.
        limit: rows at most.

    Raises:
        ConfigurationError: there is no such team.
        ListeningError: nothing is published, the team's file holds no vectors, or another
            encoder made them.
    """
    with open_published(root, team) as connection:
        tables = connection.execute(_read("tables")).fetchall()
        if not tables:
            raise ListeningError(
                "this team's file holds no vectors",
                where=f"{team}.duckdb",
                mend="Ask a team that reads mentions, such as product; or publish again",
            )
        _check_version(connection, team, version)
        query = _read("nearest").replace("__table__", f'"{tables[0][0]}"')
        found = connection.execute(query, {"vector": list(vector), "limit": limit})
        columns = [column[0] for column in found.description or ()]
        return columns, [list(row) for row in found.fetchall()]


def _check_version(connection: duckdb.DuckDBPyConnection, team: str, version: str) -> None:
    held = connection.execute(_read("versions")).fetchall()
    if held and held[0][0] != version:
        raise ListeningError(
            f"the vectors were made by encoder {held[0][0]!r}, this code has {version!r}",
            where=f"{team}.duckdb",
            mend="listening retag, then publish",
        )


def _read(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text("utf-8")
