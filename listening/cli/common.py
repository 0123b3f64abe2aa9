"""What every command shares: the app, its options, and how it prints.

Everything heavy is imported inside the commands, so that `listening --help` answers at once.
Under `--json` stdout holds one JSON object; everything else goes to stderr.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from listening.contract import BrandFile

app = typer.Typer(
    name="listening",
    help="Crawl what people say about a brand, understand it, and query it per team.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
log = logging.getLogger("listening")

Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]
BrandPaths = Annotated[
    list[Path], typer.Option("--brand", help="A brand file; may be repeated.", show_default=False)
]
AllowHosts = Annotated[
    list[str] | None,
    typer.Option("--allow-host", help="Let this host be a private or loopback address."),
]
NoPublish = Annotated[bool, typer.Option("--no-publish", help="Stop after the load.")]


def read_brands(paths: Sequence[Path]) -> BrandFile:
    """Return brand files as one; ConfigurationError where they are wrong."""
    from listening.brand.load import load_brands

    return load_brands(paths)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Log that a step begins, and how long it took."""
    started = time.monotonic()
    log.info("%s …", name)
    yield
    log.info("%s took %.1f s", name, time.monotonic() - started)


def show(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows as a table, as wide as the terminal."""
    import shutil

    from desk.table import render

    typer.echo(render(columns, rows, width=shutil.get_terminal_size((160, 24)).columns))


def emit(value: dict[str, Any]) -> None:
    """Print the one JSON object of a command."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))
