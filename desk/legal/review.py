"""What a reviewer does with a case: open it, fill it, decide, hold, let go."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from desk.legal.case import Case, Word, act, packs_of, read_case, read_cases
from desk.legal.chain import Chain, Line
from desk.legal.hold import warnings
from desk.legal.place import Evidence, read_ref
from listening.contract import (
    FLAGS,
    ConfigurationError,
    Correction,
    DataRoot,
    Decision,
    ListeningError,
    now,
    refuse,
)

TAKEDOWN: Final[Mapping[str, str]] = {
    "sent": "send", "acknowledged": "acknowledge", "removed": "remove", "refused": "refuse",
    "counter_notice": "counter_notice", "sued": "sue", "restored": "restore",
    "reposted": "repost", "withdrawn": "withdraw",
}  # fmt: skip
ON_CASE: Final[Mapping[str, str]] = {
    "escalated": "escalate", "assigned": "assign", "resolved": "close", "reopened": "reopen",
    "noted": "note",
}  # fmt: skip
ON_FLAG: Final = ("confirmed", "dismissed")
DECIDED: Final = (*ON_FLAG, *ON_CASE, *TAKEDOWN)


@dataclass(frozen=True, slots=True)
class Flagged:
    """What the newest pack of a mention says of its flags."""

    ref: str
    source: str
    kinds: Mapping[str, str]  # kind of flag -> version of its tagger
    versions: Mapping[str, str]  # of every tagger


def open_case(root: DataRoot, case_id: str, title: str, actor: str, why: str = "") -> Line:
    """Open a case.

    Raises:
        ConfigurationError: there is one of that id, or something cannot be said.
    """
    if case_id in read_cases(root):
        mend = "Choose another id, or reopen it: listening case decide CASE reopened"
        raise ConfigurationError("there is such a case", where=case_id, mend=mend)
    fields = {"title": title} if title else {}
    word = Decision("case", "open", actor, case_id, note=why, fields=fields)
    return act(root, case_id, "open", actor, why, [word], title=title)


def add_mention(
    root: DataRoot, case_id: str, mention: str, actor: str, why: str = "", kind: str = ""
) -> Line:
    """Put a mention into a case, whole or for one kind of flag; its evidence must be kept.

    Raises:
        ConfigurationError: no such case, no such kind, or no evidence of it.
    """
    read_case(root, case_id)
    flagged = read_flags(root, mention)
    if kind and kind not in FLAGS:
        refuse("--kind", f"{kind!r} is no kind of flag", f"One of {', '.join(FLAGS)}")
    mention_id, content = read_ref(flagged.ref)
    word = Decision("case", "attach", actor, case_id, mention_id, content, target=kind, note=why)
    return act(root, case_id, "add", actor, why, [word], evidence=flagged.ref)


def remove_mention(
    root: DataRoot, case_id: str, mention: str, actor: str, why: str, kind: str = ""
) -> Line:
    """Take a mention out of a case; its evidence stays.

    Raises:
        ConfigurationError: it is not in it.
    """
    case, mention_id = read_case(root, case_id), _mention_id(mention)
    _need(case, mention_id)
    word = Decision("case", "detach", actor, case_id, mention_id, target=kind, note=why)
    return act(root, case_id, "remove", actor, why, [word], mention=mention_id)


def view_case(root: DataRoot, case_id: str, actor: str, why: str = "") -> Case:
    """Return a case as it stands, with the line that says it was seen.

    Raises:
        ConfigurationError: there is no such case.
        ListeningError: the view cannot be written down; then nothing is shown.
    """
    read_case(root, case_id)
    act(root, case_id, "view", actor, why)
    return read_case(root, case_id)


def decide_case(
    root: DataRoot,
    case_id: str,
    what: str,
    actor: str,
    why: str,
    *,
    mention: str = "",
    kind: str = "",
    takedown: str = "",
    to: str = "",
    at: datetime | None = None,
) -> list[Line]:
    """Decide on a case, on the flags in it, or on one of its takedowns; one line for each mention.

    Args:
        root: where the evidence is.
        case_id: of which case.
        what: one of DECIDED.
        actor: who, by a pseudonym.
        why: the reason; always needed.
        mention: confirmed and dismissed: this one only; else every mention of the case.
        kind: confirmed and dismissed: this kind of flag only.
        takedown: which one, where the case has several.
        to: escalated and assigned: to whom, by a pseudonym.
        at: when it happened, where that is not now.

    Raises:
        ConfigurationError: it cannot be decided; nothing was written.
    """
    case = read_case(root, case_id)
    if not why.strip():
        refuse("--reason", "a decision needs its reason", "Say why in a sentence")
    if what in ON_FLAG:
        return _judge(root, case, what, actor, why, mention, kind)
    if what in ON_CASE:
        fields = {"owner": to} if to else {}
        word = Decision("case", ON_CASE[what], actor, case_id, note=why, fields=fields,
                        effective_at=at)  # fmt: skip
    elif what in TAKEDOWN:
        word = Decision("takedown", TAKEDOWN[what], actor, _takedown(case, takedown),
                        case_id=case_id, note=why, effective_at=at)  # fmt: skip
    else:
        refuse("WHAT", f"{what!r} is no decision on a case", f"One of {', '.join(DECIDED)}")
    return [act(root, case_id, "decide", actor, why, [word], decided=what)]


def hold_case(
    root: DataRoot, case_id: str, basis: str, approver: str, expires_on: str, actor: str, why: str
) -> tuple[Line, list[str]]:
    """Place a hold on what a case holds; return its line, and the platforms' rules against it.

    Raises:
        ConfigurationError: the last day is none, or over, or something is missing.
    """
    case = read_case(root, case_id)
    try:
        last = date.fromisoformat(expires_on)
    except ValueError:
        refuse("--expires-on", f"{expires_on!r} is no date", "Write it like 2026-12-31")
    if last < now().date():
        refuse("--expires-on", f"{last} is over", "Name a day to come: a hold ends by itself")
    if not why.strip():
        refuse("--reason", "a hold needs its reason", "Say which claim it is for")
    fields = {"basis": basis, "approver": approver, "expires_on": str(last)}
    word = Decision("case", "hold", actor, case_id, note=why, fields=fields)
    sources = {read_flags(root, one).source for one in case.mentions}
    rules = warnings(sources)
    line = act(
        root, case_id, "hold", actor, why, [word],
        basis=basis, approver=approver, expires_on=str(last), warned=rules,
    )  # fmt: skip
    return line, rules


def release_case(root: DataRoot, case_id: str, actor: str, why: str) -> Line:
    """End a hold before its last day.

    Raises:
        ConfigurationError: there is none.
    """
    if read_case(root, case_id).hold is None:
        raise ConfigurationError("is not on hold", where=case_id, mend="There is nothing to end")
    word = Decision("case", "release", actor, case_id, note=why)
    return act(root, case_id, "release", actor, why, [word])


def read_flags(root: DataRoot, mention: str) -> Flagged:
    """Return what is known of a mention's flags, by its id or the reference of a pack.

    Raises:
        ConfigurationError: no evidence of it is kept.
    """
    evidence, mention_id = Evidence(root), _mention_id(mention)
    refs = packs_of(evidence, mention_id)
    if not refs:
        mend = "Keep it first: listening evidence --mention ID"
        raise ConfigurationError("no evidence of it is kept", where=mention, mend=mend)
    ref = mention if mention in refs else refs[-1]
    folder = evidence.pack(ref)
    try:
        manifest = json.loads((folder / "manifest.json").read_bytes())
        flags = json.loads((folder / "flags.json").read_bytes())["flags"]
    except (OSError, ValueError) as error:
        mend = "Run listening verify --all, and restore it from a backup"
        raise ListeningError(f"a damaged pack: {error}", where=str(folder), mend=mend) from error
    versions: dict[str, str] = dict(manifest["model"]["taggers"])
    kinds = {flag["kind"]: versions.get(flag["kind"], "") for flag in flags}
    for line in Chain(root).lines("flagged"):
        if line.body and line.body["evidence"] == ref:
            newer = line.body["taggers"]
            kinds |= {flag["kind"]: newer.get(flag["kind"], "") for flag in line.body["flags"]}
    return Flagged(ref, manifest["mention"]["source"], kinds, versions)


def _judge(
    root: DataRoot, case: Case, what: str, actor: str, why: str, mention: str, kind: str
) -> list[Line]:
    chosen = [_mention_id(mention)] if mention else list(case.mentions)
    if not chosen:
        mend = "Put one in: listening case add CASE --mention ID"
        raise ConfigurationError("the case holds no mention", where=case.id, mend=mend)
    said: list[tuple[str, list[Word]]] = []
    for one in chosen:
        _need(case, one)
        flagged = read_flags(root, one)
        held = [each for each in case.mentions[one] if each]
        kinds = [kind] if kind else held or sorted(flagged.kinds)
        if not kinds:
            refuse("--kind", f"mention {one} carries no flag", "Name the kind it is about")
        words: Sequence[Word] = [_correct(flagged, each, what, actor, why) for each in kinds]
        said.append((flagged.ref, list(words)))
    return [
        act(root, case.id, "decide", actor, why, words, decided=what, evidence=ref)
        for ref, words in said
    ]


def _correct(flagged: Flagged, kind: str, what: str, actor: str, why: str) -> Correction:
    mention_id, content = read_ref(flagged.ref)
    raised = kind in flagged.kinds
    return Correction(
        mention_id, content, "flag", what, actor, target=kind, note=why,
        previous_label="confirmed" if raised else "dismissed",
        previous_version=flagged.kinds.get(kind) or flagged.versions.get(kind),
    )  # fmt: skip


def _takedown(case: Case, named: str) -> str:
    known = list(case.takedowns)
    if named in known:
        return named
    if not named and len(known) == 1:
        return known[0]
    mend = f"One of {', '.join(known)}" if known else "Draft it first: listening case draft CASE"
    what = f"the case has no takedown {named!r}" if named else "which takedown?"
    raise ConfigurationError(what, where=case.id, mend=mend)


def _mention_id(mention: str) -> str:
    if ":" in mention or "-" in mention:
        return read_ref(mention)[0]
    if len(mention) != 32 or set(mention) - set("0123456789abcdef"):  # noqa: PLR2004
        refuse("--mention", f"{mention!r} is no mention", "Copy mention_id from flag_open")
    return mention


def _need(case: Case, mention_id: str) -> None:
    if mention_id not in case.mentions:
        mend = f"Put it in: listening case add {case.id} --mention {mention_id}"
        raise ConfigurationError("is not in the case", where=mention_id, mend=mend)


def plain_case(case: Case) -> dict[str, Any]:
    """Return a case as one JSON object."""
    hold = case.hold
    return {
        "case_id": case.id, "title": case.title, "state": case.state, "owner": case.owner,
        "opened_at": case.opened_at, "opened_by": case.opened_by,
        "mentions": [
            {"mention_id": one, "kinds": [kind for kind in kinds if kind],
             "verdicts": case.verdicts.get(one, {})}
            for one, kinds in case.mentions.items()
        ],
        "takedowns": list(case.takedowns.values()),
        "hold": None if hold is None else {
            "basis": hold.basis, "approver": hold.approver, "expires_on": str(hold.expires_on),
            "stands": hold.stands(),
        },
        "files": case.files,
        "custody": [
            {"n": line.n, "at": line.at, "what": line.what, "actor": (line.body or {})["actor"],
             "why": (line.body or {})["why"], "decided": (line.body or {}).get("decided", "")}
            for line in case.log
        ],
    }  # fmt: skip
