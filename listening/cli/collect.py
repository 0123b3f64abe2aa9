"""Commands that say what is listened to, and take in what was said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from listening.cli.chain import crawl_and_report, digest, report
from listening.cli.common import (
    AllowHosts,
    BrandPaths,
    Json,
    NoPublish,
    app,
    emit,
    read_brands,
    step,
)


@app.command()
def check(
    file: Annotated[Path | None, typer.Argument(help="Default: every file in brands/.")] = None,
    as_json: Json = False,
) -> None:
    """Check brand files: every problem with its file, line and mend."""
    from listening.brand.load import check_file
    from listening.contract import ConfigurationError

    files = [file] if file else sorted(Path("brands").glob("*.y*ml"))
    if not files:
        raise ConfigurationError(
            "no brand file found", where="brands/", mend="Name one: listening check FILE"
        )
    problems = [problem for path in files for problem in check_file(path)]
    rows = [
        {"file": p.file, "line": p.line, "message": p.message, "mend": p.mend} for p in problems
    ]
    if as_json:
        emit({"ok": not problems, "problems": rows})
    for p in problems:
        typer.echo(f"{p.file}:{p.line}: {p.message}. {p.mend}", err=as_json)
    if not problems and not as_json:
        typer.echo(f"ok: {', '.join(map(str, files))}")
    if problems:
        raise typer.Exit(2)


@app.command()
def sources(as_json: Json = False) -> None:
    """List the sources: what each serves, needs, and is blind to."""
    from listening.sources import describe

    rows = describe()
    if as_json:
        emit({"sources": rows})
        return
    for row in rows:
        typer.echo(f"{row['name']:12} {row['relation']:12} {row['verified']:9} {row['blind_to']}")


@app.command()
def crawl(
    source: str,
    brand: BrandPaths,
    base_url: Annotated[str | None, typer.Option(help="Another server of this source.")] = None,
    allow_host: AllowHosts = None,
    since: Annotated[
        datetime | None,
        typer.Option(help="Crawl its past from this day on.", formats=["%Y-%m-%d"]),
    ] = None,
    as_json: Json = False,
) -> None:
    """Crawl one source for a brand, tag what is new, and load it."""
    from listening.streams import streams

    brands = read_brands(brand)
    crawl_and_report(
        brands,
        streams(brands, only=source, base_url=base_url),
        allow_host,
        publish=False,
        as_json=as_json,
        since=since.date() if since else None,
    )


@app.command()
def reparse(
    brand: BrandPaths,
    source: Annotated[str | None, typer.Argument(help="Default: every source.")] = None,
    every: Annotated[bool, typer.Option("--all", help="What today's parser read, too.")] = False,
    as_json: Json = False,
) -> None:
    """Read kept exchanges again with newer parsers; what comes out otherwise is loaded."""
    from listening.contract import Coverage, DataRoot
    from listening.reparse import reparse_stream, with_backfills
    from listening.streams import streams

    root, brands = DataRoot.from_environment(), read_brands(brand)
    planned = [one for each in streams(brands, only=source) for one in with_backfills(root, each)]
    done = [reparse_stream(root, stream, brands, every=every) for stream in planned]
    errors = [error for one in done for error in one.errors]
    for error in errors:
        typer.echo(f"error: {error}", err=True)
    told = ((one, f"{one.batches} batches read again, {one.rows} rows changed") for one in done)
    covered = [(one.stream, Coverage("complete", got=one.rows, reason=what)) for one, what in told]
    receipts = digest(root, brands, publish=False)
    batch_ids = [one.batch_id for one in done if one.batch_id]
    report(batch_ids, covered, receipts, as_json=as_json, errors=errors)
    if errors:
        raise typer.Exit(1)


@app.command()
def run(
    brand: Annotated[
        list[Path] | None, typer.Option("--brand", help="Default: LISTENING_BRANDS.")
    ] = None,
    allow_host: AllowHosts = None,
    no_publish: NoPublish = False,
    as_json: Json = False,
) -> None:
    """Crawl every source of the brand files, tag, load, model and publish."""
    from listening.brand.load import brand_paths
    from listening.streams import streams

    brands = read_brands(brand or brand_paths())
    crawl_and_report(brands, streams(brands), allow_host, publish=not no_publish, as_json=as_json)


@app.command(name="import")
def import_(
    file: Path,
    brand: BrandPaths,
    mapping: Annotated[
        list[str] | None, typer.Option("--map", help="COLUMN=FIELD; may be repeated.")
    ] = None,
    source: Annotated[str, typer.Option(help="Whose ids these are.")] = "import",
    table: Annotated[str | None, typer.Option(help="Rows of a reference table instead.")] = None,
    date_format: Annotated[str | None, typer.Option(help="As of strptime.")] = None,
    tz: Annotated[str | None, typer.Option(help="Zone of times that name none.")] = None,
    coverage: Annotated[str, typer.Option(help="complete, partial or capped.")] = "complete",
    no_publish: NoPublish = False,
    as_json: Json = False,
) -> None:
    """Take in an export: every row ends in one bucket, down to the published files."""
    from listening.contract import DataRoot
    from listening.imports.run import import_file, import_reference

    root, brands = DataRoot.from_environment(), read_brands(brand)
    with step("import"):
        if table:
            batches = [import_reference(root, file, table, brands)]
        else:
            batches = import_file(
                root,
                file,
                brands,
                _read_pairs(mapping or []),
                source=source,
                date_format=date_format,
                tz=tz,
                coverage=coverage,
            )
    receipts = digest(root, brands, publish=not no_publish)
    batch_ids = [batch.batch_id for batch in batches]
    covered = [(batch.stream, batch.coverage) for batch in batches]
    report(batch_ids, covered, receipts, as_json=as_json)


@app.command(name="query-test")
def query_test(
    q: Annotated[str, typer.Argument(help="The query, in quotes.")],
    days: Annotated[int, typer.Option(help="Mentions of so many days.", min=1)] = 30,
    examples: Annotated[int, typer.Option(help="How many of each to show.", min=0)] = 5,
    as_json: Json = False,
) -> None:
    """Show what a query catches and misses on stored mentions, before it goes live."""
    from dataclasses import asdict

    from listening.contract import DataRoot
    from listening.query.trial import try_query

    trial = try_query(DataRoot.from_environment(), q, days, examples)
    if as_json:
        emit({"query": q, **asdict(trial)})
        return
    typer.echo(f"caught {trial.caught:,} of {trial.stored:,} stored mentions")
    for row in trial.sources:
        typer.echo(f"  {row['source']:12} {row['caught']:,} of {row['stored']:,}")
    for what, shown in (("caught", trial.caught_examples), ("missed", trial.missed_examples)):
        for one in shown:
            typer.echo(f"{what}  {one['published_at'][:10]} {one['source']}: {one['text']}")
    typer.echo(f"searched for: {', '.join(trial.searches) or 'nothing bounds it by words'}")


@app.command()
def status(
    brand: Annotated[
        list[Path] | None, typer.Option("--brand", help="Whose caps count: LISTENING_BRANDS.")
    ] = None,
    verify: Annotated[
        bool, typer.Option(help="Read every batch and its WARC against their hashes.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say of every stream when it last spoke, how well it is covered, and what it quarantined.

    And of every metered source, what it spent; and which messages of alerts nobody got, or may not
    have got.
    """
    import os

    from desk.deliver.lost import list_lost
    from listening.brand.load import FILES_VARIABLE, brand_paths
    from listening.contract import DataRoot
    from listening.status import spend_status, stream_status

    root = DataRoot.from_environment()
    rows = stream_status(root, whole=verify)
    paths = brand or (brand_paths() if os.environ.get(FILES_VARIABLE) else [])
    stated = read_brands(paths).sources if paths else {}
    caps = {name: (settings or {}).get("cap") for name, settings in stated.items()}
    spent = spend_status(root, caps)
    lost = list_lost(root)
    if as_json:
        emit({"streams": rows, "spend": spent, "lost": [one.to_json() for one in lost]})
    for row in () if as_json else rows:
        typer.echo(
            f"{row['stream']:50} {row['last_batch_at']} {row['state']:9} "
            f"quarantined {row['quarantined']}"
        )
    for row in () if as_json else spent:
        typer.echo(
            f"{row['source']}: {row['spent']:g} of {row['cap']:g} {row['unit']} in {row['period']}"
        )
    for one in () if as_json else lost:
        typer.echo(f"message {one.delivery_id} to {one.channel}: {one.state}, {one.error}")
    if verify and any(row["state"] == "corrupt" for row in rows):
        raise typer.Exit(1)


def _read_pairs(texts: Sequence[str]) -> dict[str, str]:
    from listening.contract import ConfigurationError

    pairs: dict[str, str] = {}
    for text in texts:
        column, separator, name = text.partition("=")
        if not (column and separator and name):
            raise ConfigurationError(
                f"{text!r} is no COLUMN=FIELD", where="--map", mend="Write --map tweet_id=id"
            )
        pairs[column] = name
    return pairs
