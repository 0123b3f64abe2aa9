"""Hands what the chain decided to the outbox of the desk, and takes in what others decided there.

Each decision once, either way. The number of the last line that was handed over lies in the desk's
state and moves in the same transaction as the outbox. What the desk's pages and `listening decide`
say of cases is custody, too, and a hold placed there holds.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from desk.legal.case import ACTS, plain_word, read_cases, read_word
from desk.legal.chain import Chain
from desk.legal.place import Evidence
from desk.state import METADATA, Room, open_state, reading, writing
from desk.work import outbox
from listening.contract import DataRoot, Decision, ListeningError, Written

custody: Final = sa.Table(
    "custody",
    METADATA,
    sa.Column("one", sa.Integer, primary_key=True),  # always 1: there is one row
    sa.Column("n", sa.BigInteger, nullable=False),  # of the last line handed over
)
known: Final = sa.Table(
    "custody_known",
    METADATA,
    sa.Column("outbox_id", sa.BigInteger, primary_key=True, autoincrement=False),  # in the chain
)


def _add_known(connection: sa.Connection) -> None:
    known.create(connection, checkfirst=True)


ROOM: Final = Room("custody", [custody, known], version=2, steps={2: _add_known})
_KINDS: Final = ("case", "takedown")
_WHAT: Final = {
    "open": "open", "attach": "add", "detach": "remove", "hold": "hold", "release": "release",
}  # fmt: skip


def post_decisions(root: DataRoot) -> int:
    """Write decisions that are not there yet to the outbox; return how many.

    Raises:
        ListeningError: the chain is shorter than what was handed over, or the state cannot be
            opened.
    """
    chain, evidence = Chain(root), Evidence(root)
    if not evidence.chain.exists():
        return 0
    engine = open_state(root, [outbox.ROOM, ROOM])
    try:
        with evidence.lock(), writing(engine) as connection:
            last = connection.scalar(sa.select(custody.c.n)) or 0
            done, reached = 0, last
            head = chain.head()
            if head is None or head.n < last:
                raise ListeningError(
                    f"the chain has {head.n if head else 0} lines, and {last} were handed over",
                    where=str(evidence.chain),
                    mend="Run listening verify --all, and restore the chain from a backup",
                )
            for line in chain.lines(*ACTS):
                if line.n <= last or line.body is None:
                    continue
                reached = line.n
                for told in line.body.get("decisions", ()) if "outbox_id" not in line.body else ():
                    number = outbox.write(connection, read_word(told))
                    connection.execute(sa.insert(known).values(outbox_id=number))
                    done += 1
            _note(connection, reached)
    finally:
        engine.dispose()
    return done


def _note(connection: sa.Connection, reached: int) -> None:
    if not connection.execute(sa.update(custody).values(n=reached)).rowcount:
        connection.execute(sa.insert(custody).values(one=1, n=reached))


def take_decisions(root: DataRoot) -> int:
    """Write into the chain what was decided of cases at the desk; return how many decisions.

    Raises:
        ListeningError: the chain is damaged, or the desk's state cannot be opened.
    """
    with outbox.open_outbox(root) as box:
        if box is None:
            return 0
    engine = open_state(root, [outbox.ROOM, ROOM])
    try:
        with Evidence(root).lock():
            written = _unknown(engine)
            if not written:
                return 0
            told = {line.body.get("outbox_id") for line in Chain(root).lines(*ACTS) if line.body}
            for one in written:
                if one.outbox_id not in told and isinstance(one.word, Decision):
                    _take(root, one.outbox_id, one.word)
            with writing(engine) as connection:
                rows = [{"outbox_id": one.outbox_id} for one in written]
                connection.execute(sa.insert(known), rows)
    finally:
        engine.dispose()
    return len(written)


def _unknown(engine: sa.Engine) -> list[Written]:
    """Return the decisions of cases and takedowns that the chain does not know, in order."""
    column = outbox.outbox.c
    query = (
        sa.select(column.kind, column.outbox_id)
        .where(column.kind.in_(_KINDS), column.outbox_id.not_in(sa.select(known.c.outbox_id)))
        .order_by(column.outbox_id)
    )
    with reading(engine) as connection:
        rows: Any = connection.execute(query).all()
    box = outbox.Outbox(engine)
    return [box.read(kind, number - 1, 1)[0] for kind, number in rows]


def _take(root: DataRoot, number: int, word: Decision) -> None:
    case_id = word.case_id or (word.subject_id if word.kind == "case" else "")
    if not case_id:
        cases = read_cases(root).values()
        case_id = next((one.id for one in cases if word.subject_id in one.takedowns), "")
    if not case_id:
        return  # a takedown that belongs to no case
    what = _WHAT.get(word.action, "decide") if word.kind == "case" else "decide"
    body: dict[str, Any] = {
        "case": case_id, "actor": word.actor, "why": word.note, "outbox_id": number,
        "decided": f"{word.kind} {word.action}", "decisions": [plain_word(word)],
    }  # fmt: skip
    if what == "hold":
        try:
            last = str(date.fromisoformat(word.fields["expires_on"]))
        except ValueError:
            what, body["fault"] = "decide", "its last day is no date: it holds nothing"
        else:
            body |= {name: word.fields[name] for name in ("basis", "approver")}
            body["expires_on"] = last
    Chain(root).extend(what, [body])
