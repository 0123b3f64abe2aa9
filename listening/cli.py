"""The `listening` command: runs by hand what the DAGs run by schedule.

Everything heavy is imported inside the commands, so that `listening --help` answers at once.
Under `--json` stdout holds one JSON object; everything else goes to stderr.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from listening.contract import BrandFile, Coverage, DataRoot
    from warehouse.load import Receipt

app = typer.Typer(
    name="listening",
    help="Crawl what people say about a brand, understand it, and query it per team.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
topics_app = typer.Typer(help="Topics nobody declared.", no_args_is_help=True)
app.add_typer(topics_app, name="topics")
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


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line; exits 0 done, 1 work failed or incomplete, 2 usage or configuration."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(message)s"
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        app(arguments)
    except Exception as error:
        from listening.contract import ListeningError

        if not isinstance(error, ListeningError):
            raise
        if "--json" in arguments:
            _emit({"error": {"what": error.what, "where": error.where, "mend": error.mend}})
        typer.echo(f"error: {error}", err=True)
        sys.exit(error.exit_code)


@app.command()
def check(
    file: Annotated[Path | None, typer.Argument(help="Default: every file in brands/.")] = None,
    as_json: Json = False,
) -> None:
    """Check brand files: every problem with its file, line and mend."""
    from listening.brand import check_file
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
        _emit({"ok": not problems, "problems": rows})
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
        _emit({"sources": rows})
        return
    for row in rows:
        typer.echo(f"{row['name']:12} {row['relation']:12} {row['verified']:9} {row['blind_to']}")


@app.command()
def crawl(
    source: str,
    brand: BrandPaths,
    base_url: Annotated[str | None, typer.Option(help="Another server of this source.")] = None,
    allow_host: AllowHosts = None,
    as_json: Json = False,
) -> None:
    """Crawl one source for a brand, tag what is new, and load it."""
    from listening.crawl import streams

    brands = _brands(brand)
    _crawl_and_report(
        brands,
        streams(brands, only=source, base_url=base_url),
        allow_host,
        publish=False,
        as_json=as_json,
    )


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
    from listening.brand import brand_paths
    from listening.crawl import streams

    brands = _brands(brand or brand_paths())
    _crawl_and_report(brands, streams(brands), allow_host, publish=not no_publish, as_json=as_json)


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
    from listening.imports import import_file, import_reference

    root, brands = DataRoot.from_environment(), _brands(brand)
    with _step("import"):
        if table:
            batches = [import_reference(root, file, table, brands)]
        else:
            batches = import_file(
                root,
                file,
                brands,
                _pairs(mapping or []),
                source=source,
                date_format=date_format,
                tz=tz,
                coverage=coverage,
            )
    receipts = _digest(root, brands, publish=not no_publish)
    batch_ids = [batch.batch_id for batch in batches]
    covered = [(batch.stream, batch.coverage) for batch in batches]
    _report(batch_ids, covered, receipts, as_json=as_json)


@app.command()
def tag(
    file: Path,
    out: Annotated[Path, typer.Option(help="CSV, JSONL or Parquet, by suffix.")],
    text: Annotated[str, typer.Option(help="The column of the text.")] = "text",
    target: Annotated[str | None, typer.Option(help="The column of the target.")] = None,
    brand: Annotated[list[Path] | None, typer.Option("--brand", help="A brand file.")] = None,
    author: Annotated[str | None, typer.Option(help="The column of the author's handle.")] = None,
    url: Annotated[str | None, typer.Option(help="The column of the URL.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes for a large file.")] = None,
    models: Annotated[
        Path | None, typer.Option(help="Models for heads; default: LISTENING_MODELS.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Tag a file: its rows in order, its columns kept, what each text means added."""
    from nlp.tag import tag_file

    if models:
        os.environ["LISTENING_MODELS"] = str(models)  # worker processes read it too
    brands = _brands(brand) if brand else None
    result = tag_file(
        file, out, text=text, target=target, brands=brands, author=author, url=url, workers=workers
    )
    if as_json:
        _emit(result)
    else:
        typer.echo(f"{result['rows']} rows in {result['seconds']:.1f} s, {result['failed']} failed")


@app.command()
def retag(
    brand: Annotated[
        list[Path] | None, typer.Option("--brand", help="Default: LISTENING_BRANDS.")
    ] = None,
    limit: Annotated[int, typer.Option(help="Batches at most, the newest first.")] = 100,
    no_publish: NoPublish = False,
    as_json: Json = False,
) -> None:
    """Tag again what older versions of the taggers tagged; load, model and publish."""
    from listening.brand import brand_paths
    from listening.contract import DataRoot
    from nlp.retag import retag_stale

    root, brands = DataRoot.from_environment(), _brands(brand or brand_paths())
    with _step("tag again"):
        done = retag_stale(root, brands, limit)
    if done.batches:
        _digest(root, brands, publish=not no_publish)
    if as_json:
        _emit(asdict(done))
    else:
        typer.echo(
            f"{len(done.batches)} batches tagged again ({done.rows:,} rows, {done.failed} failed), "
            f"{done.left} left"
        )


@app.command()
def correct(
    mention_id: str,
    tagger: Annotated[str, typer.Option(help="What is wrong: sentiment, intent, flag, …")],
    label: Annotated[str, typer.Option(help="What is right; yes or no for intent and topic.")],
    actor: Annotated[str, typer.Option(help="Who says so: a pseudonym.")],
    brand_id: Annotated[str, typer.Option(help="The brand a sentiment is towards.")] = "",
    target: Annotated[str, typer.Option("--id", help="The intent, topic or kind of flag.")] = "",
    content_hash: Annotated[str, typer.Option(help="What was read, if not what stands.")] = "",
    reason: Annotated[str, typer.Option(help="Why, in a sentence.")] = "",
    as_json: Json = False,
) -> None:
    """Correct a label: it stands before the model's from the next load on, whatever is re-run."""
    from listening.contract import DataRoot
    from listening.correct import Correction, check_correction, choose_target, seal_corrections
    from warehouse.decision import read_label

    root, about = DataRoot.from_environment(), choose_target(tagger, brand_id, target)
    check_correction(tagger, label, about, actor=actor)
    content, previous, version = read_label(root, mention_id, tagger, about, content_hash)
    said = {"previous_label": previous, "previous_version": version}
    batch = seal_corrections(
        root, [Correction(mention_id, content, tagger, label, actor, about, reason, **said)]
    )
    if as_json:
        decided = batch.cursor_after["decided_at"]
        told = {"mention_id": mention_id, "tagger": tagger, "target": about or None, "label": label}
        _emit({"batch": batch.batch_id, **told, "content_hash": content, **said, "at": decided})
    else:
        typer.echo(f"{tagger} {about}: {previous or 'nothing'} → {label}, from the next load on")


@app.command(name="eval")
def eval_(
    data: Annotated[Path | None, typer.Option(help="Folder of the labelled sets.")] = None,
    only: Annotated[list[str] | None, typer.Option(help="A task; may be repeated.")] = None,
    as_json: Json = False,
) -> None:
    """Measure the model with 95 % intervals; write the figures to the table `evaluation`."""
    from listening.brand import load_brands
    from listening.contract import DataRoot, now
    from nlp.encoder import Encoder
    from nlp.evaluate import Ground, measure_all, seal_figures, sort_out, tabulate, to_json
    from warehouse.decision import read_judgements
    from warehouse.evaluation import load_evaluations

    root, run_at = DataRoot.from_environment(), now()
    ground = Ground(
        Encoder.load(),
        data,
        read_brands=load_brands,
        judgements=read_judgements(root),
        only=frozenset(only or ()),
    )
    with _step("measure"):
        figures, skipped = sort_out(measure_all(ground))
    if figures:
        seal_figures(root, figures, run_at)
        load_evaluations(root)
    if as_json:
        _emit(to_json(run_at, figures, skipped))
        return
    for one in skipped:
        typer.echo(f"skipped {one.task}: {one.reason}", err=True)
    _show(*tabulate(figures))


@app.command()
def publish(brand: BrandPaths, as_json: Json = False) -> None:
    """Build the models and publish every team's file, from what is loaded."""
    from listening.contract import DataRoot

    root = DataRoot.from_environment()
    paths = _publish(root, _brands(brand))
    if as_json:
        _emit({"published": [str(path) for path in paths]})
    else:
        typer.echo("\n".join(map(str, paths)))


@app.command()
def status(as_json: Json = False) -> None:
    """Say of every stream when it last spoke, how well it is covered, and what it quarantined."""
    from listening.contract import DataRoot
    from listening.status import stream_status

    rows = stream_status(DataRoot.from_environment())
    if as_json:
        _emit({"streams": rows})
        return
    for row in rows:
        typer.echo(
            f"{row['stream']:50} {row['last_batch_at']} {row['state']:9} "
            f"quarantined {row['quarantined']}"
        )


@app.command()
def query(team: str, sql: str, as_json: Json = False) -> None:
    """Ask a team's published file in SQL, read-only."""
    from desk.query import query as ask
    from listening.contract import DataRoot

    columns, rows = ask(DataRoot.from_environment(), team, sql)
    if as_json:
        _emit({"columns": columns, "rows": rows})
        return
    _show(columns, rows)


@topics_app.command()
def discover(
    brand: BrandPaths,
    again: Annotated[
        bool, typer.Option("--again", help="Make tonight again, with what came in since.")
    ] = False,
    no_publish: NoPublish = False,
    as_json: Json = False,
) -> None:
    """Find tonight's topics in what is tagged, and take them down to the published files."""
    from listening.contract import LINEAGE, DataRoot
    from nlp.discover import discover_topics
    from warehouse.load import load_pending

    root, brands = DataRoot.from_environment(), _brands(brand)
    with _step("discover topics"):
        night = discover_topics(root, again=again)
    with _step("load"):
        load_pending(root, brands)
    if not no_publish:
        _publish(root, brands)
    counts = {kind: night.count(kind) for kind in LINEAGE}
    if as_json:
        told = {"night": night.night, "topics": len(night.topics), "mentions": len(night.members)}
        _emit({**told, "read": night.read, "left_out": night.left_out, **counts})
        return
    moves = ", ".join(f"{kind} {count}" for kind, count in counts.items() if count)
    typer.echo(
        f"{night.night}: {len(night.topics)} topics of {len(night.members):,} of "
        f"{night.read:,} mentions; {moves or 'nothing changed'}"
    )


# --- the steps, as the DAGs take them ---------------------------------------------------


def _brands(paths: Sequence[Path]) -> BrandFile:
    from listening.brand import load_brands

    return load_brands(paths)


def _crawl_and_report(
    brands: BrandFile,
    streams: Sequence[Any],
    allow_hosts: Sequence[str] | None,
    *,
    publish: bool,
    as_json: bool,
) -> None:
    from listening.contract import DataRoot, ListeningError
    from listening.crawl import crawl_stream

    root = DataRoot.from_environment()
    batch_ids: list[str] = []
    covered: list[tuple[str, Coverage]] = []
    errors: list[ListeningError] = []
    for stream in streams:
        with _step(f"crawl {stream.id}"):
            outcome = crawl_stream(root, stream, brands, allow_hosts=tuple(allow_hosts or ()))
        covered.append((stream.id, outcome.coverage))
        if outcome.batch_id:
            batch_ids.append(outcome.batch_id)
        if outcome.error:
            errors.append(outcome.error)
            typer.echo(f"error: {outcome.error}", err=True)
    receipts = _digest(root, brands, publish=publish)
    _report(batch_ids, covered, receipts, as_json=as_json, errors=errors)
    if errors:
        raise typer.Exit(max(error.exit_code for error in errors))


def _digest(root: DataRoot, brands: BrandFile, *, publish: bool) -> list[Receipt]:
    from nlp.tag import tag_pending
    from warehouse.load import load_pending

    with _step("tag"):
        tag_pending(root, brands)
    with _step("load"):
        receipts = load_pending(root, brands)
    if publish:
        _publish(root, brands)
    return receipts


def _publish(root: DataRoot, brands: BrandFile) -> list[Path]:
    from warehouse.model import build_models
    from warehouse.publish import publish as publish_files

    with _step("model"):
        build_models(root)
    with _step("publish"):
        return publish_files(root, brands)


@contextmanager
def _step(name: str) -> Iterator[None]:
    started = time.monotonic()
    log.info("%s …", name)
    yield
    log.info("%s took %.1f s", name, time.monotonic() - started)


# --- reports ----------------------------------------------------------------------------


def _report(
    batch_ids: Sequence[str],
    covered: Sequence[tuple[str, Coverage]],
    receipts: Sequence[Receipt],
    *,
    as_json: bool,
    errors: Sequence[Any] = (),
) -> None:
    """Add up the buckets of this command's batches, as the database checked them."""
    from listening.contract import BUCKETS

    mine = set(batch_ids)
    own = [receipt for receipt in receipts if receipt.batch_id in mine]
    totals = {bucket: sum(getattr(receipt, bucket) for receipt in own) for bucket in BUCKETS}
    result: dict[str, Any] = {
        "batches": sorted(mine),
        "served": sum(receipt.served for receipt in own),
        **totals,
        "coverage": [_coverage(stream, coverage) for stream, coverage in covered],
    }
    if errors:
        result["errors"] = [str(error) for error in errors]
    if as_json:
        _emit(result)
        return
    counts = ", ".join(f"{bucket} {count:,}" for bucket, count in totals.items() if count)
    typer.echo(f"served {result['served']:,}: {counts or 'nothing new'}")
    for row in result["coverage"]:
        if row["state"] != "complete":
            typer.echo(f"coverage {row['state']}: {row['stream']}: {row['reason']}")


def _coverage(stream: str, coverage: Coverage) -> dict[str, Any]:
    return {
        "stream": stream,
        "state": coverage.state,
        "since": _iso(coverage.since),
        "until": _iso(coverage.until),
        "expected": coverage.expected,
        "got": coverage.got,
        "reason": coverage.reason,
    }


def _iso(value: Any) -> str | None:
    return value.isoformat() if value is not None else None


def _pairs(texts: Sequence[str]) -> dict[str, str]:
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


def _show(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    import shutil

    from desk.table import render

    typer.echo(render(columns, rows, width=shutil.get_terminal_size((160, 24)).columns))


def _emit(value: dict[str, Any]) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


if __name__ == "__main__":
    main()
