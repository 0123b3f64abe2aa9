"""Legal cases: every command is a line of custody, and what it decides is sealed at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from listening.cli.chain import seal_desk
from listening.cli.common import Json, app, emit, read_brands
from listening.cli.decide import read_instant

if TYPE_CHECKING:
    from desk.legal.case import Case
    from desk.legal.chain import Line
    from listening.contract import DataRoot

case_app = typer.Typer(help="Legal cases, and who did what with them.", no_args_is_help=True)
app.add_typer(case_app, name="case")

CaseId = Annotated[str, typer.Argument(help="Id of the case: letters, digits, dot, dash.")]
Actor = Annotated[str, typer.Option(help="Who does it: a pseudonym.")]
Reason = Annotated[str, typer.Option(help="Why, in a sentence.")]
Mention = Annotated[str, typer.Option(help="mention_id or evidence_ref of flag_open.")]
BrandFiles = Annotated[
    list[Path] | None, typer.Option("--brand", help="A brand file; default: LISTENING_BRANDS.")
]


@case_app.command("open")
def open_(
    case: CaseId,
    actor: Actor,
    title: Annotated[str, typer.Option(help="What it is called.")] = "",
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Open a case."""
    from desk.legal.review import open_case

    root = _root()
    _tell(root, [open_case(root, case, title, actor, reason)], as_json=as_json)


@case_app.command()
def add(
    case: CaseId,
    actor: Actor,
    mention: Mention = "",
    kind: Annotated[str, typer.Option(help="Only this kind of flag.")] = "",
    image: Annotated[
        Path | None, typer.Option(help="A picture, to be compared with the protected ones.")
    ] = None,
    remove: Annotated[bool, typer.Option(help="Take the mention out instead.")] = False,
    brand: BrandFiles = None,
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Put a mention into a case, or a picture, which is compared with the protected ones."""
    from desk.legal.review import add_mention, remove_mention
    from listening.contract import ConfigurationError

    root = _root()
    if bool(mention) == bool(image):
        mend = "Say --mention ID or --image FILE"
        raise ConfigurationError("what is to be added?", where="case add", mend=mend)
    if image:
        _add_image(root, case, image, actor, reason, brand, as_json=as_json)
        return
    put = remove_mention if remove else add_mention
    _tell(root, [put(root, case, mention, actor, reason, kind)], as_json=as_json)


@case_app.command()
def view(case: CaseId, actor: Actor, reason: Reason = "", as_json: Json = False) -> None:
    """Show a case; that it was seen is a line of its custody."""
    from desk.legal.review import plain_case, view_case

    root = _root()
    found = view_case(root, case, actor, reason)
    if as_json:
        emit({**plain_case(found), "counter_notices": _windows(found)})
    else:
        _show(found)


@case_app.command("list")
def list_(as_json: Json = False) -> None:
    """List the cases: their ids, states and how much they hold."""
    from desk.legal.case import read_cases

    rows = [
        {
            "case_id": one.id, "state": one.state, "title": one.title, "owner": one.owner,
            "mentions": len(one.mentions), "takedowns": len(one.takedowns), "held": one.is_held,
        }
        for one in read_cases(_root()).values()
    ]  # fmt: skip
    if as_json:
        emit({"cases": rows})
    for row in rows if not as_json else ():
        held = ", on hold" if row["held"] else ""
        typer.echo(f"{row['case_id']}: {row['state']}{held}, {row['mentions']} mentions, "
                   f"{row['takedowns']} takedowns: {row['title'] or '(no title)'}")  # fmt: skip


@case_app.command()
def decide(
    case: CaseId,
    what: Annotated[
        str,
        typer.Argument(
            help="confirmed, dismissed, escalated, assigned, resolved, reopened, noted; of a "
            "takedown sent, acknowledged, removed, refused, counter_notice, sued, restored, "
            "reposted, withdrawn"
        ),
    ],
    actor: Actor,
    reason: Reason,
    mention: Mention = "",
    kind: Annotated[str, typer.Option(help="Only this kind of flag.")] = "",
    takedown: Annotated[str, typer.Option(help="Which takedown.")] = "",
    to: Annotated[str, typer.Option(help="Escalated, assigned: to whom.")] = "",
    at: Annotated[str, typer.Option(help="When it happened; default: now.")] = "",
    as_json: Json = False,
) -> None:
    """Decide on a case, the flags in it, or one of its takedowns."""
    from desk.legal.review import decide_case

    root = _root()
    lines = decide_case(
        root, case, what, actor, reason,
        mention=mention, kind=kind, takedown=takedown, to=to, at=read_instant("--at", at),
    )  # fmt: skip
    _tell(root, lines, as_json=as_json)


@case_app.command()
def draft(
    case: CaseId,
    actor: Actor,
    basis: Annotated[str, typer.Option(help="dmca, trademark, impersonation or privacy.")],
    platform: Annotated[str, typer.Option(help="Whom the notice is for.")],
    mention: Mention = "",
    right: Annotated[str, typer.Option(help="Id of the protected work or mark.")] = "",
    brand: BrandFiles = None,
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Draft a takedown notice from the case, as documents; nothing is sent."""
    from desk.legal.draft import draft_takedown
    from desk.legal.place import Evidence
    from listening.brand.load import brand_paths

    root = _root()
    line, made = draft_takedown(
        root, case, basis, platform, actor, reason, read_brands(brand or brand_paths()),
        mention=mention, right=right,
    )  # fmt: skip
    batches = seal_desk(root)
    files = [str(Evidence(root).path / one["path"]) for one in (line.body or {})["files"]]
    if as_json:
        emit({
            "case": case, "takedown": made.takedown_id, "basis": basis, "files": files,
            "missing": made.missing, "warnings": list(made.warnings), "line": line.n,
            "batches": [batch.batch_id for batch in batches],
        })  # fmt: skip
        return
    for warning in made.warnings:
        typer.echo(f"warning: {warning}")
    for label in made.missing:
        typer.echo(f"MISSING: {label}")
    typer.echo(f"takedown {made.takedown_id} drafted, not sent: {', '.join(files)}")


@case_app.command()
def hold(
    case: CaseId,
    actor: Actor,
    reason: Reason,
    basis: Annotated[str, typer.Option(help="The legal basis.")] = "",
    approver: Annotated[str, typer.Option(help="Who approved it: a pseudonym.")] = "",
    expires_on: Annotated[str, typer.Option(help="Its last day, like 2026-12-31.")] = "",
    release: Annotated[bool, typer.Option(help="End it now instead.")] = False,
    as_json: Json = False,
) -> None:
    """Keep a case's evidence from being erased, until a day; it ends by itself."""
    from desk.legal.erase import finish_waiting
    from desk.legal.review import hold_case, release_case

    root = _root()
    rules: list[str] = []
    if release:
        lines = [release_case(root, case, actor, reason)]
        finish_waiting(root)
    else:
        line, rules = hold_case(root, case, basis, approver, expires_on, actor, reason)
        lines = [line]
    for rule in rules if not as_json else ():
        typer.echo(f"warning: {rule}")
    _tell(root, lines, as_json=as_json, warnings=rules)


@case_app.command()
def export(
    case: CaseId,
    actor: Actor,
    reason: Reason,
    out: Annotated[Path, typer.Option(help="The zip file to write.")],
    as_json: Json = False,
) -> None:
    """Write a case as one file that others can check: evidence, custody and chain."""
    from dataclasses import asdict

    from desk.legal.export import export_case

    made = export_case(_root(), case, out, actor, reason)
    if as_json:
        emit({**asdict(made), "path": str(made.path)})
    else:
        typer.echo(f"{made.path}: {made.packs} packs, SHA-256 {made.sha256}\nhead {made.head}")


def _root() -> DataRoot:
    from listening.contract import DataRoot

    return DataRoot.from_environment()


def _tell(root: DataRoot, lines: list[Line], *, as_json: bool, **more: Any) -> None:
    """Seal what was decided, and say which lines of the chain tell it."""
    batches = [batch.batch_id for batch in seal_desk(root)]
    body = lines[0].body or {}
    if as_json:
        told = {"case": body["case"], "what": lines[0].what, "lines": [line.n for line in lines]}
        emit({**told, "at": lines[0].at, "batches": batches, **more})
        return
    numbers = ", ".join(str(line.n) for line in lines)
    typer.echo(f"case {body['case']}: {body.get('decided') or lines[0].what}, line {numbers}")


def _add_image(
    root: DataRoot, case: str, image: Path, actor: str, reason: str,
    brand: list[Path] | None, *, as_json: bool,
) -> None:  # fmt: skip
    from desk.legal.image import add_image
    from listening.brand.load import brand_paths

    brands = read_brands(brand or brand_paths())
    line, distances = add_image(root, case, image, brands, actor, reason)
    rows = [{"image": one.image_id, "bits": one.bits, "alike": one.is_alike} for one in distances]
    if not as_json:
        for row in rows:
            alike = "ALIKE" if row["alike"] else "other"
            typer.echo(f"{row['image']}: {row['bits']} of 64 bits differ: {alike}")
    _tell(root, [line], as_json=as_json, distances=rows)


def _show(case: Case) -> None:
    from desk.legal.review import plain_case

    told = plain_case(case)
    typer.echo(f"{case.id} ({case.state}): {case.title or '(no title)'}, owner {case.owner or '-'}")
    if hold := told["hold"]:
        stands = "until" if hold["stands"] else "RAN OUT on"
        typer.echo(f"on hold {stands} {hold['expires_on']}: {hold['basis']} ({hold['approver']})")
    for one in told["mentions"]:
        said = ", ".join(f"{kind} {word}" for kind, word in one["verdicts"].items())
        typer.echo(f"mention {one['mention_id']}: {said or 'undecided'}")
    for one in told["takedowns"]:
        typer.echo(f"takedown {one['id']}: {one.get('state')} ({one.get('basis', '')})")
    for window in _windows(case):
        typer.echo(f"counter-notice to {window['takedown']}: restored between {window['from']} "
                   f"and {window['until']} unless a suit is told of")  # fmt: skip
    for line in told["custody"]:
        what = line["decided"] or line["what"]
        typer.echo(f"{line['n']:>6} {line['at'][:19]} {line['actor']}: {what}. {line['why']}")


def _windows(case: Case) -> list[dict[str, str]]:
    """Return when content may be restored after each counter-notice, by the brand's calendar."""
    from datetime import datetime

    from desk.legal.clock import counter_window
    from listening.brand.load import FILES_VARIABLE, brand_paths

    received = {
        one["id"]: step["at"]
        for one in case.takedowns.values()
        for step in one["steps"]
        if step["action"] == "counter_notice"
    }
    if not received:
        return []
    import os

    brands = read_brands(brand_paths()).brands if os.environ.get(FILES_VARIABLE) else ()
    service = next((one.service for one in brands if one.role == "own"), None)
    zone, holidays = (service.timezone, service.holidays) if service else ("UTC", ())
    found = []
    for takedown, at in received.items():
        first, last = counter_window(datetime.fromisoformat(at), zone, holidays)
        found.append({"takedown": takedown, "from": str(first), "until": str(last)})
    return found
