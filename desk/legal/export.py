"""Puts a case into one file for others: its evidence, its custody, and the chain that proves both.

Of the chain every line goes along; what other lines say is withheld, their hashes are not. So who
gets the file can check it whole, and learns of no other case. No warehouse is opened.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from desk.legal.case import ACTS, Case, act, mentions_of, read_case
from desk.legal.chain import Chain, Line
from desk.legal.pack import readable
from desk.legal.place import Evidence, canonical, digest
from desk.legal.review import plain_case
from listening.contract import ConfigurationError, DataRoot, ListeningError, flush_folder, now

_README: Final = Path(__file__).parent / "templates" / "export.txt"
_OPEN: Final = ("erased", "stamp")  # lines whose body names nobody


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was made."""

    path: Path
    sha256: str
    packs: int
    head: str


def export_case(root: DataRoot, case_id: str, out: Path, actor: str, why: str) -> Exported:
    """Write a case as a zip file, with the line that says who took it and why.

    Raises:
        ConfigurationError: no such case, no reason, or the file exists.
        ListeningError: the disk refuses.
    """
    case = read_case(root, case_id)
    if not why.strip():
        mend = "Say for whom and what for"
        raise ConfigurationError("an export needs its reason", where="--reason", mend=mend)
    if out.exists():
        raise ConfigurationError("is there already", where=str(out), mend="Choose another name")
    act(root, case_id, "export", actor, why, to=out.name)
    evidence = Evidence(root)
    refs = [ref for found in mentions_of(root, case).values() for ref in found]
    temporary = out.with_name(f".{out.name}.{os.getpid()}.tmp")
    try:
        with evidence.lock():
            case, lines = read_case(root, case_id), list(Chain(root).lines())
            head = f"{lines[-1].n}:{lines[-1].hash}"
            with zipfile.ZipFile(temporary, "x", zipfile.ZIP_DEFLATED) as file:
                for name, data in _files(evidence, case, refs, lines, head):
                    file.writestr(zipfile.ZipInfo(name, now().timetuple()[:6]), data)
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        os.link(temporary, out)
        flush_folder(out.parent)
    except OSError as error:
        what = f"cannot be written: {error.strerror}"
        raise ListeningError(what, where=str(out), mend="Choose another folder") from error
    finally:
        temporary.unlink(missing_ok=True)
    return Exported(out, digest(out.read_bytes()), len(refs), head)


def _files(
    evidence: Evidence, case: Case, refs: list[str], lines: list[Line], head: str
) -> Iterator[tuple[str, bytes]]:
    shown = [line if _is_shown(line, case, refs) else _withheld(line) for line in lines]
    told: dict[str, Any] = {
        "case": case.id,
        "exported_at": now().isoformat(),
        "head": head,
        "withheld": [line.n for line, one in zip(lines, shown, strict=True) if line is not one],
    }
    yield "README.txt", _README.read_bytes()
    yield "case.json", readable(plain_case(case))
    yield f"evidence/{evidence.told.name}", canonical(told) + b"\n"
    yield "evidence/chain.jsonl", b"".join(map(Line.to_json, shown))
    yield "evidence/head.json", evidence.head.read_bytes()
    for folder in (evidence.path / "key", evidence.path / "stamp"):
        for path in sorted(folder.glob("*")):
            yield f"evidence/{folder.name}/{path.name}", path.read_bytes()
    for ref in refs:
        for path in sorted(evidence.pack(ref).iterdir()):
            yield f"evidence/{path.relative_to(evidence.path).as_posix()}", path.read_bytes()
    for one in case.files:
        yield f"evidence/{one['path']}", (evidence.path / one["path"]).read_bytes()


def _is_shown(line: Line, case: Case, refs: list[str]) -> bool:
    body = line.body or {}
    if line.what in ACTS:
        return body.get("case") == case.id
    return line.what in _OPEN or body.get("evidence") in refs


def _withheld(line: Line) -> Line:
    if line.body is None:
        return line
    return Line(
        line.n, line.at, line.what, line.previous, line.sha256, None, line.hash, line.key,
        line.signature,
    )  # fmt: skip
