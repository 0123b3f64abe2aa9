"""NHTSA: what owners complain of to the US road safety agency, by vehicle and model year.

Written from nhtsa.gov/nhtsa-datasets-and-apis (complaints by vehicle, by ODI number) and answers
quoted in public clients; read 2026-11. No account. A vehicle's complaints come all at once, so a
list that reads as before is done with. One that is missing is asked for by its number; only if
the agency no longer knows that, it is deleted. Dates are American, and know no time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from pydantic import Field

from listening.contract import BrandFile, Item, Mention, Page
from listening.sources import Look, Settings, Target, source
from listening.sources._api import EPOCH, MOST_ASKED, gone, is_due, searched
from listening.sources._read import api_target, digest, expect, field, page_of, timed, words

API: Final = "https://api.nhtsa.gov"
KNOWN: Final = words(
    """components crash dateComplaintFiled dateOfIncident fire manufacturer numberOfDeaths
    numberOfInjuries odiNumber products summary vin"""
)


class Vehicle(Settings):
    """A model, spelt as the agency does, the years of it, and the brand it is of."""

    make: str
    model: str
    years: tuple[int, ...] = Field(min_length=1)
    brand: str = ""


class Vehicles(Settings):
    """`sources: {nhtsa: {vehicles: [{make: acme, model: roadster, years: [2025]}]}}`."""

    base_url: str = API
    vehicles: tuple[Vehicle, ...] = Field(min_length=1)
    hours: float = Field(6, ge=0)  # between two looks


def targets(settings: Vehicles, _: BrandFile) -> list[Target]:
    """Return one target per vehicle and model year."""
    found = []
    for one in settings.vehicles:
        for year in one.years:
            name = f"{one.make}/{one.model}/{year}".lower()
            facts = {**one.model_dump(exclude={"years"}), "year": year, "hours": settings.hours}
            found.append(api_target(name, settings.base_url, facts))
    return found


@source(
    name="nhtsa",
    relation="off_channel",
    hosts=("api.nhtsa.gov",),
    auth="none",
    blind_to="Tyres, child seats and equipment; letters and photos; complaints not yet entered",
    verified="recorded",
    uncounted="complaints have no counts",
    settings=Vehicles,
    targets=targets,
    pace=1.0,
    memory=timedelta(days=90),
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield a vehicle's complaints as one page, or nothing where they read as before."""
    if not is_due(look):
        return
    facts = look.settings
    asked = {"make": facts["make"], "model": facts["model"], "modelYear": facts["year"]}
    page, body = _ask(look, "complaintsByVehicle", asked)
    if body == look.cursor.get("body"):
        yield Page((), 0, searched(look, None))
        return
    yield page
    missing = look.recent(EPOCH).keys() - {item.native_id for item in page.items}
    items = tuple(item for one in sorted(missing)[:MOST_ASKED] for item in _again(look, one))
    yield Page(items, len(items), searched(look, {"body": body}))


def _again(look: Look, native_id: str) -> Iterator[Item]:
    page, _ = _ask(look, "odinumber", {"odinumber": native_id})
    yield from page.items or gone(look, "nhtsa", [native_id])


def _ask(look: Look, path: str, asked: Mapping[str, Any]) -> tuple[Page, str]:
    """Return the complaints of an answer, and a hash of them."""
    url = f"{look.settings['base_url']}/complaints/{path}"
    raws = expect(look.http.get_json(url, asked), "results", list, url)
    page = page_of("nhtsa", url, raws, lambda raw: _mention(raw, look), "odiNumber", KNOWN)
    return page, digest(json.dumps(raws))


def _mention(raw: Any, look: Look) -> Mention:
    facts, number = look.settings, field(raw, "odiNumber", int)
    harm = [name for name in ("crash", "fire") if field(raw, name, bool)]
    hurt = {"injured": "numberOfInjuries", "dead": "numberOfDeaths"}
    harm += [f"{raw[name]} {what}" for what, name in hurt.items() if field(raw, name, int)]
    vehicle = f"{facts['year']} {facts['make']} {facts['model']}"
    told = f" ({', '.join(harm)})" if harm else ""
    return Mention(
        source="nhtsa",
        native_id=str(number),
        text=field(raw, "summary", str),
        title=f"{vehicle}: {field(raw, 'components', str)}{told}",
        url=f"{API}/complaints/odinumber?odinumber={number}",
        published_at=timed(field(raw, "dateComplaintFiled", str), "%m/%d/%Y", "dateComplaintFiled"),
        observed_at=look.started_at,
        channel="nhtsa",
        lang="en",
        region="US",
        brand_id=facts["brand"],
        warnings=("no_zone",),
    )
