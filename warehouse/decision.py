"""What people decided at the desk, into the core tables, inside the load's transaction."""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from listening.contract import (
    CORRECTIONS,
    DECISIONS,
    TARGETED,
    DataRoot,
    Judgement,
    ListeningError,
)
from warehouse.open import open_warehouse
from warehouse.script import run_script

_SAYABLE: Final = {
    "taggers": list(CORRECTIONS),
    "labels": [f"{tagger}/{label}" for tagger, labels in CORRECTIONS.items() for label in labels],
    "targeted": list(TARGETED),
    "targets": [f"{tagger}/{target}" for tagger, known in TARGETED.items() for target in known],
    "subjects": [f"{kind}/{rule.subject}" for kind, rule in DECISIONS.items()],
    "actions": [f"{kind}/{action}" for kind, rule in DECISIONS.items() for action in rule.actions],
    "required": [
        f"{kind}/{action}/{name}"
        for kind, rule in DECISIONS.items()
        for action, names in rule.required.items()
        for name in names
    ],
}


def merge_decisions(connection: sa.Connection, values: dict[str, Any]) -> None:
    """Merge the decisions of one batch; what cannot be placed is quarantined with its reason.

    Raises:
        ListeningError: the file cannot be read, or holds decisions of a newer version.
    """
    path = values["landed"][0]
    try:
        kinds = set(pq.read_table(path, columns=["decision"], partitioning=None)[0].to_pylist())
    except (OSError, pa.ArrowException) as error:
        raise ListeningError(
            f"not a batch of decisions: {error}", where=path, mend="Restore the file"
        ) from error
    if unknown := sorted(map(str, kinds - set(DECISIONS))):
        raise ListeningError(
            f"no loader for decisions of the kind {', '.join(unknown)}",
            where=str(values["batch_id"]),
            mend="Install the newer version of this project",
        )
    run_script(connection, "decision", {**values, **_SAYABLE})
    run_script(connection, "decision_correction", values)
    run_script(connection, "decision_stub")


def read_label(
    root: DataRoot, mention_id: str, tagger: str, target: str = "", content_hash: str = ""
) -> tuple[str, str | None, str | None]:
    """Return the content that stands, the model's label of it, and that tagger's version.

    Label and version are None where the model said nothing. `content_hash` asks of an older
    content instead.

    Raises:
        ListeningError: there is no such mention or content, brand or topic, or no warehouse.
    """
    asked = {
        "mention_id": mention_id, "tagger": tagger, "target": target, "content": content_hash
    }  # fmt: skip
    with open_warehouse(root, read_only=True) as connection:
        run_script(connection, "correction_asked", asked)
        _check_target(connection, asked)
        rows = run_script(connection, "correction_said")
    if not rows:
        raise _unknown(asked)
    ((_, _, _, _, content, _, said, version, _),) = rows
    return content, said, version


def _check_target(connection: sa.Connection, asked: dict[str, str]) -> None:
    if asked["target"] and not run_script(connection, "correction_target", asked)[0][0]:
        what = {"sentiment": "brand"}.get(asked["tagger"], asked["tagger"])
        raise ListeningError(
            f"there is no {what} {asked['target']!r} in the warehouse",
            where=asked["mention_id"],
            mend=f"Name the id of a {what} as the brand file does",
        )


def _unknown(asked: dict[str, str]) -> ListeningError:
    if asked["content"]:
        what = f"was never seen with the content {asked['content']!r}, or is not in the warehouse"
    else:
        what = "is not in the warehouse: it is unknown, not loaded yet, or deleted at its source"
    mend = "Copy the mention_id from a published table; load first if it is new"
    return ListeningError(what, where=asked["mention_id"] or "mention", mend=mend)


def read_judgements(root: DataRoot) -> list[Judgement]:
    """Return people's newest word on every label they looked at, and the model's beside it.

    Empty where there is no warehouse yet. Labels of an older content are compared on that
    content, as far as the model's are kept (topics and flags are not).
    """
    if not root.warehouse.exists():
        return []
    with open_warehouse(root, read_only=True) as connection:
        run_script(connection, "correction_newest")
        rows = run_script(connection, "correction_said")
    return [
        Judgement(tagger, target, source, language, decided, said, version or "", stale)
        for tagger, target, source, language, _, decided, said, version, stale in rows
    ]
