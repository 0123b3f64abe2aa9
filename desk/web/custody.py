"""Writes what is done with a legal case into the chain of custody, which hands it to the outbox."""

from __future__ import annotations

from typing import Any

from desk.legal.case import act, packs_of
from desk.legal.place import Evidence
from desk.legal.review import ON_CASE
from listening.contract import DataRoot, Decision

_CALLED = {action: what for what, action in ON_CASE.items()}


def keep_act(root: DataRoot, word: Decision) -> None:
    """Write a decision on a case as a line of custody; it is in the outbox before the next load.

    Raises:
        ConfigurationError: it cannot be said; nothing was written.
        ListeningError: the chain is damaged, or another process holds it.
    """
    case_id, actor, why, words = word.subject_id, word.actor, word.note, [word]
    if word.action == "open":
        act(root, case_id, "open", actor, why, words, title=word.fields.get("title", ""))
    elif word.action == "attach":
        packs = packs_of(Evidence(root), word.mention_id)
        told: dict[str, Any] = {"evidence": packs[-1]} if packs else {"mention": word.mention_id}
        act(root, case_id, "add", actor, why, words, **told)
    elif word.action == "hold":
        hold: dict[str, Any] = {
            name: word.fields[name] for name in ("basis", "approver", "expires_on")
        }
        act(root, case_id, "hold", actor, why, words, **hold)
    elif word.action == "release":
        act(root, case_id, "release", actor, why, words)
    else:
        act(root, case_id, "decide", actor, why, words, decided=_CALLED[word.action])


def keep_view(root: DataRoot, case_id: str, actor: str) -> None:
    """Write down that a case was seen; where that fails it is not shown."""
    act(root, case_id, "view", actor, "at the desk")
