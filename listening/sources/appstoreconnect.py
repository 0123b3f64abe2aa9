"""App Store Connect: every review of an own app, in all countries, with the developer's answer.

Written from developer.apple.com/documentation/appstoreconnectapi (customer reviews; 2.0 and
later), read 2026-11; tested on a recorded review. The connection's login is the key's id, its
password the key (PEM), `extra.issuer` the issuer's id; each request is signed for ten minutes.

Of an own app this tells more than the public feed (`appstore`): all reviews, the answers, and
deletions. Their ids differ, so an app is listened to by one of the two. `createdDate` is the only
date and moves with an edit: the first one seen stays the day of publication.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from pydantic import Field

from listening.contract import BrandFile, ConfigurationError, Item, Page, now
from listening.net.credential import need_credential
from listening.sources import Look, Settings, Target, source
from listening.sources._jwt import sign
from listening.sources._owned import REPLY, channels, follow, inner, walk
from listening.sources._read import expect
from listening.sources.shape.appstoreconnect import read_page

API: Final = "https://api.appstoreconnect.apple.com"
SIZE: Final = 200
VALID: Final = 600  # seconds; the API takes twice that at most
WHAT: Final = '{"login": key id, "password": the key (PEM), "extra": {"issuer": issuer id}}'


class App(Settings):
    """An app by its Apple id, and the brand whose app it is."""

    id: str = Field(pattern=r"^\d+$", coerce_numbers_to_str=True)
    brand: str


class Apps(Settings):
    """`sources: {appstoreconnect: {apps: [{id: "123", brand: acme}]}}`."""

    apps: tuple[App, ...] = Field(min_length=1)
    connection: str = "appstoreconnect"
    base_url: str = API


def targets(settings: Apps, brands: BrandFile) -> list[Target]:
    """Return one target per app.

    Raises:
        ConfigurationError: `appstore` listens to one of them, too: nothing in their ids tells that
            two reviews are the same, so each would count twice.
    """
    public = brands.sources.get("appstore", {}).get("apps", ())
    twice = {one.id for one in settings.apps} & {str(app.get("id")) for app in public}
    if twice:
        raise ConfigurationError(
            f"reviews of app {min(twice)} would count twice: appstore listens to it, too",
            where="sources: appstoreconnect",
            mend="Name each app below one of the two",
        )
    return channels("appstoreconnect", settings, "apps", "app", brands)


@source(
    name="appstoreconnect",
    relation="owned",
    hosts=("api.appstoreconnect.apple.com",),
    auth="an API key of App Store Connect",
    blind_to="Ratings without a text; edits of reviews older than a month; votes; the version",
    verified="recorded",
    uncounted="the API counts nothing",
    settings=Apps,
    targets=targets,
    pace=1.1,  # 3,500 requests an hour
    overlap=timedelta(days=30),
    horizon=timedelta(days=3650),
    memory=timedelta(days=31),
    backfills=True,
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield reviews with their answers, newest first, then what vanished."""
    base = f"{look.settings['base_url']}/v1"
    first = f"{base}/apps/{look.settings['app']}/customerReviews"

    def turn(token: str) -> tuple[Page, str]:
        asked = {"sort": "-createdDate", "limit": SIZE, "include": "response"}
        answer = _ask(look, token or first, None if token else asked)
        reviews = expect(answer, "data", list, first)
        following = inner(inner(answer, "links"), "next")
        return read_page(look, reviews, answer, first), str(following or "")

    def again(native_id: str) -> tuple[Item, ...]:
        url = f"{base}/customerReviews/{native_id.removesuffix(REPLY)}"
        answer = _ask(look, url, {"include": "response"})
        return read_page(look, [expect(answer, "data", dict, url)], answer, url).items

    yield from follow(look, "appstoreconnect", walk(look, first, turn), again)


def _ask(look: Look, url: str, asked: Mapping[str, Any] | None) -> Any:
    name = look.settings["connection"]
    key = need_credential(name, WHAT)
    began = int(now().timestamp())  # a long crawl outlives its first token
    claims = {"iss": str(key.extra.get("issuer", "")), "iat": began, "exp": began + VALID,
              "aud": "appstoreconnect-v1"}  # fmt: skip
    token = sign(claims, key.password, "ES256", f"connection {name}", key.login)
    return look.http.get_json(url, asked, {"Authorization": f"Bearer {token}"})
