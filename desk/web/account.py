"""Local accounts and their sessions: who may sign in, and as what."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Final

import argon2
import sqlalchemy as sa

from desk.state import METADATA, Instant, Room, reading, writing
from listening.contract import TEAMS, ConfigurationError, now

ADMIN: Final = "admin"
ROLES: Final = (*TEAMS, ADMIN)  # a role is a team whose file it opens; admin opens none
SHORTEST_PASSWORD: Final = 12  # NIST SP 800-63B-4, 3.1.1.2 asks for 15, or 8 beside a second factor
LONGEST_PASSWORD: Final = 256
LONGEST_NAME: Final = 64
IDLE: Final = timedelta(hours=8)
LONGEST: Final = timedelta(days=7)
_SEEN_EVERY: Final = timedelta(minutes=1)  # so that reading a page writes nothing
# 64 MiB each (RFC 9106, second choice): a flood of logins must not take the memory.
_HASHING: Final = threading.BoundedSemaphore(2)
_HASHER: Final = argon2.PasswordHasher()

account = sa.Table(
    "account",
    METADATA,
    sa.Column("account_id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("blocked_at", Instant),  # NULL: may sign in
)
account_role = sa.Table(
    "account_role",
    METADATA,
    sa.Column(
        "account_id",
        sa.ForeignKey(account.c.account_id, ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("role", sa.Text, primary_key=True),
    sa.CheckConstraint(sa.column("role").in_(ROLES), name="role_is_known"),
)
session = sa.Table(
    "session",
    METADATA,
    sa.Column("token_hash", sa.Text, primary_key=True),  # SHA-256: a stolen file opens nothing
    sa.Column(
        "account_id",
        sa.ForeignKey(account.c.account_id, ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("seen_at", Instant, nullable=False),
)
ROOM: Final = Room("account", [account, account_role, session])


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody signed in, and what they may see."""

    account_id: int
    name: str
    roles: tuple[str, ...]


def add_account(engine: sa.Engine, name: str, password: str, roles: tuple[str, ...]) -> None:
    """Make an account.

    Raises:
        ConfigurationError: the name is taken, a role unknown, or the password too short.
    """
    _check_name(name)
    _check_roles(roles)
    hashed = _hash(password)
    with writing(engine) as connection:
        if connection.scalar(sa.select(account.c.account_id).where(account.c.name == name)):
            raise ConfigurationError(
                "the name is taken", where=name, mend="listening desk user passwd or role"
            )
        made = connection.execute(
            account.insert().values(name=name, password_hash=hashed, created_at=now())
        )
        (account_id,) = made.inserted_primary_key or (None,)
        _give(connection, account_id, roles)


def set_password(engine: sa.Engine, name: str, password: str) -> None:
    """Give an account another password, and end its sessions."""
    hashed = _hash(password)
    with writing(engine) as connection:
        found = _find(connection, name)
        connection.execute(
            account.update().where(account.c.account_id == found).values(password_hash=hashed)
        )
        connection.execute(session.delete().where(session.c.account_id == found))


def set_roles(engine: sa.Engine, name: str, roles: tuple[str, ...]) -> None:
    """Give an account these roles in the place of those it has; open sessions know at once."""
    _check_roles(roles)
    with writing(engine) as connection:
        found = _find(connection, name)
        connection.execute(account_role.delete().where(account_role.c.account_id == found))
        _give(connection, found, roles)


def set_blocked(engine: sa.Engine, name: str, *, blocked: bool) -> None:
    """Let an account sign in no more, and end its sessions; or let it again."""
    with writing(engine) as connection:
        found = _find(connection, name)
        moment = now() if blocked else None
        connection.execute(
            account.update().where(account.c.account_id == found).values(blocked_at=moment)
        )
        if blocked:
            connection.execute(session.delete().where(session.c.account_id == found))


def list_accounts(engine: sa.Engine) -> list[dict[str, object]]:
    """Return every account: name, roles, since when, whether blocked, last seen."""
    with reading(engine) as connection:
        roles: dict[int, list[str]] = {}
        for given in connection.execute(sa.select(account_role)):
            roles.setdefault(given.account_id, []).append(given.role)
        seen = sa.select(sa.func.max(session.c.seen_at)).where(
            session.c.account_id == account.c.account_id
        )
        rows = connection.execute(
            sa.select(account, seen.scalar_subquery().label("seen_at")).order_by(account.c.name)
        )
        return [
            {
                "name": row.name,
                "roles": sorted(roles.get(row.account_id, []), key=ROLES.index),
                "created_at": row.created_at,
                "blocked": row.blocked_at is not None,
                "seen_at": row.seen_at,
            }
            for row in rows
        ]


def sign_in(engine: sa.Engine, name: str, password: str) -> str | None:
    """Return the token of a new session, or None: the name or the password is wrong."""
    with reading(engine) as connection:
        row = connection.execute(sa.select(account).where(account.c.name == name)).first()
    # A name that does not exist costs the same time as one that does.
    known = row.password_hash if row else _nobody()
    if not _verify(known, password) or row is None or row.blocked_at is not None:
        return None
    renewed = _hash(password) if _HASHER.check_needs_rehash(row.password_hash) else None
    token = secrets.token_urlsafe(32)
    moment = now()
    with writing(engine) as connection:
        if renewed:
            connection.execute(
                account.update()
                .where(account.c.account_id == row.account_id)
                .values(password_hash=renewed)
            )
        connection.execute(session.delete().where(_over(moment)))
        connection.execute(
            session.insert().values(
                token_hash=digest(token),
                account_id=row.account_id,
                created_at=moment,
                seen_at=moment,
            )
        )
    return token


def find_person(engine: sa.Engine, token: str) -> Person | None:
    """Return whose session this is; None where it is over or never was."""
    hashed, moment = digest(token), now()
    with reading(engine) as connection:
        row = connection.execute(
            sa.select(account.c.account_id, account.c.name, session.c.seen_at)
            .join_from(session, account)
            .where(
                session.c.token_hash == hashed,
                account.c.blocked_at.is_(None),
                sa.not_(_over(moment)),
            )
        ).first()
        if row is None:
            return None
        roles: Sequence[str] = connection.scalars(
            sa.select(account_role.c.role).where(account_role.c.account_id == row.account_id)
        ).all()
    if moment - row.seen_at >= _SEEN_EVERY:
        with writing(engine) as connection:
            connection.execute(
                session.update().where(session.c.token_hash == hashed).values(seen_at=moment)
            )
    return Person(row.account_id, row.name, tuple(sorted(roles, key=ROLES.index)))


def sign_out(engine: sa.Engine, token: str) -> None:
    """End a session."""
    with writing(engine) as connection:
        connection.execute(session.delete().where(session.c.token_hash == digest(token)))


def digest(token: str) -> str:
    """Return what is kept of a token. It is random, so a plain hash holds."""
    return hashlib.sha256(token.encode()).hexdigest()


def _over(moment: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(session.c.seen_at < moment - IDLE, session.c.created_at < moment - LONGEST)


def _find(connection: sa.Connection, name: str) -> int:
    found = connection.scalar(sa.select(account.c.account_id).where(account.c.name == name))
    if found is None:
        raise ConfigurationError(
            "there is no such account", where=name, mend="listening desk user list"
        )
    return int(found)


def _give(connection: sa.Connection, account_id: int | None, roles: tuple[str, ...]) -> None:
    connection.execute(
        account_role.insert(), [{"account_id": account_id, "role": role} for role in set(roles)]
    )


def _check_name(name: str) -> None:
    if not name or name != name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise ConfigurationError(
            "no name for an account",
            where=repr(name),
            mend=f"1 to {LONGEST_NAME} printable characters, none of them a space at an end",
        )


def _check_roles(roles: tuple[str, ...]) -> None:
    if not roles:
        raise ConfigurationError("no role", where="--role", mend=f"One of {', '.join(ROLES)}")
    for role in roles:
        if role not in ROLES:
            raise ConfigurationError(
                f"unknown role {role!r}", where="--role", mend=f"One of {', '.join(ROLES)}"
            )


def _hash(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise ConfigurationError(
            f"the password has {len(password)} characters",
            where="password",
            mend=f"{SHORTEST_PASSWORD} to {LONGEST_PASSWORD}; a few words do well",
        )
    with _HASHING:
        return _HASHER.hash(password)


def _verify(hashed: str, password: str) -> bool:
    if len(password) > LONGEST_PASSWORD:
        return False
    with _HASHING:
        try:
            return _HASHER.verify(hashed, password)
        except argon2.exceptions.VerificationError:
            return False


@cache
def _nobody() -> str:
    return _HASHER.hash(secrets.token_urlsafe(32))
