"""WordPress: the comments under the posts of a site.

Written from developer.wordpress.org/rest-api/reference/comments (wp/v2), read 2026-11; tested on
documented shapes. No account: approved comments are public; where a site wants a login, the
connection is a user and an application password.

Comments are listed by date, newest first. Nothing tells of an edit but the text itself. What
vanished is asked for by its id: 404, or a refusal to show it to the public, means deleted.
Dates are those in GMT. A comment's id is `<host>/comments/<number>`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import Field

from listening.contract import BrandFile, ConfigurationError, Item, Page
from listening.net.answer import DeniedError, Response, read_json
from listening.net.credential import need_credential
from listening.sources import Look, Settings, Target, source
from listening.sources._api import basic
from listening.sources._counted import Window, turn_pages
from listening.sources._owned import channel, follow, is_old
from listening.sources._read import expect_list, owner_of
from listening.sources.shape.wordpress import read_page

SIZE: Final = 100
HIDDEN: Final = b"rest_cannot_read"


class Sites(Settings):
    """`sources: {wordpress: {urls: [https://blog.acme.example]}}`; whose they are: `domains`."""

    urls: tuple[str, ...] = Field(min_length=1)
    brand: str = ""  # of sites on a domain that is nobody's
    connection: str = ""  # none: approved comments are public


def targets(settings: Sites, brands: BrandFile) -> list[Target]:
    """Return one target per site.

    Raises:
        ConfigurationError: a site's host is below no brand's domain, and no brand is named.
    """
    found = []
    for url in settings.urls:
        host = urlsplit(url).hostname or ""
        owner = owner_of(host, brands)
        brand = settings.brand or (owner.id if owner else "")
        if not brand:
            raise ConfigurationError(
                f"{host} is below no brand's domain",
                where="sources: wordpress",
                mend="Add it to the `domains` of its brand, or say `brand:`",
            )
        path = urlsplit(url).path.strip("/")
        site = "/".join(filter(None, (host, path)))
        facts = {"base_url": url.rstrip("/"), "connection": settings.connection, "site": site}
        found.append(channel("wordpress", path or "comments", brand, brands, facts, speaks=False))
    return found


@source(
    name="wordpress",
    relation="owned",
    hosts=(),
    auth="none; a user's application password where a site wants a login",
    blind_to="Comments not approved; edits and deletions of comments older than two weeks; likes",
    verified="shape",
    uncounted="comments have no counts",
    settings=Sites,
    targets=targets,
    pace=1.0,
    overlap=timedelta(days=14),
    horizon=timedelta(days=3650),
    memory=timedelta(days=15),
    backfills=True,
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield comments, newest first, then what vanished."""
    url = f"{look.settings['base_url']}/wp-json/wp/v2/comments"

    def turn(window: Window) -> tuple[Page, bool]:
        asked = {"orderby": "date_gmt", "order": "desc"}
        numbers = {"per_page": window.size, "page": window.page}
        comments, more = _ask(look, url, {**asked, **numbers})
        page = read_page(look, expect_list(comments, url, "the list of comments"), url)
        return page, more and not is_old(look, page)

    def again(native_id: str) -> tuple[Item, ...]:
        one = f"{url}/{native_id.rpartition('/')[2]}"
        try:
            return read_page(look, [_ask(look, one)[0]], one).items
        except DeniedError as error:
            if HIDDEN in error.body:
                return ()
            raise

    yield from follow(look, "wordpress", turn_pages(url, SIZE, turn), again)


def _ask(look: Look, url: str, asked: Mapping[str, Any] | None = None) -> tuple[Any, bool]:
    """Return an answer, and whether there is a page after it."""
    headers = {}
    if name := look.settings["connection"]:
        key = need_credential(name, "login: a user, password: an application password")
        headers = basic(key.login, key.password)

    def read(response: Response) -> tuple[Any, bool]:
        return read_json(response), response.link("next") is not None

    return look.http.fetch(url, read, params=asked, headers=headers)
