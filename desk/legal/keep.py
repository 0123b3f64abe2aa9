"""Keeps evidence of every flagged mention, once, as soon as it is tagged.

What is in the chain is kept: a pack is written aside, its line is appended, and it is moved into
place. A process that was killed in between is finished, or undone, by the next one.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from desk.legal.chain import Chain
from desk.legal.exchange import Exchanges
from desk.legal.pack import MANIFEST, Flagged, Staged, stage
from desk.legal.place import (
    KEEP_SECONDS,
    Evidence,
    digest,
    make_folder,
    make_ref,
)
from desk.legal.render import Browser
from desk.legal.thread import look_around
from listening.contract import (
    FOOTER_KEY,
    DataRoot,
    ListeningError,
    batch_ids,
    crash_at,
    flush_folder,
    now,
    read_batch,
)

BATCHES: Final = 50  # whose surroundings are read at once
GROUP: Final = 32  # packs that are chained at once


@dataclass
class Kept:
    """What came of a run."""

    batches: int = 0  # looked through
    packs: int = 0  # made
    flagged_again: int = 0  # mentions with a pack that gained another kind of flag
    without_raw: int = 0  # packs whose exchange is missing, damaged or not found; they say so
    errors: list[ListeningError] = field(default_factory=list)


def keep_evidence(
    root: DataRoot, browser: Browser | None = None, mentions: frozenset[str] = frozenset()
) -> Kept:
    """Make a pack of every flagged content of a mention that has none yet.

    Also of `mentions`, flagged or not: what a person found.

    Idempotent and incremental: a tagged batch that was looked through is not opened again until
    it is tagged anew. A batch that cannot be read costs nobody else's; its error is told.

    Raises:
        ListeningError: the chain is damaged, or another process keeps evidence.
        OSError: the disk refuses.
    """
    evidence, done = Evidence(root), Kept()
    with evidence.lock("keep", KEEP_SECONDS):
        recover(root)
        pending = list(_pending(evidence, every=bool(mentions)))
        for start in range(0, len(pending), BATCHES):
            part = pending[start : start + BATCHES]
            _keep(evidence, [batch_id for batch_id, _ in part], browser, mentions, done)
            if not mentions:
                with evidence.kept.open("a") as file:
                    file.writelines(f"{batch_id} {mark}\n" for batch_id, mark in part)
    return done


def recover(root: DataRoot) -> None:
    """Finish the packs that are in the chain and undo the others, of a process that was killed.

    Under the lock of `keep`.
    """
    evidence = Evidence(root)
    left = sorted(evidence.staging.glob("*")) if evidence.staging.is_dir() else []
    if not left:
        return
    with evidence.lock():
        Chain(root).settle()
        lines = Chain(root).lines("pack")
        chained = {one.body["manifest"]: one.body["evidence"] for one in lines if one.body}
        for folder in left:
            manifest = folder / MANIFEST
            ref = chained.get(digest(manifest.read_bytes())) if manifest.is_file() else None
            if ref and not evidence.pack(ref).exists():
                _move(evidence, ref, folder)
            else:
                shutil.rmtree(folder)


def _pending(evidence: Evidence, *, every: bool) -> Iterator[tuple[str, str]]:
    """Yield tagged batches that were not looked through as they are now, or every one."""
    root = evidence.root
    try:
        known = set(evidence.kept.read_text().splitlines())
    except FileNotFoundError:
        known = set()
    for batch_id in batch_ids(root.tagged):
        if batch_id.startswith("mention/"):
            stat = root.tagged_batch(batch_id).stat()
            mark = f"{stat.st_mtime_ns}-{stat.st_size}"
            if every or f"{batch_id} {mark}" not in known:
                yield batch_id, mark


def _keep(
    evidence: Evidence,
    batches: Sequence[str],
    browser: Browser | None,
    mentions: frozenset[str],
    done: Kept,
) -> None:
    found: list[Flagged] = []
    known = _flagged_before(evidence)
    for batch_id in batches:
        done.batches += 1
        try:
            found += _flagged(evidence, batch_id, mentions, known, done)
        except ListeningError as error:
            done.errors.append(error)
    if not found:
        return
    unique = list({one.ref: one for one in found}.values())
    around = look_around(evidence.root, [one.row for one in unique], now())
    for start in range(0, len(unique), GROUP):
        group = unique[start : start + GROUP]
        _commit(
            evidence,
            [stage(one, around, evidence.staged(one.ref), browser) for one in group],
        )
        done.packs += len(group)
        done.without_raw += sum(_lacks_raw(one) for one in group)


def _commit(evidence: Evidence, group: Sequence[Staged]) -> None:
    """Put staged packs into the chain, then in place."""
    with evidence.lock():
        Chain(evidence.root).extend("pack", [one.seal for one in group])
        crash_at("pack:chained")
        for one in group:
            _move(evidence, one.ref, one.folder)
            crash_at("pack:moved")


def _move(evidence: Evidence, ref: str, folder: Path) -> None:
    place = evidence.pack(ref)
    make_folder(place.parent)
    folder.rename(place)
    flush_folder(place.parent)
    flush_folder(folder.parent)


def _flagged(
    evidence: Evidence,
    batch_id: str,
    mentions: frozenset[str],
    known: dict[str, set[str]],
    done: Kept,
) -> list[Flagged]:
    """Return the flagged mentions of a tagged batch, and those asked for, that have no pack.

    Raises:
        ListeningError: the batch or its tags cannot be read, or it lacks what was flagged.
    """
    tagged, footer = _read_tagged(evidence.root.tagged_batch(batch_id), mentions)
    wanted: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for mention_id, content_hash, flags in tagged:
        ref = make_ref(mention_id, content_hash)
        if evidence.pack(ref).exists():
            done.flagged_again += _flag_again(evidence, ref, flags, footer, known)
        else:
            wanted[mention_id, content_hash] = flags
    if not wanted:
        return []
    path = evidence.root.landed(batch_id)
    batch = read_batch(path)
    rows = _read_rows(path)
    by_key = {(one["mention_id"], one["content_hash"]): one for one in rows if _is_kept(one)}
    lost = sorted(set(wanted) - set(by_key))
    exchanges = Exchanges.open(batch, path)
    if lost:
        what = f"{len(lost)} flagged mentions are not in their batch, such as {lost[0][0]}"
        done.errors.append(
            ListeningError(what, where=batch_id, mend="Tag it again: listening retag")
        )
    return [
        Flagged(by_key[key], flags, batch, footer, rows, exchanges)
        for key, flags in wanted.items()
        if key in by_key
    ]


def _read_tagged(
    path: Path, mentions: frozenset[str]
) -> tuple[list[tuple[str, str, list[dict[str, Any]]]], Mapping[str, Any]]:
    try:
        with pq.ParquetFile(path) as file:
            footer = json.loads(file.schema_arrow.metadata[FOOTER_KEY])
            table = file.read(columns=["mention_id", "content_hash", "flags"])
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise ListeningError(
            f"no tagged batch: {error}", where=str(path), mend="Tag it again: listening retag"
        ) from error
    columns = [table[name].to_pylist() for name in ("mention_id", "content_hash", "flags")]
    rows = (
        (mention, content, flags or []) for mention, content, flags in zip(*columns, strict=True)
    )
    return [row for row in rows if row[2] or row[0] in mentions], footer


def _read_rows(path: Path) -> list[dict[str, Any]]:
    try:
        rows: list[dict[str, Any]] = pq.read_table(path, partitioning=None).to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise ListeningError(f"no sealed batch: {error}", where=str(path)) from error
    return rows


def _is_kept(row: Mapping[str, Any]) -> bool:
    return bool(row["bucket"] == "kept")


def _lacks_raw(one: Flagged) -> bool:
    state = one.exchanges.state
    return state in ("missing", "damaged") or (state == "kept" and not one.answers[0])


def _flag_again(
    evidence: Evidence,
    ref: str,
    flags: Sequence[Mapping[str, Any]],
    footer: Mapping[str, Any],
    known: dict[str, set[str]],
) -> bool:
    """Note in the chain that newer taggers raise another kind of flag on what has a pack."""
    kinds = {str(flag["kind"]) for flag in flags}
    if ref not in known:
        told = json.loads((evidence.pack(ref) / "flags.json").read_bytes())
        known[ref] = {flag["kind"] for flag in told["flags"]}
    if kinds <= known[ref]:
        return False
    body = {
        "evidence": ref,
        "flags": [{**flag, "p": round(flag["p"], 4)} for flag in flags],
        "taggers": dict(footer["taggers"]),
        "model": footer["model"],
    }
    Chain(evidence.root).append("flagged", [body])
    known[ref] |= kinds
    return True


def _flagged_before(evidence: Evidence) -> dict[str, set[str]]:
    """Return the kinds of flags that later lines of the chain add to packs, by reference."""
    later: dict[str, set[str]] = {}
    for line in Chain(evidence.root).lines("flagged"):
        if line.body:
            kinds = {flag["kind"] for flag in line.body["flags"]}
            later.setdefault(line.body["evidence"], set()).update(kinds)
    for ref, kinds in later.items():
        path = evidence.pack(ref) / "flags.json"
        if path.exists():
            kinds |= {flag["kind"] for flag in json.loads(path.read_bytes())["flags"]}
    return later
