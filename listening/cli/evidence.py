"""Commands that keep evidence of what is flagged, and check that it stands."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from listening.cli.common import Json, app, emit


@app.command()
def evidence(
    mention: Annotated[
        list[str] | None, typer.Option(help="Keep this mention too, flagged or not; its id.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Keep evidence of every flagged mention that has none yet; nothing is fetched."""
    from desk.legal.keep import keep_evidence
    from desk.legal.render import find_browser
    from listening.contract import DataRoot

    done = keep_evidence(DataRoot.from_environment(), find_browser(), frozenset(mention or ()))
    for error in done.errors:
        typer.echo(f"error: {error}", err=True)
    if as_json:
        emit({**asdict(done), "errors": [str(error) for error in done.errors]})
    else:
        typer.echo(
            f"{done.packs} packs made, {done.flagged_again} flagged again, of {done.batches} "
            f"batches; {done.without_raw} lack the raw exchange, and say so"
        )
    if done.errors:
        raise typer.Exit(max(error.exit_code for error in done.errors))


@app.command()
def verify(
    everything: Annotated[bool, typer.Option("--all", help="Every pack.")] = False,
    head: Annotated[
        str, typer.Option(help="n:hash as an earlier check told it: it must still be there.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Check that no byte of the evidence was altered, removed, added or moved."""
    from desk.legal.verify import verify as check
    from listening.contract import ConfigurationError, DataRoot

    if not everything:
        raise ConfigurationError("what is to be checked?", where="verify", mend="Say --all")
    verdict = check(DataRoot.from_environment(), None, head)
    if as_json:
        emit({"ok": verdict.ok, **asdict(verdict)})
    else:
        for one in verdict.warnings:
            typer.echo(f"warning: {one['where']}: {one['what']}")
        for one in verdict.problems:
            typer.echo(f"PROBLEM: {one['where']}: {one['what']}")
        stands = "stands" if verdict.ok else "DOES NOT STAND"
        typer.echo(f"{verdict.lines} lines and {verdict.packs} packs: the evidence {stands}")
        typer.echo(f"head {verdict.head or 'none'}")
    if not verdict.ok:
        raise typer.Exit(1)
