"""Measures how soon alerts arrive under Airflow, and where the time goes: `python -m bench.alerts`.

Airflow runs as `make up` runs it, against the demo's world, with every source asked each half
minute. Into that world posts are published on the clock that people react to at once: each crosses
the limit of the demo's rule `count` and so is an alert of its own. A webhook on loopback notes when
its message arrives, by the same clock as the replay server's.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

from bench.airflow_home import airflow_environment
from bench.demo import BRAND
from bench.hook import Got, Hook, listen
from bench.live import plan_posts, with_posts
from bench.replay import serve
from bench.replay.timeline import Status
from bench.up import START_SECONDS, components, healthy, is_taken, living_world, say
from listening.brand.load import load_brands
from listening.contract import BrandFile, DataRoot, batch_ids, mention_id, now, read_batch

HOST: Final = "social.example"
TAGS: Final = ("brewone", "toastline")
GOAL: Final = 120.0  # seconds
STAGES: Final = ("first sight", "tagged", "raised", "delivered", "in all")
QUIET_SECONDS: Final = 30  # a run of `listen` that nothing is left for, before the posts begin
WAIT_SECONDS: Final = 240  # for what is still on its way when the last post is out


@dataclass(frozen=True, slots=True)
class Way:
    """One post's way to whom it concerns; an instant is None where it was not reached."""

    published: datetime
    seen: datetime | None
    tagged: datetime | None
    raised: datetime | None
    delivered: datetime | None

    @property
    def seconds(self) -> dict[str, float | None]:
        """Return how long each stage took, and all of them."""
        moments = [self.published, self.seen, self.tagged, self.raised, self.delivered]
        steps = [(b - a).total_seconds() if a and b else None for a, b in pairwise(moments)]
        whole = (self.delivered - self.published).total_seconds() if self.delivered else None
        return dict(zip(STAGES, [*steps, whole], strict=True))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print a table, and return 0 where 95 % arrived within 120 seconds."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # Airflow's processes are ended
    if is_taken(options.port):
        say(f"error: port {options.port} is taken. Name a free one with --port")
        return 2
    folder = Path(tempfile.mkdtemp(prefix="alerts-"))
    try:
        ways, got = measure(folder, options.posts, options.every, options.poll, options.port)
    finally:
        if options.keep:
            say(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    report = summarise(ways, got)
    say(json.dumps(report) if options.json else table(report))
    return 0 if report["share_within"] >= 0.95 and not report["twice"] else 1  # noqa: PLR2004


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.alerts", description=__doc__)
    parser.add_argument("--posts", type=int, default=200, help="how many are published")
    parser.add_argument("--every", type=float, default=3.0, help="seconds between two")
    parser.add_argument("--poll", type=int, default=30, help="LISTENING_POLL_SECONDS")
    parser.add_argument("--port", type=int, default=8089, help="of Airflow's API server")
    parser.add_argument("--keep", action="store_true", help="leave the data root and the logs")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    return parser


def measure(
    folder: Path, count: int, every: float, poll: int, port: int
) -> tuple[list[Way], list[Got]]:
    """Run Airflow while posts are published; return their ways, and all that the webhook got."""
    root, brands = DataRoot(folder / "data"), load_brands([BRAND])
    root.path.mkdir()
    with listen() as hook:
        # The world serves what was said by now, so it is made anew when it is known when to begin.
        quiet = living_world(root.path)
        with serve(quiet) as server:
            environment = _environment(folder, root, brands, hook, poll, port, server.connect_to)
            with components(environment) as parts:
                _await_health(parts, port)
                _await_quiet(root)
                begins = now() + timedelta(seconds=5)
                planned = plan_posts(brands, begins, timedelta(seconds=every), count, TAGS)
                world, posts = with_posts(quiet, HOST, planned)
                server.replace(world)
                say(f"publishing {count} posts, one every {every:g} s …")
                _await_delivery(posts, hook)
                ways = list(_ways(root, posts, hook.got))
    return ways, hook.got


def _environment(
    folder: Path,
    root: DataRoot,
    brands: BrandFile,
    hook: Hook,
    poll: int,
    port: int,
    connect_to: str,
) -> dict[str, str]:
    channels = {channel for rule in brands.alerts for channel in rule.channels}
    steps = (step for rule in brands.alerts for step in rule.escalate)
    channels |= {channel for step in steps for channel in step.channels}
    stated = json.dumps({"password": hook.url})
    return {
        **os.environ,
        **airflow_environment(folder / "airflow", port=port),
        "LISTENING_DATA": str(root.path),
        "LISTENING_BRANDS": str(BRAND),
        "LISTENING_CONNECT_TO": connect_to,
        "LISTENING_POLL_SECONDS": str(poll),
        **{f"AIRFLOW_CONN_{name.upper().replace('-', '_')}": stated for name in channels},
    }


def _await_health(parts: Mapping[str, Any], port: int) -> None:
    begun = time.monotonic()
    while not healthy(port):
        dead = [name for name, process in parts.items() if process.poll() is not None]
        if dead or time.monotonic() - begun > START_SECONDS:
            raise RuntimeError(f"Airflow did not come up: {dead or 'no answer'}")
        time.sleep(1)
    say(f"Airflow is up after {time.monotonic() - begun:.0f} s")


def _await_quiet(root: DataRoot) -> None:
    """Wait until what was said before is tagged, and a while, so that a run comes between."""
    begun = time.monotonic()
    while True:
        sealed = [one for one in batch_ids(root.landing) if one.startswith("mention/")]
        if sealed and all(root.tagged_batch(one).exists() for one in sealed):
            break
        if time.monotonic() - begun > START_SECONDS:
            raise RuntimeError("what was said before was not heard; the logs say why")
        time.sleep(1)
    say(f"what was said before is tagged after {time.monotonic() - begun:.0f} s")
    time.sleep(QUIET_SECONDS)


def _await_delivery(posts: Sequence[Status], hook: Hook) -> None:
    last = posts[-1].published_at + timedelta(seconds=WAIT_SECONDS)
    told = 0
    while now() < last and told < len(posts):
        time.sleep(2)
        told = len(_arrivals(posts, hook.got))
    say(f"{told} of {len(posts)} arrived")


def _arrivals(posts: Sequence[Status], got: Sequence[Got]) -> dict[str, Got]:
    """Return, by id of a post, the first message of an alert of that post's own."""
    wanted = {_mention_id(post): post.id for post in posts}
    found: dict[str, Got] = {}
    for one in list(got):
        story = str(one.said.get("subject", "")).rpartition("/")[2]
        if story in wanted:
            found.setdefault(wanted[story], one)
    return found


def _ways(root: DataRoot, posts: Sequence[Status], got: Sequence[Got]) -> Iterator[Way]:
    """Yield each post's way, as batches, tagged files and messages tell it."""
    sights = _sights(root)
    arrivals = _arrivals(posts, got)
    for post in posts:
        seen, tagged = sights.get(_mention_id(post), (None, None))
        message = arrivals.get(post.id)
        raised = datetime.fromisoformat(message.said["raised_at"]) if message else None
        yield Way(post.published_at, seen, tagged, raised, message.at if message else None)


def _mention_id(post: Status) -> str:
    return mention_id("mastodon", post.id)


def _sights(root: DataRoot) -> dict[str, tuple[datetime, datetime | None]]:
    """Return when each mention was sealed first, and when that batch's tags were in place."""
    found: dict[str, tuple[datetime, datetime | None]] = {}
    for batch_id in batch_ids(root.landing):
        if not batch_id.startswith("mention/"):
            continue
        batch, tags = read_batch(root.landed(batch_id)), root.tagged_batch(batch_id)
        tagged = None
        if tags.exists():
            tagged = datetime.fromtimestamp(tags.stat().st_mtime, batch.sealed_at.tzinfo)
        names = pq.read_table(root.landed(batch_id), columns=["mention_id"], partitioning=None)
        for name in names["mention_id"].to_pylist():
            if name and (name not in found or batch.sealed_at < found[name][0]):
                found[name] = (batch.sealed_at, tagged)
    return found


def summarise(ways: Sequence[Way], got: Sequence[Got]) -> dict[str, Any]:
    """Return what was measured: shares, and per stage the median, 95th percentile and most."""
    whole = [way.seconds["in all"] for way in ways]
    within = sum(seconds is not None and seconds <= GOAL for seconds in whole)
    keys = [one.key for one in got]
    return {
        "posts": len(ways),
        "delivered": sum(seconds is not None for seconds in whole),
        "within": within,
        "share_within": within / len(ways) if ways else 0.0,
        "goal_s": GOAL,
        "messages": len(keys),
        "twice": len(keys) - len(set(keys)),
        "stages": {name: _spread([way.seconds[name] for way in ways]) for name in STAGES},
    }


def _spread(values: Sequence[float | None]) -> dict[str, float | None]:
    known = sorted(value for value in values if value is not None)
    if not known:
        return {"median": None, "p95": None, "most": None}
    place = min(len(known) - 1, int(0.95 * len(known)))
    return {
        "median": round(statistics.median(known), 1),
        "p95": round(known[place], 1),
        "most": round(known[-1], 1),
    }


def table(report: Mapping[str, Any]) -> str:
    """Return a report as people read it."""
    head = (
        f"{report['posts']} alerts: {report['delivered']} delivered, {report['within']} "
        f"({report['share_within']:.1%}) within {report['goal_s']:.0f} s of publication; "
        f"{report['messages']} messages in all, {report['twice']} twice"
    )
    lines = [head, "", f"{'seconds':<24}{'median':>8}{'95 %':>8}{'most':>8}"]
    words = ("published → first sight", "→ tagged", "→ raised", "→ delivered", "in all")
    for name, label in zip(STAGES, words, strict=True):
        spread = report["stages"][name]
        cells = (spread[key] for key in ("median", "p95", "most"))
        told = "".join("       –" if cell is None else f"{cell:8.1f}" for cell in cells)  # noqa: RUF001
        lines.append(f"{label:<24}{told}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
