"""Asks Meta's Graph API, alike for Facebook and Instagram: its limits, errors and pages.

Written from developers.facebook.com/docs/graph-api (rate limiting, error handling, paginated
results), read 2026-11. Limits come in three disguises: headers that tell percents of a rolling
hour, with which the host is left alone before it refuses; status 400 with a code of its own; and
code 100, which else means a wrong parameter. The token is sent as a header, never in an address;
Meta may repeat it in `paging`; in the answer that is kept it is blotted out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from listening.contract import Item, ListeningError, Mention, Page, Snapshot
from listening.net.answer import DeniedError, GoneError, RateLimitedError, Response, read_json
from listening.net.credential import need_credential
from listening.net.guard import shown
from listening.sources import Look
from listening.sources._api import gone
from listening.sources._owned import inner
from listening.sources._read import Pager, digest, expect, read_items

API: Final = "https://graph.facebook.com/v23.0"
LIMITS: Final = frozenset((4, 17, 32, 341, 613, *range(80_000, 80_015)))
LOGINS: Final = frozenset((102, 190))
RIGHTS: Final = frozenset((10, *range(200, 300)))
WRONG: Final = 100  # a wrong parameter, and sometimes a limit
MISSING: Final = 33  # subcode: no such object
ALIASES: Final = 803  # of several ids, one is none
AT_ONCE: Final = 50  # ids in one request
BELOW: Final = "comments/"  # before a comment's id, which looks like a post's
USAGE: Final = ("X-App-Usage", "X-Page-Usage", "X-Ad-Account-Usage", "X-Business-Use-Case-Usage")
PERCENTS: Final = ("call_count", "total_time", "total_cputime")
NEAR: Final = 95  # percent of an hour's calls or time
REST: Final = 900.0  # seconds, where Meta does not say how long
SECRETS: Final = ("access_token", "appsecret_proof")


Counting = tuple[str, Callable[[Any], Mapping[str, Any]]]
"""The fields that are asked for, and what reads the counts in them."""


def discussed(look: Look, page: Page) -> dict[str, None]:
    """Return the ids of a page's recent posts below which there may be comments."""
    said = (one for one in page.items if isinstance(one, Mention))
    recent = (one for one in said if one.published_at >= look.since)
    return {one.native_id: None for one in recent if one.comments != 0}


def ask(look: Look, path: str, asked: Mapping[str, Any]) -> Any:
    """Return the answer of a path of the API.

    Raises:
        RateLimitedError: a limit is reached; the host is left alone.
        GoneError: there is no such object, or not for us.
        DeniedError: the token does not reach so far.
        ListeningError: the token is not taken.
    """
    name = look.settings["connection"]
    key = need_credential(name, '{"password": "a token of the page"}')
    url = f"{look.settings['base_url']}/{path.lstrip('/')}"

    def read(response: Response) -> Any:
        if (wait := wait_for(response.headers)) > 0:
            look.http.rest(url, wait)
        return read_json(response)

    try:
        # Uncompressed: only so can the token be blotted out of the answer that is kept.
        headers = {"Authorization": f"Bearer {key.password}", "Accept-Encoding": "identity"}
        return look.http.fetch(url, read, params=asked, headers=headers)
    except DeniedError as error:
        raise _meant(look, url, error) from error


def pages(look: Look, path: str, asked: Mapping[str, Any]) -> Iterator[list[Any]]:
    """Yield the pages of a list, as `paging` tells them."""
    pager = Pager(path)
    while True:
        answer = ask(look, path, asked)
        data = expect(answer, "data", list, path)
        pager.turn(digest(json.dumps(one, sort_keys=True, default=str)) for one in data)
        yield data
        following = inner(inner(answer, "paging"), "next")
        if not isinstance(following, str) or not data:
            return
        told = parse_qsl(urlsplit(following).query)
        asked = {**asked, **{key: value for key, value in told if key not in SECRETS}}


def recounted_all(
    look: Look, source: str, ids: Iterable[str], above: Counting, below: Counting
) -> Iterator[Page]:
    """Yield the counts of posts, then of the comments below them; see `recounted`."""
    names = {one: one.removeprefix(BELOW) for one in ids}
    for (fields, count), own in ((above, False), (below, True)):
        asked = {name: one for one, name in names.items() if (one != name) is own}
        yield from recounted(look, source, asked, fields, count)


def recounted(
    look: Look,
    source: str,
    names: Mapping[str, str],
    fields: str,
    count: Callable[[Any], Mapping[str, Any]],
) -> Iterator[Page]:
    """Yield the counts of objects, asked for together.

    Meta refuses all of them where one is gone, and does not say which; then, and where it leaves
    one out, each is asked for singly. One that the token does not reach is left uncounted.

    Args:
        look: the look.
        source: name of the source.
        names: native ids by Meta's; at most `AT_ONCE`.
        fields: what is asked of each.
        count: reads the counts of one.
    """
    if not names:
        return
    try:
        found = ask(look, "", {"ids": ",".join(names), "fields": fields})
    except (GoneError, DeniedError):
        found = {}
    raws, items = list[tuple[str, Any]](), list[Item]()
    for name, native_id in names.items():
        try:
            raws.append((native_id, inner(found, name) or ask(look, name, {"fields": fields})))
        except GoneError:
            items += gone(look, source, [native_id])
        except DeniedError:
            continue
    seen = look.started_at
    items += read_items(
        source,
        "ids",
        raws,
        lambda pair: Snapshot(source, pair[0], seen, **count(pair[1])),
        lambda pair: pair[0],
    )
    yield Page(tuple(items), len(items))


def wait_for(headers: Mapping[str, str]) -> float:
    """Return for how many seconds to leave the host alone, 0 while there is room.

    A header holds one object of percents, or for each business a list of such.
    """
    waits = [0.0]
    for name in USAGE:
        for usage in _usages(headers.get(name, "")):
            percents = [usage.get(one) for one in PERCENTS]
            most = max((one for one in percents if isinstance(one, int | float)), default=0)
            told = usage.get("estimated_time_to_regain_access")
            minutes = told if isinstance(told, int | float) else 0
            if most >= NEAR or minutes > 0:
                waits.append(minutes * 60.0 or REST)
    return max(waits)


def _usages(header: str) -> list[dict[str, Any]]:
    try:
        told = json.loads(header) if header else {}
    except ValueError:
        return []
    listed = [told] if isinstance(told, dict) else []
    for value in told.values() if isinstance(told, dict) else ():
        listed += value if isinstance(value, list) else []
    return [one for one in listed if isinstance(one, dict)]


def _meant(look: Look, url: str, error: DeniedError) -> ListeningError:
    """Return what a refusal means."""
    try:
        told = json.loads(error.body)["error"]
        code, message = int(told["code"]), str(told.get("message", ""))
    except (ValueError, TypeError, KeyError):
        return error
    spent = re.search(r"rate|too many|limit reached|limit exceeded", message, re.IGNORECASE)
    if code in LIMITS or (code == WRONG and spent):
        look.http.rest(url, REST)
        return RateLimitedError.of(url, REST)
    if code == ALIASES or (code == WRONG and told.get("error_subcode") == MISSING):
        return GoneError("there is no such object", where=shown(url), mend="Check its id")
    if code in LOGINS or code in RIGHTS:
        kind = DeniedError if code in RIGHTS else ListeningError
        mend = "Renew the token, with the permissions docs/sources.md names"
        return kind(f"Meta does not take the token (code {code})", where=shown(url), mend=mend)
    mend = "See developers.facebook.com/docs/graph-api/guides/error-handling"
    return ListeningError(f"Meta refuses with code {code}", where=shown(url), mend=mend)
