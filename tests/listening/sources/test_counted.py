"""A list turned by page numbers while it moves: nothing that stayed there is missed unsaid."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from listening.contract import Page, Reject
from listening.sources._counted import BACK, MOVED, Counted, Turns, Window, spanning, turn_pages
from listening.sources._read import LoopError

SIZE = 10


@given(st.integers(0, 20_000), st.integers(2, 100))
def test_a_page_holds_the_position_it_is_asked_for(position: int, most: int) -> None:
    window = spanning(position, most)
    assert window.start <= position < window.end
    assert 1 <= window.size <= most


def test_pages_of_a_hundred_overlap_as_far_as_anybody_reads() -> None:
    """Overlapping costs 143 more requests to a thousand."""
    end, turned = 0, 0
    while end < 100_000:
        window = spanning(max(0, end - 1), 100)
        assert window.end > end
        end, turned = window.end, turned + 1
    assert turned == 1_143


@st.composite
def changes(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Return what happens before each page: items vanish from a position on, or come at it."""
    return draw(st.lists(st.tuples(st.integers(0, 60), st.integers(-25, 6)), max_size=8))


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 70), changes(), st.booleans())
def test_what_stays_in_a_list_is_read_or_it_is_said(
    length: int, happens: list[tuple[int, int]], tells: bool
) -> None:
    """Any list, shrunk and grown anywhere between its pages, by more than a page, too."""
    there, born, read = list(range(length)), length, set[int]()
    stayed, counted, whole, turns = set(there), Counted("a list", SIZE), True, 0
    while window := counted.window:
        if turns < len(happens):
            position, many = happens[turns]
            if many < 0:
                stayed -= set(there[position : position - many])
                del there[position : position - many]
            else:
                there[position:position] = range(born, born + many)
                born += many
        page = there[window.start : window.end]
        read |= set(page)
        more = window.end < len(there) if tells else None
        try:
            whole &= counted.turn([str(one) for one in page], more)
        except LoopError:  # it grew by more than a page, twice
            return
        turns += 1
        assert turns < 80
    assert not whole or stayed <= read


def test_a_list_that_is_another_at_each_page_is_not_said_to_be_whole() -> None:
    turns = 0

    def ask(_: Window) -> tuple[Page, bool]:
        nonlocal turns
        turns += 1
        items = tuple(Reject("any", f"{turns}/{number}", "odd") for number in range(SIZE))
        return Page(items, SIZE), turns < 3 * BACK

    told = [page.coverage for page in turn_pages("a list", SIZE, ask)]
    assert MOVED in told
    assert len(told) <= 3 * BACK + 1


def test_pages_of_a_given_size_are_turned_until_nothing_is_new() -> None:
    def turned(*times: list[str]) -> tuple[list[bool], Turns]:
        turns, told = Turns(), list[bool]()
        for pages in times:
            assert turns.begin()
            told += [turns.note(page) for page in pages]
        assert not turns.begin()
        return told, turns

    told, turns = turned(["ab"])
    assert (told, turns.coverage) == ([True], None)
    told, turns = turned(["ab", "de"], ["bc", "de"], ["bc", "de"])
    assert (told, turns.coverage) == ([True, True, True, False, False, False], None)
    _, turns = turned(["ab", "f"], ["bc", "f"], ["cd", "f"])
    assert turns.coverage == MOVED
