"""GitHub: issues, pull requests, comments and discussions of repositories, or what a search finds.

Written from docs.github.com (REST 2022-11-28: issues, issue comments, search, rate limits;
GraphQL: discussions) and recorded answers, read 2026-11. No account; a token (the password of
the connection `github`) raises 60 requests an hour to 5,000 and opens discussions.

An id is the item's path in the API, so it can be asked for singly: 404 or 410 means deleted, and
one that answers under another path was transferred, which is a deletion here. `updated_at` of an
issue moves with every comment and label, so an issue's edit shows by its text alone. A search
reaches 1,000 hits; a wider one is halved by time. A list that did not change costs nothing (304).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from listening.contract import BrandFile, Coverage, Item, ListeningError, Mention, Page
from listening.net.answer import GoneError, RateLimitedError, Response, conditions, read_json
from listening.net.credential import find_credential
from listening.query.search import Dialect, compile_search
from listening.sources import Look, Settings, Target, source
from listening.sources._api import Heard, bearer, blind, gone, one_by_one, stamp
from listening.sources._counted import MOVED, Counted, Window
from listening.sources._github import DISCUSSIONS, discussed
from listening.sources._queries import queries_for
from listening.sources._read import (
    NOTHING,
    Pager,
    api_target,
    expect,
    expect_list,
    field,
    instant,
    page_of,
    part,
    text_id,
    words,
)

API: Final = "https://api.github.com"
SIZE: Final = 100
CAP: Final = 1_000  # hits that a search reaches
MOST_ASKED: Final = 50  # vanished items asked for in one crawl
LIMITED: Final = 60.0  # seconds, where GraphQL names no moment
# docs.github.com/rest/search: 256 characters without qualifiers, five operators.
WORDS: Final = Dialect(most=256, operators=5, groups=False)
LIKED: Final = ("+1", "heart", "hooray", "laugh", "rocket")
LISTS: Final = ("issues", "issues/comments")
HIDDEN: Final = re.compile(r"<!--.*?-->", re.DOTALL)  # the form people fill in
QUOTED: Final = re.compile(r"^>.*\n?", re.MULTILINE)  # what a comment answers
KNOWN: Final = words(
    """active_lock_reason assignee assignees author_association body closed_at closed_by comments
    comments_url created_at draft events_url html_url id issue_dependencies_summary
    issue_field_values issue_url labels labels_url locked milestone minimized node_id number
    parent_issue_url performed_via_github_app pin pull_request reactions repository repository_url
    score state state_reason sub_issues_summary text_matches timeline_url title type updated_at url
    user"""
)


class Repositories(Settings):
    """`sources: {github: {repos: [acme/kettle]}}`; without any, the queries are searched for."""

    base_url: str = API
    repos: tuple[str, ...] = ()
    connection: str = "github"


def targets(settings: Repositories, brands: BrandFile) -> list[Target]:
    """Return one target per repository, or per query; a brand's own account is its channel."""
    base, facts = settings.base_url, {"connection": settings.connection}
    owners = {
        handle.lstrip("@").lower(): brand
        for brand in brands.brands
        for handle in brand.handles.get("github", ())
    }
    found = []
    for repo in settings.repos:
        owner = owners.get(repo.split("/")[0].lower())
        owned = owner is not None and owner.role == "own"
        told = {"repo": repo.lower(), "brand": owner.id if owner else "", "owned": owned}
        relation = "owned" if owned else "off_channel"
        found.append(api_target(repo.lower(), base, {**facts, **told}, relation=relation))
    if found:
        return found
    return [
        api_target(name, base, {**facts, "texts": list(compile_search(q, WORDS))})
        for name, q in queries_for("github", brands).items()
    ]


def recount(look: Look, ids: Sequence[str]) -> Iterator[Page]:
    """Yield each issue and comment as it stands now; discussions are counted by the crawl."""
    yield from one_by_one(ids, lambda one: _again(look, one))


@source(
    name="github",
    relation="off_channel",
    hosts=("api.github.com",),
    auth="none; a token for discussions and more than 60 requests an hour",
    blind_to="Reviews of code; deleted discussions; without a token every discussion; in a search, "
    "comments, and more than 1,000 hits in one second",
    verified="recorded",
    settings=Repositories,
    targets=targets,
    overlap=timedelta(days=7),
    recount=recount,
    backfills=True,
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield what was touched since the overlap, then what vanished; lists may be unchanged."""
    if not (look.settings.get("repo") or look.settings["texts"]):
        yield blind()
        return
    heard, tags, news = Heard(look), dict(look.cursor.get("tags", {})), False
    pages = _listed(look, heard, tags) if "repo" in look.settings else _searched(look)
    for page in heard.note(pages):
        news = True
        yield page
    lost = [one for one in heard.missing() if "/discussions/" not in one][:MOST_ASKED]
    vanished = tuple(item for one in lost for item in _again(look, one))
    if news or vanished:  # else every list said that it did not change
        cursor = {**heard.cursor, **({"tags": tags} if tags else {})} if heard.cursor else None
        yield Page(vanished, len(vanished), cursor)


def _listed(look: Look, heard: Heard, tags: dict[str, Any]) -> Iterator[Page]:
    """Yield the pages of a repository's lists, the latest touched first."""
    repo = look.settings["repo"]
    for kind in LISTS:
        known = {one for one in look.recent(look.since) if one.startswith(f"{repo}/{kind}/")}
        if kind == "issues":
            known = {one for one in known if "/comments/" not in one}
        asked = {"since": stamp(look.since), "sort": "updated", "direction": "desc"}
        asked |= {"per_page": str(SIZE), **({"state": "all"} if kind == "issues" else {})}
        url = f"{look.settings['base_url']}/repos/{repo}/{kind}"
        before = tags.get(kind, {})
        tag = before.get("tag") if before.get("since") == asked["since"] else None
        for number, (response, page) in enumerate(_pages(look, url, asked, tag)):
            if page is None:
                heard.add(known)
                break
            if number == 0:
                tags[kind] = {"since": asked["since"], "tag": response.headers.get("ETag")}
            if page.items:
                yield page
    if find_credential(look.settings["connection"]):
        yield from _discussed(look)


def _pages(
    look: Look, url: str, asked: Mapping[str, str], tag: str | None
) -> Iterator[tuple[Response, Page | None]]:
    """Yield the pages of a list; None for one that did not change since it had this tag.

    The next page of issues is linked behind an item (`after`), for GitHub refuses the hundredth by
    number (google/go-github#3565, read 2026-11). Pages that are linked by number are counted.
    """
    counted, pager, behind = Counted(url, SIZE), Pager(url), ""
    headers = _headers(look) | conditions({"etag": tag})
    while behind or counted.window:
        window = counted.window or Window(1, SIZE)
        numbers = {"per_page": str(window.size), "page": str(window.page)}
        numbers = numbers if window.start else {}  # the first as ever: older batches are read again
        params = {} if behind else {**asked, **numbers}
        response = look.http.get(behind or url, params, headers)
        if response.unchanged:
            yield response, None
            return
        raws = expect_list(read_json(response), response.url, "the list")
        page, following = _page(look, raws, response.url), response.link("next") or ""
        ids, joined = [item.native_id for item in page.items], True
        if behind or "after=" in following:
            pager.turn(ids)
            counted.window, behind = None, following
        else:
            joined = counted.turn(ids, bool(following))
        yield response, page if joined else replace(page, coverage=MOVED)
        headers = _headers(look)


def _searched(look: Look) -> Iterator[Page]:
    """Yield what each search finds, touched since the overlap; each window is below the cap."""
    end = look.until or look.started_at
    for text in look.settings["texts"]:
        for kind in ("issue", "pull-request"):
            windows = [(look.since, end)]
            while windows:
                first, last = windows.pop()
                asked = f"{text} is:{kind} updated:{stamp(first)}..{stamp(last)}"
                answer = _search(look, asked, 1)
                middle = first + timedelta(seconds=(last - first).total_seconds() // 2)
                if answer["total_count"] > CAP and first < middle < last:
                    windows += [(middle, last), (first, middle)]
                    continue
                yield from _hits(look, asked, answer)


def _hits(look: Look, asked: str, answer: dict[str, Any]) -> Iterator[Page]:
    expected, got, number, pager = answer["total_count"], set[str](), 1, Pager(asked)
    while answer["items"]:
        page = _page(look, answer["items"], asked)
        pager.turn(item.native_id for item in page.items)
        got |= {item.native_id for item in page.items}
        yield page
        if number * SIZE >= min(expected, CAP):
            break
        number += 1
        answer = _search(look, asked, number)
    told = Coverage("complete", expected=expected, got=len(got))
    if expected > CAP:
        told = replace(told, state="capped", reason=f"{expected} hits in one second")
    elif answer.get("incomplete_results") or len(got) < expected:
        reason = f"{expected} hits were counted, {len(got)} served"
        told = replace(told, state="partial", reason=reason)
    yield Page((), 0, coverage=told)


def _search(look: Look, asked: str, number: int) -> dict[str, Any]:
    url = f"{look.settings['base_url']}/search/issues"
    params = {"q": asked, "sort": "updated", "order": "desc", "per_page": SIZE, "page": number}
    answer = look.http.get_json(url, params, _headers(look))
    expect(answer, "total_count", int, url)
    expect(answer, "items", list, url)
    return dict(answer)


def _discussed(look: Look) -> Iterator[Page]:
    """Yield the discussions touched since the overlap, with their comments and replies."""
    base, (owner, name) = look.settings["base_url"], look.settings["repo"].split("/")
    url = f"{base.removesuffix('/v3')}/graphql"
    after, pager = None, Pager(url)
    while True:
        asked = {"query": DISCUSSIONS, "variables": {"owner": owner, "name": name, "after": after}}
        answer = look.http.fetch(url, _told, headers=_headers(look), json=asked)
        listed = expect(expect(answer, "repository", dict, url), "discussions", dict, url)
        nodes = expect(listed, "nodes", list, url)
        young = [
            one for one in nodes if instant(expect(one, "updatedAt", str, url), "") >= look.since
        ]
        items, cut = discussed(young, look, url)
        pager.turn(text_id(one, "number") for one in young)
        if items:
            yield Page(items, len(items), coverage=cut)
        info = expect(listed, "pageInfo", dict, url)
        if len(young) < len(nodes) or not info.get("hasNextPage"):
            return
        after = info.get("endCursor")


def _told(response: Response) -> Any:
    """Return the data of a GraphQL answer, which words its errors as status 200.

    Raises:
        RateLimitedError, ListeningError: it holds an error instead.
    """
    answer = read_json(response)
    if isinstance(answer, Mapping) and answer.get("errors"):
        kind = text_id(answer["errors"][0], "type") or "an error"
        if kind == "RATE_LIMITED":
            raise RateLimitedError.of(response.url, LIMITED)
        raise ListeningError(f"GraphQL says {kind}", where=response.url, mend="Check the token")
    return expect(answer, "data", dict, response.url)


def _headers(look: Look) -> dict[str, str]:
    said = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
    return {**said, **bearer(look.settings["connection"])}


def _page(look: Look, raws: list[Any], url: str) -> Page:
    return page_of("github", url, raws, lambda raw: _mention(raw, look), _id, KNOWN)


def _id(raw: Any) -> str:
    """Return an item's path in the API, without the server: `acme/kettle/issues/12`."""
    _, found, path = text_id(raw, "url").partition("/repos/")
    return path.lower() if found else ""


def _again(look: Look, native_id: str) -> Iterator[Item]:
    url = f"{look.settings['base_url']}/repos/{native_id}"
    try:
        raw = look.http.get_json(url, headers=_headers(look))
    except GoneError:
        yield from gone(look, "github", [native_id])
        return
    if _id(raw) not in ("", native_id):  # transferred: it goes on there, under another id
        yield from gone(look, "github", [native_id])
    else:
        yield from _page(look, [raw], url).items


def _mention(raw: Any, look: Look) -> Mention:
    field(raw, "url", str)
    native_id = _id(raw)
    issue = text_id(raw, "issue_url").partition("/repos/")[2].lower()
    created = instant(field(raw, "created_at", str), "created_at")
    updated = instant(field(raw, "updated_at", str), "updated_at")
    user = field(raw, "user", dict, NOTHING) or {"login": "ghost"}  # an account that is gone
    text = HIDDEN.sub("", field(raw, "body", str, NOTHING) or "")
    liked = part(raw, "reactions", dict)
    return Mention(
        source="github",
        native_id=native_id,
        text=(QUOTED.sub("", text) if issue else text).strip(),
        title="" if issue else field(raw, "title", str),
        url=field(raw, "html_url", str),
        author=field(user, "login", str),
        author_id=text_id(user, "id"),
        published_at=created,
        edited_at=updated if issue and updated > created else None,
        observed_at=look.started_at,
        kind="comment" if issue else "post",
        channel="github",
        parent_native_id=issue,
        thread_native_id=issue or native_id,
        likes=sum(part(liked, name, int) for name in LIKED) if liked else None,
        comments=None if issue else field(raw, "comments", int),
        brand_id=look.settings.get("brand", ""),
        owned=look.settings.get("owned", False),
    )
