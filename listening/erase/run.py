"""Erases people's words and names from every room of the data root, and proves it.

The plan is on disk before anything is touched, so that an erasure which dies is finished by the
next run. Tombstones come next: what is crawled from then on does not land. Then each room in turn;
at last the proof is written and the plan is removed.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from listening.contract import (
    DataRoot,
    ListeningError,
    crash_at,
    explained,
    flush_folder,
    hold_file,
    now,
    read_key,
)
from listening.erase.blank import ERASED
from listening.erase.match import Found, Plan
from listening.erase.room import Ledger, Report, Room, digest
from listening.erase.stream import called_by
from listening.erase.tombstone import FOLDER, Seal, bury

VERSION: Final = 1
LOCK_SECONDS: Final = 600.0
_IDENTITY: Final = re.compile(r"(?:\b[0-9a-f]{2}(?P<shelf>/))?\b(?P<id>[0-9a-f]{32})\b")


@dataclass
class Proof:
    """What an erasure looked at and removed; without what it was."""

    erasure_id: str
    reason: str  # author, mention, query, deletion or retention
    subject: str  # what was asked for, under the tombstones' key
    requested_at: str
    finished_at: str
    mentions: int
    tombstones: int
    rooms: list[dict[str, Any]]
    files: list[dict[str, Any]] = field(default_factory=list)  # path, before, after, removed
    path: str = ""

    @property
    def problems(self) -> list[str]:
        """Return what could not be erased."""
        return [problem for room in self.rooms for problem in room["problems"]]


class IncompleteError(ListeningError):
    """Some of it is not erased yet; the plan stays, and the next run goes on."""


def erase(root: DataRoot, plan: Plan, rooms: Sequence[Room]) -> Proof:
    """Erase what a plan names in every room, and return the proof.

    Another erasure that was interrupted is finished first.

    Raises:
        IncompleteError: a room could not be erased; the next run tries again.
        ListeningError: the disk refuses, or another erasure is at work.
    """
    with _lock(root):
        _finish(root, rooms)
        plan.streams = called_by(root, plan)
        with explained(_journal(root)):
            _write_journal(root, plan)
        crash_at("erase:journal")
        proof = _finish(root, rooms)
    if proof is None:
        raise ListeningError("the plan of the erasure is gone", where=str(_journal(root)))
    return proof


def finish_erasure(root: DataRoot, rooms: Sequence[Room]) -> Proof | None:
    """Finish an erasure that was interrupted; None where there is none.

    Raises:
        IncompleteError: a room could not be erased; the next run tries again.
    """
    with _lock(root):
        return _finish(root, rooms)


def is_pending(root: DataRoot) -> bool:
    """Tell whether an erasure was begun and not finished."""
    return _journal(root).exists()


def _finish(root: DataRoot, rooms: Sequence[Room]) -> Proof | None:
    plan = _read_journal(root)
    if plan is None:
        _ledger_path(root).unlink(missing_ok=True)
        return None
    seal = Seal(read_key(root, "tombstone", create=True))
    stones = [seal.of_mention(one) for one in plan.mentions]
    stones += [seal.of_author(source, name) for source, name in plan.authors]
    stones += [seal.of_stream(stream) for stream in plan.streams]
    plan.streams = {stream: seal.rename(stream) for stream in plan.streams}
    bury(root, stones)
    crash_at("erase:tombstones")
    veils = {one: seal.veil(one) for one in plan.mentions}
    reports: list[Report] = []
    with _ledger_path(root).open("a", encoding="utf-8") as file:
        ledger = Ledger(root, file)
        for room in rooms:
            reports.append(room(root, plan, veils, ledger))
            crash_at(f"erase:{reports[-1].room}")
    proof = Proof(
        erasure_id=plan.erasure_id,
        reason=plan.reason,
        subject=seal.of_author(plan.reason, plan.subject),
        requested_at=plan.requested_at.isoformat(),
        finished_at=now().isoformat(),
        mentions=len(plan.mentions),
        tombstones=len(stones),
        rooms=[asdict(report) for report in reports],
        files=_changes(root, plan, veils),
    )
    if proof.problems:
        more = f" (and {len(proof.problems) - 1} more)" if len(proof.problems) > 1 else ""
        raise IncompleteError(
            f"not everything is erased yet: {proof.problems[0]}{more}",
            where=plan.erasure_id,
            mend="Mend the cause and run: listening erase --resume",
        )
    path = proof_path(root, plan.erasure_id)
    proof.path = path.relative_to(root.path).as_posix()
    _write(path, json.dumps(asdict(proof), indent=2) + "\n")
    crash_at("erase:proof")
    _journal(root).unlink()
    flush_folder(path.parent)
    _ledger_path(root).unlink()
    return proof


def proof_path(root: DataRoot, erasure_id: str) -> Path:
    """Return where the proof of an erasure lies."""
    return root.path / FOLDER / f"{erasure_id}.json"


def read_proofs(root: DataRoot) -> list[dict[str, Any]]:
    """Return every proof, the oldest first."""
    paths = (root.path / FOLDER).glob("[0-9a-f]*.json")
    proofs = [json.loads(path.read_text("utf-8")) for path in paths]
    return sorted(proofs, key=lambda proof: str(proof["requested_at"]))


@contextmanager
def _lock(root: DataRoot) -> Iterator[None]:
    with hold_file(root.path / FOLDER / ".lock", timeout=LOCK_SECONDS):
        yield


def _journal(root: DataRoot) -> Path:
    return root.path / FOLDER / "journal.jsonl"


def _ledger_path(root: DataRoot) -> Path:
    return root.path / FOLDER / "ledger.jsonl"


def _write_journal(root: DataRoot, plan: Plan) -> None:
    head = {
        "version": VERSION,
        "erasure_id": plan.erasure_id,
        "reason": plan.reason,
        "subject": plan.subject,
        "requested_at": plan.requested_at.isoformat(),
        "authors": plan.authors,
        "streams": list(plan.streams),
    }
    lines = [json.dumps(head), *(json.dumps([one, *told]) for one, told in plan.mentions.items())]
    _write(_journal(root), "\n".join(lines) + "\n")


def _read_journal(root: DataRoot) -> Plan | None:
    path = _journal(root)
    try:
        head, *lines = path.read_text("utf-8").splitlines()
        told: Mapping[str, Any] = json.loads(head)
        if told["version"] != VERSION:
            raise ListeningError("of a newer version", where=str(path), mend="Install that version")
        return Plan(
            told["reason"],
            told["subject"],
            told["erasure_id"],
            datetime.fromisoformat(told["requested_at"]),
            [(source, name) for source, name in told["authors"]],
            {one: Found(*rest) for one, *rest in map(json.loads, lines)},
            dict.fromkeys(told.get("streams", ()), ""),
        )
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise ListeningError(
            f"no plan of an erasure: {error}",
            where=str(path),
            mend="Restore it from a backup, or remove it and ask for the erasure again",
        ) from error


def _write(path: Path, text: str) -> None:
    """Write a file for its owner alone, whole or not at all."""
    temporary = path.with_name(f".{path.name}.tmp")
    path.parent.mkdir(parents=True, exist_ok=True)
    with temporary.open("w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    flush_folder(path.parent)


def _changes(root: DataRoot, plan: Plan, veils: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what the ledger holds, each file once: its hash before, and now.

    Evidence lies in folders called by the mention: what stands for it stands there, too. A stream
    may be called by the author.
    """
    needles = plan.needles()
    found: dict[str, dict[str, Any]] = {}
    for line in _ledger_path(root).read_text("utf-8").splitlines():
        try:
            told = json.loads(line)
        except ValueError:  # killed while it was written: what it is of was not touched yet
            continue
        first = found.setdefault(told["path"], {**told, "removed": 0})
        first["removed"] += told["removed"]
    for path, told in found.items():
        told["after"] = digest(root.path / path)
        told["path"] = "/".join(
            plan.streams.get(part) or (f"[{ERASED}]" if needles.found_in(part) else part)
            for part in _IDENTITY.sub(lambda named: _veiled(named, veils), path).split("/")
        )
    return list(found.values())


def _veiled(named: re.Match[str], veils: Mapping[str, str]) -> str:
    veil = veils.get(named["id"])
    return f"{veil[:2] if named['shelf'] else ''}{named['shelf'] or ''}{veil}" if veil else named[0]
