"""From night to night: assignment, birth, merge and split on points made by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.discover.dense import FEWEST, JOIN, PART, centre, likenesses, partition, split, unit
from nlp.discover.grow import Move, advance, follow

NIGHT = date(2026, 9, 2)
WIDTH = 64


def cloud(axis: int, size: int, *, spread: float = 0.08, seed: int = 0) -> np.ndarray:
    """Return points round one axis; their cosines are about 1 / (1 + WIDTH * spread²)."""
    random = np.random.default_rng(seed * 100 + axis)
    points = np.eye(WIDTH)[axis] + spread * random.standard_normal((size, WIDTH))
    return unit(points.astype(np.float32))


def go(
    points: np.ndarray, held: Sequence[str | None], **more: Any
) -> tuple[list[str | None], list[Move]]:
    living = more.pop("living", {topic for topic in held if topic})
    authors = more.pop("authors", [f"author {place}" for place in range(len(points))])
    carried = more.pop("carried", ())
    return advance(points, authors, held, living, carried, NIGHT)


def test_dense_groups_are_found_without_saying_how_many() -> None:
    points = np.concatenate([cloud(0, 20), cloud(1, 12), unit(cloud(5, 8, spread=9))])
    assert [group.tolist() for group in partition(points)] == [
        list(range(20)),
        list(range(20, 32)),
    ]


def test_a_group_that_stands_alone_stays_whole() -> None:
    for size in (FEWEST, 10, 40, 120):
        assert len(split(cloud(0, size, spread=0.11))) == 1


def test_a_group_of_two_things_falls_apart() -> None:
    parts = split(np.concatenate([cloud(0, 15), cloud(1, 9)]))
    assert [len(part) for part in parts] == [15, 9]


def test_the_story_everybody_tells_is_no_common_ground() -> None:
    """The plain mean would be that story; taken off, nothing would be left of it."""
    shared = np.float32(0.9) * np.eye(WIDTH, dtype=np.float32)[63]
    story = unit(cloud(0, 90, spread=0.06) + shared)
    others = unit(np.concatenate([cloud(axis, 1, spread=0.05) for axis in range(1, 20)]) + shared)
    vectors = np.concatenate([story, others])
    groups = partition(unit(vectors - centre(vectors)))
    assert max(map(len, groups)) >= 80
    assert not [g for g in partition(unit(vectors - vectors.mean(axis=0))) if len(g) >= 80]


def test_likeness_is_freed_from_the_scatter_of_small_groups() -> None:
    """Two samples of one thing are alike though their centres are not."""
    points = np.concatenate([cloud(0, 8, spread=0.3, seed=1), cloud(0, 8, spread=0.3, seed=2)])
    halves = [np.arange(8), np.arange(8, 16)]
    centres = unit(np.stack([points[half].sum(axis=0) for half in halves]))
    assert likenesses(points, halves)[0, 1] > float(centres[0] @ centres[1])


def test_new_texts_go_to_the_nearest_topic_and_the_far_to_none() -> None:
    points = np.concatenate([cloud(0, 10), cloud(1, 10), cloud(0, 2, seed=3), cloud(7, 1)])
    held: list[str | None] = [*["a"] * 10, *["b"] * 10, None, None, None]
    labels, moves = go(points, held)
    assert labels[20:] == ["a", "a", None]
    assert moves == []


def test_a_birth_has_an_id_of_its_night() -> None:
    labels, moves = go(np.concatenate([cloud(0, 9), cloud(1, 7)]), [None] * 16)
    assert moves == [Move("birth", "", "20260902-01", 1.0), Move("birth", "", "20260902-02", 1.0)]
    assert Counter(labels) == {"20260902-01": 9, "20260902-02": 7}


def test_one_loud_author_is_no_topic() -> None:
    labels, moves = go(cloud(0, 12), [None] * 12, authors=["x"] * 11 + ["y"])
    assert not any(labels)
    assert moves == []


def test_what_is_like_a_topic_joins_it_without_a_birth() -> None:
    points = np.concatenate([cloud(0, 10, spread=0.09), cloud(0, 10, spread=0.09, seed=4)])
    labels, moves = go(points, [*["a"] * 10, *[None] * 10])
    assert set(labels) == {"a"}
    assert moves == []


def test_the_larger_of_two_that_are_one_keeps_its_id() -> None:
    points = np.concatenate([cloud(0, 8), cloud(0, 12, seed=5)])
    labels, moves = go(points, ["a"] * 8 + ["b"] * 12)
    assert moves == [Move("merge", "a", "b", 1.0)]
    assert set(labels) == {"b"}
    assert follow(moves) == {"a": "b"}


def test_three_that_are_one_are_merged_into_one_at_once() -> None:
    points = np.concatenate([cloud(0, 8), cloud(0, 12, seed=5), cloud(0, 9, seed=6)])
    labels, moves = go(points, ["a"] * 8 + ["b"] * 12 + ["c"] * 9)
    assert moves == [Move("merge", "a", "b", 1.0), Move("merge", "c", "b", 1.0)]
    assert set(labels) == {"b"}


def test_the_largest_part_keeps_the_id_and_the_share_is_told() -> None:
    points = np.concatenate([cloud(0, 15), cloud(1, 12)])
    labels, moves = go(points, ["a"] * 27)
    assert moves == [Move("split", "a", "20260902-01", 0.444444)]
    assert labels == ["a"] * 15 + ["20260902-01"] * 12


def test_a_few_texts_do_not_tear_a_topic_apart() -> None:
    points = np.concatenate([cloud(0, 30), cloud(1, 8)])
    assert go(points, ["a"] * 38) == (["a"] * 38, [])


def test_what_is_neither_merged_nor_split_stays() -> None:
    """Between PART and JOIN nothing happens: no to and fro."""
    middle = unit(cloud(0, 12) + np.float32(0.9) * cloud(1, 12))
    points = np.concatenate([cloud(0, 12, seed=7), middle])
    held = ["a"] * 12 + ["b"] * 12
    likeness = likenesses(points, [np.arange(12), np.arange(12, 24)])[0, 1]
    assert PART < likeness < JOIN
    assert go(points, list(held)) == (held, [])


def test_a_topic_without_mentions_dies_one_that_waits_for_vectors_does_not() -> None:
    _, moves = go(cloud(0, 8), ["a"] * 8, living={"a", "b", "c"}, carried={"c"})
    assert moves == [Move("death", "b", "", 1.0)]


@pytest.mark.parametrize("size", [0, 1, 2, 5])
def test_almost_nothing_is_no_topic_and_no_error(size: int) -> None:
    labels, moves = go(cloud(0, size), [None] * size)
    assert labels == [None] * size
    assert moves == []


@settings(max_examples=30)
@given(
    sizes=st.lists(st.integers(1, 14), min_size=1, max_size=5),
    axes=st.lists(st.integers(0, 3), min_size=5, max_size=5),
    held=st.lists(st.sampled_from([None, "a", "b", "20260901-01"]), min_size=70, max_size=70),
    gone=st.sets(st.sampled_from(["x", "y"])),
    seed=st.integers(0, 50),
)
def test_laws(
    sizes: list[int], axes: list[int], held: list[str | None], gone: set[str], seed: int
) -> None:
    """Whatever was held: new ids are new, shares add up to at most 1, nothing vanishes untold."""
    points = np.concatenate([
        cloud(axis, size, seed=seed, spread=0.06 + 0.04 * place)
        for place, (axis, size) in enumerate(zip(axes, sizes, strict=False))
    ])  # fmt: skip
    mine = held[: len(points)]
    before = {topic for topic in mine if topic} | gone
    labels, moves = go(points, list(mine), living=before)
    assert (labels, moves) == go(points, list(mine), living=before)
    assert len(labels) == len(points)
    new = [move.after for move in moves if move.kind in ("birth", "split")]
    assert len(new) == len(set(new))
    assert not set(new) & before
    ended = {move.before for move in moves if move.kind in ("death", "merge")}
    standing = {label for label in labels if label}
    assert standing == (before | set(new)) - ended
    shares = Counter[str]()
    for move in moves:
        if move.before:
            shares[move.before] += move.share  # type: ignore[assignment]
    assert all(0 < share <= 1 + 1e-6 for share in shares.values())
    assert all(label is not None for label, old in zip(labels, mine, strict=True) if old)
