"""Passwords and keys in public, by their form or by the words before them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import ClassVar, Final

from spacy.tokens import Doc

from nlp.notes import notes
from nlp.rulebook import Cues, Span, nearest
from nlp.suspicion import Sign, SuspectTagger
from nlp.tagger import Flag, tagger

# Forms that vendors publish for their keys; each begins with letters nobody writes.
_PREFIXES: Final = (
    "AKIA", "ASIA", "ghp_", "gho_", "github_pat_", "glpat-", "sk_live_", "rk_live_", "xox",
    "AIza", "eyJ", "-----BEGIN", "SG.", "npm_", "://", "EAA", "ya29.", "hf_", "pypi-", "dop_v1_",
)  # fmt: skip
_KEY: Final = re.compile(
    r"(?<![A-Za-z0-9_])(?:(?:AKIA|ASIA)[A-Z0-9]{16}|gh[po]_[A-Za-z0-9]{30,80}"
    r"|github_pat_[A-Za-z0-9_]{40,100}|glpat-[\w-]{20,40}|[sr]k_live_[A-Za-z0-9]{16,100}"
    r"|xox[abprs]-[A-Za-z0-9-]{20,100}|AIza[\w-]{35}|npm_[A-Za-z0-9]{36}"
    r"|SG\.[\w-]{16,40}\.[\w-]{16,60}|eyJ[\w-]{10,500}\.eyJ[\w-]{10,500}\.[\w-]{10,500}"
    r"|-----BEGIN (?:[A-Z]{2,12} ){0,2}PRIVATE KEY-----"
    r"|ya29\.[\w-]{20,200}|hf_[A-Za-z0-9]{30,40}|pypi-[\w-]{50,200}|dop_v1_[a-f0-9]{64}"
    r"|[a-z][a-z0-9+]{2,12}://[^\s:/@]{1,40}:[^\s:/@]{3,60}@[\w.-]{4,80})"
)
_VALUE: Final = re.compile(
    r"(?:\s{0,3}(?:[:=]|\b(?:is|was|are|lautet|ist|est|es|è|é)\b)\s{0,3}[\"'“`]?|\s?[:=/]\s?)"
    r"([^\s\"'“”`]{6,80})"
)
_PAIR: Final = re.compile(
    r"(?<![\w/.])[\w.@-]{3,50} ?[/|:] ?([^\s/|:\"'“”]{5,40})(?=[\s.,;!?)]|\Z)"
)
_TOKEN: Final = re.compile(
    r"[?&](?:access_?|auth_?|reset_?|api_?)?(?:token|key|secret|password|pwd)="
    r"((?=[\w.%~-]*\d)[\w.%~-]{12,200})",
    re.IGNORECASE,
)
_HOST: Final = re.compile(r"^(?:\w+://)?[^/?#]*")
_FEWEST_KINDS: Final = 2
_BESIDE: Final = 60  # characters to a word for a secret
_MOST: Final = 20


@tagger("credential_leak", version="10", needs=("cues", "marks"), uses=("brands", "suspicion"))
class CredentialLeakTagger(SuspectTagger):
    """Flags keys of known forms, and what follows "password:" and looks like one."""

    spares_owned: ClassVar[bool] = False  # a brand may publish its own keys by mistake

    def flag(self, doc: Doc) -> Iterator[Flag]:
        """Yield the flags; the models alone raise none where a text only says where to log in."""
        for flag in super().flag(doc):
            if not (flag.rule.startswith("head:") and _points_to_a_page(doc)):
                yield flag

    def signs(self, doc: Doc) -> Iterator[Sign]:
        """Yield a sign for every secret, and one for offers of stolen accounts."""
        whole = notes(doc).whole
        if any(prefix in whole for prefix in _PREFIXES):
            for match in _KEY.finditer(whole):
                reason = f"has the form of a key: {match[0][:4]}…"
                yield Sign(*match.span(), 0.95, "key_form", reason, "sure")
        cues: Cues = notes(doc).cues
        secrets = cues.get("credential.secret", ())
        links = [(each.start, each.end) for each in notes(doc).marks.found if each.kind != "email"]
        seen: set[int] = set()  # "admin password: x" is also "password: x"
        for cue in secrets:
            sign = _after(doc, cue, links)
            if sign and sign.start not in seen:
                seen.add(sign.start)
                yield sign
        yield from _tokens(doc)
        yield from _pairs(doc, seen, links)
        yield from _dumps(doc)


def _points_to_a_page(doc: Doc) -> bool:
    """Tell whether a text has a link, and beside the link's host no digit: nothing made up.

    "You can log in at login.brand.example" leaks nothing. Of 149 leaks of ours none is like that
    (2026-11-22).
    """
    links = notes(doc).marks.of("url")
    if not links or notes(doc).cues.get("credential.dump"):
        return False
    whole, place, rest = notes(doc).whole, 0, []
    for link in links:
        rest += [whole[place : link.start], _HOST.sub("", link.text)]
        place = link.end
    return not any(map(str.isdigit, "".join([*rest, whole[place:]])))


def _after(doc: Doc, cue: Span, links: list[Span]) -> Sign | None:
    match = _VALUE.match(notes(doc).whole, cue[1])
    if match is None:
        return None
    start, end = match.span(1)
    value = match[1].rstrip(".,;!?)")
    if not is_secret(value) or any(first < end and start < last for first, last in links):
        return None
    p = 0.8 if notes(doc).marks.of("email", "url") or "user" in notes(doc).whole.lower() else 0.6
    words = notes(doc).whole[cue[0] : cue[1]]
    # The reason never repeats the secret: it is kept where more people may read.
    return Sign(start, start + len(value), p, "stated", f"follows {words!r}")


def _tokens(doc: Doc) -> Iterator[Sign]:
    """Yield links that let in whoever has them: `reset?token=…`."""
    for mark in notes(doc).marks.of("url"):
        if match := _TOKEN.search(mark.text):
            start = mark.start + match.start(1)
            yield Sign(start, mark.start + match.end(1), 0.6, "link", "a link that holds a secret")


def _pairs(doc: Doc, seen: set[int], links: list[Span]) -> Iterator[Sign]:
    """Yield user and password as people write them: `name / secret`, beside a word for them.

    Not within a link: "login.brand.example/login?next=orders" is an address.
    """
    cues: Cues = notes(doc).cues
    words = [*cues.get("credential.secret", ()), *cues.get("credential.account", ())]
    for match in islice(_PAIR.finditer(notes(doc).whole), _MOST) if words else ():
        value = match[1].rstrip(".,;!?)")
        if (
            match.start(1) not in seen
            and not any(first < match.end() and match.start() < last for first, last in links)
            and is_secret(value)
            and nearest(match.span(), words, _BESIDE)
        ):
            span = match.start(), match.start(1) + len(value)
            yield Sign(*span, 0.6, "pair", "a name and what looks like its password", "likely")


def _dumps(doc: Doc) -> Iterator[Sign]:
    """Yield where stolen accounts are spread: a word for many of them beside one for a secret."""
    cues: Cues = notes(doc).cues
    secrets = [*cues.get("credential.secret", ()), *cues.get("credential.account", ())]
    for dump in sorted(cues.get("credential.dump", ())):
        other = nearest(dump, [each for each in secrets if each != dump], _BESIDE)
        if other:
            start, end = min(dump[0], other[0]), max(dump[1], other[1])
            words = f"{notes(doc).whole[slice(*dump)]!r} beside {notes(doc).whole[slice(*other)]!r}"
            many = len(cues["credential.dump"]) > 1
            yield Sign(start, end, 0.5, "dump", words, "likely" if many else "hint")
            return


def is_secret(value: str) -> bool:
    """Tell whether a word looks made up: letters with digits or signs, six at least."""
    kinds = [
        any(each.isalpha() for each in value),
        any(each.isdigit() for each in value),
        any(not each.isalnum() and each not in "-'\u2019/." for each in value),
    ]
    return len(value) >= 6 and kinds[0] and sum(kinds) >= _FEWEST_KINDS  # noqa: PLR2004
