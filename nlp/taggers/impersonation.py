"""Handles, names and domains that look like the brand's and are not."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Doc

from nlp.lookalike import Lookalike, judge_handle, judge_host
from nlp.presence import Presence, host_of
from nlp.tagger import Flag, FlagTagger, Said, Setting, tagger


@tagger("impersonation", version="1", needs=("marks", "brands"))
class ImpersonationTagger(FlagTagger):
    """Flags an author who looks like a brand, and links to a domain that does."""

    def prepare(self, setting: Setting) -> None:
        """Read the official handles and domains."""
        self._brands = [(brand, Presence(brand)) for brand in setting.brands.brands]

    def flag(self, doc: Doc) -> Iterator[Flag]:
        """Yield at most one flag for the author, and one for every domain."""
        if doc._.said.author:
            yield from self._author(doc, doc._.said)
        seen: set[str] = set()
        for mark in doc._.marks.of("url", "email"):
            host = host_of(mark.text.rpartition("@")[2] if mark.kind == "email" else mark.text)
            if host and host not in seen:
                seen.add(host)
                if found := self._host(host):
                    p, rule, reason = found
                    yield Flag("impersonation", mark.start, mark.end, p, rule, reason)

    def _author(self, doc: Doc, said: Said) -> Iterator[Flag]:
        if any(presence.is_author(said) for _, presence in self._brands):
            return
        found = [
            verdict
            for brand, presence in self._brands
            if (verdict := judge_handle(said.author, said.author_name, brand, presence))
        ]
        if found:
            p, rule, reason = max(found)
            start = len(said.head)
            yield Flag("impersonation", start, max(start, len(doc._.whole)), p, rule, reason)

    def _host(self, host: str) -> Lookalike | None:
        if any(presence.has_domain(host) for _, presence in self._brands):
            return None
        found = [verdict for _, presence in self._brands if (verdict := judge_host(host, presence))]
        return max(found, default=None)
