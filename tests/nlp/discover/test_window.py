"""What a night reads: what stands, once, and no vectors of two models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from listening.contract import DataRoot, Mention
from nlp.discover import discover_topics
from nlp.discover.dense import unit
from nlp.discover.naming import Topic, choose_words, name_topics, read_stems
from nlp.discover.night import make_night
from nlp.discover.window import Heard, Window, mark_copies, read_window
from tests.nlp.discover.talk import day_at, said, seal, sentences

SINCE, UNTIL = day_at(0, 0), day_at(3, 0)


def vectors(size: int, axis: int = 0, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    points = np.eye(384)[axis] + 0.03 * random.standard_normal((size, 384))
    return unit(points.astype(np.float32))


def lids(size: int, *, first: int = 0, day: int = 0) -> list[Mention]:
    listed = sentences("lid")
    return [said(f"lid-{n}", listed[n], day_at(day, 8)) for n in range(first, first + size)]


def heard(root: DataRoot) -> dict[str, Heard]:
    return {each.mention_id: each for each in read_window(root, SINCE, UNTIL).heard}


def test_the_latest_content_stands_and_loses_its_topic(tmp_path: Path) -> None:
    """An edited mention is read as it is now; it has no topic until it is assigned again."""
    root = DataRoot(tmp_path)
    old = lids(8)
    new = replace(old[0], text="All is well now", observed_at=day_at(1))
    seal(root, 1, old, vectors(8))
    seal(root, 2, [new], vectors(1, axis=9))
    found = heard(root)
    assert len(found) == 8
    assert found[new.mention_id].text == "All is well now"
    first = make_night(Window(SINCE, UNTIL, "m", _at(root, day_at(0, 12))), None, date(2026, 9, 1))
    assert new.mention_id in {each.mention_id for each in first.members}
    again = make_night(Window(SINCE, UNTIL, "m", tuple(found.values())), first, date(2026, 9, 2))
    assert new.mention_id not in {each.mention_id for each in again.members}


def _at(root: DataRoot, until: object) -> tuple[Heard, ...]:
    return read_window(root, SINCE, until).heard  # type: ignore[arg-type]


def test_deleted_owned_private_spam_and_brandless_mentions_are_not_read(tmp_path: Path) -> None:
    root = DataRoot(tmp_path)
    own = {"brand_id": "tern", "product_id": None, "relation": "owned", "start": None,
           "end": None, "matched": None}  # fmt: skip
    seal(root, 1, lids(1), vectors(1), brands=[own])
    seal(root, 2, lids(1, first=1), vectors(1), brands=[])
    seal(root, 3, lids(1, first=2), vectors(1), intents=[{"id": "spam", "p": 0.9}])
    seal(root, 4, lids(2, first=3), vectors(2))
    seal(root, 5, [replace(one, private=True) for one in lids(1, first=5)], vectors(1))
    seal(root, 2, [], vectors(0), gone=["lid-3"])
    assert [each.text for each in heard(root).values()] == [sentences("lid")[4]]


def test_only_the_window_and_what_was_sealed_by_then_is_read(tmp_path: Path) -> None:
    root = DataRoot(tmp_path)
    seal(root, 1, [said("old", "The lid cracked long ago", SINCE - timedelta(hours=1))], vectors(1))
    seal(root, 2, lids(1), vectors(1))
    seal(root, 3, [said("late", "The lid cracked at last", UNTIL + timedelta(hours=1))], vectors(1))
    assert list(heard(root)) == [said("lid-0", "", SINCE).mention_id]


def test_a_batch_without_tags_waits_and_a_damaged_one_is_left_out(tmp_path: Path) -> None:
    root = DataRoot(tmp_path)
    batches = [seal(root, n, lids(1, first=n), vectors(1)) for n in (1, 2, 3)]
    root.tagged_batch(batches[0]).unlink()
    root.tagged_batch(batches[1]).write_bytes(b"no Parquet")
    assert [each.text for each in heard(root).values()] == [sentences("lid")[3]]


def _copy(number: int, text: str, bands: Sequence[int]) -> Heard:
    return Heard(f"m{number}", "h", text, f"a{number}", day_at(0, number), frozenset(),
                 tuple(bands), vectors(1)[0])  # fmt: skip


def test_near_copies_count_as_one_text_the_first_stands_for_them() -> None:
    """One band in common, directly or through others; short texts where they are the same."""
    all_ = [
        _copy(3, "a story", (1, 2)),
        _copy(1, "a story!", (2, 3)),
        _copy(2, "the story", (3, 4)),
        _copy(4, "Too hot", ()),
        _copy(5, "too hot!!", ()),
        _copy(6, "another", (9,)),
    ]
    mark_copies(all_)
    assert [each.copy_of for each in all_] == ["m1", None, "m1", None, "m4", None]


def test_a_syndicated_text_is_no_topic_and_copies_share_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty reprints are one text. Reprints of what has a topic have it too."""
    root = DataRoot(tmp_path)
    press = [
        said(f"p{n}", "Ternwick opens a factory for lids", day_at(0, n / 2)) for n in range(30)
    ]
    seal(root, 1, press, vectors(30, axis=3), bands=[(7,)] * 30)
    complaints = lids(12)
    shared = [(100 + min(n, 8),) for n in range(12)]  # the last four are copies of the ninth
    seal(root, 2, complaints, vectors(12), bands=shared)
    monkeypatch.setenv("LISTENING_NOW", day_at(1).isoformat())
    night = discover_topics(root)
    assert len(night.topics) == 1
    assert {each.mention_id for each in night.members} == {m.mention_id for m in complaints}
    assert sum(each.copy_of is not None for each in night.members) == 3


def test_two_models_never_mix_and_ids_go_on_by_shared_members(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the other model embedded keeps its topic; the new model's vectors go on from there."""
    root = DataRoot(tmp_path)
    seal(root, 1, lids(6), vectors(6))
    seal(root, 2, lids(6, first=6), vectors(6, seed=1))
    monkeypatch.setenv("LISTENING_NOW", day_at(0, 20).isoformat())
    before = discover_topics(root)
    (topic,) = before.topics
    # The first batch is tagged again, by a model whose axes are others.
    seal(root, 1, lids(6), vectors(6, axis=200), model="b" * 64)
    seal(root, 3, lids(8, first=12, day=1), vectors(8, axis=200, seed=2), model="b" * 64)
    monkeypatch.setenv("LISTENING_NOW", day_at(1, 20).isoformat())
    after = discover_topics(root)
    assert after.model == "b" * 64
    assert after.left_out == 6
    assert after.lineage == ()
    assert {each.topic_id for each in after.members} == {topic.topic_id}
    assert len(after.members) == 20
    assert sum(each.nearness is None for each in after.members) == 6


def test_words_are_content_words_without_handles_links_and_brand() -> None:
    stems = read_stems(
        "@jodoe my Ternwick's lid broke, it didn't even close! https://x.example/lids #42",
        {"Ternwick"},
    )
    assert set(stems.values()) == {"lid", "broke", "close"}


def test_a_word_that_three_people_do_not_share_names_nothing() -> None:
    """A name that one or two mention is no name of a topic."""
    stems = [{"lid": "lid", "marlow": "marlow"}] * 2 + [{"lid": "lid"}] * 4 + [{"cord": "cord"}] * 6
    words = choose_words(stems, ["a"] * 6 + ["b"] * 6)
    assert [word for word, _ in words["a"]] == ["lid"]


def test_words_of_everybody_weigh_less_than_own_words() -> None:
    stems = [{"kettl": "kettle", "lid": "lid"}] * 6 + [{"kettl": "kettle", "cord": "cord"}] * 6
    words = choose_words(stems, ["a"] * 6 + ["b"] * 6)
    assert [word for word, _ in words["a"]] == ["lid", "kettle"]


def test_a_name_stays_while_half_of_it_is_still_strong() -> None:
    texts = [_copy(n, text, ()) for n, text in enumerate(["lid hinge crack"] * 4)]
    night = date(2026, 9, 5)
    for before, after in (("lid, hinge, broke", "lid, hinge, broke"), ("cord, lid, plug", None)):
        known = {"t": Topic("t", before, (), date(2026, 9, 1))}
        (named,) = name_topics(texts, ["t"] * 4, known, ["t"], night)
        assert named.name == (after or "crack, hinge, lid")
        assert named.born == date(2026, 9, 1)
