"""What is said, by whom and where: one mention as it goes to the taggers. Loads no library."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MAX_CHARACTERS: Final = 100_000
"""Longer texts are tagged up to here; offsets stay true."""

_SEAM: Final = "\n\n"  # between title and text
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Said:
    """One mention as the taggers see it: its text, and what is known of who said it where."""

    text: str
    title: str = ""
    url: str = ""
    author: str = ""  # handle
    author_name: str = ""
    source: str = ""
    channel: str = ""
    lang: str = ""  # as declared: a hint
    brand_id: str = ""  # mapped by an import or an owned stream
    owned: bool = False
    pictures: tuple[str, ...] = ()  # their perceptual hashes, where somebody looked
    target: str = ""  # what somebody asks the sentiment towards; brands are asked anyway

    @property
    def head(self) -> str:
        """Return what stands before the text in the document: the title, unless repeated."""
        title = self.title.strip()
        return "" if not title or self.text.lstrip().startswith(title) else title + _SEAM

    @property
    def whole(self) -> str:
        """Return title and text as one: what the taggers read."""
        return _mend_surrogates((self.head + self.text)[:MAX_CHARACTERS])

    def span(self, start: int, end: int) -> tuple[int, int] | tuple[None, None]:
        """Return a span of the whole as a span of the text; none where it is in the title."""
        shift = len(self.head)
        return (start - shift, end - shift) if start >= shift else (None, None)


def _mend_surrogates(text: str) -> str:
    # A lone surrogate cannot be encoded; one replacement character keeps the offsets.
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)
