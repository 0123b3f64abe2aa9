"""Draws series as Vega-Lite: altair makes each kind's spec once, a page fills in its rows.

The browser draws, without eval (Vega's interpreter), from JavaScript this process serves: a
chart then fits a phone and a dark screen, and costs the server nothing. Without JavaScript the
table below each chart says the same.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any, Final

from desk.web.asked import Asked
from desk.web.page import Page, Tile
from desk.web.show import Shown, link_of
from desk.web.wording import label

# Told apart without colour vision, too: by order and by lightness. `name -> light, dark`.
COLOURS: Final = {
    "negative": ("#a5352b", "#e0796d"),
    "abstained": ("#d8d5cc", "#4a5057"),
    "neutral": ("#a7a59d", "#7c838a"),
    "positive": ("#2f7a5f", "#5fb394"),
    "late": ("#a5352b", "#e0796d"),
    "open": ("#a7a59d", "#7c838a"),
    "in_time": ("#2f7a5f", "#5fb394"),
}
LOOKED_AT: Final = ("likes", "shares", "comments", "views")
TWO_LOOKS: Final = 2  # one look is no curve
OTHERS: Final = (
    ("#17566e", "#7cc4de"),
    ("#b8772a", "#e3ac62"),
    ("#6b4f8f", "#b59ad6"),
    ("#4d7a2e", "#96c277"),
    ("#8a3d66", "#d88fb4"),
    ("#77706a", "#b3aca5"),
    ("#2b5fb3", "#86a9ea"),
    ("#c4472f", "#f08a73"),
    ("#1f8a8a", "#66cccc"),
    ("#8f7a1c", "#d8c558"),
)


def draw(page: Page, tile: Tile, shown: Shown, asked: Asked) -> str:
    """Return the Vega-Lite spec of a tile as JSON, its rows and links in it; "" for no chart."""
    chart = tile.chart
    if chart is None:
        return ""
    heeded = asked.only(page.views[tile.view].conditions)
    values: list[dict[str, Any]] = []
    parts: list[str] = []
    for record in shown.answer.records():
        for order, name in enumerate(chart.y):
            part = str(record[chart.by]) if chart.by else name
            if part not in parts:
                parts.append(part)
            told = tile.columns.get(name)
            called = label(part) if chart.by or told is None else told.label
            value = {
                "x": _plain(record[chart.x], chart.kind),
                "y": record[name],
                "part": called,
                "order": order,
            }
            if chart.opens and record[name]:
                fixed = {k: v.replace("{part}", part) for k, v in chart.opens.fixed.items()}
                opening = chart.opens.model_copy(update={"fixed": fixed})
                value["href"] = link_of(page, heeded, opening, record)
            values.append(value)
    if not any(value["y"] for value in values):
        return ""  # an empty frame says nothing
    spec = copy.deepcopy(_shape(chart.kind))
    spec["data"] = {"values": values}
    spec["description"] = tile.title
    if chart.kind == "bars" and chart.x == "day":
        after = asked.until + timedelta(days=1)
        spec["encoding"]["x"]["scale"] = {
            "type": "utc",
            "domain": [f"{day.isoformat()}T00:00:00Z" for day in (asked.since, after)],
        }
    names = list(dict.fromkeys(value["part"] for value in values))
    spec["encoding"]["color"]["scale"] = {"domain": names, "range": _range(parts, 0)}
    spec["usermeta"] = {"dark": _range(parts, 1)}
    if len(names) == 1:
        spec["encoding"]["color"]["legend"] = None
    return json.dumps(spec, ensure_ascii=False, allow_nan=False, default=str)


def draw_looks(looks: Sequence[dict[str, Any]]) -> str:
    """Return the spec of how a mention's counts went; "" where there is no curve."""
    if len(looks) < TWO_LOOKS:
        return ""
    parts = [name for name in LOOKED_AT if any(look[name] is not None for look in looks)]
    spec = copy.deepcopy(_shape("curve"))
    spec["data"] = {
        "values": [
            {"x": look["observed_at"].isoformat(), "y": look[name], "part": name}
            for look in looks
            for name in parts
            if look[name] is not None
        ]
    }
    spec["description"] = "Counts at each look"
    spec["encoding"]["color"]["scale"] = {"domain": parts, "range": _range(parts, 0)}
    spec["usermeta"] = {"dark": _range(parts, 1)}
    return json.dumps(spec, ensure_ascii=False, allow_nan=False)


def prepare() -> None:
    """Make every kind of spec and the script now, so that nobody waits for them."""
    for kind in ("bars", "lines", "ranked", "curve"):
        _shape(kind)
    script()


@cache
def script() -> bytes:
    """Return Vega, Vega-Lite and Vega-Embed as one script; made once, in about a second."""
    import vl_convert

    return str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")).encode()


@cache
def _shape(kind: str) -> dict[str, Any]:
    import altair as alt

    tooltip = [
        alt.Tooltip("x:T" if kind != "ranked" else "x:N", title=" "),
        alt.Tooltip("part:N", title="what"),
        alt.Tooltip("y:Q", title="how many"),
    ]
    base = alt.Chart(alt.Data(values=[]))  # type: ignore[no-untyped-call]
    colour = alt.Color("part:N", title=None, legend=alt.Legend(orient="top"))
    if kind == "ranked":
        chart = base.mark_bar().encode(
            y=alt.Y("x:N", sort=None, title=None),
            x=alt.X("y:Q", title=None),
        )
    else:
        mark = base.mark_bar() if kind == "bars" else base.mark_line(point=True)
        time: Any = alt.Undefined if kind == "curve" else "utcyearmonthdate"
        chart = mark.encode(
            x=alt.X("x:T", title=None, timeUnit=time, axis=alt.Axis(format="%d %b")),
            y=alt.Y("y:Q", title=None, axis=alt.Axis(tickMinStep=1 if kind == "bars" else 0)),
        )
    if kind in {"bars", "ranked"}:
        chart = chart.encode(order=alt.Order("order:Q"))
    chart = chart.encode(color=colour, href=alt.Href("href:N"), tooltip=tooltip)
    spec: dict[str, Any] = chart.properties(
        width="container", height=alt.Step(24) if kind == "ranked" else 220
    ).to_dict()
    spec.pop("config", None)  # desk.js says it, for light and for dark
    return spec


def _range(parts: Sequence[str], mode: int) -> list[str]:
    return [
        COLOURS.get(part, OTHERS[number % len(OTHERS)])[mode] for number, part in enumerate(parts)
    ]


def _plain(value: Any, kind: str) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return label(value) if kind == "ranked" else value
