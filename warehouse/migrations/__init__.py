"""Brings a warehouse file to the schema of this code: Alembic, one transaction for all steps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from listening.contract import ListeningError
from warehouse.script import reason
from warehouse.tables import SCHEMA

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER: Final = Path(__file__).parent
_CURRENT: Final = sa.text(f"SELECT version_num FROM {SCHEMA}.alembic_version")  # noqa: S608


def migrate(connection: sa.Connection) -> None:
    """Bring the schema up to date; a step and its record are one transaction.

    Raises:
        ListeningError: the file's schema is newer than this code, or a step failed; either
            way nothing was changed.
    """
    if check_revision(connection) == head():
        return
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    try:
        with connection.begin():
            connection.execute(sa.schema.CreateSchema(SCHEMA, if_not_exists=True))
            command.upgrade(config, "head")
    except sa.exc.DBAPIError as error:
        raise ListeningError(
            f"could not be brought to schema {head()!r}: {reason(error)}",
            where=str(connection.engine.url.database),
            mend="Free the disk, or report it; the file is as it was",
        ) from error


def check_revision(connection: sa.Connection) -> str | None:
    """Return the revision of a warehouse file, None where it is empty.

    Raises:
        ListeningError: the code does not know that revision: it is newer.
    """
    with connection.begin():
        if not sa.inspect(connection).has_table("alembic_version", schema=SCHEMA):
            return None
        revision: str | None = connection.execute(_CURRENT).scalars().first()
    if revision is not None and revision not in _known():
        raise ListeningError(
            f"its schema {revision!r} is newer than this code, which knows up to {head()!r}",
            where=str(connection.engine.url.database),
            mend="Install the newer version of this project; the file is as it was",
        )
    return revision


def head() -> str:
    """Return the newest revision this code knows."""
    return max(_known())


def _known() -> set[str]:
    """Return the revisions, which are file names in order; reading them needs no Alembic."""
    return {path.stem for path in (FOLDER / "versions").glob("[0-9]*.py")}


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config
