"""Commands for the first steps: a brand file, what a source would bring, and one source more."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from listening.cli.common import AllowHosts, BrandPaths, Json, app, emit, read_brands, step

if TYPE_CHECKING:
    from listening.contract import DataRoot
    from listening.crawl import Outcome
    from listening.feeds import Feed

_SHOWN = 100


@app.command()
def init(
    name: Annotated[str, typer.Argument(help="The brand, as people write it.")],
    alias: Annotated[list[str] | None, typer.Option(help="Another name; may be repeated.")] = None,
    domain: Annotated[str | None, typer.Option(help="Its site, as acme.com.")] = None,
    file: Annotated[Path | None, typer.Option(help="Default: brands/NAME.yaml.")] = None,
    allow_host: AllowHosts = None,
    as_json: Json = False,
) -> None:
    """Write a brand file that listens without any account or key."""
    from listening.brand.edit import new_brand_file, write_checked
    from listening.contract import slug

    asks = sys.stdin.isatty() and not as_json
    if alias is None and asks:
        told = typer.prompt("Other names, with commas between", default="", show_default=False)
        alias = [one.strip() for one in told.split(",") if one.strip()]
    if domain is None and asks:
        domain = typer.prompt("Its site, as acme.com", default="", show_default=False)
    path = file or Path("brands") / f"{slug(name)}.yaml"
    listened = _keyless(name, domain or "", allow_host)
    text = new_brand_file(name, path, aliases=alias or (), domain=domain or "", sources=listened)
    write_checked(path, text, new=True)
    if as_json:
        emit({"file": str(path), "sources": list(listened)})
        return
    typer.echo(f"wrote {path}: {', '.join(listened)}")
    typer.echo(f"next: listening try {next(iter(listened))} --brand {path}")


def _keyless(name: str, domain: str, allow_host: Sequence[str] | None) -> dict[str, dict[str, Any]]:
    """Return sources that need no key, and the feeds of the brand's site."""
    from listening.contract import ListeningError

    tag = "".join(filter(str.isalnum, name))
    found: dict[str, dict[str, Any]] = {
        "hackernews": {},
        "mastodon": {"base_url": "https://mastodon.social", "tags": [tag.lower()]},
    }
    if domain:
        try:
            feeds = _feeds_of(f"https://{domain}/", allow_host)
        except ListeningError as error:
            typer.echo(f"no feed of {domain} is known: {error.what}", err=True)
        else:
            if feeds:
                found["rss"] = {"urls": [feeds[0].url]}
    return found


@app.command()
def feeds(url: str, allow_host: AllowHosts = None, as_json: Json = False) -> None:
    """List the feeds that a site announces."""
    found = _feeds_of(url, allow_host)
    if as_json:
        emit({"feeds": [{"url": feed.url, "title": feed.title} for feed in found]})
    for feed in () if as_json else found:
        typer.echo(f"{feed.url}  {feed.title}")
    if not found:
        typer.echo("no feed is announced there, nor at the usual addresses", err=True)
        raise typer.Exit(1)


def _feeds_of(url: str, allow_host: Sequence[str] | None) -> list[Feed]:
    from urllib.parse import urlsplit

    from listening.contract import DataRoot
    from listening.feeds import find_feeds
    from listening.http import Http

    host = urlsplit(url).hostname or ""
    hosts = {host, f"www.{host}", host.removeprefix("www.")}
    with Http(DataRoot.from_environment(), hosts, allow_hosts=tuple(allow_host or ())) as http:
        return find_feeds(http, url)


@app.command(name="try")
def try_(
    source: str,
    brand: BrandPaths,
    base_url: Annotated[str | None, typer.Option(help="Another server of this source.")] = None,
    pages: Annotated[int, typer.Option(help="Pages to read of each stream.", min=1)] = 3,
    allow_host: AllowHosts = None,
    as_json: Json = False,
) -> None:
    """Show what a source would bring, matched and tagged; nothing of it is stored."""
    from listening.contract import DataRoot
    from listening.crawl import crawl_stream
    from listening.streams import streams
    from nlp.tag import tag_pending

    brands, real = read_brands(brand), DataRoot.from_environment()
    planned = streams(brands, only=source, base_url=base_url)
    with tempfile.TemporaryDirectory(prefix="listening-try-") as folder:
        root = DataRoot(Path(folder))
        for shared in ("pace", "spend"):  # who was asked, and what was paid, counts all the same
            (real.path / shared).mkdir(parents=True, exist_ok=True)
            (root.path / shared).symlink_to(real.path / shared)
        outcomes = []
        for stream in planned:
            with step(f"crawl {stream.id}"):
                outcomes.append(
                    crawl_stream(root, stream, brands, tuple(allow_host or ()), most_pages=pages)
                )
        with step("tag"):
            tag_pending(root, brands)
        mentions = _mentions(root, outcomes)
    _tell(outcomes, mentions, as_json=as_json)
    if failed := [outcome.error for outcome in outcomes if outcome.error]:
        raise typer.Exit(max(error.exit_code for error in failed))


def _mentions(root: DataRoot, outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Return what was heard, with its tags, the newest first."""
    import pyarrow.parquet as pq

    found: dict[str, dict[str, Any]] = {}
    for batch_id in (one for outcome in outcomes for one in outcome.batch_ids):
        tags = {row["mention_id"]: row for row in pq.read_table(
            root.tagged_batch(batch_id), partitioning=None).to_pylist()}  # fmt: skip
        for row in pq.read_table(root.landed(batch_id), partitioning=None).to_pylist():
            if row["bucket"] == "kept" and (tag := tags.get(row["mention_id"])):
                found[row["mention_id"]] = _shown(row, tag)
    return sorted(found.values(), key=lambda one: one["published_at"], reverse=True)


def _shown(row: Mapping[str, Any], tag: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "published_at": row["published_at"].isoformat(),
        "url": row["url"],
        "author": row["author"],
        "text": " ".join(f"{row['title'] or ''} {row['text'] or ''}".split()),
        "queries": row["query_ids"],
        "brands": sorted({one["brand_id"] for one in tag["brands"] or ()}),
        "sentiment": tag["sentiment"],
        "intents": [one["id"] for one in tag["intents"] or () if (one["p"] or 0) >= 0.5],  # noqa: PLR2004 - as warehouse/dbt_project.yml
    }


def _tell(
    outcomes: Sequence[Outcome], mentions: Sequence[Mapping[str, Any]], *, as_json: bool
) -> None:
    rows: list[dict[str, Any]] = [
        {
            "stream": one.stream,
            "served": one.served,
            "counts": dict(one.counts),
            "state": one.coverage.state,
            "reason": one.coverage.reason,
        }
        for one in outcomes
    ]
    if as_json:
        emit({"streams": rows, "mentions": list(mentions)})
        return
    for row in rows:
        counts = ", ".join(f"{count} {bucket}" for bucket, count in row["counts"].items())
        typer.echo(f"{row['stream']}: served {row['served']} ({counts}); {row['state']}")
        if row["reason"]:
            typer.echo(f"  {row['reason']}")
    for one in mentions:
        told = [*one["brands"], one["sentiment"] or "unsure", *one["intents"]]
        typer.echo(f"{one['published_at'][:16]} [{', '.join(told)}] {one['text'][:_SHOWN]}")


@app.command()
def add(
    source: str,
    brand: Annotated[Path, typer.Option("--brand", help="The brand file.")],
    setting: Annotated[
        list[str] | None, typer.Option("--set", help="KEY=VALUE (YAML); may be repeated.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Add a source to a brand file, asking for what it needs; the file's comments stay."""
    from listening.brand.edit import add_source, write_checked
    from listening.contract import ConfigurationError
    from listening.sources import SOURCES
    from listening.streams import streams

    if source not in SOURCES:
        raise ConfigurationError(
            f"no source is called {source!r}", mend=f"Use one of {', '.join(SOURCES)}"
        )
    settings = _settings(source, setting or (), asks=sys.stdin.isatty() and not as_json)
    text = add_source(brand.read_text("utf-8"), source, settings)
    write_checked(brand, text, new=False)
    planned = [stream.id for stream in streams(read_brands([brand]), only=source)]
    auth = SOURCES[source].auth
    if as_json:
        emit({"file": str(brand), "source": source, "streams": planned, "auth": auth})
        return
    typer.echo(f"{brand}: {source} hears {', '.join(planned) or 'nothing yet'}")
    typer.echo(f"account: {auth}\nnext: listening try {source} --brand {brand}")


def _settings(source: str, stated: Sequence[str], *, asks: bool) -> dict[str, Any]:
    from listening.brand.edit import read_value
    from listening.contract import ConfigurationError
    from listening.sources import SOURCES

    settings: dict[str, Any] = {}
    for one in stated:
        key, separator, value = one.partition("=")
        if not separator:
            raise ConfigurationError(
                f"{one!r} is no KEY=VALUE", where="--set", mend="Write --set 'urls=[https://…]'"
            )
        settings[key] = read_value(value)
    model: Any = SOURCES[source].settings
    for key, field in model.model_fields.items():
        if field.is_required() and key not in settings and asks:
            settings[key] = read_value(typer.prompt(f"{key} (YAML; lists as [a, b])"))
        # One value where a list is due is a list of one.
        if "tuple" in str(field.annotation) and isinstance(settings.get(key), str):
            settings[key] = [settings[key]]
    return settings
