"""Commands that keep evidence of what is flagged, have it stamped, and check that it stands."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from listening.cli.common import AllowHosts, Json, app, emit

if TYPE_CHECKING:
    from listening.contract import DataRoot

TSA_VARIABLE = "LISTENING_TSA"
ROOTS_VARIABLE = "LISTENING_TSA_ROOTS"
protect_app = typer.Typer(help="What legal registers as the brand's own.", no_args_is_help=True)
app.add_typer(protect_app, name="protect")


@app.command()
def evidence(
    mention: Annotated[
        list[str] | None, typer.Option(help="Keep this mention too, flagged or not; its id.")
    ] = None,
    stamp: Annotated[
        str, typer.Option(help="Have the chain time-stamped here (RFC 3161); or LISTENING_TSA.")
    ] = "",
    allow_host: AllowHosts = None,
    as_json: Json = False,
) -> None:
    """Keep evidence of every flagged mention that has none yet; no page is fetched."""
    from desk.legal.erase import finish_waiting
    from desk.legal.keep import keep_evidence
    from desk.legal.render import find_browser
    from listening.contract import DataRoot

    root = DataRoot.from_environment()
    done = keep_evidence(root, find_browser(), frozenset(mention or ()))
    ended = finish_waiting(root)
    url = stamp or os.environ.get(TSA_VARIABLE, "")
    stamped = _stamp(root, url, allow_host or []) if url else None
    for error in done.errors:
        typer.echo(f"error: {error}", err=True)
    if as_json:
        told = {**asdict(done), "errors": [str(error) for error in done.errors]}
        emit({**told, "stamped": stamped, "erased": asdict(ended) if ended else None})
    else:
        typer.echo(
            f"{done.packs} packs made, {done.flagged_again} flagged again, of {done.batches} "
            f"batches; {done.without_raw} lack the raw exchange, and say so"
        )
        if ended:
            typer.echo(f"{ended.packs} packs erased: the holds on them ended")
        if stamped:
            typer.echo(f"line {stamped} of the chain, and all before it, time-stamped by {url}")
    if done.errors:
        raise typer.Exit(max(error.exit_code for error in done.errors))


def _stamp(root: DataRoot, url: str, allow_hosts: list[str]) -> int | None:
    """Have the chain stamped; return the line, None where nothing is new since."""
    from urllib.parse import urlsplit

    from desk.legal.stamp import stamp_head
    from listening.http import Http

    with Http(root, [urlsplit(url).hostname or url], allow_hosts) as http:

        def ask(request: bytes) -> bytes:
            headers = {"Content-Type": "application/timestamp-query"}
            answer: bytes = http.fetch(url, lambda one: one.body, headers=headers, post=request)
            return answer

        line = stamp_head(root, ask, url)
    return None if line is None or line.body is None else int(line.body["of"])


@app.command()
def verify(
    case: Annotated[str, typer.Argument(help="Only the packs of this case.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Every pack.")] = False,
    head: Annotated[
        str, typer.Option(help="n:hash as an earlier check told it: it must still be there.")
    ] = "",
    tsa_roots: Annotated[
        list[Path] | None,
        typer.Option(help="Certificates (PEM) to check time stamps by; or LISTENING_TSA_ROOTS."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check that no byte of the evidence was altered, removed, added or moved."""
    from desk.legal.case import read_case
    from desk.legal.verify import verify as check
    from listening.contract import ConfigurationError, DataRoot

    if everything == bool(case):
        mend = "Name a case, or say --all"
        raise ConfigurationError("what is to be checked?", where="verify", mend=mend)
    root = DataRoot.from_environment()
    stated = os.environ.get(ROOTS_VARIABLE, "")
    roots = tsa_roots or [Path(one) for one in stated.split(os.pathsep) if one]
    mentions = None if everything else frozenset(read_case(root, case).mentions)
    verdict = check(root, mentions, head, roots)
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


@protect_app.command("image")
def protect_image(file: Path, as_json: Json = False) -> None:
    """Say the perceptual hash of a picture, to be written into the brand file."""
    from desk.legal.image import hash_image

    phash = hash_image(file)
    if as_json:
        emit({"file": str(file), "phash": phash})
    else:
        typer.echo(f"protected:\n  images: [{{id: {file.stem}, phash: '{phash}'}}]")
