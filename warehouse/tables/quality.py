"""How right the labels are: what people corrected, and what was measured."""

from __future__ import annotations

import sqlalchemy as sa

from warehouse.tables.base import INSTANT, batch_column, key, loaded_column, may, need, table

correction = table(
    "correction",
    "What a person says a label should be, of the content that was read. All are kept: of those "
    "of one label the newest counts, as long as that content stands. Grain: correction_id.",
    key("correction_id", sa.String, "Hash of mention, content, label and moment"),
    need("mention_id", sa.String, "The mention, see core.mention"),
    need("content_hash", sa.String, "Content that was read, see core.mention_version"),
    need(
        "tagger",
        sa.String,
        "sentiment, emotion, irony, offensive, language, intent, topic or flag",
    ),
    may(
        "target",
        sa.String,
        "What the label is of: a brand (sentiment), an intent, a topic, a kind of flag; NULL: "
        "the whole mention",
    ),
    need(
        "label",
        sa.String,
        "The right label; yes or no for intents and topics, confirmed or dismissed for flags",
    ),
    may("previous_label", sa.String, "The model's label at that time; NULL: it had none"),
    may("previous_version", sa.String, "Version of the tagger that gave it"),
    need("actor", sa.String, "Who decided, by a pseudonym"),
    need("note", sa.String, "Why, in the person's words; empty where not told"),
    need("decided_at", INSTANT, "When it was decided; no two corrections share a moment"),
    batch_column(),
    loaded_column(),
)

evaluation = table(
    "evaluation",
    "What `listening eval` measured. Grain: evaluation_id, model, task, part, source, language, "
    "measure.",
    key("evaluation_id", sa.String, "File below tagged/evaluation/, without suffix"),
    key("model", sa.String, "Version of the model; several joined by commas"),
    key("task", sa.String, "What was measured: a head, embedding, flag, …"),
    key("part", sa.String, "Part of the set, kind of flag, or corrections"),
    key("source", sa.String, "Labelled set, or source of the corrected mentions"),
    key("language", sa.String, "Language of the texts; (all): together; (unknown)"),
    key("measure", sa.String, "accuracy, macro_recall, macro_f1, ece, recall, agreement, …"),
    need("run_at", INSTANT, "When it was measured"),
    need("n", sa.BigInteger, "Rows it was measured on"),
    may("value", sa.Double, "The measure, 0 to 1; NULL: nothing to measure it on"),
    may("ci_low", sa.Double, "Lower end of the 95 percent interval"),
    may("ci_high", sa.Double, "Upper end of the 95 percent interval"),
    sa.CheckConstraint("n >= 0"),
)
