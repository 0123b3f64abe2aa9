"""Rows become aligned text, whatever people wrote in them."""

from desk.table import render


def test_shows_every_value_once():
    text = render(["topic", "mentions"], [["battery", 12], ["noise", None]])
    assert [line.split() for line in text.splitlines() if line.strip() and "─" not in line] == [
        ["topic", "mentions"],
        ["battery", "12"],
        ["noise", "-"],
    ]


def test_text_of_mentions_is_never_markup():
    assert "[bold red]sale[/bold red]" in render(["text"], [["[bold red]sale[/bold red]"]])


def test_no_rows_still_shows_the_columns():
    assert "mentions" in render(["mentions"], [])
