"""The commands of people's rights: erase what was said, and look at the proofs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from listening.cli.common import Json, app, emit, step

if TYPE_CHECKING:
    from listening.contract import BrandFile, DataRoot, Key
    from listening.erase.match import Plan

Brands = Annotated[
    list[Path] | None,
    typer.Option("--brand", help="Brand files; default: LISTENING_BRANDS.", show_default=False),
]


@app.command()
def erase(
    author: Annotated[str, typer.Option(help="SOURCE:HANDLE, or SOURCE:ID.")] = "",
    mention: Annotated[str, typer.Option(help="A mention_id.")] = "",
    query: Annotated[str, typer.Option(help="A query's id: all it covers.")] = "",
    resume: Annotated[bool, typer.Option("--resume", help="Finish one that died.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go.")] = False,
    brand: Brands = None,
    as_json: Json = False,
) -> None:
    """Erase what somebody said from every room of the data root, and prove it.

    It stays erased when the source serves it again. The teams' files are built anew.
    """
    from listening.cli.eraserooms import rooms
    from listening.contract import ConfigurationError, DataRoot
    from listening.erase.run import erase as erase_all
    from listening.erase.run import finish_erasure
    from listening.erase.stream import called_by

    asked = [one for one in (author, mention, query) if one]
    if len(asked) + resume != 1:
        raise ConfigurationError(
            "says not what to erase",
            where="listening erase",
            mend="Write one of --author, --mention, --query and --resume",
        )
    root = DataRoot.from_environment()
    if resume:
        with step("finish the erasure"):
            proof = finish_erasure(root, rooms(_brands(brand)))
        if proof is None:
            told: dict[str, Any] = {"erasure_id": None, "mentions": 0}
            _tell(told, "nothing is left to finish", as_json=as_json)
            return
    else:
        plan = _plan(root, author, mention, query)
        if dry_run:
            plan.streams = called_by(root, plan)
            _tell_plan(plan, as_json=as_json)
            return
        with step(f"erase {len(plan.mentions):,} mentions"):
            proof = erase_all(root, plan, rooms(_brands(brand)))
    removed = {room["room"]: room["removed"] for room in proof.rooms}
    told = {
        "erasure_id": proof.erasure_id,
        "mentions": proof.mentions,
        "removed": removed,
        "files": len(proof.files),
        "proof": proof.path,
        "notes": [note for room in proof.rooms for note in room["notes"]],
    }
    text = f"erased {proof.mentions:,} mentions in {len(proof.files):,} files; proof: {proof.path}"
    _tell(told, "\n".join([text, *told["notes"]]), as_json=as_json)


@app.command()
def retain(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go.")] = False,
    brand: Brands = None,
    as_json: Json = False,
) -> None:
    """Let go of what was kept long enough, and of what sources deleted; every night by a DAG."""
    from listening.cli.eraserooms import let_go
    from listening.contract import DataRoot

    told = let_go(DataRoot.from_environment(), _brands(brand), dry_run=dry_run)
    verb = "would drop" if dry_run else "dropped"
    text = (
        f"{verb} the raw exchanges of {told['raw_batches']:,} batches, {told['deletion']:,} "
        f"mentions that sources deleted and {told['retention']:,} that are too old"
    )
    _tell(told, "\n".join([text, *told["problems"]]), as_json=as_json)
    if told["problems"]:
        raise typer.Exit(1)


@app.command("export-subject")
def export_subject(
    author: Annotated[str, typer.Argument(help="SOURCE:HANDLE, or SOURCE:ID.")],
    out: Annotated[Path, typer.Option(help="A new folder for what is found.")],
    as_json: Json = False,
) -> None:
    """Write everything that is held about an author: as JSON, and as a page to read."""
    from listening.contract import DataRoot
    from listening.erase.match import plan_author
    from listening.erase.subject import gather, write_subject
    from warehouse.subject import read_subject

    root = DataRoot.from_environment()
    with step("gather"):
        mentions = list(plan_author(root, author).mentions)
        subject = gather(root, author, {"warehouse": read_subject(root, mentions)})
    paths = [str(path) for path in write_subject(subject, out)]
    told = {"files": paths, "names": len(subject.names), "rooms": subject.counts}
    counts = ", ".join(f"{room} {count:,}" for room, count in subject.counts.items())
    _tell(told, f"{counts}; see {', '.join(paths)}", as_json=as_json)


@app.command()
def keys(
    action: Annotated[str, typer.Argument(help="init, list or rotate.")],
    brand: Brands = None,
    as_json: Json = False,
) -> None:
    """Make the keys, say which there are, or give every author a new pseudonym (rotate).

    Keys lie in LISTENING_KEYS, outside the data root. Only the pseudonyms' key can be rotated;
    the models are built and published after it.
    """
    from listening.contract import ConfigurationError, DataRoot, key_id, keys_folder, read_key

    root = DataRoot.from_environment()
    if action not in ("init", "list", "rotate"):
        raise ConfigurationError(
            f"no action {action!r}", where="ACTION", mend="Write init, list or rotate"
        )
    told: dict[str, Any] = {"folder": str(keys_folder(root)), "keys": {}}
    if action == "rotate":
        from warehouse.pseudonym import rotate

        brands = _brands(brand)
        with step("give every author a new pseudonym"):
            done = rotate(root)
        told["authors"] = done.authors
        from listening.cli.chain import publish_teams

        publish_teams(root, brands)
    names: tuple[Key, ...] = ("pseudonym", "tombstone", "signing")
    for name in names:
        path = keys_folder(root) / f"{name}.key"
        if action == "init" or path.exists():
            told["keys"][name] = key_id(read_key(root, name, create=action == "init"))
    listed = [f"{name} {identity}" for name, identity in told["keys"].items()]
    _tell(told, "\n".join([told["folder"], *listed]), as_json=as_json)


def _plan(root: DataRoot, author: str, mention: str, query: str) -> Plan:
    from listening.erase.match import plan_author, plan_mention, plan_query

    with step("look through the landing zone"):
        if author:
            return plan_author(root, author)
        return plan_mention(root, mention) if mention else plan_query(root, query)


def _tell_plan(plan: Plan, *, as_json: bool) -> None:
    from collections import Counter

    sources = Counter(one.source for one in plan.mentions.values())
    told = {
        "dry_run": True,
        "reason": plan.reason,
        "mentions": len(plan.mentions),
        "sources": dict(sorted(sources.items())),
        "names": len(plan.authors),
        "streams": sorted(plan.streams),
    }
    where = ", ".join(f"{source} {count:,}" for source, count in sorted(sources.items()))
    text = f"would erase {len(plan.mentions):,} mentions ({where or 'none'}); nothing was changed"
    if plan.streams:
        text += f"\nwould rename and no longer read {', '.join(plan.streams)}"
    _tell(told, text, as_json=as_json)


def _tell(told: dict[str, Any], text: str, *, as_json: bool) -> None:
    if as_json:
        emit(told)
    else:
        typer.echo(text)


def _brands(paths: list[Path] | None) -> BrandFile:
    from listening.brand.load import brand_paths, load_brands

    return load_brands(paths or brand_paths())
