"""Hands what the chain decided to the outbox of the desk, each decision once.

The number of the last line that was handed over lies in the desk's state and moves in the same
transaction as the outbox: whatever dies in between, the next run goes on behind that line.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from desk.legal.case import ACTS, read_word
from desk.legal.chain import Chain
from desk.legal.place import Evidence
from desk.state import METADATA, Room, open_state, writing
from desk.work import outbox
from listening.contract import DataRoot, ListeningError

custody: Final = sa.Table(
    "custody",
    METADATA,
    sa.Column("one", sa.Integer, primary_key=True),  # always 1: there is one row
    sa.Column("n", sa.BigInteger, nullable=False),  # of the last line handed over
)
ROOM: Final = Room("custody", [custody])


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
                if line.n > last and line.body is not None:
                    for told in line.body.get("decisions", ()):
                        outbox.write(connection, read_word(told))
                        done += 1
                    reached = line.n
            _note(connection, reached)
    finally:
        engine.dispose()
    return done


def _note(connection: sa.Connection, reached: int) -> None:
    if not connection.execute(sa.update(custody).values(n=reached)).rowcount:
        connection.execute(sa.insert(custody).values(one=1, n=reached))
