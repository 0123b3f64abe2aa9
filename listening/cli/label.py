"""Commands that say what mentions mean: tag, correct, measure, find topics."""

from __future__ import annotations

import os
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from listening.cli.chain import digest, load_and_publish
from listening.cli.common import BrandPaths, Json, NoPublish, app, emit, read_brands, show, step

topics_app = typer.Typer(help="Topics nobody declared.", no_args_is_help=True)
app.add_typer(topics_app, name="topics")


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
    brands = partial(read_brands, brand) if brand else None
    result = tag_file(
        file, out, text=text, target=target, brands=brands, author=author, url=url, workers=workers
    )
    if as_json:
        emit(result)
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
    from listening.brand.load import brand_paths
    from listening.contract import DataRoot
    from nlp.retag import retag_stale

    root, brands = DataRoot.from_environment(), read_brands(brand or brand_paths())
    with step("tag again"):
        done = retag_stale(root, brands, limit)
    if done.batches:
        digest(root, brands, publish=not no_publish)
    if as_json:
        emit(asdict(done))
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
    from listening.contract import Correction, DataRoot, check_correction
    from listening.decide.correct import choose_target, seal_corrections
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
        emit({"batch": batch.batch_id, **told, "content_hash": content, **said, "at": decided})
    else:
        typer.echo(f"{tagger} {about}: {previous or 'nothing'} → {label}, from the next load on")


@app.command(name="eval")
def eval_(
    data: Annotated[Path | None, typer.Option(help="Folder of the labelled sets.")] = None,
    only: Annotated[list[str] | None, typer.Option(help="A task; may be repeated.")] = None,
    as_json: Json = False,
) -> None:
    """Measure the model with 95 % intervals; write the figures to the table `evaluation`."""
    from listening.brand.load import load_brands
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
    with step("measure"):
        figures, skipped = sort_out(measure_all(ground))
    if figures:
        seal_figures(root, figures, run_at)
        load_evaluations(root)
    if as_json:
        emit(to_json(run_at, figures, skipped))
        return
    for one in skipped:
        typer.echo(f"skipped {one.task}: {one.reason}", err=True)
    show(*tabulate(figures))


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

    root, brands = DataRoot.from_environment(), read_brands(brand)
    with step("discover topics"):
        night = discover_topics(root, again=again)
    load_and_publish(root, brands, publish=not no_publish)
    counts = {kind: night.count(kind) for kind in LINEAGE}
    if as_json:
        told = {"night": night.night, "topics": len(night.topics), "mentions": len(night.members)}
        emit({**told, "read": night.read, "left_out": night.left_out, **counts})
        return
    moves = ", ".join(f"{kind} {count}" for kind, count in counts.items() if count)
    typer.echo(
        f"{night.night}: {len(night.topics)} topics of {len(night.members):,} of "
        f"{night.read:,} mentions; {moves or 'nothing changed'}"
    )
