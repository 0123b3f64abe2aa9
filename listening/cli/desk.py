"""The commands of the desk: serve it, and say who may sign in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from listening.cli.common import Json, app, emit, show

if TYPE_CHECKING:
    import sqlalchemy as sa

desk = typer.Typer(help="The desk in a browser, and who may sign in.", no_args_is_help=False)
user = typer.Typer(help="Accounts of the desk.", no_args_is_help=True)
app.add_typer(desk, name="desk")
desk.add_typer(user, name="user")

_Roles = Annotated[
    list[str], typer.Option("--role", help="A team, or admin; may be repeated.", show_default=False)
]
_Password = Annotated[
    str | None,
    typer.Option(
        "--password-file", help="A file whose first line is the password; - is stdin. Else: asked."
    ),
]


@desk.callback(invoke_without_command=True)
def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.")] = 8090,
    proxy: Annotated[
        str, typer.Option(help="Address of the proxy whose word on client and https counts.")
    ] = "",
) -> None:
    """Serve the desk until Ctrl-C."""
    if context.invoked_subcommand is not None:
        return
    from desk.web.serve import serve as run
    from listening.contract import DataRoot

    run(DataRoot.from_environment(), host, port, proxy)


@user.command("add")
def add(name: str, role: _Roles, password_file: _Password = None, as_json: Json = False) -> None:
    """Make an account."""
    from desk.web.account import add_account

    password = _read(password_file)
    add_account(_state(), name, password, tuple(role))
    _say(as_json, name, f"{name} may sign in as {', '.join(role)}", roles=role)


@user.command("passwd")
def passwd(name: str, password_file: _Password = None, as_json: Json = False) -> None:
    """Give an account another password; it is signed out everywhere."""
    from desk.web.account import set_password

    set_password(_state(), name, _read(password_file))
    _say(as_json, name, f"{name} has a new password and is signed out everywhere")


@user.command("role")
def role(name: str, role: _Roles, as_json: Json = False) -> None:
    """Give an account these roles in the place of those it has."""
    from desk.web.account import set_roles

    set_roles(_state(), name, tuple(role))
    _say(as_json, name, f"{name} is now {', '.join(role)}", roles=role)


@user.command("block")
def block(
    name: str,
    undo: Annotated[bool, typer.Option("--undo", help="Let it sign in again.")] = False,
    as_json: Json = False,
) -> None:
    """Let an account sign in no more; what it did stays in the audit log."""
    from desk.web.account import set_blocked

    set_blocked(_state(), name, blocked=not undo)
    _say(as_json, name, f"{name} may {'' if undo else 'no more '}sign in", blocked=not undo)


@user.command("list")
def list_(as_json: Json = False) -> None:
    """List the accounts."""
    from desk.web.account import list_accounts

    accounts = list_accounts(_state())
    if as_json:
        emit({"accounts": accounts})
        return
    rows = [
        [each["name"], ", ".join(map(str, each["roles"])), each["blocked"], each["seen_at"]]  # type: ignore[call-overload]
        for each in accounts
    ]
    show(["name", "roles", "blocked", "last seen"], rows)


def _state() -> sa.Engine:
    from desk.web.app import open_rooms
    from listening.contract import DataRoot

    return open_rooms(DataRoot.from_environment())


def _read(password_file: str | None) -> str:
    if password_file is None:
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    from listening.contract import ConfigurationError

    if password_file == "-":  # noqa: S105 (stdin)
        return sys.stdin.readline().rstrip("\n")
    try:
        with Path(password_file).open() as file:
            return file.readline().rstrip("\n")
    except OSError as error:
        raise ConfigurationError(
            f"cannot be read: {error.strerror}", where=password_file, mend="Is the path right?"
        ) from error


def _say(as_json: bool, name: str, text: str, **more: object) -> None:
    if as_json:
        emit({"account": name, **more})
    else:
        typer.echo(text)
