"""Stack Exchange: questions that a query or a tag finds on a site, their answers and comments.

Written from api.stackexchange.com/docs (2.3: search/excerpts, questions, answers, comments,
throttle, wrapper), read 2026-11; tested on documented shapes. No account; a key (the password of
the connection `stackexchange`) raises the day's quota from 300 to 10,000 requests.

`backoff` is waited for by every process of the machine, a spent quota until midnight UTC. Pages
end at the 25th without a key, so a longer list goes on from its oldest item. What was deleted is
not served: an id that the API no longer knows is deleted. Ids are of one site, whose posts share
theirs: `stackoverflow/11`, `stackoverflow/comment/7`. Texts are CC BY-SA: name and link authors.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from listening.clean import strip_html
from listening.contract import BrandFile, Coverage, ListeningError, Mention, Page
from listening.net.answer import DeniedError, RateLimitedError
from listening.net.credential import find_credential
from listening.query.search import Dialect, compile_search
from listening.sources import Look, Settings, Target, source
from listening.sources._api import Heard, blind, chunks, gone
from listening.sources._counted import MOVED, Counted
from listening.sources._queries import queries_for
from listening.sources._read import (
    api_target,
    epoch,
    expect,
    field,
    page_of,
    part,
    text_id,
    words,
)

API: Final = "https://api.stackexchange.com/2.3"
SIZE: Final = 100  # items of a page
IDS: Final = 100  # of a request
PAGES: Final = 25  # without a key
DAY: Final = 86_400
WORDS: Final = Dialect(most=200, any_of=None, groups=False)  # length unverified
NUMBER: Final = {"questions": "question_id", "answers": "answer_id", "comments": "comment_id"}
SITES: Final = {  # the others are subdomains of stackexchange.com
    "askubuntu": "askubuntu.com",
    "mathoverflow.net": "mathoverflow.net",
    "serverfault": "serverfault.com",
    "stackapps": "stackapps.com",
    "stackoverflow": "stackoverflow.com",
    "superuser": "superuser.com",
}
KNOWN: Final = words(
    """accepted_answer_id answer_count answer_id body bounty_amount bounty_closes_date closed_date
    closed_reason collectives comment_id community_owned_date content_license creation_date edited
    is_accepted is_answered item_type last_activity_date last_edit_date link locked_date
    migrated_from migrated_to owner post_id posted_by_collectives protected_date question_id
    recommendations reply_to_user score tags title view_count"""
)


class Sites(Settings):
    """`sources: {stackexchange: {sites: [stackoverflow], tags: [acme]}}`; or the queries' words."""

    base_url: str = API
    sites: tuple[str, ...] = ("stackoverflow",)
    tags: tuple[str, ...] = ()  # without any, each query that covers this source is asked
    connection: str = "stackexchange"


def targets(settings: Sites, brands: BrandFile) -> list[Target]:
    """Return one target per site and tag, or per site and query."""
    facts = {"connection": settings.connection}
    asked: dict[str, dict[str, Any]] = {f"tag/{tag}": {"tag": tag} for tag in settings.tags}
    if not asked:
        queries = queries_for("stackexchange", brands).items()
        asked = {name: {"texts": list(compile_search(q, WORDS))} for name, q in queries}
    return [
        api_target(f"{site}/{name}", settings.base_url, {**facts, **what, "site": site})
        for site in (
            site.removesuffix(".com").removesuffix(".stackexchange") for site in settings.sites
        )
        for name, what in asked.items()
    ]


def recount(look: Look, ids: Sequence[str]) -> Iterator[Page]:
    """Yield each post and comment as it stands now; what the API no longer knows is deleted."""
    left = dict.fromkeys(ids)
    for kind in NUMBER:
        asked = [one for one in left if ("/comment/" in one) == (kind == "comments")]
        for page in _by_id(look, kind, sorted(one.rsplit("/", 1)[1] for one in asked)):
            for item in page.items:
                left.pop(item.native_id, None)
            yield page
    yield Page(gone(look, "stackexchange", left), len(left))


@source(
    name="stackexchange",
    relation="off_channel",
    hosts=("api.stackexchange.com",),
    auth="none; a key for more than 300 requests a day",
    blind_to="Answers and questions without the words or the tag; comments on questions where "
    "nothing else happened for a week; votes below zero, which count as none",
    verified="shape",
    settings=Sites,
    targets=targets,
    pace=0.5,
    overlap=timedelta(days=7),
    recount=recount,
    recount_size=IDS,
    slice=timedelta(days=30),
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield questions with news, their answers and comments, then what was deleted."""
    if not (look.settings.get("tag") or look.settings["texts"]):
        yield blind()
        return
    heard = Heard(look)
    yield from heard.note(_threads(look, heard))
    for chunk in chunks(heard.missing(), IDS):
        yield from recount(look, chunk)
    yield Page((), 0, heard.cursor)


def _threads(look: Look, heard: Heard) -> Iterator[Page]:
    """Yield questions, then the young answers to them, then the young comments on both."""
    if tag := look.settings.get("tag"):
        yield from _pages(look, "/questions", "questions", {"tagged": tag, **_window(look)})
    else:
        found = dict[str, None]()
        yield from _search(look, found)
        yield from _by_id(look, "questions", list(found))
    for chunk in chunks([one.rsplit("/", 1)[1] for one in heard.served], IDS):
        path = f"/questions/{';'.join(chunk)}/answers"
        yield from _pages(look, path, "answers", _window(look))
    for chunk in chunks([one.rsplit("/", 1)[1] for one in heard.served], IDS):
        path = f"/posts/{';'.join(chunk)}/comments"
        yield from _pages(look, path, "comments", _window(look, "creation"))


def _search(look: Look, found: dict[str, None]) -> Iterator[Page]:
    """Note the questions that the search finds, by their own words or an answer's.

    Yields what is to be said of its lists, which hold no mentions.
    """
    for text in look.settings["texts"]:
        asked = {"q": text, "filter": "default", **_window(look)}
        for url, hits, told in _walk(look, "/search/excerpts", asked, "last_activity_date"):
            found |= dict.fromkeys(str(expect(one, "question_id", int, url)) for one in hits)
            if told:
                yield Page((), 0, coverage=told)


def _by_id(look: Look, kind: str, numbers: Sequence[str]) -> Iterator[Page]:
    for chunk in chunks(numbers, IDS):
        asked = {"sort": "creation", "order": "desc"}
        yield from _pages(look, f"/{kind}/{';'.join(chunk)}", kind, asked)


def _window(look: Look, sort: str = "activity") -> dict[str, Any]:
    until = {"max": int(look.until.timestamp())} if look.until else {}
    return {"sort": sort, "order": "desc", "min": int(look.since.timestamp()), **until}


def _pages(look: Look, path: str, kind: str, asked: Mapping[str, Any]) -> Iterator[Page]:
    dated = "last_activity_date" if asked["sort"] == "activity" else "creation_date"
    for url, raws, told in _walk(look, path, {"filter": "withbody", **asked}, dated):
        yield page_of(
            "stackexchange",
            url,
            raws,
            lambda raw: _mention(raw, kind, look),
            lambda raw: _id(look, kind, text_id(raw, NUMBER[kind])),
            KNOWN,
            told,
        )


def _walk(
    look: Look, path: str, asked: Mapping[str, Any], dated: str
) -> Iterator[tuple[str, list[Any], Coverage | None]]:
    """Yield the pages of a list, newest first; past the last page it is asked for what is older.

    Raises:
        LoopError: more items of one second than the pages hold, or pages in a circle.
    """
    older, counted = dict[str, int](), Counted(path, SIZE)
    while window := counted.window:
        numbers = {"page": window.page, "pagesize": window.size}
        url, answer = _ask(look, path, {**asked, **older, **numbers})
        raws = expect(answer, "items", list, url)
        more = expect(answer, "has_more", bool, url)
        joined = counted.turn([_name(raw) for raw in raws], more)
        if raws:
            yield url, raws, None if joined else MOVED
        if raws and counted.window and counted.window.page > PAGES:
            older = {"max": expect(raws[-1], dated, int, url)}
            counted.restart()


def _name(raw: Any) -> str:
    """Return an item's kind and number; an answer that was found has its question's, too."""
    return "/".join((text_id(raw, "item_type"), *(text_id(raw, one) for one in NUMBER.values())))


def _ask(look: Look, path: str, asked: Mapping[str, Any]) -> tuple[str, Any]:
    url = f"{look.settings['base_url']}{path}"
    key = find_credential(look.settings["connection"])
    params = {"site": look.settings["site"], **asked}
    try:
        answer = look.http.get_json(url, {**params, "key": key.password} if key else params)
    except DeniedError as error:
        raise _explained(look, url, error) from error
    wait = float(expect(answer, "backoff", int, url)) if "backoff" in answer else 0.0
    if expect(answer, "quota_remaining", int, url) <= 0:
        wait = max(wait, DAY - look.started_at.timestamp() % DAY)
    if wait:
        look.http.rest(url, wait)
    return url, answer


def _explained(look: Look, url: str, error: DeniedError) -> ListeningError:
    """Return what a refusal says: the API words a rate limit as status 400, too."""
    try:
        told = json.loads(error.body)
        name, message = str(told["error_name"]), str(told.get("error_message", ""))
    except (ValueError, TypeError, KeyError):
        return error
    if name == "throttle_violation":
        found = re.search(r"(\d+) seconds", message)
        wait = float(found[1]) if found else DAY - look.started_at.timestamp() % DAY
        look.http.rest(url, wait)
        return RateLimitedError.of(url, wait)
    mend = "See api.stackexchange.com/docs/error-handling"
    return ListeningError(f"the API says {name}", where=url, mend=mend)


def _id(look: Look, kind: str, number: str) -> str:
    parts = (look.settings["site"], *(["comment"] if kind == "comments" else []), number)
    return "/".join(parts) if number else ""


def _mention(raw: Any, kind: str, look: Look) -> Mention:
    number = str(field(raw, NUMBER[kind], int))
    site = look.settings["site"]
    created = epoch(field(raw, "creation_date", int), "creation_date")
    edited = raw.get("last_edit_date")
    owner = part(raw, "owner", dict)
    parent = {"questions": "", "answers": "question_id", "comments": "post_id"}[kind]
    parent_id = _id(look, "answers", str(field(raw, parent, int))) if parent else ""
    title = strip_html(field(raw, "title", str)) if kind == "questions" else ""
    return Mention(
        source="stackexchange",
        native_id=_id(look, kind, number),
        text=strip_html(field(raw, "body", str)),
        title=title,
        url=_url(site, kind, number, str(raw.get("post_id", ""))),
        author=strip_html(str(owner.get("display_name") or "")),
        author_id=text_id(owner, "user_id"),
        published_at=created,
        edited_at=epoch(field(raw, "last_edit_date", int), "last_edit_date") if edited else None,
        observed_at=look.started_at,
        kind="comment" if parent else "post",
        channel="stackexchange",
        parent_native_id=parent_id,
        thread_native_id=parent_id if kind == "answers" else "",
        likes=max(0, field(raw, "score", int)),
        comments=field(raw, "answer_count", int) if kind == "questions" else None,
        views=field(raw, "view_count", int) if kind == "questions" else None,
    )


def _url(site: str, kind: str, number: str, post: str) -> str:
    """Return an address that stays the same when the title is edited."""
    base = f"https://{SITES.get(site, f'{site}.stackexchange.com')}"
    if kind == "comments":
        return f"{base}/q/{post}#comment{number}_{post}"
    return f"{base}/{'a' if kind == 'answers' else 'q'}/{number}"
