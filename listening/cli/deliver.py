"""The command that sends what waits to be sent, and settles what nobody knows the fate of."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from listening.cli.common import Json, app, emit


@app.command()
def deliver(
    arrived: Annotated[
        str, typer.Option(help="Id of a message of unknown fate: it did arrive.")
    ] = "",
    again: Annotated[
        str, typer.Option(help="Id of one of unknown fate, or given up: send it again.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Send the messages of alerts that are due, each once."""
    from desk.deliver.outbox import decide_fate
    from desk.deliver.outbox import deliver as send_due
    from listening.contract import DataRoot
    from listening.net.credential import find_credential

    root = DataRoot.from_environment()
    for delivery_id, went in ((arrived, True), (again, False)):
        if delivery_id:
            decide_fate(root, delivery_id, arrived=went)
    done = send_due(root, find_credential)
    told = {name: count for name, count in asdict(done).items() if name != "errors"}
    if as_json:
        emit({**told, "errors": [str(error) for error in done.errors]})
    else:
        typer.echo(", ".join(f"{name} {count}" for name, count in told.items()))
        for error in done.errors:
            typer.echo(f"error: {error}", err=True)
    if done.errors:
        raise typer.Exit(max(error.exit_code for error in done.errors))
