"""Takes what must be erased out of the evidence, so that the chain stays whole.

Of a pack its line stays, with its hashes and without its body: a stub. Of packs of others that
carry an erased mention the exchange, the thread and the picture go. A hold keeps a pack until it
ends; what waits for that is a line of the chain, and is done by the next run after it.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from desk.legal.case import ACTS, Case, read_cases
from desk.legal.chain import Chain
from desk.legal.hold import end_holds, held
from desk.legal.keep import recover
from desk.legal.pack import EXCHANGE, MENTION, ORIGIN, OTHERS, THREAD
from desk.legal.place import KEEP_SECONDS, Evidence, make_ref, read_ref
from desk.legal.post import take_decisions
from desk.legal.render import PICTURE
from listening.contract import DataRoot, crash_at, flush_folder

Says = Callable[[str, bytes], bool]
"""Tells whether what a pack of a source holds names who is to be erased; "": of any source."""
LOOSE: Final = (EXCHANGE, THREAD, OTHERS, PICTURE)
"""Files of a pack that hold what others said; where it was found goes only where that tells."""
ERASE_POINTS: Final = ("evidence:told", "evidence:removed", "evidence:blanked")
_ID: Final = re.compile(rb"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")


@dataclass
class Erased:
    """What an erasure did to the evidence."""

    looked_at: int = 0  # packs, and lines of the chain
    packs: int = 0  # that are stubs now
    parts: int = 0  # files taken out of packs of others
    lines: int = 0  # whose body is gone
    paths: list[str] = field(default_factory=list)  # removed, below the data root
    held: dict[str, str] = field(default_factory=dict)  # mention -> case whose hold keeps it


@dataclass
class _Found:
    """What is to go."""

    packs: list[Path] = field(default_factory=list)
    parts: dict[str, list[Path]] = field(default_factory=dict)  # reference of the pack -> files


def erase_evidence(
    root: DataRoot,
    mentions: Collection[str],
    says: Says | None = None,
    why: str = "",
    lines: Collection[int] = (),
) -> Erased:
    """Take mentions out of the evidence, but those a hold keeps; the same again changes nothing.

    Killed at any moment, the same call finishes it.

    Args:
        root: where the evidence is.
        mentions: their ids.
        says: tells whether a file of another's pack, which is of a source, names who is to be
            erased (handles, native ids); such files go too, and lines of custody that do. The
            exchange is asked unpacked.
        why: the id of the erasure's proof; no words about whom.
        lines: numbers of lines that waited for the end of a hold.

    Raises:
        ListeningError: the chain is damaged, or another process holds it.
        OSError: the disk refuses.
    """
    evidence, done = Evidence(root), Erased()
    if not evidence.path.is_dir():
        return done
    take_decisions(root)  # a hold may have been placed at the desk
    kept = {mention: hold.case_id for mention, hold in held(root).items()}
    done.held = {one: kept[one] for one in mentions if one in kept}
    gone = set(mentions) - set(done.held)
    with evidence.lock("keep", KEEP_SECONDS):
        recover(root)
        found = _look(evidence, gone, set(mentions), kept, says, done)
        with evidence.lock():
            late = _spoken(root, says)
            wanted = {*lines, *(n for n, case_id in late.items() if not case_id)}
            _remove(evidence, gone, found, wanted, why, done)
            _wait(root, done.held, {n: case_id for n, case_id in late.items() if case_id}, why)
    return done


def finish_waiting(root: DataRoot) -> Erased | None:
    """End the holds that ran out, and do the erasures that waited for them; None: none waited."""
    take_decisions(root)
    end_holds(root)
    waiting = {line.n: line.body for line in Chain(root).lines("waits") if line.body is not None}
    if not waiting:
        return None
    cases = read_cases(root)
    free = {n: body for n, body in waiting.items()
            if not (cases.get(body["case"]) or Case("")).is_held}  # fmt: skip
    if not free:
        return None
    mentions = {one for body in free.values() for one in body["mentions"]}
    told = {n: body["line"] for n, body in free.items() if "line" in body}
    why = ", ".join(sorted({body["why"] for body in free.values()}))
    return erase_evidence(root, mentions, why=why, lines={*told, *told.values()})


def _spoken(root: DataRoot, says: Says | None) -> dict[int, str]:
    """Return the lines of cases whose words name whom, each with the case whose hold keeps it."""
    if says is None:
        return {}
    cases = read_cases(root)
    return {
        line.n: line.body["case"] if cases[line.body["case"]].is_held else ""
        for line in Chain(root).lines(*ACTS)
        if line.body is not None and says("", line.to_json())
    }


def _look(
    evidence: Evidence,
    gone: set[str],
    mentions: set[str],
    kept: Mapping[str, str],
    says: Says | None,
    done: Erased,
) -> _Found:
    found = _Found()
    for folder in evidence.packs():
        done.looked_at += 1
        own = read_ref(folder.name)[0]
        if own in gone:
            found.packs.append(folder)
        elif parts := _parts(folder, mentions, says):
            if own not in kept:
                found.parts[make_ref(*read_ref(folder.name))] = parts
                continue
            for one in _others(folder) & mentions or mentions:  # the hold keeps the pack whole
                done.held.setdefault(one, kept[own])
    return found


def _parts(folder: Path, mentions: set[str], says: Says | None) -> list[Path]:
    """Return the files of another's pack that must go."""
    loose = [folder / name for name in LOOSE if (folder / name).exists()]
    origin = [folder / ORIGIN] if (folder / ORIGIN).exists() else []
    carries = bool(mentions & _others(folder))
    if says is None:
        return [*loose, *origin] if carries else []
    source = str(json.loads((folder / MENTION).read_bytes())["source"])
    tells = [path for path in origin if says(source, path.read_bytes())]
    if carries or any(says(source, _unpacked(path)) for path in loose):
        return [*loose, *tells]
    return tells


def _others(folder: Path) -> set[str]:
    """Return the mentions of others that a pack carries."""
    path = folder / OTHERS
    return set(json.loads(path.read_bytes())) if path.exists() else set()


def _unpacked(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def _remove(
    evidence: Evidence, gone: set[str], found: _Found, spoken: set[int], why: str, done: Erased
) -> None:
    """Say what goes, then remove it, then blank the lines; under the chain's lock."""
    chain = Chain(evidence.root)
    lines, files, numbers = _lines(chain, gone, found, spoken, done)
    if not (lines or found.packs or found.parts):
        return
    told: dict[str, Any] = {"of": sorted(lines), "why": why}
    if found.parts:
        told["files"] = {
            str(numbers[ref]): [path.name for path in paths] for ref, paths in found.parts.items()
        }
    chain.extend("erased", [told])
    crash_at(ERASE_POINTS[0])
    for folder in found.packs:
        shutil.rmtree(folder)
        flush_folder(folder.parent)
    parts = [path for paths in found.parts.values() for path in paths]
    documents = [evidence.path / one for one in files if (evidence.path / one).exists()]
    for path in (*parts, *documents):
        path.unlink()
        flush_folder(path.parent)
    crash_at(ERASE_POINTS[1])
    done.lines = chain.blank(lines)
    crash_at(ERASE_POINTS[2])
    done.packs, done.parts = len(found.packs), len(parts)
    removed: Iterable[Path] = (*found.packs, *parts, *documents)
    top = evidence.root.path
    done.paths = sorted(path.relative_to(top).as_posix() for path in removed)


def _lines(
    chain: Chain, gone: set[str], found: _Found, spoken: set[int], done: Erased
) -> tuple[set[int], list[str], dict[str, int]]:
    """Return the lines whose body names a mention, their files, and the packs' line numbers."""
    wanted = {one.encode() for one in gone}
    lines: set[int] = set()
    files: list[str] = []
    numbers: dict[str, int] = {}
    for line in chain.lines():
        done.looked_at += 1
        waits = line.what == "waits" and line.n not in spoken
        if line.body is None or (waits and set(line.body["mentions"]) <= done.held.keys()):
            continue
        if line.what == "pack" and line.body["evidence"] in found.parts:
            numbers[line.body["evidence"]] = line.n
        if line.n in spoken or wanted & set(_ID.findall(line.to_json())):
            lines.add(line.n)
            files += [one["path"] for one in line.body.get("files", ()) if "path" in one]
    return lines, files, numbers


def _wait(root: DataRoot, kept: dict[str, str], lines: Mapping[int, str], why: str) -> None:
    """Note which erasures wait for the end of a hold, once."""
    chain = Chain(root)
    noted = {
        (one, line.body["case"])
        for line in chain.lines("waits")
        if line.body
        for one in (*line.body["mentions"], line.body.get("line"))
    }
    bodies: list[dict[str, Any]] = [
        {"mentions": [one], "case": case_id, "why": why}
        for one, case_id in sorted(kept.items())
        if (one, case_id) not in noted
    ]
    bodies += [
        {"mentions": [], "line": n, "case": case_id, "why": why}
        for n, case_id in sorted(lines.items())
        if (n, case_id) not in noted
    ]
    chain.extend("waits", bodies)
