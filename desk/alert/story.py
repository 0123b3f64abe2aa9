"""Remembers stories: what a rule finds is raised once, updated, told again when it grew, closed.

Findings of one evaluation and what became of them are one transaction, messages included.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from desk.alert.act import cancel_pending
from desk.alert.facts import Facts
from desk.alert.finding import Finding, instant
from desk.alert.hearing import Hearing
from desk.alert.judge import COMPARING
from desk.alert.show import NAMING, show
from desk.alert.state import ALERT, ALERT_MENTION, DELIVERY, MUTE
from desk.alert.take import LOOK_BACK
from listening.contract import AlertRule

GROWN: Final = 1.5  # times what was last told is worth telling again
SETTLED: Final = ("dismissed", "case_closed", "settled")  # by people, who looked at it
_END: Final = {"unanswered": "answered"}
ALIKE: Final = 0.5  # of the mentions of the smaller of two stories, in the time both were told
_WRITTEN: Final = {column.name for column in ALERT.columns}
Row = dict[str, Any]


@dataclass
class Outcome:
    """What one evaluation came to: ids of alerts."""

    raised: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)  # raised or grown, and put to delivery
    held: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)


class Book:
    """The alerts of some rules at one moment, inside the caller's transaction."""

    def __init__(self, connection: sa.Connection, rules: Sequence[AlertRule], facts: Facts) -> None:
        self.connection, self.facts = connection, facts
        self.rules = {rule.id: rule for rule in rules}
        self.at = instant(facts.now)
        self.hearing = Hearing(facts)
        self.outcome = Outcome()
        oldest = self.at - 2 * LOOK_BACK
        recent = sa.or_(ALERT.c.state != "closed", ALERT.c.last_at >= oldest)
        query = sa.select(ALERT).where(recent)
        self.known: dict[str, Row] = {
            row["alert_id"]: dict(row) for row in connection.execute(query).mappings()
        }
        self.by_subject: dict[tuple[str, str], list[str]] = defaultdict(list)
        for alert_id, row in self.known.items():
            self.by_subject[row["rule_id"], row["subject"]].append(alert_id)
        self.shown: dict[str, list[Row]] = defaultdict(list)
        behind = sa.select(ALERT_MENTION).join(ALERT).where(recent).order_by(ALERT_MENTION.c.place)
        for shown in connection.execute(behind).mappings():
            self.shown[shown["alert_id"]].append(dict(shown))
        self.mentions = {
            alert_id: {one["mention_id"] for one in rows} for alert_id, rows in self.shown.items()
        }
        self.by_mention: dict[tuple[str, str], list[str]] = defaultdict(list)
        for alert_id, ids in self.mentions.items():
            for mention_id in ids:
                self.by_mention[self.known[alert_id]["rule_id"], mention_id].append(alert_id)
        self.before = {alert_id: dict(row) for alert_id, row in self.known.items()}
        self.found: dict[str, Finding] = {}
        self.messages: list[Row] = []
        self.mutes = {
            (row.rule_id, row.subject)
            for row in connection.execute(sa.select(MUTE).where(MUTE.c.until > self.at))
        }

    def enter(self, findings: Iterable[Finding]) -> Outcome:
        """Enter what was found, close what is found no more, and return what changed."""
        met: set[str] = set()
        for found in findings:
            row = self._same(found, met)
            met.add((self._update(row, found) if row else self._begin(found))["alert_id"])
        for row in list(self.known.values()):
            if row["alert_id"] not in met and row["state"] != "closed":
                self._end(row)
        self._write()
        self.outcome.held = sorted(one for one, row in self.known.items() if row["state"] == "held")
        return self.outcome

    # --- which story it is --------------------------------------------------------------------

    def _same(self, found: Finding, met: set[str]) -> Row | None:
        """Return the alert that a finding goes on with: the oldest of those still running."""
        ids = [
            alert_id
            for subject in (found.subject, *found.formerly)
            for alert_id in self.by_subject[found.rule.id, subject]
            if found.by_mention or self._meets(self.known[alert_id], found)
        ]
        if found.by_mention:
            for one in found.behind:
                ids += self.by_mention[found.rule.id, one.mention_id]
        # What somebody settled is over: what comes of it later is news.
        rows = [
            self.known[one]
            for one in set(ids) - met
            if self.known[one]["closed_why"] not in SETTLED
        ]
        return min(
            rows,
            key=lambda row: (row["state"] == "closed", row["found_at"], row["alert_id"]),
            default=None,
        )

    @staticmethod
    def _meets(row: Row, found: Finding) -> bool:
        pause = timedelta(seconds=found.quiet)
        began, last = instant(found.began), instant(found.last)
        return bool(began - pause <= row["last_at"] and row["began_at"] <= last + pause)

    # --- what becomes of it -------------------------------------------------------------------

    def _begin(self, found: Finding) -> Row:
        key = f"{found.rule.id}\x1f{found.subject}\x1f{found.began:.6f}"
        alert_id = _hash(key)
        while alert_id in self.known:  # a story that was closed by hand begins anew
            alert_id = _hash(alert_id + key)
        row: Row = dict.fromkeys(_WRITTEN) | {
            "alert_id": alert_id, "rule_id": found.rule.id, "kind": found.rule.kind,
            "subject": found.subject, "brand_id": found.brand_id, "state": "held",
            "held_reason": "", "unheard": "", "muted": False, "found_at": self.at,
            "updated_at": self.at, "peak": found.value, "closed_why": "", "told_times": 0,
            "first_seen_at": self._first_seen(found),
        }  # fmt: skip
        self._take_over(row, found)
        row["held_reason"] = found.held
        self.known[alert_id] = row
        self.by_subject[found.rule.id, found.subject].append(alert_id)
        self._stand(row, found)
        if not found.held:
            self._raise(row, found)
        return row

    def _first_seen(self, found: Finding) -> datetime | None:
        return instant(min(one.seen for one in found.behind)) if found.behind else None

    def _take_over(self, row: Row, found: Finding) -> None:
        """Take over what a finding says, but for what the story has behind it."""
        said = {
            "owner": found.rule.owner,
            "action": found.rule.action,
            "title": found.title,
            "value": float(found.value),
            "unit": found.unit,
            "usual": found.usual,
            "low": found.low,
            "high": found.high,
            "severity": found.severity,
            "detail": found.detail,
            "unheard": found.unheard,
            "chart": found.chart,
            "mentions": len(found.behind),
            "began_at": min(row["began_at"] or instant(found.began), instant(found.began)),
            "last_at": instant(found.last),
            "published_at": instant(min(one.published for one in found.behind))
            if found.behind
            else None,
        }
        if any(row[name] != value for name, value in said.items()):
            row |= {**said, "updated_at": self.at}
        row["peak"] = max(row["peak"], row["value"], key=lambda one: abs(one - (found.usual or 0)))

    def _stand(self, row: Row, found: Finding) -> None:
        self.found[row["alert_id"]] = found
        ids = {one.mention_id for one in found.behind}
        for one in ids - self.mentions.get(row["alert_id"], set()):
            self.by_mention[found.rule.id, one].append(row["alert_id"])
        self.mentions[row["alert_id"]] = ids

    def _update(self, row: Row, found: Finding) -> Row:
        if row["state"] == "closed" and found.over:
            return row  # what slides out of sight does not make a story smaller
        self._take_over(row, found)
        self._stand(row, found)
        if row["state"] == "held":
            row["held_reason"] = found.held or row["held_reason"]
            if not found.held:
                self._raise(row, found)
            return row
        if row["kind"] == "legal_flag" and row["told_value"] is not None:
            # Some of it was dismissed: it grows from what is left of it.
            row["told_value"] = min(row["told_value"], row["value"])
        quiet = timedelta(minutes=found.rule.cool_down_minutes)
        grown = row["told_value"] is not None and _has_grown(row["told_value"], found)
        if row["state"] == "closed":
            by_hand = row["closed_why"] == "by_hand"
            if not by_hand or (grown and self.at - row["closed_at"] >= quiet):
                row |= {"state": "open", "closed_at": None, "closed_why": ""}
        elif found.over:
            self._close(row, "over")
        if row["state"] in ("open", "acked") and not found.held:
            self._tell_more(row, found, grown=grown)
        return row

    def _tell_more(self, row: Row, found: Finding, *, grown: bool) -> None:
        """Tell of a running alert what its owner does not know yet."""
        cool_down = timedelta(minutes=found.rule.cool_down_minutes)
        if row["muted"]:
            if not self._is_muted(found):
                row["muted"] = False
                self._tell(row, found, "raised")
        elif grown and row["part_of"]:
            if self._is_closed(row["part_of"]):
                row["part_of"] = None  # the other is over, and this one goes on and grows
                self._tell(row, found, "raised")
        elif grown and row["told_times"] and self.at - row["told_at"] >= cool_down:
            self._tell(row, found, f"grown-{row['told_times']}")

    def _raise(self, row: Row, found: Finding) -> None:
        row |= {"state": "open", "raised_at": self.at}
        row["muted"] = self._is_muted(found)
        row["part_of"] = self._whole(row, found)
        self.outcome.raised.append(row["alert_id"])
        if row["part_of"]:
            row["told_value"] = row["value"]  # by the other's message
        elif not row["muted"]:
            self._tell(row, found, "raised")
        if found.over:
            self._close(row, "over")

    def _is_closed(self, alert_id: str) -> bool:
        return bool(self.known.get(alert_id, {"state": "closed"})["state"] == "closed")

    def _is_muted(self, found: Finding) -> bool:
        return bool({(found.rule.id, ""), (found.rule.id, found.subject)} & self.mutes)

    def _whole(self, row: Row, found: Finding) -> str | None:
        """Return the alert that tells the same owner of the same story by another figure."""
        if found.rule.kind not in COMPARING:
            return None
        for other in self.known.values():
            if (
                other["kind"] in COMPARING
                and (other["rule_id"] != found.rule.id or _is_other_topic(other, row))
                and (other["owner"], other["brand_id"]) == (row["owner"], row["brand_id"])
                and other["raised_at"]
                and not other["part_of"]
                and other["began_at"] <= row["last_at"] + timedelta(days=1)
                and row["began_at"] <= other["last_at"] + timedelta(days=1)
            ):
                theirs = self.mentions.get(other["alert_id"], set())
                span = other["began_at"].timestamp(), other["last_at"].timestamp()
                mine = {
                    one.mention_id for one in found.behind if span[0] <= one.published <= span[1]
                }
                shared = len(mine & theirs)
                if shared and shared >= ALIKE * min(len(mine), len(theirs)):
                    return str(other["alert_id"])
        return None

    def _end(self, row: Row) -> None:
        """Close a story that is found no more, unless it may be for want of hearing."""
        rule = self.rules.get(row["rule_id"])
        if rule is None:
            self._close(row, "rule_gone")
        elif row["kind"] in COMPARING and row["last_at"] >= self.at - LOOK_BACK:
            streams = self.hearing.concerned([row["brand_id"]], rule.sources)
            since = row["began_at"].timestamp()
            if self.hearing.gap(streams, since, self.facts.now):
                return
            self._close(row, "not_borne_out")
        else:
            self._close(row, self._settled(row) or _END.get(row["kind"], "over"))

    def _settled(self, row: Row) -> str:
        """Return how people settled what was behind an alert, and note who did; empty: none did."""
        words = sorted(
            (
                word
                for (mention_id, _), word in (
                    *self.facts.rulings.flags.items(),
                    *self.facts.rulings.talks.items(),
                )
                if mention_id in self.mentions.get(row["alert_id"], ())
            ),
            key=lambda word: word.at,
        )
        ways = SETTLED[:2] if row["kind"] == "legal_flag" else SETTLED[2:]
        mine = [word for word in words if word.how in ways]
        if not mine:
            return ""
        last = mine[-1]
        told = {"by": last.actor, "at": last.at.isoformat()}
        if row["owner"] in NAMING:
            told["note"] = last.note
        row |= {"detail": {**row["detail"], "settled": told}, "updated_at": self.at}
        return last.how

    def _close(self, row: Row, why: str) -> None:
        row |= {"state": "closed", "closed_at": self.at, "closed_why": why}
        self.outcome.closed.append(row["alert_id"])

    # --- writing ------------------------------------------------------------------------------

    def _tell(self, row: Row, found: Finding, occasion: str) -> None:
        row |= {
            "told_at": self.at,
            "told_value": row["value"],
            "told_times": row["told_times"] + 1,
        }
        self.outcome.told.append(row["alert_id"])
        steps = [(0, self.at, occasion, found.rule.channels)]
        if occasion == "raised" and not found.over:
            steps += [
                (number, self.at + timedelta(minutes=one.after_minutes), "escalated", one.channels)
                for number, one in enumerate(found.rule.escalate, start=1)
            ]
        self.messages += [
            {
                "delivery_id": _hash("\x1f".join((row["alert_id"], said, str(step), channel))),
                "alert_id": row["alert_id"],
                "step": step,
                "channel": channel,
                "occasion": said,
                "state": "pending",
                "due_at": due,
                "created_at": self.at,
            }
            for step, due, said, channels in steps
            for channel in channels
        ]

    def _write(self) -> None:
        """Write what changed, and nothing else."""
        fresh = [row for one, row in self.known.items() if row != self.before.get(one)]
        put = insert(ALERT)
        changes = {name: put.excluded[name] for name in _WRITTEN if name != "alert_id"}
        if fresh:
            upsert = put.on_conflict_do_update(index_elements=["alert_id"], set_=changes)
            self.connection.execute(upsert, fresh)
        shown = show(self.connection, list(self.found.items()))
        moved = [one for one, rows in shown.items() if rows != self.shown.get(one, [])]
        for one in moved:
            mine = ALERT_MENTION.c.alert_id == one
            self.connection.execute(sa.delete(ALERT_MENTION).where(mine))
        if rows := [row for one in moved for row in shown[one]]:
            self.connection.execute(insert(ALERT_MENTION), rows)
        if self.messages:
            self.connection.execute(insert(DELIVERY).on_conflict_do_nothing(), self.messages)
        for one in self.outcome.closed:
            cancel_pending(self.connection, one)


def _is_other_topic(one: Row, other: Row) -> bool:
    """Tell whether they are two topics: a discovered one may be a declared one by another name."""
    return bool(one["kind"] == other["kind"] == "topic" and one["subject"] != other["subject"])


def _has_grown(told: float, found: Finding) -> bool:
    """Tell whether a number strays half as far again from its usual as when it was last told."""
    usual = found.usual or 0.0
    return abs(found.value - usual) >= GROWN * max(abs(told - usual), 1e-9)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
