"""Serves the answers that lie in each source's folder here, packed as the source packs them."""

from __future__ import annotations

import gzip
import json
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from listening.contract import Brand
from tests.listening.conftest import Answer, Asked, reply, web_socket
from tests.listening.sources.conftest import ANSWERING
from tests.listening.sources.keys import ec_key, pem

HERE: Final = Path(__file__).parent
NOW, LATER = "2026-10-08T12:00:00Z", "2026-10-12T12:00:00Z"
QUILLON: Final = Brand(
    id="quillon", name="Quillon", role="own", domains=("quillon.example",),
    handles={
        "mastodon": ("@care@quillon.example",), **dict.fromkeys(ANSWERING, ("quillon",)),
    },
)  # fmt: skip


def read_case(name: str, folder: Path) -> dict[str, Any]:
    """Return a source's case; `folder` is where its files are dropped."""
    text = (HERE / name / "case.json").read_text()
    case: dict[str, Any] = json.loads(text.replace("{folder}", str(folder)))
    told = case.get("environment", {})
    for variable, value in told.items():
        key = pem(ec_key()).replace("\n", "\\n") if "{ec_key}" in value else ""
        told[variable] = value.replace("{ec_key}", key)
    return case


def answer(name: str, routes: list[dict[str, Any]], asked: Asked) -> Answer:
    """Return what the first of a source's routes that fits serves, else 404."""
    for route in routes:
        query, body = route.get("query", {}), route.get("body", "").encode()
        fits = query.items() <= asked.query.items() and body in asked.raw
        if route["path"] == asked.path and fits:
            if "frames" in route:
                return jetstream((HERE / name / route["frames"]).read_text(), asked)
            headers = {"Content-Type": "application/json", **route.get("headers", {})}
            if "list" in route:
                told, more = cut_list(route, json.loads(_body(name, route)), asked)
                return reply(told, **(headers if more else {**headers, "Link": ""}))
            return reply(_body(name, route), route.get("status", 200), **headers)
    return reply(b"no such page", 404)


def cut_list(route: dict[str, Any], told: Any, asked: Asked) -> tuple[Any, bool]:
    """Return of a whole list the part that is asked for by number, and whether there is more.

    `list` names the items (`at`, "" where the answer is they), and the parameters: `count`, and
    `start` where positions are asked for in place of pages. The answer in the file is one that has
    a next page. `vanished` are positions of items that are no longer there.
    """
    names = route["list"]
    items = told[names["at"]] if names["at"] else told
    vanished = route.get("vanished", ())
    items = [one for number, one in enumerate(items) if number not in vanished]
    count = int(asked.query[names["count"]])
    page = int(asked.query["page"]) - 1 if "start" not in names else 0
    start = int(asked.query[names["start"]]) if "start" in names else page * count
    more = start + count < len(items)
    cut = items[start : start + count]
    if not names["at"]:
        return cut, more
    told = {**told, names["at"]: cut}
    if "has_more" in told:
        told["has_more"] = more
    for links in (told, told.get("paging", {})):
        if "links" in links and not more:
            links["links"] = []
    return told, more


def _body(name: str, route: dict[str, Any]) -> bytes:
    if "warc" in route:
        return pack_warc({url: HERE / name / page for url, page in route["warc"].items()})
    body = (HERE / name / str(route["file"])).read_bytes()
    if "gzipped" in route:
        return gzip.compress(body, mtime=0)
    if "zipped" in route:
        packed = BytesIO()
        with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
            archive.writestr(ZipInfo(route["zipped"]), body, ZIP_DEFLATED)
        return packed.getvalue()
    return body


def pack_warc(pages: dict[str, Path]) -> bytes:
    """Return a WARC file of pages, as a crawler of news writes it."""
    file = BytesIO()
    writer = WARCWriter(file, gzip=True)
    for url, page in pages.items():
        body = page.read_bytes()
        status = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        dated = {"WARC-Date": "2026-10-08T09:00:00Z"}
        writer.write_record(
            writer.create_warc_record(
                url, "response", payload=BytesIO(body), http_headers=status, warc_headers_dict=dated
            )
        )
    return file.getvalue()


def jetstream(lines: str, asked: Asked) -> Answer:
    """Serve events as Jetstream does: from the cursor on, which is inclusive."""
    since = int(asked.query.get("cursor", 0))
    return web_socket(
        *(line for line in lines.splitlines() if json.loads(line)["time_us"] >= since)
    )


def plain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows as JSON has them, without what is empty."""
    return [
        {
            key: value.isoformat() if isinstance(value, datetime) else value
            for key, value in row.items()
            if value is not None and value is not False and value not in ("", [])
        }
        for row in rows
    ]
