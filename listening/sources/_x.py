"""Batch compliance of X: once a day, every living post is held against what became of it there.

Written from docs.x.com (batch compliance: create, upload, status, download), read 2026-11, and
recorded jobs. A job takes minutes to hours, so one crawl begins it and a later one reads it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from listening.contract import Deletion
from listening.net.answer import Response
from listening.sources import Look, SourceChanged
from listening.sources._api import EPOCH
from listening.sources._read import expect, instant

EVERY: Final = timedelta(days=1)
JOBS: Final = "/compliance/jobs"
KEPT: Final = "scrub_geo"  # the one finding that leaves the post itself alone


def comply(look: Look, fetch: Callable[..., Any]) -> tuple[tuple[Deletion, ...], dict[str, str]]:
    """Return what is to be deleted, and the state of the job for the next crawl's cursor."""
    state: dict[str, str] = dict(look.cursor.get("compliance", {}))
    if look.until:  # a backfill leaves this to the stream
        return (), state
    if "job" in state:
        answer = expect(fetch(f"{JOBS}/{state['job']}"), "data", dict, JOBS)
        status = expect(answer, "status", str, JOBS)
        if status == "complete":
            found = look.http.fetch(
                expect(answer, "download_url", str, JOBS), _read_lines, secret=True
            )
            return tuple(_deletions(look, found)), {"at": state["at"]}
        return (), {} if status in ("failed", "expired") else state
    living = sorted(look.recent(EPOCH))
    due = "at" not in state or look.started_at - datetime.fromisoformat(state["at"]) >= EVERY
    if not (living and due):
        return (), state
    job = expect(fetch(JOBS, json={"type": "tweets"}), "data", dict, JOBS)
    url = expect(job, "upload_url", str, JOBS)
    body = "\n".join(living).encode()
    look.http.fetch(
        url, lambda _: None, put=body, headers={"Content-Type": "text/plain"}, secret=True
    )
    return (), {"job": expect(job, "id", str, JOBS), "at": look.started_at.isoformat()}


def _read_lines(response: Response) -> list[Any]:
    try:
        return [json.loads(line) for line in response.body.splitlines() if line.strip()]
    except ValueError as error:
        mend = "Read what docs.x.com says of compliance results"
        raise SourceChanged("no JSON lines", where=JOBS, mend=mend) from error


def _deletions(look: Look, found: list[Any]) -> Iterator[Deletion]:
    living = look.recent(EPOCH)
    for one in found:
        if isinstance(one, dict) and one.get("id") in living and one.get("reason") != KEPT:
            when = one.get("redacted_at") or look.started_at.isoformat()
            yield Deletion("x", one["id"], instant(when, "redacted_at"), look.started_at)
