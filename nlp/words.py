"""How a text falls into words, the same for the brand file's names and for what people write.

spaCy's own rules keep `Larkspur/Toastline` or a name amid Chinese in one token; a phrase
matcher then never sees the name. Here a token is a run of letters and digits of one script
family, or one other character; and what stands in the text can always be put together again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from spacy.tokens import Doc
from spacy.vocab import Vocab

# `\w` leaves out the signs that combine with a letter: accents, points, Indic vowels.
MARKS: Final = r"\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0dff\u0e00-\u0e7f"
WORD: Final = rf"[\w{MARKS}]"
_UNSPACED: Final = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_SPACED: Final = rf"(?:(?![{_UNSPACED}]){WORD})+"  # scripts that part words by spaces
_TOKEN: Final = re.compile(rf"{_SPACED}|[{_UNSPACED}]+|\s+|.", re.DOTALL)
_PLAIN: Final = re.compile(r"\w+|\s+|.", re.DOTALL)  # the same of ASCII, in half the time
_PLACES: Final = "words"  # the key in a document's `user_data`
_ACCENTS: Final = re.compile(r"[\u0300-\u036f]")
_QUOTES: Final = str.maketrans(dict.fromkeys("\u2018\u2019\u02bc\u00b4`", "'"))
_SQUEEZED: Final = re.compile(r"[\W_]+")


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Return text for comparison: compatibility forms, case and Latin accents set aside."""
    if text.isascii():
        return text.casefold()
    text = text.translate(_QUOTES)
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFKC", plain).casefold()


def squeeze(text: str) -> str:
    """Return a name as a hashtag would write it: folded, letters and digits only."""
    return _SQUEEZED.sub("", fold(text))


def norm(text: str) -> str:
    """Return the norm of a token: any white space is a space, a word is folded."""
    return " " if text.isspace() else fold(text)


class WordTokenizer:
    """A spaCy tokenizer: text to `Doc`, losing nothing of the text."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """Return the document of a text."""
        words: list[str] = []
        spaces: list[bool] = []
        for token in split(text):
            rest = token
            if words and not spaces[-1] and token[0] == " ":
                spaces[-1] = True
                rest = token[1:]
            if rest:
                words.append(rest)
                spaces.append(False)
        doc = Doc(self.vocab, words=words, spaces=spaces)
        doc.user_data[_PLACES] = list(_place(words, spaces))
        return doc


def split(text: str) -> list[str]:
    """Return the pieces that a text falls into; together they are the text."""
    return (_PLAIN if text.isascii() else _TOKEN).findall(text)


def read_words(doc: Doc) -> list[tuple[str, int]]:
    """Return the words and numbers of a document, and where each begins.

    They are kept from its making: to ask its tokens for the same takes ten times as long.
    """
    held: list[tuple[str, int]] = doc.user_data[_PLACES]
    return held


def _place(words: Sequence[str], spaces: Sequence[bool]) -> Iterator[tuple[str, int]]:
    position = 0
    for word, space in zip(words, spaces, strict=True):
        if word[0].isalnum():
            yield word, position
        position += len(word) + space
