"""The `listening` command: runs by hand what the DAGs run by schedule.

`start`, `case`, `collect`, `label`, `decide`, `alerts`, `deliver`, `desk`, `digest`, `erase`,
`evidence` and `read` hold the commands, `common` what they share, `chain` the steps from a crawl to
the published files.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence

import typer

from listening.cli import (
    alerts,
    case,
    collect,
    decide,
    deliver,
    desk,
    digest,
    erase,
    evidence,
    label,
    read,
    start,
)
from listening.cli.common import app, emit

__all__ = [
    "alerts",
    "app",
    "case",
    "collect",
    "decide",
    "deliver",
    "desk",
    "digest",
    "erase",
    "evidence",
    "label",
    "main",
    "read",
    "start",
]


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line; exits 0 done, 1 work failed or incomplete, 2 usage or configuration."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(message)s"
    )
    for chatty in ("alembic", "presidio-analyzer"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        app(arguments)
    except Exception as error:
        from listening.contract import ListeningError

        if not isinstance(error, ListeningError):
            raise
        if "--json" in arguments:
            emit({"error": {"what": error.what, "where": error.where, "mend": error.mend}})
        typer.echo(f"error: {error}", err=True)
        sys.exit(error.exit_code)
