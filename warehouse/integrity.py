"""What must be true of a team's file before anybody sees it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from listening.contract import DataRoot, ListeningError
from warehouse.open import connect
from warehouse.script import run_script

# Names fixed in contracts.md; more tables and columns are welcome.
REQUIRED: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "product": {
        "feedback_daily": (
            "day", "brand_id", "product_id", "topic_id", "intent", "mentions", "authors",
            "negative", "neutral", "positive", "abstained",
        ),
        "feedback_mention": (),
        "topic_week": (),
        "recommendation": (),
    },
    "legal": {
        "flag_open": ("mention_id", "kind", "score", "reason", "evidence_ref", "opened_at"),
        "infringement_suspect": (),
        "privacy_exposure": (),
    },
    "pr": {
        "share_of_voice_daily": ("day", "brand_id", "mentions", "mentions_deduped", "coverage"),
        "sentiment_daily": (),
        "issue": (),
        "influencer": (),
        "media_pickup": (),
    },
    "care": {
        "triage": (),
        "response": (
            "mention_id", "brand_id", "inbound_at", "replied_at", "calendar_s", "business_s",
            "due_at", "breached", "state",
        ),
        "response_daily": (),
    },
    "marketing": {
        "post_metric": (
            "mention_id", "observed_at", "reach", "engagement", "virality",
            "virality_null_reason", "conversation", "amplification", "applause",
        ),
        "experiment": ("id", "lift", "ci_low", "ci_high", "verdict"),
        "audience": (),
        "content_rank": (),
    },
    "executive": {
        "scorecard": ("goal_id", "period", "target", "actual", "trend", "business_goal"),
    },
    "hr": {},
    "investor": {},
}  # fmt: skip
_COMMON: Final[Mapping[str, tuple[str, ...]]] = {
    "readme": ("section", "item", "text"),
    "metric": ("metric_id", "version", "team", "formula", "denominator", "null_reason"),
    "use_case": ("use_case_id", "name", "team", "question", "tables"),
    "coverage": ("batch_id", "stream", "state", "since", "until", "reason"),
    "alert_act": ("alert_id", "rule_id", "action", "actor", "acted_at"),
}
# Handles and names: legal and care; verified media and influencers in PR; nowhere else.
PERSONAL: Final = frozenset(
    {"author", "author_handle", "author_id", "author_name", "display_name", "handle", "user_name"}
)
_PERSONAL_TEAMS: Final = ("legal", "care")
_PERSONAL_TABLES: Final = (("pr", "influencer"), ("pr", "media_pickup"))


def check_team_file(root: DataRoot, team: str, file: Path, rows: Mapping[str, int]) -> None:
    """Check a built file: rows as copied, names as promised, people only where they may be.

    Raises:
        ListeningError: names the team and the test that failed.
    """
    with connect(root, str(file), read_only=True) as connection:
        shape: dict[str, set[str]] = {}
        catalog = run_script(connection, "publish_shape")
        for table, column in catalog:
            shape.setdefault(table, set()).add(column)
        found = {
            table: run_script(connection, "publish_count", None, {"table": f'"{table}"'})[0][0]
            for table in rows
            if table in shape
        }
    tests = {
        "row_count": _differences(rows, found),
        "contract": _missing(team, shape),
        "personal_data": _exposed(team, shape),
    }
    for test, faults in tests.items():
        if faults:
            raise ListeningError(
                f"test {test!r} failed: {'; '.join(faults)}",
                where=f"published/{team}.duckdb",
                mend="The last good file stays; mend the team's models and publish again",
            )


def _differences(rows: Mapping[str, int], found: Mapping[str, int]) -> list[str]:
    return [
        f"{table} holds {found.get(table)} rows of {count}"
        for table, count in rows.items()
        if found.get(table) != count
    ]


def _missing(team: str, shape: Mapping[str, set[str]]) -> list[str]:
    faults = [] if set(shape) - set(_COMMON) else ["it has no table of its own"]
    for table, columns in {**REQUIRED[team], **_COMMON}.items():
        if table not in shape:
            faults.append(f"table {table} is missing")
        elif lacking := [column for column in columns if column not in shape[table]]:
            faults.append(f"{table} lacks {', '.join(lacking)}")
    return faults


def _exposed(team: str, shape: Mapping[str, set[str]]) -> list[str]:
    if team in _PERSONAL_TEAMS:
        return []
    return [
        f"{table} holds {', '.join(sorted(columns & PERSONAL))}"
        for table, columns in sorted(shape.items())
        if columns & PERSONAL and (team, table) not in _PERSONAL_TABLES
    ]
