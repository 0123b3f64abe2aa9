"""Checks that nothing in the evidence was altered, removed, added or put in another order."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desk.legal.chain import LINE_PREFIX, START, Chain, Head, Line
from desk.legal.pack import MANIFEST
from desk.legal.place import KEEP_SECONDS, Evidence, canonical, digest, read_ref
from desk.legal.sign import Trusted
from desk.legal.stamp import check_token
from listening.contract import ConfigurationError, DataRoot, ListeningError


@dataclass
class Verdict:
    """What was found. Evidence stands where `problems` is empty."""

    lines: int = 0
    packs: int = 0  # whose every byte was hashed
    erased: int = 0  # lines whose body was erased, with a later line that says so
    head: str = ""  # n:hash of the last line: write it down elsewhere, and give it next time
    problems: list[dict[str, str]] = field(default_factory=list)
    warnings: list[dict[str, str]] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Tell whether the evidence stands."""
        return not self.problems

    def fault(self, where: str, what: str) -> None:
        """Note something that must not be."""
        self.problems.append({"where": where, "what": what})

    def warn(self, where: str, what: str) -> None:
        """Note something to know."""
        self.warnings.append({"where": where, "what": what})


@dataclass
class _Said:
    """What the lines say of packs and files, to be held against the disk."""

    packs: dict[str, tuple[Line, str]] = field(default_factory=dict)  # ref -> line, manifest
    files: dict[str, tuple[int, str]] = field(default_factory=dict)  # path -> line, sha256
    erased: set[int] = field(default_factory=set)  # lines
    gone: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))  # pack -> files
    blank: list[int] = field(default_factory=list)
    stamps: list[Line] = field(default_factory=list)
    there: list[Path] = field(default_factory=list)  # files of cases, as the chain was read


def verify(
    root: DataRoot,
    mentions: frozenset[str] | None = None,
    head: str = "",
    roots: Sequence[Path] = (),
) -> Verdict:
    """Check the whole chain, and every byte of the packs of some mentions or of all.

    Args:
        root: where the evidence is.
        mentions: whose packs are hashed; None: all. The chain is always checked whole.
        head: `n:hash` as an earlier check or an export told it; it must still be in the chain.
        roots: certificates (PEM) of time-stamping authorities to check the stamps by; without any
            it is checked only what they are of.

    Raises:
        ConfigurationError: `head` is none.
    """
    evidence, verdict, said = Evidence(root), Verdict(), _Said()
    with _quiet(evidence, "keep", verdict):  # no pack comes or goes meanwhile
        with _quiet(evidence, "chain", verdict):
            hashes = _check_chain(evidence, verdict, said)
            _check_anchor(evidence, verdict, hashes, head)
            said.there = sorted((evidence.path / "case").glob("*/*"))
        _check_rest(evidence, verdict, said, mentions, hashes, roots)
    return verdict


@contextmanager
def _quiet(evidence: Evidence, name: str, verdict: Verdict) -> Iterator[None]:
    """Hold a lock of the evidence; a copy that cannot be written to has no other writer."""
    with ExitStack() as stack:
        try:
            stack.enter_context(evidence.lock(name, KEEP_SECONDS))
        except OSError as error:
            verdict.warn(f".{name}.lock", f"cannot be held: {error.strerror}")
        yield


def _check_rest(
    evidence: Evidence,
    verdict: Verdict,
    said: _Said,
    mentions: frozenset[str] | None,
    hashes: list[str],
    roots: Sequence[Path],
) -> None:
    withheld = _withheld(evidence, verdict)
    for number in said.blank:
        if number not in said.erased and number not in withheld:
            verdict.fault(f"line {number}", "its body is gone, and no line says it was erased")
    verdict.erased = len(said.erased & set(said.blank))
    _check_packs(evidence, verdict, said, mentions)
    _check_files(evidence, verdict, said)
    _check_stamps(evidence, verdict, said, hashes, roots)


def _withheld(evidence: Evidence, verdict: Verdict) -> set[int]:
    """Return the lines an export says nothing of; none where this is no export."""
    try:
        told = json.loads(evidence.told.read_bytes())
    except FileNotFoundError:
        return set()
    except (OSError, ValueError) as error:
        verdict.fault(evidence.told.name, f"cannot be read: {error}")
        return set()
    numbers = set(told["withheld"])
    what = f"this is a copy of case {told['case']}: what {len(numbers)} other lines say is withheld"
    verdict.warn(evidence.told.name, what)
    return numbers


# --- the chain --------------------------------------------------------------------------


def _check_chain(evidence: Evidence, verdict: Verdict, said: _Said) -> list[str]:
    """Return the hashes of the lines, in order."""
    trusted = Trusted(evidence.root, evidence.path / "key")
    hashes: list[str] = []
    if evidence.chain.exists() and not trusted.is_own:
        what = "our own signing key is not here: signatures are checked by the public keys that lie"
        verdict.warn(
            "LISTENING_KEYS", f"{what} beside the evidence, which others may have replaced"
        )
    for number, data in enumerate(_read_lines(evidence, verdict), 1):
        where = f"line {number}"
        try:
            line = Line.from_json(data)
        except (ValueError, TypeError) as error:
            verdict.fault(where, f"is no line of a chain: {error}")
            hashes.append("")
            continue
        stands = _check_line(line, number, hashes[-1] if hashes else START, verdict)
        if fault := trusted.check(line.key, line.signature, f"{LINE_PREFIX}{line.hash}".encode()):
            verdict.fault(where, fault)
        hashes.append(line.hash)
        if stands:
            _note(line, said)
    verdict.lines = len(hashes)
    if hashes:
        verdict.head = f"{len(hashes)}:{hashes[-1]}"
    return hashes


def _read_lines(evidence: Evidence, verdict: Verdict) -> Iterator[bytes]:
    try:
        file = evidence.chain.open("rb")
    except FileNotFoundError:
        return
    with file:
        for data in file:
            if data.endswith(b"\n"):
                yield data
            else:
                verdict.warn(
                    "chain", "ends within a line, as after a kill; the next write mends it"
                )


def _check_line(line: Line, number: int, previous: str, verdict: Verdict) -> bool:
    """Check a line against the one before it; return whether it is what was written."""
    where, before = f"line {number}", len(verdict.problems)
    if line.n != number:
        verdict.fault(where, f"says it is line {line.n}: a line was removed, added or moved")
    if line.previous != previous:
        verdict.fault(where, "does not follow the line before it: a line was altered or removed")
    if line.header_hash() != line.hash:
        verdict.fault(where, "was altered: its hash is not of what it says")
    if line.body is not None and digest(canonical(line.body)) != line.sha256:
        verdict.fault(where, "was altered: its body is not the one that was hashed")
    return len(verdict.problems) == before


def _check_anchor(evidence: Evidence, verdict: Verdict, hashes: list[str], wanted: str) -> None:
    try:
        head = Chain(evidence.root).head()
    except ListeningError as error:
        verdict.fault("head.json", error.what)
        return
    if head is None:
        if hashes:
            verdict.fault("head.json", "is missing: lines may have been cut off")
    else:
        trusted = Trusted(evidence.root, evidence.path / "key")
        _check_head(head, verdict, hashes, trusted)
    if wanted:
        number, _, own = wanted.partition(":")
        if not (number.isdecimal() and own):
            mend = "Give it as n:hash, as listening verify prints it"
            raise ConfigurationError(f"{wanted!r} is no head", where="--head", mend=mend)
        if int(number) > len(hashes) or hashes[int(number) - 1] != own:
            verdict.fault("--head", f"line {number} was another, or there were more lines then")


def _check_head(head: Head, verdict: Verdict, hashes: list[str], trusted: Trusted) -> None:
    if head.n > len(hashes):
        what = f"the chain ends with line {len(hashes)}, and had {head.n}: its end was cut off"
        verdict.fault("head.json", what)
    elif head.hash != (hashes[head.n - 1] if head.n > 0 else START):
        verdict.fault("head.json", f"line {head.n} is another than it says")
    elif head.n < len(hashes):
        what = f"lies {len(hashes) - head.n} lines back, as after a kill; the next write mends it"
        verdict.warn("head.json", what)
    if fault := trusted.check(head.key, head.signature, head.message()):
        verdict.fault("head.json", fault)


def _note(line: Line, said: _Said) -> None:
    if line.body is None:
        said.blank.append(line.n)
        return
    body = line.body
    if line.what == "pack":
        said.packs[body["evidence"]] = (line, body["manifest"])
    if line.what == "erased":
        said.erased |= set(body["of"])
        for number, names in body.get("files", {}).items():
            said.gone[int(number)] |= set(names)
        return
    if line.what == "stamp":
        said.stamps.append(line)
    for one in body.get("files", ()):
        said.files[one["path"]] = line.n, one["sha256"]


# --- packs and files --------------------------------------------------------------------


def _check_packs(
    evidence: Evidence, verdict: Verdict, said: _Said, mentions: frozenset[str] | None
) -> None:
    for ref, (line, manifest) in said.packs.items():
        if line.n in said.erased:
            if evidence.pack(ref).exists():
                what = "is there, and a line says that it was erased; finish the erasure"
                verdict.fault(_shown(evidence, evidence.pack(ref)), what)
        elif mentions is None or read_ref(ref)[0] in mentions:
            verdict.packs += 1
            _check_pack(evidence, verdict, ref, line, manifest, said.gone.get(line.n, set()))
    known = {evidence.pack(ref) for ref in said.packs}
    for folder in evidence.packs():
        if folder not in known:
            verdict.fault(_shown(evidence, folder), "is in no line of the chain")


def _check_pack(
    evidence: Evidence, verdict: Verdict, ref: str, line: Line, manifest: str, gone: set[str]
) -> None:
    folder = evidence.pack(ref)
    where = _shown(evidence, folder)
    staged = evidence.staged(ref)
    if not folder.is_dir() and staged.is_dir():
        verdict.warn(where, "is still being put in place; the next listening evidence finishes it")
        folder = staged
    try:
        data = (folder / MANIFEST).read_bytes()
    except OSError as error:
        verdict.fault(where, f"its manifest cannot be read: {error.strerror}")
        return
    if digest(data) != manifest:
        verdict.fault(f"{where}/{MANIFEST}", f"is not the one line {line.n} names")
        return
    told: Mapping[str, Any] = json.loads(data)
    if told["chain"] != {"n": line.n, "previous": line.previous} or told["evidence"] != ref:
        verdict.fault(f"{where}/{MANIFEST}", f"names another place than line {line.n}")
    listed = {one["name"]: one for one in told["files"]}
    for name, one in listed.items():
        _check_file(folder / name, f"{where}/{name}", one["sha256"], verdict, gone=name in gone)
    for path in sorted(folder.iterdir()):
        if path.name not in listed and path.name != MANIFEST:
            verdict.fault(f"{where}/{path.name}", "is in no manifest")


def _check_file(path: Path, where: str, sha256: str, verdict: Verdict, *, gone: bool) -> None:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        if not gone:
            verdict.fault(where, "is missing")
        return
    except OSError as error:
        verdict.fault(where, f"cannot be read: {error.strerror}")
        return
    if gone:
        verdict.fault(where, "is there, and a line says that it was erased")
    elif digest(data) != sha256:
        verdict.fault(where, "was altered: its SHA-256 is another")


def _check_files(evidence: Evidence, verdict: Verdict, said: _Said) -> None:
    for path, (number, sha256) in said.files.items():
        gone = number in said.erased
        _check_file(evidence.path / path, path, sha256, verdict, gone=gone)
    for found in said.there:
        if _shown(evidence, found) not in said.files:
            verdict.fault(_shown(evidence, found), "is in no line of the chain")


def _check_stamps(
    evidence: Evidence, verdict: Verdict, said: _Said, hashes: list[str], roots: Sequence[Path]
) -> None:
    for line in said.stamps:
        body = line.body or {}
        where = f"line {line.n}"
        if body["of"] > len(hashes) or hashes[body["of"] - 1] != body["hash"]:
            verdict.fault(where, f"stamps line {body['of']}, which is another now")
        for one in body["files"]:
            try:
                token = (evidence.path / one["path"]).read_bytes()
            except OSError:
                continue  # told of by `_check_files`
            if fault := check_token(token, body["hash"], roots):
                verdict.fault(one["path"], f"no time stamp of line {body['of']}: {fault}")


def _shown(evidence: Evidence, path: Path) -> str:
    return path.relative_to(evidence.path).as_posix()
