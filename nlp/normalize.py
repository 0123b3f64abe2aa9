"""One way to prepare text for the encoder, so that training and tagging read the same words.

Whoever needs to know where a word came from uses `align`: offsets of the original text.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import emoji

MAX_CHARACTERS: Final = 4_000
"""Longer texts are cut here first: the encoder reads at most some hundred words of them."""

LINK: Final = "http"
HANDLE: Final = "@user"

_QUOTED: Final = re.compile(r"^[ \t]*(?:>|&gt;)[^\n]*(?:\n|\Z)", re.MULTILINE)
_ESCAPE: Final = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")
_ESCAPED_BREAK: Final = re.compile(r"\\[nrt]")
_ESCAPED_QUOTE: Final = re.compile(r"\\+([\"'/])")
_ENTITY: Final = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)")
_LINK: Final = re.compile(r"(?:https?://|www\.)\S*", re.IGNORECASE)
_HANDLE: Final = re.compile(r"(?<![\w@])@\w+(?:@[\w.-]+\w)?")
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|_+")
_HASHTAG: Final = re.compile(r"#\w+")
_CLUSTER: Final = re.compile(r"[^\u0300-\u036f][\u0300-\u036f]+|[^\x00-\x7f]")
_MAYBE_EMOJI: Final = re.compile("[\xa9\xae\u203c-\u3299\U0001f000-\U0001faff]|\ufe0f|\u20e3")
_SKIN: Final = re.compile(r"(?:_(?:medium|light|dark|medium-light|medium-dark))?_skin_tone")
_LONG_WORD: Final = re.compile(r"([^\W\d_])\1{2,}")
_LONG_MARK: Final = re.compile(r"([^\w\s])\1{3,}")
_UNUSUAL: Final = re.compile(r"[^\x20-\x7e]")
_SPACE: Final = re.compile(r"\s{2,}|[^\S ]|^ | \Z")
_CHANGED: Final = re.compile(
    r"[^\x20-\x7e]|[\\&#>]|@(?!(?-i:user)(?![\w@]))|://|www\.|([^.])\1\1|\.{4}|  |\A | \Z",
    re.IGNORECASE,
)
"""What stands in every text that is changed here, and in a few that are not."""

_SAME_EMOJI: Final = 2

Replace = Callable[[re.Match[str]], str]


@dataclass(frozen=True, slots=True)
class Aligned:
    """A prepared text; its character `i` stands for `original[starts[i]:ends[i]]`."""

    text: str
    starts: list[int]
    ends: list[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the original span of the characters `start` to `end` (not empty)."""
        return self.starts[start], max(self.ends[start:end])

    def sub(self, pattern: re.Pattern[str], replace: Replace) -> Aligned:
        """Return this with every match replaced; what is new stands for the whole match."""
        if pattern.search(self.text) is None:
            return self
        builder = _Builder(self)
        for match in pattern.finditer(self.text):
            new = replace(match)
            if new != match[0]:
                builder.put(match.start(), match.end(), new)
        return builder.finish()


class _Builder:
    """Collects kept and replaced parts of an aligned text, from left to right."""

    def __init__(self, old: Aligned) -> None:
        self.old, self.position = old, 0
        self.parts: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []

    def keep(self, end: int) -> None:
        """Take over the old text from here to `end`."""
        part = slice(self.position, end)
        self.parts.append(self.old.text[part])
        self.starts += self.old.starts[part]
        self.ends += self.old.ends[part]
        self.position = end

    def put(self, start: int, end: int, new: str) -> None:
        """Put `new` in the place of the old text from `start` to `end`."""
        self.keep(start)
        if new:
            old = self.old
            first = old.starts[start] if start < len(old.starts) else old.ends[-1]
            last = max(old.ends[start:end]) if end > start else first
            self.parts.append(new)
            self.starts += [first] * len(new)
            self.ends += [last] * len(new)
        self.position = end

    def finish(self) -> Aligned:
        self.keep(len(self.old.text))
        return Aligned("".join(self.parts), self.starts, self.ends)


def normalize(text: str) -> str:
    r"""Return `text` with links, handles, emoji, elongations and escapes in plain words.

    Escapes (`\u2019`, `&amp;`) become what they stand for; links become `http`, handles
    `@user`, emoji their English names (a run of one emoji keeps two), `#WordsLikeThis` are
    split, `sooooo` keeps two letters and `!!!!!` three marks, whitespace is single. Quoted
    lines (`> …`) are another's words and go, unless there is nothing else.
    Never raises; the result of a result is the same again. Texts are cut at
    `MAX_CHARACTERS` before anything else.
    """
    return align(text).text


def align(text: str) -> Aligned:
    """Return the normalised text with the original place of each of its characters."""
    text = text[:MAX_CHARACTERS]
    aligned = Aligned(text, list(range(len(text))), list(range(1, len(text) + 1)))
    if not _CHANGED.search(text):
        return aligned
    aligned = _drop_quotes(aligned)
    while (plain := _simplify(aligned)).text != aligned.text:  # one step uncovers, another reads
        aligned = plain
        if not _CHANGED.search(aligned.text):
            break
    return aligned


def _drop_quotes(aligned: Aligned) -> Aligned:
    rest = aligned.sub(_QUOTED, lambda _: "")
    return rest if rest.text.strip() else aligned


def _simplify(aligned: Aligned) -> Aligned:
    aligned = _unescape(_compose(aligned))
    aligned = _compose(_name_emoji(aligned))
    aligned = _drop_invisible(aligned)
    aligned = aligned.sub(_LINK, lambda _: LINK)
    aligned = aligned.sub(_HANDLE, lambda _: HANDLE)
    aligned = _split_hashtags(aligned)
    aligned = aligned.sub(_LONG_WORD, lambda match: match[1] * 2)
    aligned = aligned.sub(_LONG_MARK, lambda match: match[1] * 3)
    aligned = aligned.sub(_SPACE, lambda _: " ")
    return aligned.sub(_SPACE, _drop_edge)


def _drop_edge(match: re.Match[str]) -> str:
    return "" if match.start() == 0 or match.end() == len(match.string) else " "


def _compose(aligned: Aligned) -> Aligned:
    """Bring characters to their compatible composed form (NFKC), cluster by cluster."""
    if aligned.text.isascii() or unicodedata.is_normalized("NFKC", aligned.text):
        return aligned
    return aligned.sub(_CLUSTER, lambda match: unicodedata.normalize("NFKC", match[0]))


def _unescape(aligned: Aligned) -> Aligned:
    """Undo JSON and HTML escapes that sources leave in, however often they were applied."""
    if "\\" in aligned.text:
        aligned = aligned.sub(_ESCAPE, _decode_escape).sub(_ESCAPED_BREAK, lambda _: " ")
        aligned = aligned.sub(_ESCAPED_QUOTE, lambda match: match[1])
    while "&" in aligned.text:
        plain = aligned.sub(_ENTITY, lambda match: html.unescape(match[0]))
        if plain.text == aligned.text:
            break
        aligned = plain
    return aligned


def _decode_escape(match: re.Match[str]) -> str:
    r"""Decode a run of `\uXXXX`; surrogate halves that belong together are joined."""
    units = bytes.fromhex(match[0].replace("\\u", ""))
    return units.decode("utf-16-be", errors="replace")


def _name_emoji(aligned: Aligned) -> Aligned:
    """Put each emoji's name in its place: 99 % of them are unknown to the vocabulary."""
    text = aligned.text
    if not _MAYBE_EMOJI.search(text):
        return aligned
    builder = _Builder(aligned)
    position, last, run = 0, "", 0
    for item in emoji.emoji_list(text):
        start, end = item["match_start"], item["match_end"]
        run = run + 1 if item["emoji"] == last and not text[position:start].strip() else 1
        name = f" {_emoji_name(item['emoji'])} " if run <= _SAME_EMOJI else ""
        builder.put(start, end, name)
        last, position = item["emoji"], end
    return builder.finish()


def _emoji_name(symbol: str) -> str:
    name = emoji.demojize(symbol, delimiters=("", ""))
    return _SKIN.sub("", name).replace("_", " ")


def _drop_invisible(aligned: Aligned) -> Aligned:
    """Drop joiners, bidi marks and lone surrogates; control characters part words."""
    if aligned.text.isprintable():
        return aligned
    return aligned.sub(_UNUSUAL, _show)


def _show(match: re.Match[str]) -> str:
    category = unicodedata.category(match[0])
    if category == "Cc":
        return " "
    return "" if category in {"Cf", "Cs", "Co", "Cn"} else match[0]


def _split_hashtags(aligned: Aligned) -> Aligned:
    """Split `#WordsLikeThis` at their humps; each part keeps its own place."""
    humps = [
        (hashtag.start() + hump.start(), hashtag.start() + hump.end())
        for hashtag in _HASHTAG.finditer(aligned.text)
        for hump in _HUMP.finditer(hashtag[0])
    ]
    if not humps:
        return aligned
    builder = _Builder(aligned)
    for start, end in humps:
        builder.put(start, end, " ")
    return builder.finish()
