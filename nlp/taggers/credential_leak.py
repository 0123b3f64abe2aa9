"""Passwords and keys in public, by their form or by the words before them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from spacy.tokens import Doc

from nlp.rulebook import Cues, Span
from nlp.tagger import Flag, FlagTagger, tagger

# Forms that vendors publish for their keys; each begins with letters nobody writes.
_PREFIXES: Final = (
    "AKIA", "ASIA", "ghp_", "gho_", "github_pat_", "glpat-", "sk_live_", "rk_live_", "xox",
    "AIza", "eyJ", "-----BEGIN", "SG.", "npm_",
)  # fmt: skip
_KEY: Final = re.compile(
    r"(?<![A-Za-z0-9_])(?:(?:AKIA|ASIA)[A-Z0-9]{16}|gh[po]_[A-Za-z0-9]{30,80}"
    r"|github_pat_[A-Za-z0-9_]{40,100}|glpat-[\w-]{20,40}|[sr]k_live_[A-Za-z0-9]{16,100}"
    r"|xox[abprs]-[A-Za-z0-9-]{20,100}|AIza[\w-]{35}|npm_[A-Za-z0-9]{36}"
    r"|SG\.[\w-]{16,40}\.[\w-]{16,60}|eyJ[\w-]{10,500}\.eyJ[\w-]{10,500}\.[\w-]{10,500}"
    r"|-----BEGIN (?:[A-Z]{2,12} ){0,2}PRIVATE KEY-----)"
)
_VALUE: Final = re.compile(
    r"(?:\s{0,3}(?:[:=]|\b(?:is|was|are|lautet|ist|est|es|è|é)\b)\s{0,3}[\"'“`]?|\s?[:=/]\s?)"
    r"([^\s\"'“”`]{6,80})"
)
_FEWEST_KINDS: Final = 2


@tagger("credential_leak", version="1", needs=("cues", "marks"))
class CredentialLeakTagger(FlagTagger):
    """Flags keys of known forms, and what follows "password:" and looks like one."""

    def flag(self, doc: Doc) -> Iterator[Flag]:
        """Yield a flag for every secret."""
        if any(prefix in doc._.whole for prefix in _PREFIXES):
            for match in _KEY.finditer(doc._.whole):
                reason = f"has the form of a key: {match[0][:8]}…"
                yield Flag("credential_leak", *match.span(), 0.95, "key_form", reason)
        cues: Cues = doc._.cues
        links = [(mark.start, mark.end) for mark in doc._.marks.of("url", "handle", "hashtag")]
        seen: set[int] = set()  # "admin password: x" is also "password: x"
        for cue in cues.get("credential.secret", ()):
            flag = _after(doc, cue, links)
            if flag and flag.start not in seen:
                seen.add(flag.start)
                yield flag


def _after(doc: Doc, cue: Span, links: list[Span]) -> Flag | None:
    match = _VALUE.match(doc._.whole, cue[1])
    if match is None:
        return None
    start, end = match.span(1)
    value = match[1].rstrip(".,;!?)")
    if not is_secret(value) or any(first < end and start < last for first, last in links):
        return None
    p = 0.8 if doc._.marks.of("email", "url") or "user" in doc._.whole.lower() else 0.6
    words = doc._.whole[cue[0] : cue[1]]
    # The reason never repeats the secret: it is kept where more people may read.
    return Flag("credential_leak", start, start + len(value), p, "stated", f"follows {words!r}")


def is_secret(value: str) -> bool:
    """Tell whether a word looks made up: letters with digits or signs, six at least."""
    kinds = [
        any(each.isalpha() for each in value),
        any(each.isdigit() for each in value),
        any(not each.isalnum() and each not in "-'\u2019/." for each in value),
    ]
    return len(value) >= 6 and kinds[0] and sum(kinds) >= _FEWEST_KINDS  # noqa: PLR2004
