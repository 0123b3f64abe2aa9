"""Commands for alerts: judge now, list, take, mute, and try a rule on what is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from listening.cli.common import Json, app, emit, read_brands

if TYPE_CHECKING:
    from desk.alert.read import Alert
    from listening.contract import BrandFile

alerts = typer.Typer(help="Who is told of what, and what a rule would have told.")
app.add_typer(alerts, name="alerts")

Brands = Annotated[list[Path] | None, typer.Option("--brand", help="Default: LISTENING_BRANDS.")]
Actor = Annotated[str, typer.Option(help="Who does it: a pseudonym.")]


@alerts.command()
def run(brand: Brands = None, as_json: Json = False) -> None:
    """Take up what was tagged, judge every rule, and put messages to delivery."""
    from desk.alert.evaluate import evaluate
    from listening.contract import DataRoot

    done = evaluate(DataRoot.from_environment(), _brands(brand))
    for error in done.errors:
        typer.echo(f"error: {error}", err=True)
    if as_json:
        emit(
            {
                "at": done.at.isoformat(),
                "batches": done.batches,
                "seconds": done.seconds,
                "raised": [one.to_json() for one in done.raised],
                "told": list(done.told),
                "held": [one.to_json() for one in done.held],
                "closed": list(done.closed),
                "errors": [str(error) for error in done.errors],
            }
        )
    else:
        _print([*done.raised, *done.held])
        counts = f"{len(done.raised)} raised, {len(done.held)} held, {len(done.closed)} closed"
        typer.echo(f"{done.batches} batches taken up, {counts}, in {done.seconds:.1f} s")
    if done.errors:
        raise typer.Exit(max(error.exit_code for error in done.errors))


@alerts.command(name="list")
def list_(
    state: Annotated[
        list[str] | None, typer.Option(help="held, open, acked or closed; may be repeated.")
    ] = None,
    owner: Annotated[str, typer.Option(help="Of one team.")] = "",
    rule: Annotated[str, typer.Option(help="Of one rule.")] = "",
    as_json: Json = False,
) -> None:
    """List alerts, the newest story first; default: those that are not closed."""
    from desk.alert.read import list_alerts, list_messages
    from desk.deliver.lost import list_lost
    from listening.contract import DataRoot

    states = state or ["held", "open", "acked"]
    root = DataRoot.from_environment()
    found = list_alerts(root, states=states, owner=owner, rule=rule)
    messages = list_messages(root, found)
    if as_json:
        told = zip(found, messages, strict=True)
        lost = [one.to_json() for one in list_lost(root)]
        emit({"alerts": [{**one.to_json(), "messages": told_of} for one, told_of in told],
              "lost": lost})  # fmt: skip
        return
    _print(found, messages)
    shown = {one.alert_id for one in found}
    for one in list_lost(root):
        if one.alert_id not in shown:
            typer.echo(f"{one.alert_id}  {one.title}")
            typer.echo(f"    {one.state}: {one.channel}, {one.error}; message {one.delivery_id}")


@alerts.command()
def ack(alert: str, actor: Actor, as_json: Json = False) -> None:
    """Take an alert: nobody else is told of it."""
    from desk.work.alert import submit
    from listening.contract import DataRoot

    _tell(submit(DataRoot.from_environment(), alert, "ack", actor), as_json=as_json)


@alerts.command()
def close(alert: str, actor: Actor, as_json: Json = False) -> None:
    """Close an alert by hand."""
    from desk.work.alert import submit
    from listening.contract import DataRoot

    _tell(submit(DataRoot.from_environment(), alert, "close", actor), as_json=as_json)


@alerts.command()
def mute(
    rule: str,
    actor: Actor,
    minutes: Annotated[int, typer.Option("--for", help="Minutes; 0: no more.", min=0)],
    subject: Annotated[str, typer.Option(help="One subject of it, as list names them.")] = "",
    brand: Brands = None,
    as_json: Json = False,
) -> None:
    """Keep quiet about a rule, or one subject of it, for a while; alerts are still listed."""
    from desk.alert.act import mute as hush
    from listening.contract import ConfigurationError, DataRoot, now

    rules = [one.id for one in _brands(brand).alerts]
    if rule not in rules:
        raise ConfigurationError(
            f"no rule is called {rule!r}", where="RULE", mend=f"There are: {', '.join(rules)}"
        )
    until = now() + timedelta(minutes=minutes)
    hush(DataRoot.from_environment(), rule, until, actor, subject)
    if as_json:
        emit({"rule": rule, "subject": subject, "until": until.isoformat()})
    else:
        typer.echo(f"{rule} {subject}: quiet until {until:%Y-%m-%d %H:%M} UTC")


@alerts.command()
def replay(
    since: Annotated[str, typer.Option("--from", help="A day, or an ISO instant.")],
    until: Annotated[str, typer.Option("--to", help="A day, or an ISO instant.")],
    rule: Annotated[str, typer.Option(help="One rule; default: all, also those not enabled.")] = "",
    minutes: Annotated[int, typer.Option("--step", help="Minutes between two looks.", min=1)] = 60,
    brand: Brands = None,
    as_json: Json = False,
) -> None:
    """Show what rules would have raised on stored batches; nothing is written."""
    from desk.alert.evaluate import replay as back_test
    from listening.contract import DataRoot

    start, end = _instant("--from", since), _instant("--to", until)
    pace = timedelta(minutes=minutes)
    found = back_test(DataRoot.from_environment(), _brands(brand), start, end, rule=rule, step=pace)
    if as_json:
        emit(
            {
                "from": start.isoformat(),
                "to": end.isoformat(),
                "alerts": [one.to_json() for one in found],
            }
        )
        return
    _print(found)
    would = sum(one.raised_at is not None for one in found)
    typer.echo(f"{would} would have been raised, {len(found) - would} held back")


def _brands(paths: Sequence[Path] | None) -> BrandFile:
    from listening.brand.load import brand_paths

    return read_brands(paths or brand_paths())


def _instant(option: str, text: str) -> datetime:
    from listening.contract import ConfigurationError

    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(
            f"{text!r} is no day and no instant", where=option, mend="Write it like 2026-10-30"
        ) from error
    return instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(UTC)


def _tell(alert: Alert, *, as_json: bool) -> None:
    if as_json:
        emit(alert.to_json())
    else:
        by = f" by {alert.acked_by}" if alert.acked_by else ""
        typer.echo(f"{alert.alert_id}: {alert.state}{by}: {alert.title}")


def _print(
    found: Sequence[Alert], messages: Sequence[Sequence[Mapping[str, Any]]] | None = None
) -> None:
    for one, told in zip(found, messages or [()] * len(found), strict=True):
        when = one.raised_at or one.found_at
        typer.echo(
            f"{one.alert_id}  {when:%Y-%m-%d %H:%M}  {one.state:6} {one.owner:9} {one.title}"
        )
        if one.state == "held":
            typer.echo(f"    held back: {one.held_reason}")
        if one.unheard:
            typer.echo(f"    not all was heard: {one.unheard}")
        if one.part_of:
            typer.echo(f"    part of {one.part_of}")
        for each in told:
            if each["error"] and each["state"] not in ("sent", "cancelled"):
                typer.echo(
                    f"    {each['state']}: {each['channel']}, {each['error']}; "
                    f"message {each['delivery_id']}"
                )
