"""The tables of alerts.sqlite: what alerts are judged by, what was raised, and who is to hear it.

One file, one writer at a time. `desk.alert` owns every table; whoever sends works off
`delivery` and writes nothing else but `alert.delivered_at`, through `desk.alert.outbox`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from listening.contract import ConfigurationError, DataRoot, ListeningError

VERSION: Final = 6
_ACTS_SINCE: Final = 6
BUSY_SECONDS: Final = 60
METADATA: Final = sa.MetaData()
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Instant(sa.types.TypeDecorator[datetime]):
    """An instant in UTC, kept as microseconds since 1970 so that SQL can reckon with it."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:  # noqa: ARG002
        """Return what is stored."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Any) -> datetime | None:  # noqa: ARG002
        """Return the instant."""
        return None if value is None else _EPOCH + int(value) * _MICROSECOND


def _table(name: str, comment: str, *items: sa.schema.SchemaItem) -> sa.Table:
    return sa.Table(name, METADATA, *items, comment=comment)


def _key(name: str, kind: Any, comment: str) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False, comment=comment)


def _must(name: str, kind: Any, comment: str, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, comment=comment, **more)


def _may(name: str, kind: Any, comment: str) -> sa.Column[Any]:
    return sa.Column(name, kind, comment=comment)


# --- what was heard: a rolling window, merged so that the order of batches does not matter -------

_LACKING: Final = "kind = 'mention' AND state <> 'complete'"
TAKEN: Final = _table(
    "taken",
    "Batches that were taken up, each once, with what its stream could see.",
    _key("batch_id", sa.Text, "As in the landing zone."),
    _must("kind", sa.Text, "mention, engagement, tombstone or decision."),
    _must("stream", sa.Text, "The stream."),
    _must("source", sa.Text, "Its source."),
    _must("sealed_at", Instant, "When it was sealed."),
    _must("state", sa.Text, "Coverage: complete, partial, capped, blocked or blind."),
    _may("since", Instant, "Start of the interval it speaks of."),
    _may("until", Instant, "End of it."),
    _must("goes_on", sa.Boolean, "It looked up to the moment it ran: more is to come."),
    _must("reason", sa.Text, "Why it is not complete."),
    _must("kept", sa.BigInteger, "Mentions it kept."),
    _must("taken_at", Instant, "When it was taken up."),
    sa.Index("taken_by_stream", "stream", "sealed_at"),
    sa.Index("taken_at", "taken_at"),
    sa.Index("taken_lacking", "stream", "sealed_at", sqlite_where=sa.text(_LACKING)),
)
SPAN: Final = _table(
    "span",
    "What streams saw wholly, joined where it touches, by the last sweep of the window.",
    _key("stream", sa.Text, "The stream."),
    _key("since", Instant, "Start of the interval."),
    _must("until", Instant, "End of it."),
    _must("swept_at", Instant, "By what was taken up before then."),
)
FOLDER: Final = _table(
    "folder",
    "Folders of batches in which nothing waited: looked into again when they change.",
    _key("folder", sa.Text, "Kind, stream and day, as a path."),
    _must("day", sa.Text, "The day."),
    _must("changed_ns", sa.BigInteger, "When it had changed last, by the disk's clock."),
)
MENTION: Final = _table(
    "mention",
    "Mentions of the window, as they stand: the newest content, by observed_at.",
    _key("mention_id", sa.Text, "The mention."),
    _must("content_hash", sa.Text, "Of the content that stands."),
    _must("observed_at", Instant, "When that content was first served."),
    _must("first_seen_at", Instant, "When the mention was first served."),
    _must("published_at", Instant, "When it was said.", index=True),
    _must("source", sa.Text, "Where it was heard."),
    _must("stream", sa.Text, "By which stream; of several the first by name."),
    _must("channel", sa.Text, "The platform people know."),
    _must("kind", sa.Text, "post, comment, review or share."),
    _must("author_key", sa.Text, "Hash of source and author; empty where the source hides them."),
    _must("author", sa.Text, "Handle; shown to legal and care only."),
    _may("author_brand_id", sa.Text, "The brand whose handle or page said it."),
    _must("native_id", sa.Text, "The source's own id."),
    _may("parent_id", sa.Text, "What it answers."),
    _must("thread_id", sa.Text, "The thread's first mention, or itself."),
    _must("url", sa.Text, "Its address."),
    _must("said", sa.Text, "Title and text, cut; empty where it is withheld."),
    _must("withheld", sa.Boolean, "Private, or it may expose somebody's data."),
    _must("sentiment", sa.Text, "Of the whole mention, or abstained."),
    _must("intents", sa.JSON, "Ids at 0.5 and above."),
    _must("topics", sa.JSON, "Ids."),
    _must("flags", sa.JSON, "List of {kind, p, reason}."),
    _must("cluster_id", sa.Text, "Near copies have one: the smallest mention_id.", index=True),
    _must("gone", sa.Boolean, "Deleted at the source: it counts no more, and for good."),
)
ABOUT: Final = _table(
    "about",
    "A mention once for each brand it is about.",
    _key("mention_id", sa.Text, "The mention."),
    _key("brand_id", sa.Text, "The brand."),
    _must("relation", sa.Text, "owned, tagged, untagged or off_channel; the closest."),
    _must("products", sa.JSON, "Product ids."),
    _must("sentiment", sa.Text, "Towards the brand, or abstained."),
    _must("addressed", sa.Boolean, "Said to the brand: on its channel or by its @handle."),
)
LOOK: Final = _table(
    "look",
    "How a mention fared at each look.",
    _key("mention_id", sa.Text, "The mention."),
    _key("observed_at", Instant, "When it was looked at."),
    *(_may(name, sa.BigInteger, "As counted.") for name in ("likes", "shares", "comments")),
    *(_may(name, sa.BigInteger, "As counted.") for name in ("views", "followers")),
    sa.Index("look_by_time", "observed_at"),
)
BAND: Final = _table(
    "band",
    "MinHash bands of the window's mentions: who shares one is a near copy.",
    _key("band", sa.Text, "In decimal."),
    _must("cluster_id", sa.Text, "Whose it is.", index=True),
    _must("last_at", Instant, "The newest mention that has it.", index=True),
)
PACKED: Final = _table(
    "packed",
    "Days of the window as columns, ready to be counted; made again where a mention changed.",
    _key("day", sa.BigInteger, "Days since 1970, by publication."),
    _must("columns", sa.LargeBinary, "Rows of spoken.sql, an Arrow stream."),
)
# Whatever changes a mention, an erasure too, unpacks its day in the same transaction.
_UNPACKING: Final = """
CREATE TRIGGER IF NOT EXISTS {table}_{event}_{row} AFTER {event} ON {table} BEGIN
    DELETE FROM packed WHERE day IN ({days});
END
"""
_DAYS: Final = {
    "mention": "{row}.published_at / 86400000000",
    "about": "SELECT published_at / 86400000000 FROM mention WHERE mention_id = {row}.mention_id",
}
_CHANGES: Final = (("INSERT", "NEW"), ("UPDATE", "OLD"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
RULING: Final = _table(
    "ruling",
    "What people decided of mentions and cases: of each thing the newest word.",
    _key("what", sa.Text, "flag, triage, engage, held (in a case) or case."),
    _key("mention_id", sa.Text, "The mention; empty for a case."),
    _key("target", sa.Text, "Kind of flag, or brand; empty: all."),
    _key("case_id", sa.Text, "The case; empty: none."),
    _must("word", sa.Text, "What was decided: dismissed, attach, close …"),
    _must("content_hash", sa.Text, "Of what was read; empty: whatever it says."),
    _must("actor", sa.Text, "Who: a pseudonym."),
    _must("note", sa.Text, "Why, in the person's words."),
    _must("effective_at", Instant, "When it happened."),
    _must("decided_at", Instant, "When it was decided."),
    _must("decision_id", sa.Text, "The decision."),
)

# --- what was raised ----------------------------------------------------------------------------

STATES: Final = ("held", "open", "acked", "closed")
ALERT: Final = _table(
    "alert",
    "One story, one row: raised once, updated, closed.",
    _key("alert_id", sa.Text, "Hash of rule, subject and beginning."),
    _must("rule_id", sa.Text, "Rule of the brand file.", index=True),
    _must("kind", sa.Text, "Its kind."),
    _must("owner", sa.Text, "Team that acts."),
    _must("subject", sa.Text, "What the story is about, as a path: brand/…"),
    _may("brand_id", sa.Text, "The brand; none where a source is silent."),
    _must("state", sa.Text, "held, open, acked or closed."),
    _must("held_reason", sa.Text, "Why it is, or was, held back; empty: it was not."),
    _must(
        "unheard",
        sa.Text,
        "Told though a stream was not seen wholly; empty: all were.",
        server_default="",
    ),
    _must("muted", sa.Boolean, "It was raised under a mute: nobody was told."),
    _may("part_of", sa.Text, "The alert that tells its owner of the same story; nobody was told."),
    _must("title", sa.Text, "What happened, in one sentence with its number."),
    _must("action", sa.Text, "What the owner is to do."),
    _must("value", sa.Float, "The number."),
    _must("peak", sa.Float, "The highest it was, as judged."),
    _must("unit", sa.Text, "Of what: voices, likes, points …"),
    _may("usual", sa.Float, "What is usual there; none where there is no usual."),
    _may("low", sa.Float, "Normal range: its lower end."),
    _may("high", sa.Float, "Normal range: its upper end; the limit of the rule."),
    _must("severity", sa.Integer, "1 to 3: 3 people in danger or a promise broken."),
    _must("detail", sa.JSON, "The parts of the figure, by name."),
    _must("chart", sa.JSON, "For a small chart: list of {at, value, usual}."),
    _must("mentions", sa.BigInteger, "How many mentions stand behind it."),
    _must("began_at", Instant, "When the story began, by what was published."),
    _must("last_at", Instant, "Its newest moment."),
    _may("published_at", Instant, "Publication of its first mention."),
    _may("first_seen_at", Instant, "When we first saw one of its mentions."),
    _must("found_at", Instant, "When the rule first found it, held or not."),
    _may("raised_at", Instant, "When it was raised; none: held until now."),
    _must("updated_at", Instant, "When its numbers last changed."),
    _may("told_value", sa.Float, "The number last told."),
    _may("told_at", Instant, "When it was last put to delivery."),
    _must("told_times", sa.Integer, "How often: raised, and each time it had grown."),
    _may("delivered_at", Instant, "When the first message went out."),
    _may("acked_at", Instant, "When somebody took it."),
    _may("acked_by", sa.Text, "Who: a pseudonym."),
    _may("closed_at", Instant, "When it was closed."),
    _must("closed_why", sa.Text, "Why: as docs/alerts.md lists."),
    sa.CheckConstraint(f"state IN {STATES}", "alert_state"),
    sa.Index("alert_by_story", "rule_id", "subject"),
)
ALERT_MENTION: Final = _table(
    "alert_mention",
    "The mentions behind an alert, the most telling first, at most so many as are shown.",
    sa.Column("alert_id", sa.Text, sa.ForeignKey(ALERT.c.alert_id), primary_key=True),
    _key("mention_id", sa.Text, "The mention."),
    _must("place", sa.Integer, "Order, from 0."),
    _must("published_at", Instant, "When it was said."),
    _must("source", sa.Text, "Where."),
    _must("channel", sa.Text, "On which platform."),
    _may("url", sa.Text, "Its address; none where that would name a private person."),
    _may("reply_link", sa.Text, "Where to answer it."),
    _may("author", sa.Text, "Handle; alerts of legal and care only."),
    _must("said", sa.Text, "The beginning of it, handles masked unless legal or care."),
    _must("note", sa.Text, "What it adds: its count, flag, class."),
)
DELIVERY: Final = _table(
    "delivery",
    "Messages to send, each exactly one: an alert, a step of the ladder, a channel, an occasion.",
    _key("delivery_id", sa.Text, "Hash of alert, occasion, step and channel: its payload's key."),
    sa.Column("alert_id", sa.Text, sa.ForeignKey(ALERT.c.alert_id), nullable=False, index=True),
    _must("step", sa.Integer, "0: the rule's channels; 1 and on: of its ladder."),
    _must("channel", sa.Text, "Name of a connection."),
    _must("occasion", sa.Text, "raised, grown or escalated; grown carries its number."),
    _must("state", sa.Text, "pending, sending, sent, failed, cancelled or unknown."),
    _must("due_at", Instant, "Not before."),
    _must("created_at", Instant, "When it was put here."),
    _must("attempts", sa.Integer, "Tries so far.", server_default="0"),
    _may("claimed_at", Instant, "When the last try began."),
    _may("next_at", Instant, "When to try again; none: as soon as it is due."),
    _may("sent_at", Instant, "When it went out."),
    _must("error", sa.Text, "What the last try came to.", server_default=""),
    _may("reported_at", Instant, "When it turned a task red, being given up or of unknown fate."),
    sa.Index("delivery_due", "state", "due_at"),
)
MUTE: Final = _table(
    "mute",
    "What nobody wants to be told of for a while.",
    _key("rule_id", sa.Text, "The rule."),
    _key("subject", sa.Text, "A subject of it; empty: all."),
    _must("until", Instant, "It ends then."),
    _must("actor", sa.Text, "Who muted it: a pseudonym."),
    _must("muted_at", Instant, "When."),
)
ACT: Final = _table(
    "act",
    "What people did about alerts, written with what it did; the desk tells it from here.",
    sa.Column("alert_id", sa.Text, sa.ForeignKey(ALERT.c.alert_id), primary_key=True),
    _key("acted_at", Instant, "When; no two of one alert at once."),
    _must("action", sa.Text, "ack, escalate, close or mute."),
    _must("actor", sa.Text, "Who: a pseudonym."),
)
_ACTED_BEFORE: Final = """
INSERT OR IGNORE INTO act (alert_id, acted_at, action, actor)
SELECT alert_id, acked_at, 'ack', acked_by FROM alert WHERE acked_at IS NOT NULL
UNION ALL
SELECT alert_id, closed_at, 'close', acked_by FROM alert
WHERE closed_why = 'by_hand' AND acked_by IS NOT NULL
"""
EVALUATION: Final = _table(
    "evaluation",
    "The last evaluations: what each took and came to.",
    _key("evaluated_at", Instant, "The moment judged for."),
    _must("seconds", sa.Float, "How long it took, by the machine's clock."),
    _must("batches", sa.Integer, "Batches taken up."),
    _must("raised", sa.Integer, "Alerts raised."),
    _must("held", sa.Integer, "Alerts held back at the end of it."),
)


@contextmanager
def open_state(root: DataRoot, *, write: bool = True) -> Iterator[sa.Connection]:
    """Open alerts.sqlite, making it where it is not there; one connection.

    A transaction that may write (the default) waits for another that does; one that only reads
    waits for nobody.

    Raises:
        ConfigurationError: another version of this code wrote it.
        ListeningError: it cannot be opened, or another process holds it too long.
    """
    with explained(root):
        root.path.mkdir(parents=True, exist_ok=True)
        # Made with its mode before anything is in it; the WAL takes the mode of its file.
        os.close(os.open(root.alerts, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    engine = sa.create_engine(
        f"sqlite:///{root.alerts}",
        poolclass=sa.NullPool,
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
    )
    sa.event.listen(engine, "connect", _prepare)
    # Taken at once: a reader that became a writer would fail where another wrote meanwhile.
    begin = "BEGIN IMMEDIATE" if write or not root.alerts.stat().st_size else "BEGIN"
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    try:
        with explained(root), engine.connect() as connection:
            _check_version(connection, root)
            yield connection
    finally:
        engine.dispose()


@contextmanager
def explained(root: DataRoot) -> Iterator[None]:
    """Turn what SQLite or the disk says into an error with its mend.

    Raises:
        ListeningError: in place of it.
    """
    try:
        yield
    except (sa.exc.DBAPIError, OSError) as error:
        raise ListeningError(
            f"the alerts' file refused: {getattr(error, 'orig', error)}",
            where=str(root.alerts),
            mend="Look for another process that holds it, and at the disk; then run again",
        ) from error


def _prepare(raw: Any, _: object) -> None:
    for pragma in (
        "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON",
        "recursive_triggers = ON",  # what OR REPLACE takes out is deleted
        "cache_size = -65536",
    ):  # fmt: skip
        raw.execute(f"PRAGMA {pragma}")


def _check_version(connection: sa.Connection, root: DataRoot) -> None:
    with connection.begin():
        found: int = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        if found < VERSION:
            _bring_up(connection)
            if found and found < _ACTS_SINCE:
                connection.exec_driver_sql(_ACTED_BEFORE)
        elif found > VERSION:
            raise ConfigurationError(
                f"version {found}, this code knows version {VERSION}",
                where=str(root.alerts),
                mend="Run the code that wrote it; or move it away: it is made again from the "
                "tagged batches, and what was acknowledged or sent is forgotten",
            )


def _bring_up(connection: sa.Connection) -> None:
    """Make the tables and columns that are not there yet; versions have only ever added some."""
    METADATA.create_all(connection)
    for table in METADATA.sorted_tables:
        there = {column["name"] for column in sa.inspect(connection).get_columns(table.name)}
        for column in table.columns:
            if column.name not in there:
                stated = sa.schema.CreateColumn(column).compile(dialect=connection.dialect)
                connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {stated}")
        for index in table.indexes:
            index.create(connection, checkfirst=True)
    for name, days in _DAYS.items():
        for event, row in _CHANGES:
            told = {"table": name, "event": event, "row": row, "days": days.format(row=row)}
            connection.exec_driver_sql(_UNPACKING.format(**told))
    connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")
