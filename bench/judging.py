"""Measures what judging costs at a busy brand's pace: `python -m bench.judging --a-day 10000`.

A data root is filled with the 29 days that alerts are judged by: so many mentions a day of the
demo's brands in ten streams, a young one counted four times, every stream looked at each half
minute. Then polls follow: a few mentions and counts are landed, and `listening alerts run` judges
every rule of the demo's brand file in a process of its own.

Written directly are the names and receipts of the half-minute batches, 2,880 a day and stream at
most: only their number matters to a poll. The mentions themselves come by day and stream.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from bench.demo import BRAND
from desk.alert.evaluate import evaluate
from desk.alert.state import TAKEN, open_state
from desk.alert.take import WINDOW
from listening.brand.load import load_brands
from listening.contract import (
    FOOTER_KEY,
    LANDING_SCHEMA,
    TAGGED_SCHEMA,
    Batch,
    BrandFile,
    Coverage,
    DataRoot,
    mention_id,
)

GOAL: Final = 5.0  # seconds
POLL: Final = timedelta(seconds=30)
NOW: Final = datetime.fromisoformat("2026-11-18T14:00:00+00:00")  # a Wednesday
DAY: Final = timedelta(days=1)
STREAMS: Final = [f"mastodon--s{number}.example--main" for number in range(10)]
FIRST_REMEMBERED: Final = 50_000_000  # number of a batch that is a name and a receipt alone
LOOKS: Final = 4  # at each mention, in its first two days
MOODS: Final = ("negative", "neutral", "neutral", "positive")
INTENTS: Final = ("complaint", "question", "praise", "purchase", "bug_report", "support")
SHARE: Final = {  # of what is said
    "answers": 0.05, "intent": 0.12, "addressed": 0.5, "topic": 0.05, "flagged": 0.001,
    "compared": 0.5, "passed on": 0.02,
}  # fmt: skip
Row = dict[str, Any]


class Talk:
    """Says what people say: many once, some often, replies, brands' own words, few suspicions."""

    def __init__(self, brands: BrandFile, seed: int = 6) -> None:
        self.chance = random.Random(seed)  # noqa: S311
        self.brands = brands
        self.topics = [topic.id for topic in brands.topics]
        own = next(brand for brand in brands.brands if brand.role == "own")
        rivals = [brand.id for brand in brands.brands if brand.role != "own"]
        self.about = [own.id] * 6 + [*rivals, *rivals[:1]] + [None]
        self.handle = own.handles["mastodon"][0]
        self.asked: list[str] = []
        self.number = 0

    def say(self, at: datetime) -> tuple[Row, Row]:
        """Return the next mention as a landing row, and its tags."""
        chance, name = self.chance, f"n{self.number}"
        self.number += 1
        answers = bool(self.asked) and self._is("answers")
        parent = mention_id("mastodon", self.asked.pop()) if answers else None
        likes = int(chance.paretovariate(1.1)) - 1
        row = {
            "item_no": 0, "bucket": "kept", "seen_before": False, "source": "mastodon",
            "native_id": name, "mention_id": mention_id("mastodon", name), "kind": "post",
            "channel": "mastodon", "content_hash": hashlib.sha256(name.encode()).hexdigest()[:32],
            "text": f"what {name} says of it, in a sentence or two about the thing " * 2,
            "url": f"https://s.example/p/{name}",
            "author": self.handle if answers else f"a{int(40_000 * chance.random() ** 2)}",
            "published_at": at, "observed_at": at + timedelta(seconds=20), "likes": likes,
            "shares": likes // 4, "comments": likes // 8,
            "followers": int(chance.paretovariate(0.9)), "parent_id": parent, "thread_id": parent,
        }  # fmt: skip
        brand = self.about[0] if answers else chance.choice(self.about)
        intents = [one for one in INTENTS if self._is("intent")]
        if brand == self.about[0] and "complaint" in intents and self._is("addressed"):
            row["text"] = f"{self.handle} {row['text']}"
            self.asked.append(name)
        match = {
            "brand_id": brand,
            "relation": chance.choice(["untagged", "off_channel", "tagged"]),
        }
        tags = {
            "mention_id": row["mention_id"], "content_hash": row["content_hash"],
            "sentiment": chance.choice(MOODS), "abstained": None,
            "intents": [{"id": one, "p": 0.9} for one in intents],
            "topics": [{"id": one, "p": 0.8} for one in self.topics if self._is("topic")],
            "flags": [{"kind": "counterfeit", "start": 0, "end": 1, "p": 0.8, "rule": "r",
                       "reason": "says so"}] if self._is("flagged") else [],
            "brands": [match] if brand else [],
            "bands": self._bands() if self._is("compared") else [],
        }  # fmt: skip
        return row, tags

    def _is(self, what: str) -> bool:
        return self.chance.random() < SHARE[what]

    def _bands(self) -> list[int]:
        if self._is("passed on"):
            return [band + 1_000 * self.chance.randrange(200) for band in range(16)]
        return [self.chance.randrange(1 << 62) for _ in range(16)]


class Root:
    """A data root that batches are written into, as a crawl and the taggers leave them."""

    def __init__(self, folder: Path) -> None:
        self.data = DataRoot(folder)
        self.seq: Counter[str] = Counter()

    def land(
        self, stream: str, said: Sequence[tuple[Row, Row]], since: datetime, until: datetime
    ) -> None:
        """Seal and tag what a stream said in an interval."""
        rows = [{**row, "item_no": number} for number, (row, _) in enumerate(said)]
        batch_id = self._seal("mention", stream, rows, since, until)
        footer = json.dumps(
            {"batch_id": batch_id, "taggers": {}, "model": "", "tagged_at": until.isoformat()}
        ).encode()
        _write(self.data.tagged_batch(batch_id), [tags for _, tags in said], TAGGED_SCHEMA, footer)

    def count(self, said: Sequence[Row], at: datetime) -> None:
        """Seal a look at the counts of mentions."""
        names = ("mention_id", "source", "native_id", "likes", "shares", "comments")
        rows = [
            {**{name: row[name] for name in names}, "item_no": number, "bucket": "kept",
             "seen_before": True, "observed_at": at}
            for number, row in enumerate(said)
        ]  # fmt: skip
        self._seal("engagement", STREAMS[0], rows, at - POLL, at)

    def _seal(
        self, kind: Any, stream: str, rows: Sequence[Row], since: datetime, until: datetime
    ) -> str:
        self.seq[kind + stream] += 1
        seq = self.seq[kind + stream]
        batch_id = f"{kind}/{stream}/{until:%Y-%m-%d}/{seq:08d}"
        batch = Batch(
            batch_id, kind, stream, "mastodon", stream.split("--")[1], "main", seq, {}, {},
            until, until, until, len(rows), {"kept": len(rows)}, Coverage("complete", since, until),
        )  # fmt: skip
        _write(self.data.landed(batch_id), rows, LANDING_SCHEMA, batch.to_footer())
        return batch_id

    def go_on(self, brands: BrandFile) -> tuple[Talk, int]:
        """Go on with a root that was polled before; return who talks, and how many polls it had."""
        polled = 0
        for path in self.data.landing.glob("*/*/*/*.parquet"):
            kind, stream, _, name = path.relative_to(self.data.landing).with_suffix("").parts
            if int(name) < FIRST_REMEMBERED:
                self.seq[kind + stream] = max(self.seq[kind + stream], int(name))
                polled = max(polled, int(name)) if kind == "engagement" else polled
        talk = Talk(brands, seed=polled)
        talk.number = 10_000_000 + 1_000 * polled
        return talk, polled

    def remember_polls(self, first: datetime, last: datetime, polls: int) -> None:
        """Write the names and receipts of batches that half-minute looks had left."""
        rows, pace = [], (last - first) / polls
        for number in range(polls):
            stream, at = STREAMS[number % len(STREAMS)], first + number * pace
            batch_id = f"mention/{stream}/{at:%Y-%m-%d}/{FIRST_REMEMBERED + number:08d}"
            path = self.data.landed(batch_id)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
            rows.append(
                {"batch_id": batch_id, "kind": "mention", "stream": stream, "source": "mastodon",
                 "sealed_at": at, "state": "complete", "since": at - len(STREAMS) * pace,
                 "until": at, "goes_on": True, "reason": "", "kept": 1, "taken_at": at}
            )  # fmt: skip
        with open_state(self.data) as connection, connection.begin():
            connection.execute(sa.insert(TAKEN), rows)


def _write(path: Path, rows: Sequence[Row], schema: pa.Schema, footer: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pylist(list(rows), schema=schema)
    pq.write_table(table.replace_schema_metadata({FOOTER_KEY: footer}), path)


def fill(root: Root, brands: BrandFile, a_day: int) -> Talk:
    """Fill the window, evaluate it once, and leave the receipts of its polls."""
    talk, days = Talk(brands), WINDOW.days + 1
    for back in range(days, 0, -1):
        since = NOW - back * DAY
        said = [talk.say(since + number * DAY / a_day) for number in range(a_day)]
        for place, stream in enumerate(STREAMS):
            root.land(stream, said[place :: len(STREAMS)], since, since + DAY)
        if back <= 2:  # noqa: PLR2004 (days in which what is young is counted again)
            for look in range(1, LOOKS):
                root.count([row for row, _ in said], since + DAY + timedelta(minutes=look))
    _publish(root.data, brands, a_day)
    evaluate(root.data, brands, NOW)
    polls = days * min(a_day, len(STREAMS) * DAY // POLL)
    root.remember_polls(NOW - days * DAY, NOW, polls)
    return talk


def _publish(root: DataRoot, brands: BrandFile, a_day: int) -> None:
    """Write baselines of a hundred days of the same pace, as the models publish them."""
    root.published.mkdir(parents=True)
    about = Talk(brands).about
    paces = [
        [brand.id, round(a_day / 24 * about.count(brand.id) / len(about))]
        for brand in brands.brands
    ]
    with duckdb.connect(str(root.published / "pr.duckdb")) as published:
        published.execute("CREATE TABLE pace (brand_id VARCHAR, voices BIGINT)")
        published.executemany("INSERT INTO pace VALUES (?, ?)", paces)
        published.execute(
            "CREATE TABLE mention_hour AS SELECT brand_id, hour_at, voices,"
            " voices * 9 // 10 AS shared_voices, voices // 4 AS negative, voices // 2 AS neutral,"
            " voices // 4 AS positive FROM pace,"
            " generate_series(?::TIMESTAMPTZ - INTERVAL 100 DAY, ?::TIMESTAMPTZ - INTERVAL 1 DAY,"
            " INTERVAL 1 HOUR) AS span(hour_at)",
            [NOW, NOW],
        )
        published.execute(
            "CREATE TABLE coverage AS SELECT stream, 'complete' AS state, since,"
            " since + INTERVAL 5 MINUTE AS until FROM (SELECT unnest(?) AS stream),"
            " generate_series(?::TIMESTAMPTZ - INTERVAL 90 DAY, ?::TIMESTAMPTZ,"
            " INTERVAL 5 MINUTE) AS span(since)",
            [STREAMS, NOW, NOW],
        )


def poll(root: Root, talk: Talk, moment: datetime, per_poll: int) -> dict[str, float]:
    """Land what half a minute brings, judge it in a process of its own, and return its cost."""
    said = [talk.say(moment - POLL / 2) for _ in range(per_poll)]
    root.land(STREAMS[0], said, moment - POLL, moment)
    root.count([row for row, _ in said], moment)
    environment = {
        **os.environ, "LISTENING_DATA": str(root.data.path), "LISTENING_BRANDS": str(BRAND),
        "LISTENING_NOW": moment.isoformat(),
    }  # fmt: skip
    begun = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "listening.cli", "alerts", "run", "--json"],
        env=environment, stdout=subprocess.PIPE, text=True,
    ) as child:  # fmt: skip
        assert child.stdout is not None  # noqa: S101 (asked for)
        told = json.loads(child.stdout.read())
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    return {
        "wall": time.monotonic() - begun,
        "judging": told["seconds"],
        "cpu": used.ru_utime + used.ru_stime,
        "mb": used.ru_maxrss / 1024,
        "batches": told["batches"],
    }


def measure(folder: Path, a_day: int, polls: int) -> dict[str, Any]:
    """Fill a root, or go on with one that was kept; poll it, and return what polls cost."""
    brands, root = load_brands([BRAND]), Root(folder)
    begun, polled = time.monotonic(), 0
    if folder.exists():
        talk, polled = root.go_on(brands)
    else:
        talk = fill(root, brands, a_day)
    filled = time.monotonic() - begun
    per_poll = max(1, round(a_day * (POLL / DAY)))
    costs = [
        poll(root, talk, NOW + (polled + number) * POLL, per_poll) for number in range(1, polls + 1)
    ]
    middle = {name: statistics.median(one[name] for one in costs) for name in costs[0]}
    return {
        "a_day": a_day,
        "filled_s": round(filled, 1),
        "polls": polls,
        "load": round(os.getloadavg()[0], 1),  # of the machine, the poll's own included
        **{f"{name}_median": round(value, 2) for name, value in middle.items()},
        "wall_most": round(max(one["wall"] for one in costs), 2),
        "goal_s": GOAL,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return 0 where every poll took less than the goal."""
    parser = argparse.ArgumentParser(prog="python -m bench.judging", description=__doc__)
    parser.add_argument("--a-day", type=int, default=10_000, help="mentions a day")
    parser.add_argument("--polls", type=int, default=5, help="how many are timed")
    parser.add_argument(
        "--keep", type=Path, help="leave the data root in this folder; one that is there goes on"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    asked = parser.parse_args(arguments)
    folder = asked.keep or Path(tempfile.mkdtemp(prefix="judging-"))
    try:
        told = measure(folder / "data", asked.a_day, asked.polls)
    finally:
        if not asked.keep:
            shutil.rmtree(folder, ignore_errors=True)
    if asked.json:
        print(json.dumps(told))  # noqa: T201
    else:
        for name, value in told.items():
            print(f"{name:<16}{value:>12,}")  # noqa: T201
    return 0 if told["wall_most"] < GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
