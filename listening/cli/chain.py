"""The way from a crawl to the published files, and what became of its items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from listening.cli.common import emit, log, step

if TYPE_CHECKING:
    from listening.contract import Batch, BrandFile, Coverage, DataRoot
    from listening.crawl import Outcome
    from warehouse.load import Receipt


def crawl_and_report(
    brands: BrandFile,
    streams: Sequence[Any],
    allow_hosts: Sequence[str] | None,
    *,
    publish: bool,
    as_json: bool,
    since: date | None = None,
) -> None:
    """Crawl streams, look again at what is young, take all down to the tables, and report.

    With `since`, crawl their past from that day on instead. Exits 1 or 2 on a failure.
    """
    from listening.contract import DataRoot, ListeningError
    from listening.sidebyside import side_by_side

    root = DataRoot.from_environment()
    batch_ids: list[str] = []
    covered: list[tuple[str, Coverage]] = []
    errors: list[ListeningError] = []
    hosts = tuple(allow_hosts or ())

    def work(stream: Any) -> list[tuple[Outcome, bool]]:
        return list(_heard(root, stream, brands, hosts, since))

    with step(f"crawl {len(streams)} streams"):
        heard = {stream.id: told for stream, told in side_by_side(streams, work)}
    for outcome, tells in (one for stream in streams for one in heard[stream.id]):
        if tells:
            covered.append((outcome.stream, outcome.coverage))
        batch_ids.extend(outcome.batch_ids)
        if outcome.error:
            errors.append(outcome.error)
            typer.echo(f"error: {outcome.error}", err=True)
    receipts = digest(root, brands, publish=publish)
    report(batch_ids, covered, receipts, as_json=as_json, errors=errors)
    if errors:
        raise typer.Exit(max(error.exit_code for error in errors))


def _heard(
    root: DataRoot, stream: Any, brands: BrandFile, allow_hosts: tuple[str, ...], since: date | None
) -> Iterator[tuple[Outcome, bool]]:
    """Yield what became of a stream's crawl, and whether that says what the stream could see."""
    from listening.backfill import backfill_stream
    from listening.hear import hear_stream

    if since:
        for outcome in backfill_stream(root, stream, brands, since, allow_hosts):
            yield outcome, True
        return
    crawled, *again = hear_stream(root, stream, brands, allow_hosts)
    yield crawled, True
    for outcome in again:
        yield outcome, False


def digest(root: DataRoot, brands: BrandFile, *, publish: bool) -> Sequence[Receipt]:
    """Tag and load what waits, and publish where wanted; return the new receipts."""
    from nlp.tag import tag_pending

    with step("tag"):
        tag_pending(root, brands)
    keep_flagged(root)
    try:
        return load_and_publish(root, brands, publish=publish)
    finally:
        raise_alerts(root, brands)


class Acted(NamedTuple):
    """What the fast path's second half came to."""

    tagged: list[str]  # batches
    lost: list[str]  # messages that nobody got, or may not have got, and nobody was told of


def tag_and_alert(root: DataRoot, brands: BrandFile) -> Acted:
    """Tag what waits, judge the rules, send what is due, and keep evidence of what is flagged.

    The fast path's second half: each step comes though another failed. What was decided at the desk
    is sealed first, so that what was settled there is told no further.

    Raises:
        ListeningError: after all others, that a batch could not be tagged, or a decision sealed.
    """
    from desk.deliver.lost import list_lost
    from desk.deliver.outbox import deliver
    from listening.contract import ListeningError
    from listening.net.credential import find_credential
    from nlp.tag import tag_pending

    failed: ListeningError | None = None
    tagged: list[str] = []
    with step("tag"):
        try:
            tagged = tag_pending(root, brands)
        except ListeningError as error:
            failed = error
    with step("seal"):
        try:
            seal_desk(root)
        except ListeningError as error:
            failed = failed or error
    raise_alerts(root, brands)
    with step("deliver"):
        # What did not go out is in the state with its reason and its next try.
        try:
            errors = deliver(root, find_credential).errors
        except ListeningError as error:
            errors = (error,)
    for told in dict.fromkeys(map(str, errors)):
        log.error("delivery: %s", told)
    keep_flagged(root)
    if failed:
        raise failed
    return Acted(tagged, [one.delivery_id for one in list_lost(root, unreported=True)])


def raise_alerts(root: DataRoot, brands: BrandFile) -> None:
    """Judge the rules of the brand file; what cannot be judged is told, and stops no load."""
    if not brands.alerts:
        return
    from desk.alert.evaluate import evaluate
    from listening.contract import ListeningError

    with step("alerts"):
        try:
            errors = evaluate(root, brands).errors
        except ListeningError as error:
            errors = (error,)
    for one in errors:
        log.error("alerts: %s", one)


def keep_flagged(root: DataRoot) -> None:
    """Keep evidence of what is flagged; what cannot be kept is told, and stops no load."""
    from desk.legal.keep import keep_evidence
    from desk.legal.render import find_browser
    from listening.contract import ListeningError

    with step("evidence"):
        try:
            errors = keep_evidence(root, find_browser()).errors
        except ListeningError as error:
            errors = [error]
    for one in errors:
        log.error("evidence: %s", one)


def load_and_publish(root: DataRoot, brands: BrandFile, *, publish: bool) -> Sequence[Receipt]:
    """Seal what was decided at the desk, load what waits, publish where wanted.

    Return the new receipts. What cannot be sealed or loaded keeps nobody from what the rest says;
    the error comes last.
    """
    from listening.contract import ListeningError
    from warehouse.load import LoadError, load_pending

    failed: ListeningError | None = None
    try:
        seal_desk(root)
    except ListeningError as error:
        failed = error
    with step("load"):
        try:
            receipts: Sequence[Receipt] = load_pending(root, brands)
        except LoadError as error:
            receipts, failed = error.receipts, failed or error
    if publish:
        publish_teams(root, brands)
    if failed:
        raise failed
    return receipts


def seal_desk(root: DataRoot) -> list[Batch]:
    """Seal what was decided at the desk, on cases and on alerts, and is not sealed yet."""
    from desk.legal.post import post_decisions, take_decisions
    from desk.work.alert import say_untold
    from desk.work.outbox import open_outbox
    from listening.decide.outbox import seal_outbox

    take_decisions(root)
    post_decisions(root)
    say_untold(root)
    with open_outbox(root) as outbox:
        return seal_outbox(root, outbox)


def publish_teams(root: DataRoot, brands: BrandFile) -> list[Path]:
    """Build the models and publish; return the teams' files.

    Teams that a failed model or test concerns keep their last good file; the error comes last.
    """
    from warehouse.fault import ModelError
    from warehouse.model import build_models
    from warehouse.publish import publish as publish_files

    failed: ModelError | None = None
    with step("model"):
        try:
            build_models(root)
        except ModelError as error:
            failed = error
    with step("publish"):
        paths = publish_files(root, brands)
    if failed:
        raise failed
    return paths


def report(
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
        emit(result)
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
