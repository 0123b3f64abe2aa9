"""Commands for whoever reads the tables: publish, query, audit."""

from __future__ import annotations

from typing import Annotated

import typer

from listening.cli.chain import publish_teams
from listening.cli.common import BrandPaths, Json, app, emit, read_brands, show


@app.command()
def publish(brand: BrandPaths, as_json: Json = False) -> None:
    """Build the models and publish every team's file, from what is loaded."""
    from listening.contract import DataRoot

    root = DataRoot.from_environment()
    paths = publish_teams(root, read_brands(brand))
    if as_json:
        emit({"published": [str(path) for path in paths]})
    else:
        typer.echo("\n".join(map(str, paths)))


@app.command()
def audit(as_json: Json = False) -> None:
    """Check every invariant of the whole warehouse; the load checks what each batch wrote."""
    from listening.contract import DataRoot
    from warehouse.check import ASSERTIONS, check_file

    check_file(DataRoot.from_environment())
    if as_json:
        emit({"held": list(ASSERTIONS)})
    else:
        typer.echo(f"{len(ASSERTIONS)} assertions hold")


@app.command()
def query(team: str, sql: str, as_json: Json = False) -> None:
    """Ask a team's published file in SQL, read-only."""
    from desk.query import query as ask
    from listening.contract import DataRoot

    columns, rows = ask(DataRoot.from_environment(), team, sql)
    if as_json:
        emit({"columns": columns, "rows": rows})
        return
    show(columns, rows)


@app.command()
def similar(
    team: str,
    text: str,
    limit: Annotated[int, typer.Option(help="Mentions at most.")] = 10,
    as_json: Json = False,
) -> None:
    """Find a team's recent mentions that are about what some words say, the nearest first."""
    from desk.similar import find_similar
    from listening.contract import DataRoot
    from nlp.pipeline import build, tag, versions
    from nlp.said import Said

    pipeline = build(None, only={"encoder"})
    (read,) = tag(pipeline, [Said(text)])
    version = versions(pipeline)["encoder"]
    root = DataRoot.from_environment()
    columns, rows = find_similar(root, team, read["embedding"].tolist(), version, limit)
    if as_json:
        emit({"columns": columns, "rows": rows})
    else:
        show(columns, rows)
