"""The border for foreign text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.clean import clean_text, clean_url, strip_html

anything = st.text(st.characters(exclude_categories=()))


@given(anything)
def test_cleaned_text_can_be_stored_and_is_cleaned_once(text):
    clean = clean_text(text)
    clean.encode("utf-8")
    assert "\x00" not in clean
    assert clean_text(clean) == clean


@given(st.text(st.characters(exclude_categories=("Cc", "Cs"))))
def test_ordinary_text_is_left_alone(text):
    assert clean_text(text) == text


def test_two_halves_of_an_emoji_become_the_emoji():
    assert clean_text("\ud83d\ude00\x00") == "\U0001f600"


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://a.example/x?y=1", "https://a.example/x?y=1"),
        ("HTTP://a.example", "HTTP://a.example"),
        ("a.example/x", "https://a.example/x"),
        (" ", ""),
        ("javascript:alert(1)", None),
        ("java\x00script:alert(1)", None),
        ("data:text/html,x", None),
        ("mailto:a@b.example", None),
        ("https:///x", None),
        ("/only/a/path", None),
        ("https://a.example/x y", None),
        ("https://[half", None),
    ],
)
def test_only_addresses_of_the_web_pass(url, clean):
    assert clean_url(url) == clean


def test_html_becomes_lines_of_text():
    html = (
        "<p>Ken &amp; <b>Ada</b>&nbsp;say&#10;<a href='x'>hi</a></p><p>again<br>and"
        "<script>alert('x')</script> again</p><ul><li>one<li>two</ul>"
    )
    assert strip_html(html) == "Ken & Ada say hi\nagain\nand again\none\ntwo"


@given(anything)
def test_no_text_breaks_the_html_reader(text):
    assert "\x00" not in strip_html(text)
