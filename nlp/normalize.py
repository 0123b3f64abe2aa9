"""One way to prepare text for the encoder, so that training and tagging read the same words.

The result is for the encoder alone: offsets into it mean nothing in the original text.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

import emoji

MAX_CHARACTERS: Final = 4_000
"""Longer texts are cut here first: the encoder reads at most some hundred words of them."""

LINK: Final = "http"
HANDLE: Final = "@user"

_ESCAPE: Final = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")
_ESCAPED_BREAK: Final = re.compile(r"\\[nrt]")
_ESCAPED_QUOTE: Final = re.compile(r"\\+([\"'/])")
_LINK: Final = re.compile(r"(?:https?://|www\.)\S*", re.IGNORECASE)
_HANDLE: Final = re.compile(r"(?<![\w@])@\w+(?:@[\w.-]+\w)?")
_HASHTAG: Final = re.compile(r"#\w+")
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|_+")
_MAYBE_EMOJI: Final = re.compile("[\xa9\xae\u203c-\u3299\U0001f000-\U0001faff]|\ufe0f|\u20e3")
_SKIN: Final = re.compile(r"(?:_(?:medium|light|dark|medium-light|medium-dark))?_skin_tone")
_LONG_WORD: Final = re.compile(r"([^\W\d_])\1{2,}")
_LONG_MARK: Final = re.compile(r"([^\w\s])\1{3,}")
_SAME_EMOJI: Final = 2


def normalize(text: str) -> str:
    r"""Return `text` with links, handles, emoji, elongations and escapes in plain words.

    Escapes (`\u2019`, `&amp;`) become what they stand for; links become `http`, handles
    `@user`, emoji their English names (a run of one emoji keeps two), `#WordsLikeThis` are
    split, `sooooo` keeps two letters and `!!!!!` three marks, whitespace is single.
    Never raises; the result of a result is the same again. Texts are cut at
    `MAX_CHARACTERS` before anything else.
    """
    text = text[:MAX_CHARACTERS]
    while (plain := _simplify(text)) != text:  # what one step uncovers, another may read
        text = plain
    return text


def _simplify(text: str) -> str:
    text = _unescape(unicodedata.normalize("NFKC", text))
    text = unicodedata.normalize("NFKC", _name_emoji(text))
    text = _drop_invisible(text)
    text = _LINK.sub(LINK, text)
    text = _HANDLE.sub(HANDLE, text)
    text = _HASHTAG.sub(_split_hashtag, text)
    text = _LONG_WORD.sub(r"\1\1", text)
    text = _LONG_MARK.sub(r"\1\1\1", text)
    return " ".join(text.split())


def _unescape(text: str) -> str:
    """Undo JSON and HTML escapes that sources leave in, however often they were applied."""
    text = _ESCAPE.sub(_decode_escape, text)
    text = _ESCAPED_QUOTE.sub(r"\1", _ESCAPED_BREAK.sub(" ", text))
    while (plain := html.unescape(text)) != text:
        text = plain
    return text


def _decode_escape(match: re.Match[str]) -> str:
    r"""Decode a run of `\uXXXX`; surrogate halves that belong together are joined."""
    units = bytes.fromhex(match[0].replace("\\u", ""))
    return units.decode("utf-16-be", errors="replace")


def _name_emoji(text: str) -> str:
    """Put each emoji's name in its place: 99 % of them are unknown to the vocabulary."""
    if not _MAYBE_EMOJI.search(text):
        return text
    found = emoji.emoji_list(text)
    parts: list[str] = []
    position, last, run = 0, "", 0
    for item in found:
        between = text[position : item["match_start"]]
        run = run + 1 if item["emoji"] == last and not between.strip() else 1
        parts.append(between)
        if run <= _SAME_EMOJI:
            parts.append(f" {_emoji_name(item['emoji'])} ")
        last, position = item["emoji"], item["match_end"]
    return "".join([*parts, text[position:]])


def _emoji_name(symbol: str) -> str:
    name = emoji.demojize(symbol, delimiters=("", ""))
    return _SKIN.sub("", name).replace("_", " ")


def _drop_invisible(text: str) -> str:
    """Drop joiners, bidi marks and lone surrogates; control characters part words."""
    if text.isprintable():
        return text
    kept = []
    for character in text:
        category = unicodedata.category(character)
        if category == "Cc":
            kept.append(" ")
        elif category not in {"Cf", "Cs", "Co", "Cn"}:
            kept.append(character)
    return "".join(kept)


def _split_hashtag(match: re.Match[str]) -> str:
    return _HUMP.sub(" ", match[0])
