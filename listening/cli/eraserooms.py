"""Every room of the data root that an erasure goes through, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from listening.contract import BrandFile, DataRoot
    from listening.erase.match import Plan
    from listening.erase.room import Ledger, Report, Room


def rooms(brands: BrandFile) -> Sequence[Room]:
    """Return the rooms: the log first, then what is made of it, and small state at last."""
    from listening.erase.file import erase_state
    from listening.erase.inbox import inbox_room
    from listening.erase.room import erase_landing, erase_tagged
    from listening.erase.state import erase_desk
    from listening.erase.stream import brand_room

    return (
        seal_decisions,
        erase_landing,
        erase_tagged,
        erase_evidence_room,
        erase_desk,
        erase_warehouse,
        published_room(brands),
        inbox_room(brands),
        brand_room(brands),
        erase_state,
    )


def seal_decisions(root: DataRoot, _: Plan, __: Mapping[str, str], ___: Ledger) -> Report:
    """Seal what was decided at the desk and is not sealed yet: it is erased with the rest."""
    from desk.work.outbox import open_outbox
    from listening.decide.outbox import seal_outbox
    from listening.erase.room import Report

    with open_outbox(root) as outbox:
        sealed = seal_outbox(root, outbox)
    return Report("outbox", looked_at=1 if outbox else 0, notes=[f"{len(sealed)} batches sealed"])


def erase_evidence_room(
    root: DataRoot, plan: Plan, veils: Mapping[str, str], ledger: Ledger
) -> Report:
    """Erase from the evidence, but what a hold keeps; a stub keeps the chain whole."""
    from listening.erase.room import Report

    report, needles = Report("evidence"), cache(plan.needles)
    if not (root.path / "evidence").is_dir():
        return report
    from desk.legal.erase import erase_evidence

    def says(source: str, data: bytes) -> bool:  # a handle is somebody else's elsewhere
        return needles(source or None).found_in(data.decode("utf-8", "replace"))

    done = erase_evidence(root, list(veils), says, plan.erasure_id)
    for path in done.paths:
        ledger.note(root.path / path, 1)
    report.looked_at, report.removed = done.looked_at, done.packs + done.parts + done.lines
    report.removed += _forget_streams(root, plan, ledger)
    if done.held:
        cases = ", ".join(sorted(set(done.held.values())))
        report.notes.append(
            f"{len(done.held)} mentions are under a hold ({cases}): their evidence is kept until "
            "it ends, everything else is erased"
        )
    return report


def _forget_streams(root: DataRoot, plan: Plan, ledger: Ledger) -> int:
    """Take renamed streams out of the list of what was looked through for evidence."""
    from desk.legal.place import Evidence

    path = Evidence(root).kept
    lines = path.read_text("utf-8").splitlines(keepends=True) if path.exists() else []
    left = [line for line in lines if line.split("/")[1] not in plan.streams]
    if len(left) < len(lines):
        ledger.note(path, len(lines) - len(left))
        path.write_text("".join(left), "utf-8")
    return len(lines) - len(left)


def finish_holds(root: DataRoot) -> int:
    """Erase the evidence that waited for a hold to end; return how many packs went."""
    if not (root.path / "evidence").is_dir():
        return 0
    from desk.legal.erase import finish_waiting

    done = finish_waiting(root)
    return done.packs if done else 0


def erase_warehouse(root: DataRoot, plan: Plan, veils: Mapping[str, str], ledger: Ledger) -> Report:
    """Erase from the warehouse, whose file is written anew, and rename streams here and there."""
    from listening.contract import batch_ids, crash_at
    from listening.erase.match import is_of
    from listening.erase.room import Report
    from listening.erase.stream import hide_streams, reveal_streams
    from warehouse.erase import erase_mentions
    from warehouse.rebuild import rebuild_file

    report = Report("warehouse")
    if not root.warehouse.exists():
        hide_streams(root, plan, ledger, report)
        reveal_streams(root)
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
    rebuild_file(root, hide_streams(root, plan, ledger, report))
    crash_at("erase:renamed")
    reveal_streams(root)
    report.looked_at, report.removed = 1, erased.mentions + erased.rejects
    report.notes.append(f"{erased.mentions} mentions, {erased.rejects} rejects; file written anew")
    return report


def published_room(brands: BrandFile) -> Room:
    """Return the room of the team files, which are built anew from the erased warehouse."""

    def erase_published(root: DataRoot, _: Plan, __: Mapping[str, str], ledger: Ledger) -> Report:
        from listening.contract import ListeningError
        from listening.erase.room import Report
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
            build_models(root, whole=True, tested=False)  # no test may keep back what comes of it
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


def let_go(root: DataRoot, brands: BrandFile, *, dry_run: bool = False) -> dict[str, Any]:
    """Do what the brand files say of retention; return counts, proofs and problems.

    An erasure that died is finished first. Every step may be killed and done again.
    """
    from listening.contract import ListeningError
    from listening.erase.retain import drop_raw, plan_old
    from listening.erase.run import erase, finish_erasure
    from warehouse.erase import tell_revisions

    told: dict[str, Any] = {"dry_run": dry_run, "proofs": [], "deletion": 0, "retention": 0}
    problems: list[str] = []
    if not dry_run and (finished := finish_erasure(root, rooms(brands))):
        told["proofs"].append(finished.path)
    let = drop_raw(root, brands, dry_run=dry_run)
    if let.raw and not dry_run:
        tell_revisions(root, let.raw)
    told |= {"raw_batches": len(let.raw), "aside": let.aside, "holds_ended": 0}
    for plan in plan_old(root, brands):
        told[plan.reason] = len(plan.mentions)
        if not dry_run:
            try:
                told["proofs"].append(erase(root, plan, rooms(brands)).path)
            except ListeningError as error:
                problems.append(str(error))
    if not dry_run:
        told["holds_ended"] = finish_holds(root)
    return {**told, "problems": [*let.problems, *problems]}
