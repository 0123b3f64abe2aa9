"""Takes up what was tagged, judges it, and remembers: the fast path's second half.

`evaluate` is safe to kill anywhere and to repeat: batches are taken up once, and alerts with
their messages are one transaction. `replay` does the same on a copy that is thrown away.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from desk.alert.facts import read_facts
from desk.alert.judge import judge
from desk.alert.read import Alert, read_alerts
from desk.alert.state import ALERT, EVALUATION, open_state
from desk.alert.story import Book
from desk.alert.take import KINDS, prune, take_up
from listening.contract import (
    AlertRule,
    BrandFile,
    ConfigurationError,
    DataRoot,
    ListeningError,
    crash_at,
    now,
)

KEPT: Final = timedelta(days=30)  # of what evaluations took
ALERT_POINTS: Final = ("alert:take", "alert:taken", "alert:judged", "alert:told")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one evaluation came to."""

    at: datetime
    batches: int  # taken up
    seconds: float
    raised: tuple[Alert, ...]
    told: tuple[str, ...]  # ids of alerts that were put to delivery: raised, or grown
    held: tuple[Alert, ...]
    closed: tuple[str, ...]
    errors: tuple[ListeningError, ...] = field(default=())  # what could not be read


def evaluate(root: DataRoot, brands: BrandFile, at: datetime | None = None) -> Evaluation:
    """Take up tagged batches, judge every rule of the brand files, and store alerts and messages.

    Judged again at the same moment with nothing new, nothing changes. `at`: default now.

    Raises:
        ListeningError: the state cannot be read or written.
    """
    at, started = at or now(), time.monotonic()
    rules = [rule for rule in brands.alerts if rule.enabled]
    with open_state(root) as connection:
        batches, errors = take_up(root, connection, brands, at)
        with connection.begin():
            if _begins_hour(connection, at):
                prune(connection, at)
            facts = read_facts(root, connection, brands, at.timestamp())
            outcome = Book(connection, rules, facts).enter(judge(rules, facts))
            crash_at("alert:judged")
            seconds = round(time.monotonic() - started, 3)
            _note(connection, at, seconds, batches, len(outcome.raised), len(outcome.held))
            raised, held = (
                read_alerts(connection, sa.select(ALERT).where(ALERT.c.alert_id.in_(ids)))
                for ids in (outcome.raised, outcome.held)
            )
        crash_at("alert:told")
    return Evaluation(
        at, batches, seconds, tuple(raised), tuple(outcome.told), tuple(held),
        tuple(outcome.closed), (*errors, *facts.errors),
    )  # fmt: skip


def _begins_hour(connection: sa.Connection, at: datetime) -> bool:
    """Tell whether it is the first evaluation of its hour: the window is swept once in it."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    before = EVALUATION.c.evaluated_at.between(hour, at)
    return connection.execute(sa.select(EVALUATION.c.evaluated_at).where(before)).first() is None


def _note(
    connection: sa.Connection, at: datetime, seconds: float, batches: int, raised: int, held: int
) -> None:
    connection.execute(
        insert(EVALUATION)
        .prefix_with("OR REPLACE")
        .values(evaluated_at=at, seconds=seconds, batches=batches, raised=raised, held=held)
    )
    connection.execute(sa.delete(EVALUATION).where(EVALUATION.c.evaluated_at < at - KEPT))


def replay(
    root: DataRoot,
    brands: BrandFile,
    since: datetime,
    until: datetime,
    *,
    rule: str = "",
    step: timedelta = timedelta(hours=1),
) -> list[Alert]:
    """Return what rules would have raised between two moments; nothing is written.

    Every `step` they are judged by what could be known then: mentions from their publication on,
    looks at their counts from when they were taken. Rules that are not enabled are looked at, too.

    Raises:
        ConfigurationError: there is no such rule, or `until` is not after `since`.
        ListeningError: a batch cannot be read.
    """
    rules = [one for one in brands.alerts if not rule or one.id == rule]
    if not rules:
        known = ", ".join(one.id for one in brands.alerts) or "none"
        raise ConfigurationError(
            f"no rule is called {rule!r}", where="--rule", mend=f"There are: {known}"
        )
    if until <= since or step <= timedelta(0):
        raise ConfigurationError("the time ends before it begins", where="--to", mend="Turn it")
    with TemporaryDirectory(prefix="replay-") as folder:
        copy = DataRoot(Path(folder))
        with open_state(copy) as connection:
            # What people decided came after it was raised: a back-test knows nothing of it.
            kinds = [kind for kind in KINDS if kind != "decision"]
            _, errors = take_up(root, connection, brands, until, since=since, kinds=kinds)
            if errors:
                raise errors[0]
            with connection.begin():
                moments = list(_moments(since, until, step))
                return _step_through(root, connection, brands, rules, moments)


def _moments(since: datetime, until: datetime, step: timedelta) -> Iterator[datetime]:
    moment = since
    while moment < until:
        yield moment
        moment += step
    yield until


def _step_through(
    root: DataRoot,
    connection: sa.Connection,
    brands: BrandFile,
    rules: Sequence[AlertRule],
    moments: Sequence[datetime],
) -> list[Alert]:
    first, last = moments[0].timestamp(), moments[-1].timestamp()
    whole = read_facts(root, connection, brands, last, since=first)
    if whole.errors:
        raise whole.errors[0]
    for moment in moments:
        facts = whole.at(moment.timestamp())
        Book(connection, rules, facts).enter(judge(rules, facts))
    raised = sa.select(ALERT).where(ALERT.c.last_at >= moments[0])
    return read_alerts(connection, raised.order_by(ALERT.c.found_at, ALERT.c.alert_id))
