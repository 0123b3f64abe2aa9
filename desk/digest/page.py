"""Writes a digest as HTML that mail programs show, and as plain text.

Everything a template is given is escaped; a link is one by its scheme, or it is no link.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from desk.digest.build import CHARTS, Digest, Section, say_number
from desk.digest.chart import describe, draw_png

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES: Final = Path(__file__).parent / "templates"
SCHEMES: Final = ("http", "https")


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart as a file beside the HTML, which names it by `cid:`."""

    name: str
    png: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """A digest as a message: subject, HTML, plain text, and the pictures the HTML names."""

    key: str  # the same for the same team and period
    subject: str
    html: str
    text: str
    pictures: tuple[Picture, ...]

    def alone(self) -> str:
        """Return the HTML with its pictures inside it, as one file."""
        html = self.html
        for picture in self.pictures:
            data = b64encode(picture.png).decode()
            html = html.replace(f'"cid:{picture.name}"', f'"data:image/png;base64,{data}"')
        return html


def write(digest: Digest) -> Message:
    """Return a digest as a message."""
    pictures = {
        section.title: Picture(f"chart{number}.png", draw_png(section, digest.period.before))
        for number, section in enumerate(digest.sections, start=1)
        if section.form in CHARTS and section.rows
    }
    given: dict[str, Any] = {"digest": digest, "pictures": pictures}
    return Message(
        f"{digest.role}-{digest.period.kind}-{digest.period.since}",
        digest.subject,
        templates().get_template("digest.html").render(given),
        templates().get_template("digest.txt").render(given),
        tuple(pictures.values()),
    )


def safe_link(url: Any) -> str:
    """Return an address that may be a link; an empty string for any other."""
    try:
        parts = urlsplit(str(url or "").strip())
    except ValueError:
        return ""
    good = parts.scheme.lower() in SCHEMES and parts.hostname and not parts.username
    return parts.geturl() if good else ""


def say(value: Any) -> str:
    """Return a cell as people write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value % 1:
        return f"{value:,.2f}".rstrip("0").replace("-", "\N{MINUS SIGN}")
    if value is None or isinstance(value, int | float):
        return say_number(value, "count")
    return str(value)


def _is_number(section: Section, column: int) -> bool:
    cells = [row[column] for row in section.rows if row[column] is not None]
    return bool(cells) and all(isinstance(one, int | float) for one in cells)


@cache
def templates() -> Environment:
    """Return the templates of messages: what they are given is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(link=safe_link, say=say)
    made.globals.update(describe=describe, charts=CHARTS, is_number=_is_number)
    return made
