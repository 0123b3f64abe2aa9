"""Lets go of what was kept long enough: raw exchanges, mentions, and what sources deleted.

Raw exchanges are kept to parse them again; evidence of flagged mentions has its own copy. Mentions
go by age where the brand file says so, and what a source deleted goes from the batches before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from listening.contract import (
    BrandFile,
    DataRoot,
    Keep,
    ListeningError,
    explained,
    now,
    read_batch,
    slug,
)
from listening.erase.match import Plan, plan_age, plan_deleted
from listening.erase.room import KINDS
from listening.landing import Landing
from listening.sealed import drop_other_warcs, warcs_of


@dataclass
class Let:
    """What a run let go of, or would."""

    raw: list[str] = field(default_factory=list)  # batches that lost their exchanges
    aside: int = 0  # damaged files that were emptied
    problems: list[str] = field(default_factory=list)


def drop_raw(root: DataRoot, brands: BrandFile, *, dry_run: bool = False) -> Let:
    """Drop raw exchanges that are older than their source's `raw_days`; the rows stay.

    A batch that cannot be revised costs no other's; its problem is told.
    """
    landing, let, moment = Landing(root), Let(), now()
    for kind in KINDS:
        for stream in sorted((root.landing / kind).glob("[!.]*")):
            limit = moment - timedelta(days=_keep(brands, stream.name).raw_days)
            old = [
                path.with_name(f"{path.name.partition('.')[0]}.parquet")
                for path in sorted(stream.glob("????-??-??/*.warc.gz"))
                if path.parent.name <= f"{limit:%Y-%m-%d}"
            ]
            if not old:
                continue
            with landing.lock(kind, stream.name):
                for path in old:
                    try:
                        _drop(landing, path, limit, let, dry_run=dry_run)
                    except ListeningError as error:
                        let.problems.append(str(error))
    _empty_aside(root, brands, moment, let, dry_run=dry_run)
    return let


def plan_old(root: DataRoot, brands: BrandFile) -> list[Plan]:
    """Return what is to be erased: what sources deleted, and what is older than `text_days`."""
    moment = now()

    def until(source: str) -> datetime | None:
        days = brands.retention.of(source).text_days
        return moment - timedelta(days=days) if days else None

    keeps = [brands.retention.usual, *brands.retention.sources.values()]
    plans = [plan_deleted(root)]
    if any(keep.text_days for keep in keeps):
        plans.append(plan_age(root, until))
    return [plan for plan in plans if plan.mentions]


def _drop(landing: Landing, path: Path, limit: datetime, let: Let, *, dry_run: bool) -> None:
    batch = read_batch(path)
    if batch.fetched_at >= limit or not warcs_of(path):
        return
    let.raw.append(batch.batch_id)
    if dry_run:
        return
    if not batch.warc:  # of a revision that was killed after its last step
        drop_other_warcs(path, batch)
        return
    try:
        rows = pq.read_table(path, partitioning=None)
    except (OSError, pa.ArrowException) as error:
        raise ListeningError(f"a damaged batch: {error}", where=str(path)) from error
    landing.revise(batch, rows, None, raw_partial=True)


def _keep(brands: BrandFile, stream: str) -> Keep:
    """Return how long things of a stream are kept, by the source in its name."""
    named = stream.partition("--")[0]
    stated = brands.retention.sources.items()
    return next((keep for name, keep in stated if slug(name) == named), brands.retention.usual)


def _empty_aside(
    root: DataRoot, brands: BrandFile, moment: datetime, let: Let, *, dry_run: bool
) -> None:
    """Empty damaged batches as old: their names stay, for numbers are not used twice."""
    for path in sorted((root.path / "landing-aside").glob("*/*/????-??-??/*")):
        days = _keep(brands, path.parent.parent.name).raw_days
        if path.stat().st_size and path.parent.name <= f"{moment - timedelta(days=days):%Y-%m-%d}":
            let.aside += 1
            if not dry_run:
                with explained(path):
                    path.write_bytes(b"")
