"""Draws what the published files say, for people who would rather look than read.

`python -m desk.picture FOLDER` writes one PNG and one SVG from the team files of the data root.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from desk.query import query
from listening.contract import DataRoot

QUERIES = Path(__file__).parent / "pictures"
COLOURS = {
    "negative": "#b5443a",
    "not sure": "#e8e6e0",
    "neutral": "#b9b6ae",
    "positive": "#3d7a63",
}


def draw(root: DataRoot, folder: Path) -> list[Path]:
    """Write `overview.png` and `overview.svg`; return their paths.

    Raises:
        ListeningError: nothing is published yet.
    """
    chart = _overview(root).to_dict()
    import vl_convert

    folder.mkdir(parents=True, exist_ok=True)
    png, svg = folder / "overview.png", folder / "overview.svg"
    png.write_bytes(vl_convert.vegalite_to_png(chart, scale=2))
    svg.write_text(vl_convert.vegalite_to_svg(chart))
    return [png, svg]


def _overview(root: DataRoot) -> Any:
    import altair as alt

    mood = _bars(_rows(root, "pr", "sentiment"))
    topics = _topics(_rows(root, "product", "topics"))
    voice = _voice(_rows(root, "pr", "voice"))
    below = alt.hconcat(topics, voice).resolve_scale(color="independent")
    return (
        alt.vconcat(mood, below)
        .resolve_scale(color="independent")
        .configure(font="sans-serif", background="white")
        .configure_view(stroke=None)
        .configure_axis(grid=False, domainColor="#888", tickColor="#888")
        .configure_title(anchor="start", fontSize=13)
    )


def _bars(rows: list[dict[str, Any]]) -> Any:
    import altair as alt

    return (
        alt.Chart(_inline(rows), title="What people say of our brand, a day", width=760)
        .mark_bar()
        .encode(
            x=alt.X("yearmonthdate(day):T", title=None, axis=alt.Axis(format="%d %b")),
            y=alt.Y("mentions:Q", title="mentions"),
            color=alt.Color(
                "sentiment:N",
                scale=alt.Scale(domain=list(COLOURS), range=list(COLOURS.values())),
                title=None,
            ),
            order=alt.Order("rank:Q"),
        )
        .properties(height=180)
    )


def _topics(rows: list[dict[str, Any]]) -> Any:
    import altair as alt

    return (
        alt.Chart(_inline(rows), title="Complaints by topic: this week and the last")
        .mark_bar()
        .encode(
            y=alt.Y("topic:N", sort="-x", title=None),
            yOffset=alt.YOffset("week:N", sort=["this week", "last week"]),
            x=alt.X("complaints:Q", title="complaints"),
            color=alt.Color(
                "week:N",
                scale=alt.Scale(domain=["this week", "last week"], range=["#b5443a", "#dcb3ae"]),
                title=None,
            ),
        )
        .properties(width=330, height=200)
    )


def _voice(rows: list[dict[str, Any]]) -> Any:
    import altair as alt

    return (
        alt.Chart(_inline(rows), title="Share of voice, copies counted once")
        .mark_bar()
        .encode(
            y=alt.Y("brand:N", sort="-x", title=None),
            x=alt.X("mentions:Q", title="mentions"),
            color=alt.Color("role:N", scale=alt.Scale(range=["#8b8f98", "#2f5d8a"]), title=None),
        )
        .properties(width=230, height=200)
    )


def _inline(rows: list[dict[str, Any]]) -> Any:
    import altair as alt

    return alt.Data(values=rows)  # type: ignore[no-untyped-call]


def _rows(root: DataRoot, team: str, name: str) -> list[dict[str, Any]]:
    columns, rows = query(root, team, (QUERIES / f"{name}.sql").read_text())
    return [
        {
            column: value if isinstance(value, int | float | str) else str(value)
            for column, value in zip(columns, row, strict=True)
        }
        for row in rows
    ]


if __name__ == "__main__":
    for path in draw(DataRoot.from_environment(), Path(sys.argv[1])):
        print(path)  # noqa: T201
