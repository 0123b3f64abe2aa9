"""Looks at the pictures of mentions, where legal wants them compared with its own: their hashes.

Nothing is asked for unless the brand file says so (`protected: fetch_posted_images`). Who posts
chooses the address, so it is taken for a stranger's: public addresses only, pictures only, and
limits on bytes, pixels, number and time. Only address and hash are kept with the mention; the
picture itself is an exchange in the batch's WARC, under the mention's id, and goes with it.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

from listening.clean import clean_url
from listening.contract import BrandFile, ListeningError, Mention, Picture, hash_picture
from listening.http import Http
from listening.landing import Seen
from listening.net.answer import BadAnswerError, RateLimitedError, Response, TransientError
from listening.net.guard import RefusedError, shown
from listening.sources._read import host_of

MOST: Final = 4  # of one mention; Mastodon and Bluesky take no more
MOST_OF_BATCH: Final = 200  # requests
SECONDS: Final = 120.0  # that those of one batch may cost
MAX_BYTES: Final = 8_000_000
MAX_PIXELS: Final = 25_000_000
_PACE: Final = 0.5
WALL: Final = 15.0  # seconds that one may cost
_PATIENCE: Final = 5.0
_REASONS: Final = 3  # that are told

log = logging.getLogger(__name__)


@dataclass
class Pictures:
    """The pictures of one batch; a mention that was seen before with these words is passed over.

    Args:
        http: the crawl's door, or the archive in its place.
        seen: what the recent batches of the stream hold, by native id.
        folder: where addresses without a scheme lie, for exports that bring their pictures.
    """

    http: Http
    seen: Mapping[str, Seen] = field(default_factory=dict)
    folder: Path | None = None
    asked: int = 0
    missed: Counter[str] = field(default_factory=Counter)  # reason -> pictures

    def __post_init__(self) -> None:
        self._door = self.http.for_strangers(
            pace=_PACE, max_bytes=MAX_BYTES, wall=WALL, patience=_PATIENCE
        )
        self._spent = 0.0
        self._known: dict[str, Picture | None] = {}
        self._silent: set[str] = set()  # hosts that are asked no more

    @classmethod
    def of(
        cls,
        brands: BrandFile,
        http: Http,
        seen: Mapping[str, Seen] = MappingProxyType({}),
        folder: Path | None = None,
    ) -> Pictures | None:
        """Return what looks at pictures for these brand files; None where none asks for it."""
        return cls(http, seen, folder) if brands.sought_images else None

    def look(self, mention: Mention) -> list[Picture]:
        """Return what pictures a mention has, of those that can be had; the others are counted.

        Nobody looks at what is private, or the brand's own: it raises no such flag.
        """
        seen = self.seen.get(mention.native_id)
        again = seen is not None and seen[:2] == (mention.mention_id, mention.content_hash)
        if again or mention.private or mention.owned:
            return []
        wanted = dict.fromkeys(mention.images)
        found = [self._look(url, mention.mention_id) for url in list(wanted)[:MOST]]
        if len(wanted) > MOST:
            self.missed[f"more than {MOST} of one mention"] += len(wanted) - MOST
        return [one for one in found if one]

    def close(self) -> Path | None:
        """Close the door; return the WARC with its exchanges, None where nothing was asked."""
        self.http.close()
        return self.http.recorder.written

    @property
    def note(self) -> str:
        """Return what could not be looked at, for the batch's coverage; nothing where all was."""
        lost = self.missed.total()
        if not lost:
            return ""
        told = ", ".join(f"{count} {reason}" for reason, count in self.missed.most_common(_REASONS))
        return f"{lost} of {lost + len(self._had)} pictures could not be looked at: {told}"

    @property
    def _had(self) -> list[Picture]:
        return [one for one in self._known.values() if one]

    def _look(self, address: str, mention_id: str) -> Picture | None:
        if address not in self._known:
            try:
                self._known[address] = self._hash(address, mention_id)
            except RefusedError as error:
                log.warning("a picture's address is refused: %s", error)
                self._miss(address, "at an address that must not be asked")
            except (TransientError, RateLimitedError) as error:
                log.info("no picture: %s", error)
                self._silent.add(host_of(address))
                self._miss(address, "at a host that does not answer now")
            except ListeningError as error:
                log.info("no picture: %s", error)
                self._miss(address, error.what)
            except ValueError as error:
                log.info("%s: %s", shown(address), error)
                self._miss(address, str(error).partition(":")[0])
        return self._known[address]

    def _miss(self, address: str, reason: str) -> None:
        self._known[address] = None
        self.missed[reason[:100]] += 1

    def _hash(self, address: str, mention_id: str) -> Picture:
        url = clean_url(address) if "://" in address else None
        if url is None:
            return Picture(address, hash_picture(self._lying(address), MAX_PIXELS))
        if self.asked >= MOST_OF_BATCH or self._spent > SECONDS:
            raise ValueError("left out: too many for one crawl")
        if host_of(url) in self._silent:
            raise ValueError("at a host that does not answer now")
        self.asked += 1
        begun = self.http.clock.now()
        try:
            return Picture(url, self._door.fetch(url, _hash, of=mention_id))
        finally:
            self._spent += self.http.clock.now() - begun

    def _lying(self, name: str) -> bytes:
        """Return the bytes of a file that lies in the folder; nothing outside of it is read."""
        if self.folder is None or "://" in name:
            raise ValueError("no address of the web")
        base = self.folder.resolve()
        try:
            path = (base / name).resolve()
            if not path.is_relative_to(base) or not path.is_file():
                raise ValueError("no such file in the folder")
            if path.stat().st_size > MAX_BYTES:
                raise ValueError("too big a file")
            return path.read_bytes()
        except OSError as error:
            raise ValueError(f"a file that cannot be read: {error.strerror}") from error


def _hash(response: Response) -> str:
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if not kind.startswith("image/"):
        raise BadAnswerError("no picture", where=shown(response.url))
    return hash_picture(response.body, MAX_PIXELS)
