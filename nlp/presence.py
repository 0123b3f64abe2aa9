"""Where a brand itself is: its handles, its domains, and what relation follows from them."""

from __future__ import annotations

from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from listening.contract import Brand
from nlp.tagger import Said
from nlp.words import fold

_SAME_CHANNEL: Final = {"x": "twitter"}


def channel_of(name: str) -> str:
    """Return the one name of a channel."""
    folded = name.casefold()
    return _SAME_CHANNEL.get(folded, folded)


@lru_cache(maxsize=4_096)
def split_handle(handle: str) -> tuple[str, str]:
    """Return name and host of a handle, folded; the host is empty where it has none."""
    name, _, host = fold(handle.strip()).removeprefix("@").partition("@")
    return name, host


@lru_cache(maxsize=4_096)  # every brand asks about the links of a text
def host_of(url: str) -> str:
    """Return the host of a link, with or without a scheme; empty where there is none."""
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname or ""
    except ValueError:  # "http://[half an address"
        return ""
    return host.casefold().removeprefix("www.")


class Presence:
    """A brand's own handles and domains."""

    def __init__(self, brand: Brand) -> None:
        self.brand = brand
        self.domains = tuple(domain.casefold().removeprefix("www.") for domain in brand.domains)
        self.handles = {
            channel_of(channel): [
                split_handle(handle) for handle in handles if not handle.startswith("#")
            ]
            for channel, handles in brand.handles.items()
        }
        self._everywhere = [each for handles in self.handles.values() for each in handles]

    def has_domain(self, host: str) -> bool:
        """Tell whether a host is one of the brand's domains or below it."""
        return any(host == domain or host.endswith(f".{domain}") for domain in self.domains)

    def has_link(self, url: str) -> bool:
        """Tell whether a link leads to one of the brand's domains."""
        return bool(url and self.domains) and self.has_domain(host_of(url))

    def on_channel(self, said: Said) -> list[tuple[str, str]] | None:
        """Return the brand's handles where this was said; None where it declares none."""
        for place in (said.channel, said.source):
            if handles := self.handles.get(channel_of(place)):
                return handles
        return None

    def has_handle(self, handle: str, said: Said) -> bool:
        """Tell whether a handle in a text is the brand's.

        On a channel where the brand has handles only those count: the same name elsewhere
        may be anybody. A full address (`@name@host`) counts everywhere.
        """
        name, host = split_handle(handle)
        if host:
            return (name, host) in self._everywhere
        here = self.on_channel(said)
        return any(name == own for own, _ in (self._everywhere if here is None else here))

    def is_author(self, said: Said) -> bool:
        """Tell whether the author is the brand itself."""
        name, host = split_handle(said.author)
        if not name:
            return False
        here = self.on_channel(said)
        if here is None:
            if said.channel or said.source not in {"", "import"}:
                return False
            here = self._everywhere
        host = host or host_of(said.url)
        return any(
            name == own and (not own_host or not host or host == own_host) for own, own_host in here
        )

    def is_owned(self, said: Said) -> bool:
        """Tell whether the brand said this, or it stands on a channel of the brand's."""
        served = said.owned and said.brand_id == self.brand.id
        return served or self.is_author(said) or self.has_link(said.url)

    def claims(self, said: Said) -> bool:
        """Tell whether a mention is about this brand whatever its words are."""
        return said.brand_id == self.brand.id or self.is_owned(said)

    def relation(self, said: Said, *, tagged: bool) -> str:
        """Return owned, tagged, untagged or off_channel, in that precedence."""
        if self.is_owned(said):
            return "owned"
        if tagged:
            return "tagged"
        return "off_channel" if self.on_channel(said) is None else "untagged"
