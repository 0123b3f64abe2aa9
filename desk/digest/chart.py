"""Draws the charts of a digest as pictures that mail programs show: PNG, at twice their size."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from desk.digest.build import Section
from desk.picture import COLOURS

WIDTH: Final = 592  # of the message's column, in CSS pixels
_NOW: Final = {"now": "#2f5d8a", "before": "#c3cfdb"}
_DONE: Final = {"late or open": "#b5443a", "answered in time": "#3d7a63"}
_SERIES: Final = ["#2f5d8a", "#c98b2b", "#3d7a63", "#8a5a83", "#7a7f87", "#b5443a"]


def draw_png(section: Section, before: str) -> bytes:
    """Return a chart as PNG; `before` says in words what it is compared with."""
    import vl_convert

    png: bytes = vl_convert.vegalite_to_png(_spec(section, before), scale=2)
    return png


def describe(section: Section) -> str:
    """Return a chart in words, for whoever does not see it: the newest value of each series."""
    rows = section.dicts()
    latest: dict[str, str] = {}
    for row in rows:
        if section.form != "bars":
            latest[row["series"]] = f"{row['series']} {float(row['value']):g}"
        elif row["series"] == "now":
            latest[row["label"]] = f"{row['label']} {float(row['value']):g}"
    when = "" if section.form == "bars" or not rows else f"{rows[-1]['x']:%d %b}: "
    return when + (", ".join(latest.values()) or "nothing")


def _spec(section: Section, before: str) -> dict[str, Any]:
    import altair as alt

    values = [{name: _plain(value) for name, value in row.items()} for row in section.dicts()]
    chart = alt.Chart(alt.Data(values=values))  # type: ignore[no-untyped-call]
    if section.form == "bars":
        drawn = _bars(chart, values, {"now": "this time", "before": before})
    else:
        drawn = _over_time(chart, section, values)
    spec: dict[str, Any] = (
        drawn.properties(padding=0)
        .configure(font="sans-serif", background="white", autosize=_FIT)
        .configure_view(stroke=None)
        .configure_axis(
            grid=False, domainColor="#c9c6bf", tickColor="#c9c6bf", labelColor="#55524c",
            titleColor="#55524c", labelFontSize=11, titleFontSize=11, titleFontWeight="normal",
        )
        .configure_legend(
            orient="top", title=None, labelFontSize=11, labelColor="#55524c", symbolType="square",
            offset=6,
        )
        .to_dict()
    )  # fmt: skip
    return spec


_FIT: Final[Any] = {"type": "fit", "contains": "padding"}


def _over_time(chart: Any, section: Section, values: list[dict[str, Any]]) -> Any:
    import altair as alt

    days = sorted({row["x"] for row in values})
    series = list(dict.fromkeys(row["series"] for row in values))
    known = COLOURS | _DONE
    palette = [known.get(one) or _SERIES[number % 6] for number, one in enumerate(series)]
    gap = 1 if len(days) <= 16 else -(-len(days) // 14)  # noqa: PLR2004 (labels that fit)
    encoded = chart.encode(
        x=alt.X(
            "x:O",
            title=None,
            axis=alt.Axis(
                labelExpr="timeFormat(toDate(datum.value), '%d %b')",
                labelAngle=0,
                values=days[::-1][::gap][::-1],
                labelOverlap=True,
            ),
        ),
        y=alt.Y(
            "value:Q",
            title=None,
            axis=alt.Axis(tickCount=4, tickMinStep=1, grid=True, gridColor="#eeece7"),
            scale=alt.Scale(nice=4),
        ),
        color=alt.Color("series:N", scale=alt.Scale(domain=series, range=palette)),
    )
    if section.form == "lines":
        drawn = encoded.mark_line(strokeWidth=2.5, point=alt.OverlayMarkDef(size=36, filled=True))
    else:
        drawn = encoded.mark_bar().encode(order=alt.Order("rank:Q"))
        for row in values:
            row["rank"] = series.index(row["series"])
    return drawn.properties(width=WIDTH, height=190)


def _bars(chart: Any, values: list[dict[str, Any]], words: dict[str, str]) -> Any:
    import altair as alt

    compared = any(row["series"] == "before" for row in values)
    used = list(_NOW) if compared else ["now"]  # nothing now is a bar of nothing
    series, colours = [words[one] for one in used], [_NOW[one] for one in used]
    most: dict[str, float] = {}
    for row in values:
        row["series"] = words[row["series"]]
        most[row["label"]] = max(row["value"], most.get(row["label"], 0))
    largest = sorted(most, key=lambda label: (-most[label], label))
    axis = alt.Axis(ticks=False, labelLimit=220)
    return (
        chart.mark_bar()
        .encode(
            y=alt.Y("label:N", sort=largest, title=None, axis=axis),
            yOffset=alt.YOffset("series:N", sort=series),
            x=alt.X("value:Q", title=None, axis=alt.Axis(tickCount=5, tickMinStep=1)),
            color=alt.Color(
                "series:N",
                legend=alt.Legend() if len(series) > 1 else None,
                scale=alt.Scale(domain=series, range=colours),
            ),
        )
        .properties(width=WIDTH, height=max(60, (12 + 11 * len(series)) * len(most)))
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    return value if isinstance(value, int | float | str) or value is None else float(value)
