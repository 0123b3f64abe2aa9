"""Mastodon's public API: tag timelines paged by id, and single statuses."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode

from bench.replay.answer import Answer, Request, in_json
from bench.replay.timeline import Status, followers, grown, look
from bench.replay.world import Site

WINDOW: Final = timedelta(minutes=5)
DEFAULT_LIMIT: Final = 20
MOST: Final = 40
HASHTAG: Final = re.compile(r"(?<![\w&/#])#(\w*[^\W\d_]\w*)")
MENTION: Final = re.compile(r"(?<![\w@/])@(\w+(?:@[\w.-]*\w)?)")
LINK: Final = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)]")
MARKED: Final = re.compile(f"(?P<link>{LINK.pattern})|{HASHTAG.pattern}|{MENTION.pattern}")
TAG: Final = re.compile(r"^/api/v1/timelines/tag/([^/]+)$")
STATUS: Final = re.compile(r"^/api/v1/statuses/([0-9]+)(/context|/history)?$")
ACCOUNT: Final = re.compile(r"^/api/v1/accounts/([0-9]+)/statuses$")


class Mastodon:
    """One server of the world, with its rate limit."""

    def __init__(self, site: Site, clock: Callable[[], float] = time.monotonic) -> None:
        self.site, self.clock = site, clock
        self.by_id = {status.id: status for status in site.items}
        self.window_ends, self.used = 0.0, 0

    def answer(self, request: Request) -> Answer | None:
        """Return a timeline or a status; None where the path is neither."""
        if not request.path.startswith("/api/v1/") or not (found := self._route(request)):
            return None
        limits = self._count(request.at)
        if self.used > self.site.settings.rate_limit:
            return in_json({"error": "Too many requests"}, status=429, headers=limits)
        answer = found(request)
        return Answer(answer.body, answer.content_type, answer.status, {**limits, **answer.headers})

    def _route(self, request: Request) -> Callable[[Request], Answer] | None:
        if tag := TAG.match(request.path):
            return lambda request: self._timeline(request, self._of_tag(request, tag[1]))
        if status := STATUS.match(request.path):
            return lambda request: self._status(request, status[1], status[2] or "")
        if account := ACCOUNT.match(request.path):
            return lambda request: self._timeline(request, self._of_account(request, account[1]))
        if request.path == "/api/v1/accounts/lookup":
            return self._lookup
        return None

    def _count(self, at: datetime) -> dict[str, str]:
        moment = self.clock()
        if moment >= self.window_ends:
            self.window_ends, self.used = moment + WINDOW.total_seconds(), 0
        self.used += 1
        limit = self.site.settings.rate_limit
        reset = at + timedelta(seconds=self.window_ends - moment)
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(0, limit - self.used)),
            "X-RateLimit-Reset": _instant(reset),
        }

    def _seen(self, at: datetime) -> list[tuple[Status, str]]:
        return [(status, seen.text) for status in self.site.items if (seen := look(status, at))]

    def _of_tag(self, request: Request, tag: str) -> list[Status]:
        any_of = {tag.lower(), *_lower(request, "any[]")}
        all_of, none_of = _lower(request, "all[]"), _lower(request, "none[]")
        chosen = []
        for status, text in self._seen(request.at):
            tags = set(hashtags(text))
            if status.visibility == "public" and tags & any_of and tags >= all_of:
                chosen += [] if tags & none_of else [status]
        return chosen

    def _of_account(self, request: Request, account: str) -> list[Status]:
        return [
            status
            for status, _ in self._seen(request.at)
            if account_id(status.author) == account and status.visibility != "private"
        ]

    def _timeline(self, request: Request, statuses: list[Status]) -> Answer:
        limit = request.one("limit")
        size = min(max(int(limit), 1), MOST) if limit.isdecimal() else DEFAULT_LIMIT
        page = _page(statuses, request, size)
        links = []
        if len(page) == size:
            links.append(self._link(request, "next", "max_id", page[-1]))
        if page:
            links.append(self._link(request, "prev", "min_id", page[0]))
        headers = {"Link": ", ".join(links)} if links else {}
        return in_json([self._shown(status, request.at) for status in page], headers=headers)

    def _link(self, request: Request, rel: str, name: str, status: Status) -> str:
        kept = [
            (key, value)
            for key, values in request.query.items()
            for value in values
            if key not in ("max_id", "min_id", "since_id")
        ]
        query = urlencode([*kept, (name, status.id)])
        return f'<{request.base}{quote(request.path)}?{query}>; rel="{rel}"'

    def _status(self, request: Request, number: str, part: str) -> Answer:
        status = self.by_id.get(number)
        if not status or not look(status, request.at) or status.visibility == "private":
            return in_json({"error": "Record not found"}, status=404)
        if part == "/context":
            return in_json(self._context(status, request.at))
        if part == "/history":
            return in_json(self._history(status, request.at))
        return in_json(self._shown(status, request.at))

    def _context(self, status: Status, at: datetime) -> dict[str, Any]:
        above: list[Status] = []
        above_next = self.by_id.get(status.reply_to)
        while above_next:
            above.insert(0, above_next)
            above_next = self.by_id.get(above_next.reply_to)
        below, known = [], {status.id}
        for other in self.site.items:
            if other.reply_to in known:
                known.add(other.id)
                below.append(other)
        return {
            "ancestors": [self._shown(other, at) for other in above if look(other, at)],
            "descendants": [self._shown(other, at) for other in below if look(other, at)],
        }

    def _history(self, status: Status, at: datetime) -> list[dict[str, Any]]:
        moments = [status.published_at, *(edit.at for edit in status.edits if edit.at <= at)]
        return [
            {
                "content": self._markup(seen.text),
                "created_at": _instant(moment),
                "account": self._account(status.author, at),
            }
            for moment in moments
            if (seen := look(status, moment))
        ]

    def _lookup(self, request: Request) -> Answer:
        acct = request.one("acct").removeprefix("@").removesuffix(f"@{self.site.host}")
        if not any(s.author == acct and s.published_at <= request.at for s in self.site.items):
            return in_json({"error": "Record not found"}, status=404)
        return in_json(self._account(acct, request.at))

    def _shown(self, status: Status, at: datetime) -> dict[str, Any]:
        seen = look(status, at)
        text = seen.text if seen else ""
        parent = self.by_id.get(status.reply_to)
        url = f"http://{self.site.host}/@{status.author}/{status.id}"
        answers = [s for s in self.site.items if s.reply_to == status.id and s.published_at <= at]
        return {
            "id": status.id,
            "created_at": _instant(status.published_at),
            "in_reply_to_id": parent.id if parent else None,
            "in_reply_to_account_id": account_id(parent.author) if parent else None,
            "sensitive": False,
            "spoiler_text": "",
            "visibility": status.visibility,
            "language": status.lang or None,
            "uri": f"http://{self.site.host}/users/{status.author}/statuses/{status.id}",
            "url": url,
            "replies_count": len(answers) + grown(status.comments, status, at),
            "reblogs_count": grown(status.shares, status, at),
            "favourites_count": grown(status.likes, status, at),
            "quotes_count": 0,
            "edited_at": _instant(seen.edited_at) if seen and seen.edited_at else None,
            "content": self._markup(text),
            "reblog": None,
            "account": self._account(status.author, at),
            "media_attachments": [],
            "mentions": [self._mention(handle) for handle in dict.fromkeys(MENTION.findall(text))],
            "tags": [
                {"name": tag, "url": f"http://{self.site.host}/tags/{quote(tag)}"}
                for tag in hashtags(text)
            ],
            "emojis": [],
            "card": None,
            "poll": None,
        }

    def _account(self, handle: str, at: datetime) -> dict[str, Any]:
        author = self.site.author(handle)
        return {
            "id": account_id(handle),
            "username": handle.split("@", maxsplit=1)[0],
            "acct": handle,
            "display_name": author.name,
            "locked": False,
            "bot": author.bot,
            "discoverable": True,
            "indexable": True,
            "group": False,
            "created_at": "2023-01-01T00:00:00.000Z",
            "note": f"<p>{html.escape(author.note)}</p>" if author.note else "",
            "url": f"http://{self.site.host}/@{handle}",
            "uri": f"http://{self.site.host}/users/{handle}",
            "followers_count": followers(author, self.site.since, at),
            "following_count": 0,
            "statuses_count": sum(
                s.author == handle and s.published_at <= at for s in self.site.items
            ),
            "noindex": False,
            "emojis": [],
            "roles": [],
            "fields": [],
        }

    def _mention(self, handle: str) -> dict[str, str]:
        acct = handle.removesuffix(f"@{self.site.host}")
        return {
            "id": account_id(acct),
            "username": acct.split("@")[0],
            "url": f"http://{self.site.host}/@{acct}",
            "acct": acct,
        }

    def _markup(self, text: str) -> str:
        parts = [self._line(part) for part in text.split("\n\n")]
        return "".join(f"<p>{part}</p>" for part in parts)

    def _line(self, text: str) -> str:
        out, end = [], 0
        for found in MARKED.finditer(text):
            out += [html.escape(text[end : found.start()], quote=False), self._anchor(found)]
            end = found.end()
        out.append(html.escape(text[end:], quote=False))
        return "".join(out).replace("\n", "<br />")

    def _anchor(self, found: re.Match[str]) -> str:
        if found["link"]:
            address = html.escape(found["link"])
            return f'<a href="{address}" rel="nofollow noopener" target="_blank">{address}</a>'
        host = self.site.host
        tag, handle = found[2], found[3]
        if tag:
            return (
                f'<a href="http://{host}/tags/{quote(tag.lower())}" class="mention hashtag" '
                f'rel="tag">#<span>{tag}</span></a>'
            )
        acct = handle.removesuffix(f"@{host}")
        return (
            f'<span class="h-card"><a href="http://{host}/@{acct}" class="u-url mention">'
            f"@<span>{handle.split('@')[0]}</span></a></span>"
        )


def hashtags(text: str) -> list[str]:
    """Return the hashtags of a text as Mastodon names them: lower case, each once."""
    return list(dict.fromkeys(tag.lower() for tag in HASHTAG.findall(LINK.sub(" ", text))))


def account_id(handle: str) -> str:
    """Return a stable numeric id for a handle."""
    return str(int.from_bytes(handle.encode()[:40], "big") % 999_999_999_989 + 10**17)


def _page(statuses: list[Status], request: Request, size: int) -> list[Status]:
    """Return one page, newest first: `min_id` pages forward, the others back from the newest."""
    bounds = {name: int(value) for name in ("max_id", "min_id", "since_id")
              if (value := request.one(name)).isdecimal()}  # fmt: skip
    above = max(bounds.get("min_id", 0), bounds.get("since_id", 0))
    below = bounds.get("max_id")
    inside = [s for s in statuses if int(s.id) > above and (below is None or int(s.id) < below)]
    page = inside[:size] if "min_id" in bounds else inside[-size:]
    return page[::-1]


def _lower(request: Request, name: str) -> set[str]:
    return {value.lower() for value in request.query.get(name, ())}


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
