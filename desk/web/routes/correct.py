"""Saying what a label should be: it stands before the model's from the next load on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from desk.web.guard import RefusedError
from desk.web.page import read_page, teams_with_pages
from desk.web.published import Library
from desk.web.render import render
from desk.web.routes.read import library_of
from desk.web.routes.work import CONFLICT, read_fields
from desk.web.wording import label
from desk.web.working import actor_of
from desk.work.item import ConflictError, Item, decide, read_items
from listening.contract import CORRECTIONS, FLAGS, INTENTS, NOTE_LIMIT, Correction

router = APIRouter()
_MENTION: Final = "SELECT * FROM mention WHERE mention_id = $mention_id"
_TOPICS: Final = "SELECT topic_id FROM topic ORDER BY topic_id"
_OFFERED: Final = ("sentiment", "emotion", "irony", "offensive")
_WITHHELD: Final = "[withheld"


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that can be said of a mention: which label, and what it should be."""

    tagger: str
    target: str
    label: str
    group: str  # as people read it
    said: str  # what the model says; "" nothing

    @property
    def value(self) -> str:
        """Return what the form sends."""
        return f"{self.tagger}|{self.target}|{self.label}"


Group = tuple[str, Sequence[Choice]]


@router.get("/{team}/correct/{mention_id}")
def show_form(request: Request, team: str, mention_id: str, done: str = "") -> Response:
    """Show what was understood, and the form that corrects it."""
    return _show(request, team, _mention(request, team, mention_id), {}, done=bool(done))


@router.post("/{team}/correct/{mention_id}")
def correct(
    request: Request,
    team: str,
    mention_id: str,
    form: Annotated[Mapping[str, str], Depends(read_fields)],
) -> Response:
    """Correct one label, or say what is wrong, or who was first."""
    mention = _mention(request, team, mention_id)
    choices = {choice.value: choice for choice in _choices(mention, team, _topics(request, team))}
    choice, note = choices.get(form.get("correction", "")), form.get("note", "").strip()
    faults = {}
    if choice is None:
        faults["correction"] = "Choose what is right."
    if len(note) > NOTE_LIMIT:
        faults["note"] = f"{len(note):,} characters are too many."
    if choice is None or faults:
        return _show(request, team, mention, {**form, "faults": faults}, status=422)
    word = Correction(
        mention_id, mention["content_hash"], choice.tagger, choice.label,
        actor_of(request.state.person), choice.target, note, choice.said or None,
        _version(mention, choice),
    )  # fmt: skip
    version = form.get("version", "")
    # Version of all corrections of this mention: how many there were when the form was made.
    seen = int(version) if version.isdecimal() else -1
    standing = _standing(request, team, mention_id)
    if seen != sum(item.version for item in standing.values()):
        return _show(request, team, mention, form, status=CONFLICT, conflict=True)
    target = "/".join(filter(None, (choice.tagger, choice.target)))
    before = standing.get(target)
    try:
        decide(request.app.state.engine, word, before.version if before else 0)
    except ConflictError:
        return _show(request, team, mention, form, status=CONFLICT, conflict=True)
    return RedirectResponse(f"/{team}/correct/{mention_id}?done=1", 303)


def _mention(request: Request, team: str, mention_id: str) -> dict[str, Any]:
    library = library_of(request)
    if not _has_mentions(library, team):
        raise RefusedError(404, "Your team's file holds no mentions.")
    rows = library.ask(team, _MENTION, {"mention_id": mention_id}).records()
    if not rows:
        raise RefusedError(404, "Your team's file does not tell of this mention.")
    if str(rows[0]["text"]).startswith(_WITHHELD):
        raise RefusedError(403, "Its words are withheld from your team: legal corrects it.")
    return rows[0]


def _has_mentions(library: Library, team: str) -> bool:
    return "mention" in library.tables(team)


def _topics(request: Request, team: str) -> list[str]:
    """Return the declared topics; none where the file is older than its table of them."""
    library = library_of(request)
    if "topic" not in library.tables(team):
        return []
    return [name for (name,) in library.ask(team, _TOPICS, {}).rows]


def _choices(mention: Mapping[str, Any], team: str, topics: Sequence[str]) -> list[Choice]:
    """Return everything that can be said of a mention, in groups."""
    said = {(one["tagger"], one["target"]): one for one in mention["labels"]}
    found = [
        Choice(tagger, "", each, label(tagger), _said(said, tagger, ""))
        for tagger in _OFFERED
        for each in CORRECTIONS[tagger]
    ]
    brands = sorted(
        target for tagger, target in said if tagger == "target" and "/" not in target and target
    )
    found += [
        Choice("sentiment", brand, each, f"sentiment towards {brand}", _said(said, "target", brand))
        for brand in brands
        for each in CORRECTIONS["sentiment"]
    ]
    found += [
        Choice("intent", intent, each, f"wants: {label(intent)}",
               "yes" if ("intent", intent) in said else "no")
        for intent in INTENTS
        for each in CORRECTIONS["intent"]
    ]  # fmt: skip
    stands: dict[str, str] = {}  # of a topic, a person's word comes before the model's
    for one in mention["labels"]:
        if one["tagger"] == "topic":
            stands.setdefault(one["target"], one["label"])
    about = sorted(topic for topic, said_of_it in stands.items() if said_of_it != "no")
    found += [Choice("topic", topic, "no", "not about this topic", "yes") for topic in about]
    found += [
        Choice("topic", topic, "yes", "about this topic, too", "no")
        for topic in topics
        if topic not in about
    ]
    if team == "legal":
        found += [
            Choice("flag", kind, each, f"suspicion: {label(kind)}", "")
            for kind in FLAGS
            for each in CORRECTIONS["flag"]
        ]
    return found


def _said(said: Mapping[tuple[str, str], Mapping[str, Any]], tagger: str, target: str) -> str:
    return str((said.get((tagger, target)) or {}).get("label") or "")


def _version(mention: Mapping[str, Any], choice: Choice) -> str | None:
    tagger = "target" if choice.tagger == "sentiment" and choice.target else choice.tagger
    versions = [one["version"] for one in mention["labels"] if one["tagger"] == tagger]
    return next((version for version in versions if version != "a person"), None)


def _standing(request: Request, team: str, mention_id: str) -> dict[str, Item]:
    """Return what people said of a mention here; of a suspicion only to legal."""
    items = read_items(request.app.state.engine, "correction", mention_id)
    return {
        target: item
        for (_, target), item in items.items()
        if team == "legal" or target.partition("/")[0] != "flag"
    }


def _show(
    request: Request,
    team: str,
    mention: Mapping[str, Any],
    form: Mapping[str, Any],
    *,
    status: int = 200,
    done: bool = False,
    conflict: bool = False,
) -> Response:
    groups: dict[tuple[str, str], list[Choice]] = {}
    for choice in _choices(mention, team, _topics(request, team)):
        groups.setdefault((choice.group, choice.said), []).append(choice)
    standing = _standing(request, team, mention["mention_id"])
    values = {
        "team": team,
        "team_title": read_page(team).title if team in teams_with_pages() else team,
        "mention": mention,
        "groups": _named(groups),
        "form": form,
        "faults": form.get("faults", {}),
        "version": sum(item.version for item in standing.values()),
        "standing": sorted(standing.items()),
        "done": done,
        "conflict": conflict,
    }
    return render(request, "work/correct.html", values, status=status)


def _named(
    groups: Mapping[tuple[str, str], Sequence[Choice]],
) -> list[Group]:
    return [
        (f"{group} (now: {label(said)})" if said else group, choices)
        for (group, said), choices in groups.items()
    ]
