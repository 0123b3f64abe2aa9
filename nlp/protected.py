"""Marks and product names that legal registered, found in a text as whole words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from listening.contract import Brand
from nlp.rulebook import Span

_MOST: Final = 50  # of one text


class ProtectedNames:
    """The marks and names of the own brands; case and the width of spaces do not count."""

    def __init__(self, brands: Iterable[Brand]) -> None:
        marks = {mark for brand in brands if brand.role == "own" for mark in brand.marks}
        longest = sorted(marks, key=lambda mark: (-len(mark), mark))
        parts = [r"\s+".join(map(re.escape, mark.split())) for mark in longest]
        self._found = (
            re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE) if parts else None
        )

    def find(self, text: str) -> list[Span]:
        """Return where they stand."""
        return list(self._spans(text)) if self._found else []

    def _spans(self, text: str) -> Iterator[Span]:
        if self._found:
            yield from (match.span() for match in islice(self._found.finditer(text), _MOST))
