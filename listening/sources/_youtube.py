"""The door of YouTube's API: each list is paid for, and a spent quota is waited for.

Written from developers.google.com/youtube/v3 (quota, errors), read 2026-11.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from listening.net.answer import DeniedError, RateLimitedError
from listening.net.credential import need_credential
from listening.sources import Look
from listening.sources._read import Pager, expect, text_id

PACIFIC: Final = "America/Los_Angeles"  # whose midnight gives the quota anew


def ask(look: Look, path: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return one list of the API, paid for; raises what its errors mean."""
    key = need_credential(look.settings["connection"], '{"password": "an API key"}')
    url = f"{look.settings['base_url']}/youtube/v3/{path}"
    try:
        with look.pay(**{"search" if path == "search" else "list": 1}):
            headers = {"X-Goog-Api-Key": key.password}
            answer = look.http.get_json(url, asked, headers)
    except DeniedError as error:
        if reason_of(error) in ("quotaExceeded", "dailyLimitExceeded"):
            rest = until_midnight(look.started_at)
            look.http.rest(url, rest)
            raise RateLimitedError.of(url, rest) from error
        raise
    expect(answer, "items", list, url)
    return dict(answer)


def reason_of(error: DeniedError) -> str:
    """Return the API's own word for why it refused."""
    try:
        return str(json.loads(error.body)["error"]["errors"][0]["reason"])
    except (ValueError, LookupError, TypeError):
        return ""


def until_midnight(moment: datetime) -> float:
    """Return the seconds until the quota is given anew."""
    there = moment.astimezone(ZoneInfo(PACIFIC))
    midnight = (there + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(60.0, midnight.timestamp() - moment.timestamp())


def lists(look: Look, path: str, asked: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    pager, token = Pager(f"{look.settings['base_url']}: {path}"), ""
    while True:
        answer = ask(look, path, {**asked, "pageToken": token} if token else asked)
        pager.turn(str(text_id(one, "etag") or item_id(one)) for one in answer["items"])
        yield answer
        token = answer.get("nextPageToken") or ""
        if not token:
            return


def item_id(item: Any) -> str:
    """Return an item's id; a search puts it one level lower."""
    value = item.get("id") if isinstance(item, Mapping) else None
    return text_id(value, "videoId") if isinstance(value, Mapping) else text_id(item, "id")
