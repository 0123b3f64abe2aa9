"""What each team works through at the desk: boards, what can be done there, and what it needs.

A board lists rows of the team's published file (`boards/<name>.sql`, with `subject_id` and
`target`); what people decided since then stands beside them, from the desk's working state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from desk.web.page import Column

BOARDS_SQL: Final = Path(__file__).parent / "boards"
Form = Literal["line", "text", "instant", "day", "address", "brand"]


@dataclass(frozen=True, slots=True)
class Field:
    """Something a form asks for."""

    label: str
    form: Form = "line"
    says: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """Something that can be done: what it is called, and which fields it must have."""

    label: str
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ("note",)
    stands: str = ""  # how a thing is called afterwards; "": as before
    settles: bool = False  # nobody needs to look at it any more


@dataclass(frozen=True, slots=True)
class Board:
    """One list of things to work through."""

    name: str
    team: str
    kind: str  # of decision
    title: str
    says: str
    one: str  # what a row is called
    columns: Mapping[str, Column]
    filters: Mapping[str, str]  # filter of the address -> column of the statement
    moves: Mapping[str, Move]
    fresh: Move | None = None  # how a new one is made
    begins: str = "open"  # action that makes one
    told: str = ""  # statement of what the tables know was decided
    empty: str = "Nothing waits."
    of_mention: bool = False


FIELDS: Final[Mapping[str, Field]] = {
    "note": Field("Note", "text", "Why, or what the next person should know. It is kept for good."),
    "owner": Field("For whom", says="The name they sign in with."),
    "due_at": Field("Look again at", "instant", "UTC."),
    "url": Field("Where your reply stands", "address", "Its address at the source."),
    "outcome": Field("What came of it"),
    "draft": Field("Draft of the reply", "text", "Kept at the desk only; nothing is ever sent."),
    "on": Field("On which day", "day", "Empty: today."),
    "title": Field("Title"),
    "brand_id": Field("Brand", "brand"),
    "product_id": Field("Product", says="Its id, as the brand file has it."),
    "topic_id": Field("Topic", says="Its id, as the brand file has it."),
    "duplicate_of": Field("The same as", says="Id of the other one."),
    "region": Field("Region", says="Whose word it is. Empty: everywhere, as head office says."),
    "name": Field("Name", says="As the posts carry it, in the column experiment of an import."),
    "hypothesis": Field("What you believe", "text"),
    "metric": Field("What decides it"),
    "control_arm": Field("Arm to compare with"),
    "treatment_arm": Field("Arm to try"),
    "starts_on": Field("First day", "day"),
    "ends_on": Field("Last day", "day"),
    "case_id": Field("Case", says="Its id. A new one opens a case."),
    "basis": Field("On what legal basis"),
    "approver": Field("Who approved it"),
    "expires_on": Field("Until", "day", "A hold ends by itself on this day."),
}


def _columns(**told: str | Column) -> dict[str, Column]:
    return {name: _column(one) if isinstance(one, str) else one for name, one in told.items()}


def _column(label: str, form: str = "text", reason: str = "", opens: Any = None) -> Column:
    return Column.model_validate({"label": label, "form": form, "reason": reason, "opens": opens})


_WISHES: Final = {
    "to": "mentions",
    "by": {
        "brand": "brand_id", "product": "product_id", "topic": "topic_id", "since": "first_day",
        "until": "last_day",
    },
    "fixed": {"spam": "no", "wish": "yes"},
}  # fmt: skip
_ADVICE: Final = {"to": "advice", "by": {"advice": "subject_id"}, "equals": "none"}
_FLAGS: Final = {"to": "flags", "by": {"case": "subject_id"}, "equals": "none"}
_TAKEDOWNS: Final = {"to": "case_takedowns", "by": {"case": "subject_id"}, "fixed": {"open": "yes"}}


_OF_MENTION: Final = {
    "brand": "brand_id", "topic": "topic_ids", "channel": "channel", "language": "language",
    "region": "region", "since": "published_at", "until": "published_at",
}  # fmt: skip


BOARDS: Final = (
    Board(
        "triage",
        "care",
        "triage",
        "Triage",
        "What waits for a person: questions, complaints and danger, the most urgent first.",
        "mention",
        {
            "class": _column("what", "code"),
            "author_handle": _column("who"),
            "waiting_s": _column("waits for", "seconds"),
            "due_at": _column("promised by", "instant"),
            "reason": _column("why here", "code"),
        },
        _OF_MENTION,
        {
            "take": Move("I take it", stands="taken"),
            "assign": Move("Give it to somebody", ("owner",), ("note", "due_at"), "taken"),
            "pend": Move("Wait, and look again", (), ("due_at", "note"), "pending"),
            "resolve": Move("It is resolved", stands="resolved", settles=True),
            "dismiss": Move("Nothing to do here", stands="dismissed", settles=True),
            "reopen": Move("Open it again", stands="new"),
        },
        told="told_care",
        empty="Nobody waits for an answer.",
        of_mention=True,
    ),
    Board(
        "join",
        "care",
        "engage",
        "Join in",
        "Conversations about us, not with us, where a word of ours would help.",
        "conversation",
        _columns(
            need=_column("needs", "code"),
            author_handle="who",
            channel=_column("where", "code"),
            age_s=_column("age", "seconds"),
            replies_so_far=_column("replies", "count"),
            reason=_column("why here", "code"),
        ),
        _OF_MENTION,
        {
            "take": Move("I take it", stands="taken"),
            "draft": Move("Keep my draft", ("draft",), ()),
            "join": Move("I replied", ("url",), ("outcome", "note"), "joined", settles=True),
            "skip": Move("Better not", (), ("note",), "skipped", settles=True),
            "close": Move("It is over", (), ("outcome", "note"), "closed", settles=True),
        },
        told="told_care",
        empty="No conversation to join.",
        of_mention=True,
    ),
    Board(
        "recommendations",
        "product",
        "recommendation",
        "Recommendations",
        "What product was advised to do, and what became of it.",
        "recommendation",
        _columns(
            brand_id=_column("brand", "code"),
            mentions=_column("people asked", "count", "mentions_null_reason", _WISHES),
            proposed_on=_column("proposed", "day"),
            implemented_on=_column("on the market", "day"),
            days_to_market=_column("days it took", "count", "days_to_market_null_reason", _ADVICE),
        ),
        {
            "brand": "brand_id",
            "product": "product_id",
            "topic": "topic_id",
            "since": "proposed_on",
            "until": "proposed_on",
        },
        {
            "accept": Move("We will do it", (), ("on", "note"), "accepted"),
            "implement": Move("It is on the market", (), ("on", "note"), "implemented"),
            "reject": Move("We will not", (), ("on", "note"), "rejected"),
            "merge": Move("It is the same as another", ("duplicate_of",), ("note",)),
        },
        Move("Propose", ("title", "brand_id"), ("product_id", "topic_id", "note"), "proposed"),
        begins="propose",
        empty="Nothing was recommended yet.",
    ),
    Board(
        "experiments",
        "marketing",
        "experiment",
        "Experiments",
        "What was tried, what came out, and what head office and local teams say of it.",
        "experiment",
        _columns(
            hypothesis="we believed",
            control_arm="compared with",
            treatment_arm="tried",
            starts_on=_column("from", "day"),
            ends_on=_column("to", "day"),
            lesson="lesson",
            adopted_in=_column("adopted in", "list"),
        ),
        {"brand": "brand_id", "channel": "channels", "since": "starts_on", "until": "starts_on"},
        {
            "note": Move("Say something", ("note",), ("region",)),
            "adopt": Move("We do so now", (), ("region", "note"), "adopted"),
            "reject": Move("Not for us", (), ("region", "note"), "rejected"),
        },
        Move(
            "Plan an experiment",
            ("name", "brand_id", "control_arm", "treatment_arm", "starts_on"),
            ("hypothesis", "metric", "ends_on"),
            "planned",
        ),
        begins="plan",
        told="told_marketing",
        empty="Nothing was tried yet.",
    ),
    Board(
        "practices",
        "marketing",
        "experiment",
        "Best practice",
        "What head office and local teams learnt without a trial, and what they say of it.",
        "practice",
        _columns(
            brand_id=_column("brand", "code"),
            adopted_in=_column("adopted in", "list"),
            rejected_in=_column("rejected in", "list"),
        ),
        {"brand": "brand_id", "since": "last_decided_at", "until": "last_decided_at"},
        {
            "note": Move("Say something", ("note",), ("region",)),
            "adopt": Move("We do so now", (), ("region", "note"), "adopted"),
            "reject": Move("Not for us", (), ("region", "note"), "rejected"),
        },
        Move("Share a practice", ("title", "brand_id", "note"), ("region",), "shared"),
        begins="share",
        told="told_marketing",
        empty="Nothing was shared yet.",
    ),
    Board(
        "review",
        "legal",
        "correction",
        "Review",
        "Suspicions that wait for you, the gravest first. They are never verdicts.",
        "suspicion",
        _columns(
            kind=_column("suspected", "code"),
            severity=_column("severity", "count"),
            places=_column("in the words", "list"),
            author_handle="who",
            first_flagged_at=_column("since", "day"),
            case_id="case",
            reason="why",
        ),
        {
            **_OF_MENTION,
            "brand": "brand_ids",
            "kind": "kind",
            "since": "first_flagged_at",
            "until": "first_flagged_at",
        },
        {
            "confirmed": Move("It is so", (), ("note",), "confirmed"),
            "dismissed": Move("It is not", (), ("note",), "dismissed", settles=True),
            "attach": Move("Put it into a case", ("case_id",), ("note",), "in_case"),
        },
        told="told_legal",
        empty="No suspicion waits.",
        of_mention=True,
    ),
    Board(
        "cases",
        "legal",
        "case",
        "Cases",
        "Cases, who has them, and what is held.",
        "case",
        _columns(
            owner="who has it",
            age_days=_column("days", "count"),
            mentions=_column("mentions", "count", "", _FLAGS),
            flag_kinds=_column("suspected", "list"),
            takedowns_open=_column("takedowns open", "count", "", _TAKEDOWNS),
            is_held=_column("held", "yes"),
            hold_until=_column("until", "day"),
            due_at=_column("due", "instant"),
        ),
        {"kind": "flag_kinds", "since": "opened_at", "until": "opened_at"},
        {
            "assign": Move("Give it to somebody", ("owner",), ("due_at", "note")),
            "note": Move("Note something", ("note",), ()),
            "hold": Move("Hold what is in it", ("basis", "approver", "expires_on"), ("note",)),
            "release": Move("End the hold", (), ("note",)),
            "close": Move("Close it", (), ("note",), "closed", settles=True),
            "reopen": Move("Open it again", (), ("note",), "open"),
        },
        Move("Open a case", ("title",), ("owner", "note"), "open"),
        told="told_legal",
        empty="No case is open.",
    ),
)


def boards_of(team: str) -> tuple[Board, ...]:
    """Return the boards of a team."""
    return tuple(board for board in BOARDS if board.team == team)


def find_board(team: str, name: str) -> Board | None:
    """Return a team's board by name."""
    return next((board for board in boards_of(team) if board.name == name), None)


@cache
def read_board_sql(name: str) -> str:
    """Return a statement of a board."""
    return (BOARDS_SQL / f"{name}.sql").read_text("utf-8").strip()
