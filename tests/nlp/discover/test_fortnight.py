"""Two weeks of nights: ids stay, and births, merges, splits and deaths are told as they happen."""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from listening.contract import DataRoot, ListeningError, mention_id
from nlp.discover import discover_topics
from nlp.discover.store import Night, night_path, nights
from nlp.encoder import MODEL, Encoder
from tests.nlp.discover.talk import FIRST, day_at, said, seal, sentences

pytestmark = pytest.mark.skipif(
    not (MODEL / "manifest.json").exists(), reason="nlp/model is absent"
)
NIGHTS = 14
WINDOW = 7  # days; so that a fortnight can see the end of a topic
A_DAY = 5  # texts of each theme
PLAN = {
    "lid": range(14),
    "parcel": range(14),
    "taste": range(7, 14),
    "raffle": range(3),
    "cord": range(4),
    "plug": range(4),
    "cord and plug": range(4, 14),
    "wifi and login": range(4),
    "wifi": range(4, 14),
    "login": range(4, 14),
}


@dataclass
class Fortnight:
    """The data root after two weeks, the nights, and the theme of every mention."""

    root: DataRoot
    theme: dict[str, str] = field(default_factory=dict)
    said_at: dict[str, datetime] = field(default_factory=dict)
    nights: list[Night] = field(default_factory=list)
    prints: dict[str, str] = field(default_factory=dict)  # file -> SHA-256 when it was sealed

    def topic(self, theme: str, night: int) -> str | None:
        """Return the topic most mentions of a theme have; None where half of them have none."""
        members = {each.mention_id: each.topic_id for each in self.nights[night].members}
        since = self.nights[night].since
        mine = [
            mention
            for mention, own in self.theme.items()
            if own == theme and since <= self.said_at[mention] <= self.nights[night].until
        ]
        found = Counter(members.get(mention) for mention in mine).most_common(1)
        return found[0][0] if found and found[0][1] * 2 >= len(mine) else None


@pytest.fixture(scope="module")
def fortnight(tmp_path_factory: pytest.TempPathFactory) -> Fortnight:
    """Two weeks of talk, and a night at the end of each day."""
    told = Fortnight(DataRoot(tmp_path_factory.mktemp("fortnight")))
    encoder = Encoder.load()
    used: Counter[str] = Counter()
    with pytest.MonkeyPatch.context() as patch:
        for day in range(NIGHTS):
            mentions = []
            for theme, days in PLAN.items():
                for place in range(A_DAY if day in days else 0):
                    listed = sentences(theme)
                    turn, which = divmod(used[theme], len(listed))
                    text = listed[which] + ("", " again", ", honestly", ", what a shame")[turn]
                    mention = said(f"{theme}-{used[theme]}", text, day_at(day, 8 + place))
                    used[theme] += 1
                    mentions.append(mention)
                    told.theme[mention.mention_id] = theme
                    told.said_at[mention.mention_id] = mention.published_at
            vectors = encoder.encode([each.text for each in mentions]).embedding
            seal(told.root, day + 1, mentions, vectors)
            patch.setenv("LISTENING_NOW", day_at(day, 23).isoformat())
            told.nights.append(discover_topics(told.root, days=WINDOW))
            path = night_path(told.root, told.nights[-1].night)
            told.prints[path.name] = _print(path)
    return told


def _print(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _moves(told: Fortnight, kind: str) -> list[tuple[int, str, str, float]]:
    return [
        (number, move.before, move.after, move.share)
        for number, night in enumerate(told.nights)
        for move in night.lineage
        if move.kind == kind
    ]


def test_ids_stay_from_night_to_night(fortnight: Fortnight) -> None:
    """What is said all the time has one id from its third night to the last."""
    for theme in ("lid", "parcel"):
        ids = {fortnight.topic(theme, night) for night in range(2, NIGHTS)}
        assert len(ids) == 1, theme
        assert None not in ids, theme
    assert fortnight.topic("lid", 9) != fortnight.topic("parcel", 9)


def test_what_is_new_is_born_when_it_is_said(fortnight: Fortnight) -> None:
    """Nobody spoke of the taste before the second week; within two nights it has a topic."""
    born = {after: night for night, _, after, _ in _moves(fortnight, "birth")}
    topic = fortnight.topic("taste", 9)
    assert topic is not None
    assert 7 <= born[topic] <= 9
    assert fortnight.topic("taste", NIGHTS - 1) == topic


def test_what_nobody_says_any_more_dies_and_its_id_is_not_used_again(fortnight: Fortnight) -> None:
    """The raffle was three days long; when its last mention leaves the window, so does it."""
    topic = fortnight.topic("raffle", 3)
    assert [(night, after, share) for night, before, after, share in _moves(fortnight, "death")
            if before == topic] == [(9, "", 1.0)]  # fmt: skip
    assert all(topic != each.topic_id for night in fortnight.nights[9:] for each in night.topics)


def test_two_that_become_one_are_merged_into_the_larger(fortnight: Fortnight) -> None:
    """Cord and plug were two complaints; in the second week everybody has both."""
    cord, plug = fortnight.topic("cord", 3), fortnight.topic("plug", 3)
    assert None not in (cord, plug)
    assert cord != plug
    ((night, before, after, share),) = _moves(fortnight, "merge")
    assert {before, after} == {cord, plug}
    assert night > 4
    assert share == 1.0
    assert fortnight.topic("cord and plug", NIGHTS - 1) == after


def test_one_that_becomes_two_is_split(fortnight: Fortnight) -> None:
    """One complaint about the app turned into two; the larger part keeps the id.

    What named both may be a third for as long as it stays in the window.
    """
    whole = fortnight.topic("wifi and login", 3)
    moves = _moves(fortnight, "split")
    assert 1 <= len(moves) <= 2
    for night, before, _, share in moves:
        assert before == whole
        assert night > 4
        assert 0.1 <= share <= 0.5
    last = {fortnight.topic(theme, NIGHTS - 1) for theme in ("wifi", "login")}
    assert len(last) == 2
    assert whole in last
    assert last - {whole} <= {after for _, _, after, _ in moves}


def test_topics_are_named_by_their_own_words(fortnight: Fortnight) -> None:
    """By words people used in it, without the brand's name and without words of all."""
    names = {topic.topic_id: topic.name for topic in fortnight.nights[-1].topics}
    for theme, words in {
        "lid": {"lid", "crack", "hinge"},
        "parcel": {"parcel", "delivery", "late"},
        "taste": {"plastic", "water", "smell", "taste"},
        "login": {"password", "account", "login"},
        "wifi": {"wifi", "router"},
    }.items():
        name = names[fortnight.topic(theme, NIGHTS - 1) or ""]
        assert words & set(name.split(", ")), (theme, name)
        assert 1 <= len(name.split(", ")) <= 5
    assert not any("ternwick" in name for name in names.values())


def test_every_topic_shows_three_mentions_of_its_own(fortnight: Fortnight) -> None:
    """Examples are ranked from 1, and the nearest to the centre come first."""
    for topic in fortnight.nights[-1].topics:
        mine = [each for each in fortnight.nights[-1].members if each.topic_id == topic.topic_id]
        shown = sorted((each.example, each.nearness) for each in mine if each.example)
        assert [rank for rank, _ in shown] == [1, 2, 3]
        assert shown[0][1] == max(each.nearness or 0 for each in mine)


def test_laws_of_every_night(fortnight: Fortnight) -> None:
    """At most one topic a mention, each listed topic known, shares at most 1, ids born once."""
    born: list[str] = []
    for night in fortnight.nights:
        ids = [each.mention_id for each in night.members]
        assert len(ids) == len(set(ids))
        known = {topic.topic_id for topic in night.topics}
        assert {each.topic_id for each in night.members} == known
        shares: Counter[str] = Counter()
        for move in night.lineage:
            if move.before:
                shares[move.before] += move.share  # type: ignore[assignment]
        assert all(share <= 1 + 1e-9 for share in shares.values())
        born += [move.after for move in night.lineage if move.kind in ("birth", "split")]
    assert len(born) == len(set(born))


def test_a_night_again_changes_nothing(
    fortnight: Fortnight, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sealed night is returned as it is; made again at the same clock, it is the same bytes."""
    path = night_path(fortnight.root, fortnight.nights[-1].night)
    monkeypatch.setenv("LISTENING_NOW", day_at(NIGHTS - 1, 23).isoformat())
    before = path.stat().st_mtime_ns
    assert discover_topics(fortnight.root, days=WINDOW) == fortnight.nights[-1]
    assert path.stat().st_mtime_ns == before
    assert discover_topics(fortnight.root, days=WINDOW, again=True) == fortnight.nights[-1]
    assert _print(path) == fortnight.prints[path.name]


def test_all_nights_can_be_made_again_from_the_batches(
    fortnight: Fortnight, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without any of the files, and with all batches there: each night reads only its own past."""
    again = DataRoot(tmp_path)
    for name in ("landing", "tagged"):
        (tmp_path / name).mkdir()
    (again.landing / "mention").symlink_to(fortnight.root.landing / "mention")
    (again.tagged / "mention").symlink_to(fortnight.root.tagged / "mention")
    for day in range(4):
        monkeypatch.setenv("LISTENING_NOW", day_at(day, 23).isoformat())
        discover_topics(again, days=WINDOW)
    assert len(nights(again)) == 4
    for path in again.topics.glob("*.parquet"):
        assert _print(path) == fortnight.prints[path.name]


def test_a_night_before_a_sealed_one_is_refused(
    fortnight: Fortnight, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The later night was not made from it."""
    monkeypatch.setenv("LISTENING_NOW", (day_at(0) - timedelta(days=1)).isoformat())
    with pytest.raises(ListeningError, match="sealed already"):
        discover_topics(fortnight.root)


def test_what_was_deleted_is_gone_the_next_night(
    fortnight: Fortnight, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither listed nor an example, though the night before listed it."""
    root = DataRoot(Path(shutil.copytree(fortnight.root.path, tmp_path / "data")))
    listed = {each.mention_id for each in fortnight.nights[-1].members}
    native = next(
        f"lid-{number}"
        for number in range(60, 70)
        if mention_id("import", f"lid-{number}") in listed
    )
    text = "The lid of my kettle cracked"
    vectors = Encoder.load().encode([text]).embedding
    seal(root, 99, [said("lid-fresh", text, day_at(14))], vectors, gone=[native])
    monkeypatch.setenv("LISTENING_NOW", day_at(14, 23).isoformat())
    night = discover_topics(root, days=WINDOW)
    topics = {each.mention_id: each.topic_id for each in night.members}
    assert mention_id("import", native) not in topics
    assert topics[mention_id("import", "lid-fresh")] == fortnight.topic("lid", NIGHTS - 1)
    assert night.night == FIRST + timedelta(days=14)
