"""Cases and their custody: every view, export, decision and change is a line of the chain.

What a case is follows from its lines alone: no warehouse, no other state. What is decided in a line
goes to the outbox of the desk (see `desk.legal.post`), and with the next load to the legal tables.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, Final

from desk.legal.chain import Chain, Line
from desk.legal.place import Evidence, digest, make_folder, read_ref, write_new
from listening.contract import (
    ConfigurationError,
    Correction,
    DataRoot,
    Decision,
    check_actor,
    check_correction,
    check_decision,
    check_note,
    now,
)

ACTS: Final = (
    "open", "add", "remove", "view", "decide", "hold", "release", "hold_ended", "draft", "image",
    "export",
)  # fmt: skip
"""What is done with a case; each is a line of the chain whose `what` is one of these."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold: why, who approved it, and its last day."""

    case_id: str
    basis: str
    approver: str
    expires_on: date
    placed_at: str
    placed_by: str

    def stands(self, on: date | None = None) -> bool:
        """Tell whether it has not run out; its last day is one of them."""
        return self.expires_on >= (on or now().date())


@dataclass
class Case:
    """A case, as its lines tell it."""

    id: str
    title: str = ""
    owner: str = ""
    state: str = "open"  # or closed
    opened_at: str = ""
    opened_by: str = ""
    mentions: dict[str, list[str]] = field(default_factory=dict)  # id -> kinds; [""]: all of it
    verdicts: dict[str, dict[str, str]] = field(default_factory=dict)  # mention -> kind -> said
    takedowns: dict[str, dict[str, Any]] = field(default_factory=dict)
    hold: Hold | None = None  # the newest that was not released, run out or not
    files: list[dict[str, Any]] = field(default_factory=list)
    log: list[Line] = field(default_factory=list)

    @property
    def is_held(self) -> bool:
        """Tell whether a hold stands."""
        return self.hold is not None and self.hold.stands()


Word = Decision | Correction


def read_cases(root: DataRoot) -> dict[str, Case]:
    """Return every case, by id, in the order they were opened."""
    cases: dict[str, Case] = {}
    for line in Chain(root).lines(*ACTS):
        if line.body is not None:
            case_id = line.body["case"]
            _tell(cases.setdefault(case_id, Case(case_id)), line)
    return cases


def read_case(root: DataRoot, case_id: str) -> Case:
    """Return a case.

    Raises:
        ConfigurationError: there is none of that id.
    """
    found = read_cases(root)
    if case_id not in found:
        known = ", ".join(sorted(found)[-5:]) or "none yet"
        mend = f"Open it: listening case open {case_id}. Known: {known}"
        raise ConfigurationError("there is no such case", where=case_id, mend=mend)
    return found[case_id]


def act(
    root: DataRoot,
    case_id: str,
    what: str,
    actor: str,
    why: str,
    words: Sequence[Word] = (),
    files: Mapping[str, bytes] | None = None,
    **told: Any,
) -> Line:
    """Write one act on a case into the chain, with what it decides and the files it makes.

    Args:
        root: where the evidence is.
        case_id: of which case.
        what: one of ACTS.
        actor: who, by a pseudonym.
        why: in a sentence.
        words: the decisions it is, for the outbox.
        files: documents and images, by name; they are written before the line.
        told: what else the line says.

    Raises:
        ConfigurationError: it cannot be said; nothing was written.
        ListeningError: the chain is damaged, or another process holds it.
    """
    evidence = Evidence(root)
    folder = evidence.case(case_id)
    check_actor(actor)
    check_note(why)
    for word in words:
        _check(word)
    body: dict[str, Any] = {"case": case_id, "actor": actor, "why": why.strip(), **told}
    if words:
        body["decisions"] = [plain_word(word) for word in words]
    with evidence.lock():
        if files:
            make_folder(folder)
            _sweep(evidence, folder)
            for name, data in files.items():
                write_new(folder / name, data)
            body["files"] = [
                {"path": (folder / name).relative_to(evidence.path).as_posix(),
                 "sha256": digest(data)}
                for name, data in files.items()
            ]  # fmt: skip
        return Chain(root).extend(what, [body])[0]


def mentions_of(root: DataRoot, case: Case) -> dict[str, list[str]]:
    """Return the references of the packs a case holds, by mention; several contents are several."""
    evidence = Evidence(root)
    return {one: packs_of(evidence, one) for one in case.mentions}


def packs_of(evidence: Evidence, mention_id: str) -> list[str]:
    """Return the references of a mention's packs, the oldest first."""
    folders = (evidence.path / "pack" / mention_id[:2]).glob(f"{mention_id}-*")
    found = sorted(folders, key=lambda one: one.stat().st_mtime_ns)
    return [f"mention:{'-'.join(read_ref(one.name)).replace('-', ':')}" for one in found]


def _check(word: Word) -> None:
    if isinstance(word, Decision):
        check_decision(word)
    else:
        check_correction(word.tagger, word.label, word.target, actor=word.actor)


def plain_word(word: Word) -> dict[str, Any]:
    """Return a decision as the line keeps it: without what it leaves out."""
    told: dict[str, Any] = {"word": "decision" if isinstance(word, Decision) else "correction"}
    for name, value in asdict(word).items():
        if value not in ("", None, {}):
            told[name] = value.isoformat() if isinstance(value, datetime) else value
    return told


def read_word(told: Mapping[str, Any]) -> Word:
    """Return a decision that a line keeps."""
    said = {name: value for name, value in told.items() if name != "word"}
    if told["word"] == "correction":
        return Correction(**said)
    for name in ("effective_at", "due_at"):
        if name in said:
            said[name] = datetime.fromisoformat(said[name])
    return Decision(**said)


def _sweep(evidence: Evidence, folder: Any) -> None:
    """Remove files of an act that was killed before its line was written."""
    known = {
        one["path"]
        for line in Chain(evidence.root).lines(*ACTS)
        if line.body
        for one in line.body.get("files", ())
    }
    for path in folder.iterdir():
        if path.relative_to(evidence.path).as_posix() not in known:
            path.unlink()


# --- a case out of its lines ------------------------------------------------------------


def _tell(case: Case, line: Line) -> None:
    body = line.body or {}
    case.log.append(line)
    case.files += body.get("files", [])
    if line.what == "open" and not case.opened_at:
        case.opened_at, case.opened_by = line.at, body["actor"]
    if line.what == "hold":
        case.hold = Hold(
            case.id, body["basis"], body["approver"], date.fromisoformat(body["expires_on"]),
            line.at, body["actor"],
        )  # fmt: skip
    if line.what in ("release", "hold_ended"):
        case.hold = None
    for told in body.get("decisions", ()):
        _decide(case, line, read_word(told))


def _decide(case: Case, line: Line, word: Word) -> None:
    if isinstance(word, Correction):
        case.verdicts.setdefault(word.mention_id, {})[word.target] = word.label
    elif word.kind == "takedown":
        _move(case, line, word)
    else:
        case.title = word.fields.get("title", case.title)
        case.owner = word.fields.get("owner", case.owner)
        case.state = {"close": "closed", "reopen": "open"}.get(word.action, case.state)
        if word.action == "attach":
            kinds = case.mentions.setdefault(word.mention_id, [])
            kinds += [word.target] if word.target not in kinds else []
        if word.action == "detach":
            left = [one for one in case.mentions.get(word.mention_id, []) if one != word.target]
            case.mentions[word.mention_id] = left
            if not left or not word.target:
                del case.mentions[word.mention_id]


def _move(case: Case, line: Line, word: Decision) -> None:
    one = case.takedowns.setdefault(word.subject_id, {"id": word.subject_id, "steps": []})
    at = word.effective_at.isoformat() if word.effective_at else line.at
    one["steps"].append({"action": word.action, "at": at, "actor": word.actor})
    one["state"] = word.action if word.action != "note" else one.get("state", "draft")
    one |= {name: value for name, value in word.fields.items() if value}
    if word.mention_id:
        one["mention_id"] = word.mention_id


def attached(cases: Iterable[Case], mentions: Collection[str]) -> dict[str, list[Case]]:
    """Return the cases that hold each of some mentions."""
    found: dict[str, list[Case]] = {}
    for case in cases:
        for one in case.mentions:
            if one in mentions:
                found.setdefault(one, []).append(case)
    return found
