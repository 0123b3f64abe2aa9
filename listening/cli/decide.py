"""The commands that say what people decided: here by hand, and at the desk."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from listening.cli.chain import seal_desk
from listening.cli.common import Json, app, emit


@app.command()
def decide(
    kind: Annotated[str, typer.Argument(help="case, takedown, triage, recommendation, …")],
    action: Annotated[str, typer.Argument(help="What is decided: open, send, accept, …")],
    subject: Annotated[str, typer.Argument(help="Id of the case, takedown, …")] = "",
    actor: Annotated[str, typer.Option(help="Who decides: a pseudonym.")] = "",
    mention: Annotated[str, typer.Option(help="The mention it is of.")] = "",
    content_hash: Annotated[str, typer.Option(help="The content that was read.")] = "",
    target: Annotated[str, typer.Option("--id", help="A kind of flag, or a brand.")] = "",
    case: Annotated[str, typer.Option(help="The legal case it belongs to.")] = "",
    reason: Annotated[str, typer.Option(help="Why, in a sentence.")] = "",
    at: Annotated[str, typer.Option(help="When it happened; default: now.")] = "",
    due: Annotated[str, typer.Option(help="When the next step is due.")] = "",
    fields: Annotated[
        list[str] | None, typer.Option("--field", help="NAME=VALUE; may be repeated.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Decide on a case, takedown, triage, …: it is in the teams' tables from the next load on."""
    from desk.work.outbox import submit
    from listening.contract import DataRoot, Decision

    one = Decision(
        kind, action, actor, subject, mention, content_hash, target, case, reason,
        read_instant("--at", at), read_instant("--due", due), _pairs(fields or []),
    )  # fmt: skip
    root = DataRoot.from_environment()
    submit(root, one)
    sealed = [batch for batch in seal_desk(root) if batch.target == kind]
    if as_json:
        told = {"kind": kind, "action": action, "subject": subject or mention}
        # Nothing where another sealer was quicker: it is sealed all the same.
        last = sealed[-1] if sealed else None
        moment = last.cursor_after["decided_at"] if last else None
        emit({"batch": last.batch_id if last else None, **told, "at": moment})
    else:
        typer.echo(f"{kind} {subject or mention}: {action}, from the next load on")


@app.command()
def seal(as_json: Json = False) -> None:
    """Seal what was decided at the desk, each decision once; every load does so first."""
    from listening.contract import DataRoot

    batches = seal_desk(DataRoot.from_environment())
    count = sum(batch.served for batch in batches)
    if as_json:
        emit({"decisions": count, "batches": [batch.batch_id for batch in batches]})
    else:
        typer.echo(f"{count} decisions sealed, in the teams' tables from the next load on")


def read_instant(option: str, text: str) -> datetime | None:
    """Return the instant that an option says, None where it says none."""
    from listening.contract import refuse

    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        refuse(option, f"{text!r} is no ISO instant", "Write it like 2026-10-30T12:00:00Z")


def _pairs(fields: list[str]) -> dict[str, str]:
    from listening.contract import refuse

    pairs = [field.partition("=") for field in fields]
    for name, mark, _ in pairs:
        if not mark:
            refuse("--field", f"{name!r} has no value", "Write it like owner=ada")
    return {name: value for name, _, value in pairs}
