"""What people decided: who, what, of what, when and why; one log of every kind."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from listening.contract import DECISIONS
from warehouse.tables.base import (
    INSTANT,
    batch_column,
    key,
    loaded_column,
    may,
    need,
    one_of,
    table,
)

SUBJECTS: Final = tuple(dict.fromkeys(rule.subject for rule in DECISIONS.values()))

decision = table(
    "decision",
    "What people decided, of every kind. Where the mention was deleted a stub is left, without its "
    "id and without words. Grain: decision_id.",
    key("decision_id", sa.String, "Hash of kind, who and when"),
    need("kind", sa.String, "correction, case, takedown, triage, recommendation, …"),
    need("subject_kind", sa.String, "mention, case, takedown, recommendation, experiment or alert"),
    may("subject_id", sa.String, "Of what it was decided; NULL: a mention that was deleted"),
    may("mention_id", sa.String, "The mention, see core.mention; NULL: none, or deleted"),
    may("content_hash", sa.String, "Content that was read, see core.mention_version; NULL: untold"),
    may("case_id", sa.String, "Legal case it belongs to"),
    may(
        "target",
        sa.String,
        "What of the subject: a brand, intent, topic or kind of flag; NULL: all of it",
    ),
    need("action", sa.String, "What was decided; of a correction: the right label"),
    need("note", sa.String, "Why, in the person's words; empty where not told, or deleted"),
    may("fields", sa.String, "What else was said, a JSON object of texts; of a stub: codes only"),
    need("actor", sa.String, "Who decided, by a pseudonym"),
    need("decided_at", INSTANT, "When it was decided; no two of one kind share a moment"),
    need("effective_at", INSTANT, "When it happened; decided_at, where not told otherwise"),
    may("due_at", INSTANT, "What must be done next is due"),
    need("mention_deleted", sa.Boolean, "It was of a mention that its source deleted"),
    batch_column(),
    loaded_column(),
    one_of("kind", DECISIONS),
    one_of("subject_kind", SUBJECTS),
    sa.CheckConstraint("subject_id IS NOT NULL OR mention_deleted"),
    sa.CheckConstraint(
        "NOT mention_deleted OR (mention_id IS NULL AND content_hash IS NULL AND note = '')"
    ),
    sa.CheckConstraint("action <> '' AND actor <> ''"),
)
