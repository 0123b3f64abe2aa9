"""The command that writes and sends a team's digest of a day or a week."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from listening.cli.common import Json, app, emit

if TYPE_CHECKING:
    from desk.digest.page import Message
    from desk.digest.period import Kind, Period
    from listening.contract import DataRoot


@app.command()
def digest(
    role: Annotated[str, typer.Argument(help="The team: pr, care, executive, …")],
    weekly: Annotated[
        bool, typer.Option("--weekly/--daily", help="Of the last whole week, or day.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Write it there: HTML, or plain text to a .txt file.")
    ] = None,
    send: Annotated[
        bool, typer.Option("--send", help="Send it by the connection digest_ROLE.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write a team's digest from its published file, to the terminal, a file or its channel."""
    from desk.digest.build import build_digest
    from desk.digest.page import write
    from desk.digest.post import find_door, post
    from listening.contract import DataRoot
    from listening.net.credential import find_credential

    root, period = DataRoot.from_environment(), last_period("weekly" if weekly else "daily")
    built = build_digest(root, role, period)
    message = write(built)
    if out:
        _save(message, out)
    sent = post(root, message, find_door(role, find_credential)) if send else ""
    if as_json:
        emit(
            {
                "role": role,
                "kind": period.kind,
                "since": period.since,
                "until": period.until,
                "subject": message.subject,
                "built_at": built.built_at.isoformat() if built.built_at else None,
                "cautions": list(built.cautions),
                "file": str(out) if out else None,
                "sent": sent or None,
            }
        )
    elif out or send:
        typer.echo("; ".join([str(out)] * bool(out) + [f"{role}: {sent}"] * bool(sent)))
    else:
        typer.echo(message.text)


def last_period(kind: Kind) -> Period:
    """Return the last whole day or week, in the time zone of the brand files where there are."""
    import os

    from desk.digest.period import Period
    from listening.contract import now

    zone = "UTC"
    if os.environ.get("LISTENING_BRANDS"):
        from listening.brand.load import brand_paths, load_brands

        own = [one for one in load_brands(brand_paths()).brands if one.role == "own"]
        zone = own[0].service.timezone if own else zone
    return Period.last(kind, now(), zone)


def send_due(root: DataRoot, role: str) -> list[str]:
    """Send a team the digests of the last day and the last week, each once.

    Returns what became of each.

    Raises:
        NoChannelError: the team has no channel.
        ListeningError: nothing is published for it, or a digest did not arrive.
    """
    from desk.digest.build import build_digest
    from desk.digest.page import write
    from desk.digest.period import KINDS
    from desk.digest.post import find_door, post
    from listening.contract import ListeningError
    from listening.net.credential import find_credential

    door = find_door(role, find_credential)
    done: list[str] = []
    errors: list[ListeningError] = []
    for kind in KINDS:
        message = write(build_digest(root, role, last_period(kind)))
        try:
            done.append(f"{kind} {post(root, message, door)}")
        except ListeningError as error:
            errors.append(error)
    if errors:
        raise errors[0]
    return done


def _save(message: Message, out: Path) -> None:
    from listening.contract import ListeningError

    text = message.text if out.suffix == ".txt" else message.alone()
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        raise ListeningError(
            f"cannot be written: {error.strerror}", where=str(out), mend="Name another file"
        ) from error
