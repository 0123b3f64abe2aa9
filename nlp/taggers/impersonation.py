"""Handles, names and domains that look like the brand's and are not; and who poses as it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from spacy.tokens import Doc

from nlp.lookalike import Lookalike, is_avowed_fan, judge_handle, judge_host
from nlp.notes import notes
from nlp.presence import Presence, host_of
from nlp.rulebook import Cues, Span, nearest
from nlp.suspicion import Sign, Strength, SuspectTagger
from nlp.tagger import Said, Setting, tagger

_AROUND: Final = 240  # characters between who they say they are and what they ask for
_SURE: Final = frozenset({"homoglyph", "misspelled", "lure"})


@tagger("impersonation", version="10", needs=("marks", "brands", "cues"), uses=("suspicion",))
class ImpersonationTagger(SuspectTagger):
    """Flags an author, a link or a handle that looks like a brand's, and talk of such."""

    spares_owned: ClassVar[bool] = False  # a look-alike host may pass for a page of the brand's

    def prepare(self, setting: Setting) -> None:
        """Read the official handles and domains."""
        super().prepare(setting)
        self._brands = [(brand, Presence(brand)) for brand in setting.brands.brands]

    def signs(self, doc: Doc) -> Iterator[Sign]:
        """Yield at most one sign for the author and the page, one for every other address."""
        said: Said = notes(doc).said
        if any(presence.is_author(said) for _, presence in self._brands):
            return
        if not is_avowed_fan(f"{said.author} {said.author_name}"):
            yield from self._author(doc)
            yield from self._page(doc)
        yield from self._links(doc)
        yield from self._handles(doc)
        yield from _talk(doc)

    def _author(self, doc: Doc) -> Iterator[Sign]:
        said: Said = notes(doc).said
        if found := self._handle(said.author, said.author_name):
            p, rule, reason = found
            yield Sign(*_text(doc), p, rule, reason, "sure")

    def _page(self, doc: Doc) -> Iterator[Sign]:
        said: Said = notes(doc).said
        if found := self._host(host_of(said.url)) if said.url else None:
            p, rule, reason = found
            yield Sign(*_text(doc), p, rule, reason, "sure")

    def _links(self, doc: Doc) -> Iterator[Sign]:
        """Yield hosts in the text. Where it says nothing else, no model can judge an added word."""
        seen: set[str] = set()
        sure = _SURE if notes(doc).marks.words else _SURE | {"added_word"}
        for mark in notes(doc).marks.of("url", "email"):
            host = host_of(mark.text.rpartition("@")[2] if mark.kind == "email" else mark.text)
            if host and host not in seen:
                seen.add(host)
                if found := self._host(host):
                    p, rule, reason = found
                    strength: Strength = "sure" if rule in sure else "likely"
                    yield Sign(mark.start, mark.end, p, rule, reason, strength)

    def _handles(self, doc: Doc) -> Iterator[Sign]:
        """Yield handles in the text: who is called by one may be the one who is told of."""
        for mark in notes(doc).marks.of("handle"):
            said: Said = notes(doc).said
            official = any(presence.has_handle(mark.text, said) for _, presence in self._brands)
            if (
                not official
                and not is_avowed_fan(mark.text)
                and (found := self._handle(mark.text, ""))
            ):
                p, rule, reason = found
                yield Sign(mark.start, mark.end, p, f"named_{rule}", reason, "likely")

    def _handle(self, handle: str, shown: str) -> Lookalike | None:
        if not handle:
            return None
        found = [
            verdict
            for brand, presence in self._brands
            if (verdict := judge_handle(handle, shown, brand, presence))
        ]
        return max(found, default=None)

    def _host(self, host: str) -> Lookalike | None:
        if not host or any(presence.has_domain(host) for _, presence in self._brands):
            return None
        found = [verdict for _, presence in self._brands if (verdict := judge_host(host, presence))]
        return max(found, default=None)


def _text(doc: Doc) -> Span:
    """Return the whole without its title."""
    start = len(notes(doc).said.head)
    return start, max(start, len(notes(doc).whole))


def _talk(doc: Doc) -> Iterator[Sign]:
    """Yield where a text poses as an office and asks for secrets, or tells of who does."""
    cues: Cues = notes(doc).cues
    lures = cues.get("pose.lure", ())
    for told, rule in (("pose.report", "report"), ("pose.office", "pose")):
        for cue in sorted(cues.get(told, ())):
            lure = nearest(cue, lures, _AROUND)
            words = repr(notes(doc).whole[slice(*cue)])
            if lure:
                reason = f"{words} with {notes(doc).whole[slice(*lure)]!r}"
                yield Sign(min(cue[0], lure[0]), max(cue[1], lure[1]), 0.6, rule, reason, "likely")
                return
            if rule == "report":
                yield Sign(*cue, 0.5, rule, words, "likely" if " " in words else "hint")
                return
