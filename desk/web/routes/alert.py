"""A team's alerts: what was raised, what is behind it, and taking, escalating or closing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from desk.alert.read import Alert, list_alerts
from desk.web.guard import RefusedError
from desk.web.narrow import Narrowed, read_narrowed
from desk.web.page import read_page, teams_with_pages
from desk.web.render import render
from desk.web.routes.work import CONFLICT, read_fields
from desk.web.show import safe_link
from desk.web.working import actor_of
from desk.work.alert import decide
from listening.contract import ConfigurationError, DataRoot

router = APIRouter()
_SHOWN: Final = 200
MOVES: Final = {
    "ack": "I take it",
    "escalate": "Tell the next one now",
    "close": "It is over",
    "mute": "No more of this for a day",
}
LISTS: Final = {"open": ("open", "acked"), "held": ("held",), "closed": ("closed",)}
COLUMNS: Final = {"brand": "brand_id", "kind": "kind", "since": "last_at", "until": "last_at"}
_NONE: Final = {
    "open": "None is open: nothing crossed a line.",
    "held": "None is held back.",
    "closed": "None was closed yet.",
}
STANDS: Final = {
    "held": "held back",
    "open": "open",
    "acked": "taken",
    "closed": "closed",
}


@router.get("/{team}/alerts")
def show_alerts(request: Request, team: str) -> Response:
    """Show a team's alerts, the newest story first."""
    narrowed, found, options = lists(request, team)
    values = {"alerts": found[narrowed.show][:_SHOWN], "show": narrowed.show, "most": _SHOWN}
    values["counts"] = {name: len(each) for name, each in found.items()}
    values |= {"narrowed": narrowed, "options": options, "none_yet": _NONE[narrowed.show]}
    return _page(request, team, "work/alerts.html", values)


@router.get("/{team}/alerts/{alert_id}")
def show_alert(request: Request, team: str, alert_id: str, done: str = "") -> Response:
    """Show one alert: its number, what is usual, and the mentions behind it."""
    return _one(request, team, find(request, team, alert_id), done=bool(done))


@router.post("/{team}/alerts/{alert_id}")
def act(
    request: Request,
    team: str,
    alert_id: str,
    form: Annotated[Mapping[str, str], Depends(read_fields)],
) -> Response:
    """Take an alert, escalate it, close it, or be quiet about its rule; or say who was first."""
    found, action = find(request, team, alert_id), form.get("action", "")
    if action not in MOVES:
        return _one(request, team, found, fault="Choose what you do.", status=422)
    if found.state != form.get("state"):
        first = found.acked_by or "Somebody"
        fault = f"{first} was first: it is {STANDS[found.state]} now. Nothing of yours was done."
        return _one(request, team, found, fault=fault, status=CONFLICT)
    engine, actor = request.app.state.engine, actor_of(request.state.person)
    try:
        decide(engine, _root(request), alert_id, action, actor)
    except ConfigurationError as error:
        return _one(request, team, found, fault=f"{error.what}. {error.mend}.", status=422)
    return RedirectResponse(f"/{team}/alerts/{alert_id}?done=1", 303)


def lists(
    request: Request, team: str
) -> tuple[Narrowed, dict[str, list[Alert]], dict[str, list[str]]]:
    """Return what the address asks of a team's alerts, its lists, and what filters offer."""
    narrowed = read_narrowed(request.query_params.multi_items(), COLUMNS, tuple(LISTS))
    every = _alerts(request, team, ())
    asked = [one for one in every if narrowed.keeps(vars_of(one))]
    found = {name: [one for one in asked if one.state in held] for name, held in LISTS.items()}
    return narrowed, found, narrowed.options(map(vars_of, every))


def vars_of(one: Alert) -> dict[str, Any]:
    """Return the fields of an alert by name."""
    return {name: getattr(one, name) for name in Alert.__dataclass_fields__}


def _alerts(request: Request, team: str, states: tuple[str, ...]) -> list[Alert]:
    root = _root(request)
    return list_alerts(root, states=states, owner=team) if root.alerts.exists() else []


def find(request: Request, team: str, alert_id: str) -> Alert:
    """Return one of a team's alerts; 404 where it is another's."""
    every = _alerts(request, team, ())
    found = next((alert for alert in every if alert.alert_id == alert_id), None)
    if found is None:
        raise RefusedError(404, "Your team has no such alert.")
    return found


def _root(request: Request) -> DataRoot:
    root = request.app.state.root
    assert isinstance(root, DataRoot)  # noqa: S101 (create_app put it there)
    return root


def _one(
    request: Request,
    team: str,
    alert: Alert,
    *,
    done: bool = False,
    fault: str = "",
    status: int = 200,
) -> Response:
    behind = [(one, safe_link(one.url), safe_link(one.reply_link)) for one in alert.behind]
    values = {"alert": alert, "behind": behind, "moves": MOVES, "done": done, "fault": fault}
    return _page(request, team, "work/alert.html", values, status)


def _page(
    request: Request, team: str, template: str, values: dict[str, Any], status: int = 200
) -> Response:
    title = read_page(team).title if team in teams_with_pages() else team
    given = {"team": team, "team_title": title, "stands": STANDS, **values}
    return render(request, template, given, status=status)
