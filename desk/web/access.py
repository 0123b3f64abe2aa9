"""Who may ask what: the one table of routes and roles. What is not in it is refused.

A rule is PUBLIC, SIGNED_IN, TEAM (the team in the path is one of the person's roles), or a
set of roles. `create_app` fails on a route that has no rule, so none can be forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from desk.web.account import ADMIN, Person

Rule = str | frozenset[str]

PUBLIC: Final = "public"
SIGNED_IN: Final = "signed in"
TEAM: Final = "team"

ACCESS: Final[Mapping[tuple[str, str], Rule]] = {
    ("GET", "/"): SIGNED_IN,
    ("GET", "/health"): PUBLIC,
    ("GET", "/vega.js"): PUBLIC,
    ("GET", "/sign-in"): PUBLIC,
    ("POST", "/sign-in"): PUBLIC,
    ("POST", "/sign-out"): SIGNED_IN,
    ("GET", "/audit"): frozenset({ADMIN}),
    ("GET", "/export/audit.{form}"): frozenset({ADMIN}),
    ("GET", "/{team}/board/{name}"): TEAM,
    ("GET", "/{team}/board/{name}/new"): TEAM,
    ("POST", "/{team}/board/{name}/new"): TEAM,
    ("GET", "/{team}/board/{name}/{subject_id}"): TEAM,
    ("POST", "/{team}/board/{name}/{subject_id}"): TEAM,
    ("GET", "/{team}/alerts"): TEAM,
    ("GET", "/{team}/alerts/{alert_id}"): TEAM,
    ("POST", "/{team}/alerts/{alert_id}"): TEAM,
    ("GET", "/{team}/correct/{mention_id}"): TEAM,
    ("POST", "/{team}/correct/{mention_id}"): TEAM,
    ("GET", "/{team}"): TEAM,
    ("GET", "/{team}/rows/{drill}"): TEAM,
    ("GET", "/{team}/export/{name}.{form}"): TEAM,
    ("GET", "/{team}/export/board/{name}.{form}"): TEAM,
    ("GET", "/{team}/export/board/{name}/{subject_id}.{form}"): TEAM,
    ("GET", "/{team}/export/alerts.{form}"): TEAM,
    ("GET", "/{team}/export/alert/{alert_id}/{part}.{form}"): TEAM,
    ("GET", "/{team}/export/mention/{mention_id}/{part}.{form}"): TEAM,
    ("GET", "/{team}/mention/{mention_id}"): TEAM,
}


def allows(rule: Rule, person: Person | None, team: str | None) -> bool:
    """Return whether a rule lets somebody through; `team` is the one in the path."""
    if rule == PUBLIC:
        return True
    if person is None:
        return False
    if rule == SIGNED_IN:
        return True
    if rule == TEAM:
        return team in person.roles and team != ADMIN
    return not isinstance(rule, str) and not rule.isdisjoint(person.roles)
