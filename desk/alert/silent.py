"""Streams that are not heard any more, or that serve nothing where they used to."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Final

from desk.alert.facts import DAY, HOUR, Facts, StreamSeen
from desk.alert.finding import Finding, instant, point
from desk.alert.hearing import Hearing
from desk.alert.take import LOOK_BACK
from desk.alert.window import Rows
from listening.contract import AlertRule

WEEK: Final = 7 * DAY
FEWEST_WEEKS: Final = 2


def judge_silent(rule: AlertRule, facts: Facts, hearing: Hearing) -> Iterator[Finding]:
    """A stream was not seen wholly for hours, or its usual mentions fail to come."""
    window = facts.spoken.window
    said = facts.spoken.where(window.is_first)
    for stream in facts.streams.values():
        if not stream.goes_on or (rule.sources and stream.source not in rule.sources):
            continue
        found = _unseen(rule, facts, hearing, stream)
        found = found or _missing(
            rule, facts, stream, said.where(window.coded("stream").isin([stream.stream]))
        )
        if found and found.began >= facts.now - LOOK_BACK.total_seconds():
            yield found


def _unseen(rule: AlertRule, facts: Facts, hearing: Hearing, stream: StreamSeen) -> Finding | None:
    whole = hearing.whole(stream.stream)
    told = [one for one in stream.told if one.at <= facts.now]
    if not told:
        return None
    last = whole[-1][1] if whole else stream.first
    hours = (facts.now - last) / HOUR
    if hours < rule.when["hours"]:
        return None
    newest = told[-1]
    why = f"{newest.state}: {newest.reason}" if newest.state != "complete" else "not looked at"
    title = f"{stream.stream}: not heard wholly for {hours:.0f} h, {why}"
    return _finding(rule, facts, stream, last, hours, "hours", title, float(rule.when["hours"]))


def _missing(rule: AlertRule, facts: Facts, stream: StreamSeen, said: Rows) -> Finding | None:
    """Compare the hours since its newest mention with the same hours of the weeks before."""
    newest = float(said.published[-1]) if said else -WEEK
    if facts.now - newest > WEEK:
        return None
    since, until = newest + 1, facts.now
    past = [
        len(said.within(since - WEEK * back, until - WEEK * back))
        for back in range(1, 5)
        if since - WEEK * back >= facts.start
    ]
    if len(past) < FEWEST_WEEKS or (usual := median(past)) < rule.when["missing"]:
        return None
    title = (
        f"{stream.stream}: nothing since {instant(newest):%Y-%m-%d %H:%M} UTC, where "
        f"{usual:.0f} mentions are usual"
    )
    found = _finding(rule, facts, stream, newest, 0.0, "mentions", title, None)
    found.usual, found.low = usual, 1.0
    return found


def _finding(
    rule: AlertRule,
    facts: Facts,
    stream: StreamSeen,
    began: float,
    value: float,
    unit: str,
    title: str,
    high: float | None,
) -> Finding:
    told = [one for one in stream.told if one.at <= facts.now][-48:]
    return Finding(
        rule=rule,
        subject=f"stream/{stream.stream}",
        brand_id=None,
        began=began,
        last=facts.now,
        value=round(value, 2),
        unit=unit,
        title=title,
        low=0.0,
        high=high,
        quiet=HOUR,
        detail={"stream": stream.stream, "source": stream.source},
        chart=[point(one.at, float(one.state == "complete"), None) for one in told],
    )
