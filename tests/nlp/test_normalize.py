"""What the encoder is given: laws that hold for every text, and the cases that made them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.normalize import (
    _CHANGED,
    MAX_CHARACTERS,
    Aligned,
    _drop_quotes,
    _simplify,
    normalize,
)

ANY_TEXT = st.text(st.characters(), max_size=200)
PIECES = """
@ a # AbC _ & amp; #38; lt; \\ u2019 \\ud83d \\ude02 \\n \\" http:// www. ! 9 . oooo
\U0001f602 \U0001f44d\U0001f3fd \u2764\ufe0f \u200d \u200f \u0645 \u00e9 \ufb01
\uff06 \uff20 \uff03 \u2122
""".split()  # noqa: SIM905 - readable
NASTY = st.lists(st.sampled_from([*PIECES, " ", "\n", "\ud83d"]), max_size=30).map("".join)


@given(ANY_TEXT | NASTY)
def test_result_can_be_tokenised(text: str) -> None:
    """No lone surrogate, control character or invisible mark is left; whitespace is single."""
    result = normalize(text)
    result.encode("utf-8")
    assert result == " ".join(result.split())
    assert not any(ord(c) < 32 or c in "\u200b\u200d\u200e\u200f\ufeff" for c in result)


@given(ANY_TEXT | NASTY)
def test_normalising_settles(text: str) -> None:
    """A text that was normalised stays as it is: training and tagging cannot drift apart."""
    once = normalize(text)
    assert normalize(once) == once


@given(st.from_regex(r"https?://[a-z]{1,9}\.[a-z]{2,3}/[A-Za-z0-9]{0,9}", fullmatch=True))
def test_every_link_is_the_same_word(link: str) -> None:
    assert normalize(f"see {link} now") == "see http now"


@given(st.from_regex(r"[A-Za-z0-9_]{1,15}", fullmatch=True))
def test_every_handle_is_the_same_word(name: str) -> None:
    assert normalize(f"thanks @{name}, great") == "thanks @user, great"


@given(st.integers(3, 60))
def test_elongation_has_one_form(count: int) -> None:
    assert normalize("s" + "o" * count + " good" + "!" * (count + 1)) == "soo good!!!"


@given(st.integers(2, 40))
def test_a_run_of_one_emoji_counts_twice(count: int) -> None:
    assert normalize("\U0001f602" * count) == " ".join(["face with tears of joy"] * 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I\\u2019m at &quot;home&quot;", 'I\u2019m at "home"'),
        ("smile \\ud83d\\ude02", "smile face with tears of joy"),
        ("salt &amp;amp; pepper &lt;3", "salt & pepper <3"),
        ('she said \\"no\\"\\nthen left', 'she said "no" then left'),
        ("write to a@b.example please", "write to a@b.example please"),
        ("@ 5pm", "@ 5pm"),
        ("hi @me@host.example!", "hi @user!"),
        ("#WorstDayEver #so_bad #1", "#Worst Day Ever #so bad #1"),
        ("\U0001f44d\U0001f3fd \u2764\ufe0f", "thumbs up red heart"),
        ("\U0001f1fa\U0001f1f8", "United States"),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467", "family man woman girl"),
        ("costs 1000000 now...", "costs 1000000 now..."),
        ("\U0001d4d7\U0001d4ee\U0001d4f5\U0001d4f5\U0001d4f8", "Hello"),
        ("a\u200bb\tc\r\nd", "ab c d"),
        ("", ""),
    ],
)
def test_cases(text: str, expected: str) -> None:
    """Each kind of noise that the sources hold has one plain form."""
    assert normalize(text) == expected


def test_a_huge_text_is_cut_first() -> None:
    """Cost is bounded: a text of megabytes costs what its first characters cost."""
    assert normalize("&amp;" * 1_000_000) == normalize("&amp;" * (MAX_CHARACTERS // 5))
    assert len(normalize("word " * 1_000_000)) <= MAX_CHARACTERS


@given(
    ANY_TEXT
    | NASTY
    | st.text("aAw.:/ >&@#1!\t", max_size=12)
    | st.lists(st.sampled_from(["@user", "@User", "@", "http", ".", " ", "a"]), max_size=6).map(
        "".join
    )
)
def test_a_text_is_passed_by_only_where_no_step_changes_it(text: str) -> None:
    whole = Aligned(text, list(range(len(text))), list(range(1, len(text) + 1)))
    if _simplify(_drop_quotes(whole)).text != text:
        assert _CHANGED.search(text)
