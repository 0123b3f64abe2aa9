"""Words an alert: the number, what is normal, a small chart, the mentions behind it, what to do."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from desk.alert.read import Alert, Behind
from desk.deliver.send import Note
from desk.digest.page import safe_link

if TYPE_CHECKING:
    from jinja2 import Template

BLOCKS: Final = "▁▂▃▄▅▆▇█"
SEVERITY: Final = {1: "Note", 2: "Alert", 3: "Urgent"}
OCCASION: Final = {"escalated": " (nobody has taken it yet)", "grown": " (it has grown)"}
MORE: Final = "There may be more, or an answer."
_SHOWN: Final = 5  # mentions
_POINTS: Final = 24  # of a chart


def word(alert: Alert, occasion: str, step: int, *, rich: bool) -> Note:
    """Return the message of an alert; with HTML and its chart as a picture where that is shown."""
    told = occasion.partition(":")[0]
    title = f"{SEVERITY[alert.severity]}: {alert.title}{OCCASION.get(told, '')}"
    facts = {
        "alert_id": alert.alert_id, "rule": alert.rule_id, "kind": alert.kind,
        "owner": alert.owner, "brand_id": alert.brand_id or "", "severity": str(alert.severity),
        "subject": alert.subject,
        "occasion": occasion, "step": str(step), "value": f"{alert.value:g}", "unit": alert.unit,
        "low": _number(alert.low), "high": _number(alert.high), "action": alert.action,
        "mentions": str(alert.mentions), "published_at": _iso(alert.published_at),
        "first_seen_at": _iso(alert.first_seen_at), "raised_at": _iso(alert.raised_at),
        "unheard": alert.unheard,
    }  # fmt: skip
    text = "\n".join(_lines(alert))
    if not rich:
        return Note(title, text, facts=tuple(facts.items()))
    picture = draw(alert.chart)
    html = _template().render(
        alert=alert, title=title, range=say_range(alert), behind=alert.behind[:_SHOWN],
        link=safe_link, more=_more(alert), chart=bool(picture), ack=_ack(alert),
        detail=_detail, moment=_moment, there_may_be=MORE,
    )  # fmt: skip
    files = (("chart.png", picture),) if picture else ()
    return Note(title, text, html, files, tuple(facts.items()))


def _lines(alert: Alert) -> list[str]:
    lines = [alert.title + ".", say_range(alert)]
    if alert.chart:
        lines.append(spark(alert.chart))
    if alert.unheard:
        lines.append(f"Not all was heard: {alert.unheard}. {MORE}")
    lines += ["", f"Do: {alert.action}", f"For: {alert.owner}", ""]
    for one in alert.behind[:_SHOWN]:
        lines += [f"- {one.said or '(the text is withheld)'}", f"  {_detail(one)}"]
        lines += [f"  {name}: {url}" for name, url in _links(one)]
    if more := _more(alert):
        lines.append(f"and {more} more.")
    lines += ["", _ack(alert)]
    return lines


def say_range(alert: Alert) -> str:
    """Return the number beside what is normal, in words."""
    number = f"{alert.value:,.6g} {alert.unit}".strip()
    if alert.low is not None and alert.high is not None:
        usual = f", usually {alert.usual:,.4g}" if alert.usual is not None else ""
        return f"{number}; normal is {alert.low:,.6g} to {alert.high:,.6g}{usual}."
    return f"{number}; what is normal is not known."


def spark(chart: list[dict[str, Any]]) -> str:
    """Return a chart as one line of blocks, from its lowest to its highest value."""
    values = [float(point["value"]) for point in chart if point.get("value") is not None]
    values = values[-_POINTS:]
    if not values:
        return ""
    low, high = min(0.0, *values), max(values)
    span = (high - low) or 1.0
    line = "".join(BLOCKS[round((value - low) / span * (len(BLOCKS) - 1))] for value in values)
    return f"{line}  {low:g} to {high:g}"


def draw(chart: list[dict[str, Any]]) -> bytes:
    """Return a chart as PNG; nothing where there is too little to draw."""
    points = [point for point in chart if point.get("value") is not None]
    if len(points) < 2:  # noqa: PLR2004
        return b""
    import vl_convert

    axis = {"grid": False, "tickCount": 4, "format": "%d %b %H:%M"}
    scale = {"type": "utc"}
    x = {"field": "at", "type": "temporal", "title": None, "axis": axis, "scale": scale}
    y = {"type": "quantitative", "title": None, "axis": {"tickCount": 3, "gridColor": "#eeece7"}}
    spec = {
        "data": {"values": points},
        "width": 560,
        "height": 110,
        "background": "white",
        "config": {"view": {"stroke": None}, "font": "sans-serif", "axis": {"domain": False}},
        "layer": [
            {
                "mark": {"type": "line", "color": "#b9b6ae", "strokeDash": [4, 3]},
                "encoding": {"x": x, "y": {**y, "field": "usual"}},
            },
            {
                "mark": {"type": "line", "color": "#2f5d8a", "strokeWidth": 2.5, "point": True},
                "encoding": {"x": x, "y": {**y, "field": "value"}},
            },
        ],
    }
    png: bytes = vl_convert.vegalite_to_png(spec, scale=2)
    return png


def _more(alert: Alert) -> int:
    return max(0, alert.mentions - len(alert.behind[:_SHOWN]))


def _links(one: Behind) -> list[tuple[str, str]]:
    found = (("see", safe_link(one.url)), ("answer", safe_link(one.reply_link)))
    return [(name, url) for name, url in found if url]


def _detail(one: Behind) -> str:
    parts = (one.channel, _moment(one.published_at), one.author, one.note)
    return ", ".join(part for part in parts if part)


def _moment(at: datetime | None) -> str:
    return f"{at:%d %b %H:%M} UTC" if at else ""


def _ack(alert: Alert) -> str:
    return f"Take it: listening alerts ack {alert.alert_id} --actor YOU"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _template() -> Template:
    from desk.digest.page import templates

    return templates().get_template("alert.html")
