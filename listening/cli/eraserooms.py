"""Every room of the data root that an erasure goes through, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from listening.contract import BrandFile, DataRoot
    from listening.erasematch import Plan
    from listening.eraseroom import Ledger, Report, Room


def rooms(brands: BrandFile) -> Sequence[Room]:
    """Return the rooms: the log first, then what is made of it, and small state at last."""
    from listening.eraseroom import erase_landing, erase_state, erase_tagged

    return (erase_landing, erase_tagged, erase_warehouse, published_room(brands), erase_state)


def erase_warehouse(root: DataRoot, plan: Plan, veils: Mapping[str, str], ledger: Ledger) -> Report:
    """Erase from the warehouse, whose file is written anew."""
    from listening.contract import batch_ids
    from listening.erasematch import is_of
    from listening.eraseroom import Report
    from warehouse.erase import erase_mentions

    report = Report("warehouse")
    if not root.warehouse.exists():
        return report
    needles = cache(plan.needles)
    batches = [
        batch_id
        for batch_id in batch_ids(root.landing)
        if batch_id.startswith("decision/") or is_of(batch_id.split("/")[1], plan.sources)
    ]
    ledger.note(root.warehouse, len(plan.mentions))
    erased = erase_mentions(
        root,
        veils,
        lambda source, text: needles(source if source in plan.sources else None).found_in(text),
        batches,
    )
    report.looked_at, report.removed = 1, erased.mentions + erased.rejects
    report.notes.append(f"{erased.mentions} mentions, {erased.rejects} rejects; file written anew")
    return report


def published_room(brands: BrandFile) -> Room:
    """Return the room of the team files, which are built anew from the erased warehouse."""

    def erase_published(root: DataRoot, _: Plan, __: Mapping[str, str], ledger: Ledger) -> Report:
        from listening.contract import ListeningError
        from listening.eraseroom import Report
        from warehouse.fault import ModelError
        from warehouse.model import build_models
        from warehouse.publish import publish

        report = Report("published")
        if not root.warehouse.exists():
            return report
        before = sorted(root.published.rglob("[!.]*.*"))
        for path in before:
            ledger.note(path, 0)
        try:
            build_models(root, whole=True)
        except ModelError as error:
            report.notes.append(f"published in spite of: {error}")
        try:
            publish(root, brands, gated=False)
        except ListeningError as error:
            report.problems.append(str(error))
        report.looked_at = len(before)
        report.notes.append("every team's file and months built anew")
        return report

    return erase_published
