"""What a row of the Global Knowledge Graph looks like: 27 columns, and elements in the last."""

from __future__ import annotations

import re
from html import unescape
from typing import Final

from listening.clean import UncleanError
from listening.contract import Mention
from listening.sources import Look
from listening.sources._read import timed

COLUMNS: Final = 27
DATE, KIND, SITE_NAME, URL, QUOTES, NAMES, EXTRAS = 1, 2, 3, 4, 22, 23, 26
WEB: Final = "1"  # the kind whose document is a URL
STAMP: Final = "%Y%m%d%H%M%S"


def read_mention(row: str, look: Look) -> Mention:
    """Return an article: its title, its quotes, and the names that occur."""
    cells = row.split("\t")
    if len(cells) != COLUMNS:
        raise UncleanError("missing_field", f"a row has {len(cells)} columns, not {COLUMNS}")
    extras = cells[EXTRAS]
    quotes = [one.split("|")[-1].strip() for one in cells[QUOTES].split("#")]
    names = dict.fromkeys(one.rpartition(",")[0].strip() for one in cells[NAMES].split(";"))
    published = _part(extras, "PAGE_PRECISEPUBTIMESTAMP")
    seen = timed(cells[DATE], STAMP, "DATE")
    return Mention(
        source="gdelt",
        native_id=cells[URL],
        text="\n".join(filter(None, (*quotes, ", ".join(filter(None, names))))),
        title=_part(extras, "PAGE_TITLE"),
        url=cells[URL] if cells[KIND] == WEB else "",
        author=_part(extras, "PAGE_AUTHORS").partition(";")[0] or cells[SITE_NAME],
        author_name=cells[SITE_NAME],
        published_at=timed(published, STAMP, "PUBTIMESTAMP") if published else seen,
        observed_at=look.started_at,
        channel="news",
        lang="" if look.settings["kind"] else "en",
        warnings=("quotes_and_names", *(() if published else ("first_seen",))),
    )


def _part(extras: str, name: str) -> str:
    """Return one of the elements that a row's last cell holds side by side."""
    found = re.search(f"<{name}>(.*?)</{name}>", extras, re.DOTALL)
    return unescape(found[1]).strip() if found else ""
