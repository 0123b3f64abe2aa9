"""Feeds labelled tweets to topic discovery night by night: `python -m bench.topics FOLDER`.

FOLDER holds `tweets.csv` of the airline set (text, tweet_created, negative_reason). How well
the topics follow the reasons people marked is compared with chance; nobody tells them the
reasons. The figures are in docs/topics.md.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np

from listening.contract import ConfigurationError
from nlp.discover.night import make_night
from nlp.discover.store import Night
from nlp.discover.window import Heard, Window, mark_copies
from nlp.encoder import Encoder

_VAGUE: Final = "Can't Tell"
_SHUFFLES: Final = 20
_DAYS: Final = timedelta(days=28)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the measures as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    rows = read_rows(parser.parse_args(arguments).folder / "tweets.csv")
    nights, seconds = feed(listen(rows))
    reasons = {row["tweet_id"]: row["negative_reason"] for row in rows}
    result = {**measure(nights[-1], reasons), **follow(nights), "seconds_a_night": seconds}
    result["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(json.dumps(result, indent=1) + "\n")
    return 0


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the tweets, each id once.

    Raises:
        ConfigurationError: the file is missing.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list({row["tweet_id"]: row for row in csv.DictReader(file)}.values())
    except OSError as error:
        mend = "Point to the folder of the labelled airline tweets"
        raise ConfigurationError(str(error), where=str(path), mend=mend) from error


def listen(rows: Sequence[Mapping[str, str]]) -> list[Heard]:
    """Return the tweets as a night reads them, with the vectors of the shipped model."""
    vectors = Encoder.load().encode([row["text"] for row in rows]).embedding
    return [
        Heard(
            row["tweet_id"],
            "",
            row["text"],
            row["tweet_id"],
            datetime.strptime(row["tweet_created"], "%m/%d/%Y %H:%M").replace(tzinfo=UTC),
            frozenset({row["airline"]}),
            (),
            vector,
        )
        for row, vector in zip(rows, vectors, strict=True)
    ]


def feed(heard: Sequence[Heard]) -> tuple[list[Night], list[float]]:
    """Return a night for each day of the tweets, and how long each took."""
    nights: list[Night] = []
    seconds = []
    for day in sorted({each.published_at.date() for each in heard}):
        until = datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC)
        told = sorted(
            (each for each in heard if each.published_at <= until),
            key=lambda each: each.mention_id,
        )
        begun = time.monotonic()
        mark_copies(told)
        window = Window(until - _DAYS, until, "", tuple(told))
        nights.append(make_night(window, nights[-1] if nights else None, day))
        seconds.append(round(time.monotonic() - begun, 1))
    return nights, seconds


def measure(night: Night, reasons: Mapping[str, str]) -> dict[str, Any]:
    """Compare topics with the marked reasons; `chance_purity` is that of shuffled topics."""
    marked = [each for each in night.members if reasons.get(each.mention_id) not in {"", _VAGUE}]
    told = [reasons[each.mention_id] for each in marked]
    found = [each.topic_id for each in marked]
    every = sum(reason not in {"", _VAGUE} for reason in reasons.values())
    shuffled = np.random.default_rng(11).permutation(found).tolist()
    return {
        "topics": len(night.topics),
        "with_a_topic": round(len(night.members) / night.read, 3),
        "marked": every,
        "marked_with_a_topic": round(len(marked) / every, 3),
        "adjusted_mutual_information": round(adjusted_information(told, found), 3),
        "of_shuffled_topics": round(adjusted_information(told, shuffled), 3),
        "purity": round(purity(told, found), 3),
        "chance_purity": round(purity(told, shuffled), 3),
    }


def follow(nights: Sequence[Night]) -> dict[str, Any]:
    """Say how ids lasted: the least share of a night's mentions that kept their topic."""
    kept = []
    for before, after in pairwise(nights):
        now = {each.mention_id: each.topic_id for each in after.members}
        same = sum(now.get(each.mention_id) == each.topic_id for each in before.members)
        if before.members:
            kept.append(same / len(before.members))
    moves = Counter(move.kind for night in nights for move in night.lineage)
    return {"least_kept": round(min(kept, default=1.0), 3), "moves": dict(sorted(moves.items()))}


def adjusted_information(first: Sequence[Hashable], second: Sequence[Hashable]) -> float:
    """Return the mutual information of two labellings above that of chance: 0 chance, 1 equal.

    Chance is the mean over seeded shuffles; the whole is the mean of both entropies.
    """
    random = np.random.default_rng(7)
    order = np.arange(len(first))
    chance = np.mean(
        [
            _information([first[place] for place in random.permutation(order)], second)
            for _ in range(_SHUFFLES)
        ]
    )
    whole = (_entropy(first) + _entropy(second)) / 2
    return float((_information(first, second) - chance) / (whole - chance))


def purity(told: Sequence[str], found: Sequence[Hashable]) -> float:
    """Return the share of rows whose label is the commonest of their topic."""
    counts: dict[Hashable, Counter[str]] = {}
    for label, topic in zip(told, found, strict=True):
        counts.setdefault(topic, Counter())[label] += 1
    return sum(max(labels.values()) for labels in counts.values()) / max(1, len(told))


def _information(first: Sequence[Hashable], second: Sequence[Hashable]) -> float:
    return _entropy(first) + _entropy(second) - _entropy(list(zip(first, second, strict=True)))


def _entropy(labels: Sequence[Hashable]) -> float:
    shares = np.array(list(Counter(labels).values())) / max(1, len(labels))
    return float(-(shares * np.log(shares)).sum())


if __name__ == "__main__":
    sys.exit(main())
