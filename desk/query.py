"""Asks a team's published file in SQL: read-only, and with no way out of the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from listening.contract import TEAMS, ConfigurationError, DataRoot, ListeningError

if TYPE_CHECKING:
    import duckdb


@contextmanager
def open_published(root: DataRoot, team: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open one team's file read-only, external access off, configuration locked.

    Raises:
        ConfigurationError: there is no such team.
        ListeningError: nothing is published for it yet.
    """
    import duckdb

    if team not in TEAMS:
        raise ConfigurationError("no such team", where=team, mend=f"Teams are: {', '.join(TEAMS)}")
    path = root.published / f"{team}.duckdb"
    if not path.exists():
        raise ListeningError("nothing is published yet", where=str(path), mend="listening run")
    connection = duckdb.connect(path, read_only=True)
    try:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection
    finally:
        connection.close()


def query(root: DataRoot, team: str, sql: str) -> tuple[list[str], list[list[Any]]]:
    """Return the columns and rows of one statement against a team's file.

    Raises:
        ConfigurationError: no such team, or SQL the file cannot answer.
        ListeningError: nothing is published for it yet.
    """
    import duckdb

    with open_published(root, team) as connection:
        try:
            result = connection.execute(sql)
            columns = [column[0] for column in result.description or ()]
            return columns, [list(row) for row in result.fetchall()]
        except duckdb.Error as error:
            raise ConfigurationError(
                str(error),
                where=f"{team}.duckdb",
                mend="SHOW TABLES says what is there",
            ) from error
