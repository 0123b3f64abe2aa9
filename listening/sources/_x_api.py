"""Asks the API of X, and pays for what came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from listening.contract import Page
from listening.net.answer import DeniedError, RateLimitedError, Response, read_json
from listening.net.credential import need_credential
from listening.sources import Look, SourceChanged
from listening.sources._api import gone
from listening.sources._read import Pager, expect, text_id
from listening.sources.shape._x_ids import is_old_version
from listening.sources.shape.x import read_page

API: Final = "https://api.x.com/2"
SIZE: Final = 100
COUNTED: Final = ("data", "tweets", "users")
GONE: Final = ("/resource-not-found", "/not-authorized-for-resource")  # deleted, closed, locked
ASKED: Final = {
    "max_results": str(SIZE),
    "tweet.fields": "author_id,conversation_id,created_at,edit_history_tweet_ids,entities,lang,"
    "note_tweet,public_metrics,referenced_tweets,withheld",
    "user.fields": "name,protected,public_metrics,username,verified",
    "expansions": "author_id,referenced_tweets.id",
}


def turn_pages(look: Look, path: str, asked: Mapping[str, str], turn: str) -> Iterator[Page]:
    """Yield the posts of a search or a list."""
    token, pager = "", Pager(path)
    while True:
        answer = pay_for(look, path, {**ASKED, **asked, **({turn: token} if token else {})})
        page = read_page(look, answer, path)
        if page.served:
            pager.turn(item.native_id for item in page.items)
            yield page
        meta = expect(answer, "meta", dict, path)
        if meta.get("result_count") and not page.served:
            raise SourceChanged("posts are counted, and none is served", where=path)
        token = text_id(meta, "next_token")
        if not token:
            return


def pay_for(look: Look, path: str, asked: Mapping[str, str]) -> Mapping[str, Any]:
    """Ask for posts, and pay for what came: posts, what they answer and quote, and authors."""
    most = len(asked["ids"].split(",")) if "ids" in asked else SIZE
    with look.pay(post=3 * most, user=most) as bill:
        try:
            answer: Mapping[str, Any] = fetch(look, path, params=asked)
        except (DeniedError, RateLimitedError):  # nothing came, nothing costs
            bill.used(post=0, user=0)
            raise
        more = expect({"includes": {}, **answer}, "includes", dict, path)
        kinds = {"data": [], "tweets": [], "users": [], **more, **answer}
        posts, others, users = (len(expect(kinds, one, list, path)) for one in COUNTED)
        bill.used(post=posts + others, user=users)
    return answer


def fetch(look: Look, path: str, **said: Any) -> Mapping[str, Any]:
    """Return an answer of the API."""
    name = look.settings["connection"]
    token = need_credential(name, "password: the bearer token of an app").password
    headers = {"Authorization": f"Bearer {token}"}
    return look.http.fetch(f"{look.settings['base_url']}{path}", _read, headers=headers, **said)


def _read(response: Response) -> Mapping[str, Any]:
    answer = read_json(response)
    if not isinstance(answer, Mapping):
        raise SourceChanged("the answer is no object", where=response.url)
    return answer


def read_again(look: Look, ids: Sequence[str]) -> Iterator[Page]:
    """Yield posts by id: an edited one answers as it was, and names its latest version."""
    path = "/tweets"
    asked = {name: value for name, value in ASKED.items() if name != "max_results"}
    answer = pay_for(look, path, {**asked, "ids": ",".join(ids)})
    posts = [one for one in answer.get("data") or () if isinstance(one, Mapping)]
    edited = [one["edit_history_tweet_ids"][-1] for one in posts if is_old_version(one)]
    yield read_page(
        look, {**answer, "data": [one for one in posts if not is_old_version(one)]}, path
    )
    if edited:
        yield read_page(look, pay_for(look, path, {**asked, "ids": ",".join(edited)}), path)
    told = [one for one in answer.get("errors") or () if str(one.get("type")).endswith(GONE)]
    refused = {text_id(one, "resource_id") for one in told} & set(ids)
    yield Page(gone(look, "x", sorted(refused)), len(refused))
