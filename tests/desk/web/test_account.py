"""Accounts, sessions and roles: what is kept, what ends a session, what is refused."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from desk.state import reading
from desk.web import account
from desk.web.account import (
    add_account,
    find_person,
    list_accounts,
    set_blocked,
    set_password,
    set_roles,
    sign_in,
    sign_out,
)
from desk.web.app import open_rooms
from listening.contract import ConfigurationError, DataRoot, now
from tests.desk.web.conftest import PASSWORD


@pytest.fixture
def engine(tmp_path):
    made = open_rooms(DataRoot(tmp_path))
    add_account(made, "ada", PASSWORD, ("product", "pr"))
    yield made
    made.dispose()


def enter(engine):
    token = sign_in(engine, "ada", PASSWORD)
    assert token is not None
    return token


def test_a_session_says_who_and_what(engine):
    token = enter(engine)
    person = find_person(engine, token)
    assert person is not None
    assert (person.name, person.roles) == ("ada", ("product", "pr"))
    sign_out(engine, token)
    assert find_person(engine, token) is None


@pytest.mark.parametrize(
    ("name", "password"), [("ada", "wrong"), ("eve", PASSWORD), ("", ""), ("ada", "x" * 10_000)]
)
def test_a_wrong_name_or_password_enters_nobody(engine, name, password):
    assert sign_in(engine, name, password) is None


def test_neither_password_nor_token_is_kept(engine, tmp_path):
    token = enter(engine)
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("desk.sqlite*"))
    assert PASSWORD.encode() not in kept
    assert token.encode() not in kept
    with reading(engine) as connection:
        hashed: str = connection.execute(sa.select(account.account.c.password_hash)).scalar_one()
    assert "argon2id" in hashed


def test_a_session_ends_when_idle_and_at_last(engine, monkeypatch):
    token, moment = enter(engine), now()

    def later(gone):
        monkeypatch.setenv("LISTENING_NOW", (moment + gone).isoformat())

    later(account.IDLE - timedelta(minutes=1))
    assert find_person(engine, token)
    later(2 * account.IDLE - timedelta(minutes=2))
    assert find_person(engine, token), "it was seen meanwhile"
    later(3 * account.IDLE)
    assert find_person(engine, token) is None
    later(timedelta(0))
    token = enter(engine)
    for hours in range(7, 24 * 7, 7):
        later(timedelta(hours=hours))
        assert find_person(engine, token)
    later(account.LONGEST + timedelta(minutes=1))
    assert find_person(engine, token) is None


@pytest.mark.parametrize(
    "end",
    [
        lambda engine: set_password(engine, "ada", "another long password"),
        lambda engine: set_blocked(engine, "ada", blocked=True),
    ],
)
def test_a_new_password_and_a_block_end_sessions(engine, end):
    token = enter(engine)
    end(engine)
    assert find_person(engine, token) is None
    assert sign_in(engine, "ada", PASSWORD) is None


def test_a_block_can_be_undone(engine):
    set_blocked(engine, "ada", blocked=True)
    set_blocked(engine, "ada", blocked=False)
    assert sign_in(engine, "ada", PASSWORD)


def test_a_new_role_counts_in_open_sessions(engine):
    token = enter(engine)
    set_roles(engine, "ada", ("care",))
    person = find_person(engine, token)
    assert person is not None
    assert person.roles == ("care",)
    assert list_accounts(engine)[0]["roles"] == ["care"]


def test_a_weaker_hash_is_renewed_when_its_owner_signs_in(engine, monkeypatch):
    import argon2

    def hashes():
        with reading(engine) as connection:
            return connection.scalar(sa.select(account.account.c.password_hash))

    before = hashes()
    stronger = argon2.PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    monkeypatch.setattr(account, "_HASHER", stronger)
    assert sign_in(engine, "ada", PASSWORD)
    assert hashes() != before
    assert sign_in(engine, "ada", PASSWORD)


@pytest.mark.parametrize(
    ("name", "password", "roles"),
    [
        ("ada", PASSWORD, ("pr",)),
        ("eve", "short", ("pr",)),
        ("eve", PASSWORD, ("boss",)),
        ("eve", PASSWORD, ()),
        ("", PASSWORD, ("pr",)),
        ("e\nve", PASSWORD, ("pr",)),
    ],
)
def test_what_makes_no_account_is_refused(engine, name, password, roles):
    with pytest.raises(ConfigurationError):
        add_account(engine, name, password, roles)
    assert [each["name"] for each in list_accounts(engine)] == ["ada"]


@pytest.mark.parametrize(
    "change",
    [
        lambda engine: set_password(engine, "eve", PASSWORD),
        lambda engine: set_roles(engine, "eve", ("pr",)),
        lambda engine: set_blocked(engine, "eve", blocked=True),
    ],
)
def test_an_account_that_is_not_there_is_named(engine, change):
    with pytest.raises(ConfigurationError, match="eve: there is no such account"):
        change(engine)
