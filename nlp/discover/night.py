"""One night: read the window, go on from last night's topics, name them, seal the result."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

import numpy as np

from listening.contract import DataRoot, ListeningError, now
from nlp.discover.dense import Floats, centre, unit
from nlp.discover.grow import advance, follow
from nlp.discover.naming import name_topics, read_stems
from nlp.discover.store import DIGITS, Member, Night, night_path, nights, read_night, seal_night
from nlp.discover.window import Heard, Window, read_window

METHOD: Final = "1"
"""Version of how topics are found; in every night's footer."""

WINDOW_DAYS: Final = 28
"""This week, last week, and two more for what is said seldom."""

_LOG: Final = logging.getLogger(__name__)
_EXAMPLES: Final = 3
_FEWEST_STEMS: Final = 2  # content words; "thanks!" is about nothing

Held = Mapping[str, str]  # mention_id -> topic_id


def discover_topics(root: DataRoot, *, days: int = WINDOW_DAYS, again: bool = False) -> Night:
    """Find tonight's topics, seal them and return them; a sealed night is returned as it is.

    Args:
        root: the data root; sealed and tagged batches are read.
        days: length of the window that ends now.
        again: make tonight again, with what has come in since; ids born tonight may change.

    Raises:
        ListeningError: a later night is sealed, last night's file is damaged, or the disk
            refuses.
    """
    until = now()
    tonight = until.date()
    sealed = nights(root)
    if sealed and sealed[-1] > tonight:
        raise ListeningError(
            f"{sealed[-1]} is sealed already, and was not made from {tonight}",
            where=str(night_path(root, tonight)),
            mend=f"Set the clock to {sealed[-1]} or later, or remove the later files",
        )
    if tonight in sealed and not again:
        return read_night(root, tonight)
    earlier = [night for night in sealed if night < tonight]
    previous = read_night(root, earlier[-1]) if earlier else None
    window = read_window(root, until - timedelta(days=days), until)
    night = make_night(window, previous, tonight)
    seal_night(root, night)
    _LOG.info(
        "%d topics in %d texts; %d born, %d merged, %d split off, %d died",
        len(night.topics), night.texts, *map(night.count, ("birth", "merge", "split", "death")),
    )  # fmt: skip
    return night


def make_night(window: Window, previous: Night | None, tonight: date) -> Night:
    """Return tonight's topics: a function of the window and of last night alone."""
    held = _held(window.heard, previous)
    texts = [each for each in window.texts if _says_something(each)]
    left_out = sum(each.vector is None for each in window.heard)
    if left_out:
        _LOG.warning("%d mentions wait for vectors of model %s", left_out, window.model[:12])
    vectors = _stack(texts)
    middle = centre(vectors) if texts else np.zeros(vectors.shape[1], np.float32)
    points = unit(vectors - middle)
    living = {topic.topic_id: topic for topic in previous.topics} if previous else {}
    placed = {each.mention_id for each in texts}
    carried = {
        held[each.mention_id]
        for each in window.heard
        if each.mention_id in held and (each.copy_of or each.mention_id) not in placed
    }
    labels, moves = advance(
        points,
        [each.author for each in texts],
        [held.get(each.mention_id) for each in texts],
        living,
        carried,
        tonight,
    )
    merged = follow(moves)
    topics = {each.mention_id: label for each, label in zip(texts, labels, strict=True) if label}
    for each in window.heard:
        own = topics.get(each.copy_of or each.mention_id)
        if own is None and (before := held.get(each.mention_id)):
            own = merged.get(before, before)
        if own is not None:
            topics[each.mention_id] = own
    members = _members(window.heard, topics, middle, texts)
    named = name_topics(texts, labels, living, topics.values(), tonight)
    return Night(
        tonight, window.since, window.until, window.model, METHOD,
        previous.night if previous else None, tuple(named), tuple(moves), members,
        len(window.heard), len(texts), left_out,
    )  # fmt: skip


def _held(heard: Sequence[Heard], previous: Night | None) -> Held:
    """Return the topic that mentions have from last night; near copies have the commonest."""
    if previous is None:
        return {}
    before = {member.mention_id: member for member in previous.members}
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for each in heard:
        member = before.get(each.mention_id)
        if member and member.content_hash == each.content_hash:
            votes[each.copy_of or each.mention_id][member.topic_id] += 1
    most = {
        head: min(counts, key=lambda topic: (-counts[topic], topic))
        for head, counts in votes.items()
    }
    return {
        each.mention_id: most[head]
        for each in heard
        if (head := each.copy_of or each.mention_id) in most
    }


def _says_something(heard: Heard) -> bool:
    return len(read_stems(heard.text, heard.names)) >= _FEWEST_STEMS


def _stack(heard: Sequence[Heard]) -> Floats:
    if not heard:
        return np.empty((0, 1), np.float32)
    return unit(np.stack([each.vector for each in heard if each.vector is not None]))


def _members(
    heard: Sequence[Heard], topics: Held, middle: Floats, texts: Sequence[Heard]
) -> tuple[Member, ...]:
    nearness = _nearness(heard, topics, middle, texts)
    examples = _examples(texts, topics, nearness)
    return tuple(
        Member(
            each.mention_id,
            each.content_hash,
            topics[each.mention_id],
            nearness.get(each.mention_id),
            each.copy_of,
            examples.get(each.mention_id),
        )
        for each in heard
        if each.mention_id in topics
    )


def _nearness(
    heard: Sequence[Heard], topics: Held, middle: Floats, texts: Sequence[Heard]
) -> dict[str, float]:
    """Return each mention's cosine with the centre of its topic."""
    totals: dict[str, Floats] = {}
    for each in texts:
        if (topic := topics.get(each.mention_id)) and each.vector is not None:
            point = unit(unit(each.vector) - middle)
            totals[topic] = totals[topic] + point if topic in totals else point
    centres = {topic: unit(total) for topic, total in totals.items()}
    found = {}
    for each in heard:
        topic = topics.get(each.mention_id, "")
        if each.vector is not None and topic in centres:
            point = unit(unit(each.vector) - middle)
            found[each.mention_id] = round(float(np.dot(point, centres[topic])), DIGITS)
    return found


def _examples(
    texts: Sequence[Heard], topics: Held, nearness: Mapping[str, float]
) -> dict[str, int]:
    """Return the mentions that show their topic best, by rank from 1."""
    ranked: dict[str, list[str]] = defaultdict(list)
    for each in sorted(
        texts, key=lambda each: (-nearness.get(each.mention_id, -1), each.mention_id)
    ):
        if each.mention_id in topics:
            ranked[topics[each.mention_id]].append(each.mention_id)
    return {
        mention_id: rank
        for listed in ranked.values()
        for rank, mention_id in enumerate(listed[:_EXAMPLES], start=1)
    }
