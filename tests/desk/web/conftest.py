"""A desk over a data root, and people who sign in to it."""

from __future__ import annotations

import re

import argon2
import pytest
from starlette.testclient import TestClient

from desk.web import account
from desk.web.app import create_app
from listening.contract import DataRoot
from tests.desk.web.world import published, root

__all__ = ["published", "root"]  # fixtures
PASSWORD = "correct horse battery staple"  # noqa: S105 (of invented accounts)


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch):
    """Hash with the least work: what is tested is not argon2."""
    monkeypatch.setattr(
        account, "_HASHER", argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )


def token_of(html: str) -> str:
    """Return the CSRF token of the first form of a page."""
    return part_of(html, r'name="csrf" value="([^"]+)"')


def part_of(html: str, pattern: str) -> str:
    """Return the group of a pattern where it is first found in a page."""
    found = re.search(pattern, html)
    assert found, html[:500]
    return found[1]


def client_of(app, base="http://desk.example") -> TestClient:
    return TestClient(app, base_url=base, follow_redirects=False)


def enter(app, name: str, password: str = PASSWORD, base="http://desk.example") -> TestClient:
    """Return a browser in which somebody has signed in."""
    client = client_of(app, base)
    form = {"name": name, "password": password, "csrf": token_of(client.get("/sign-in").text)}
    answer = client.post("/sign-in", data=form)
    assert answer.status_code == 303, answer.text
    return client


@pytest.fixture
def app(tmp_path):
    """A desk with an account for every role, over a data root where nothing is published."""
    yield from _desk(DataRoot(tmp_path))


@pytest.fixture
def desk(root):
    """The same, over the published files of the month."""
    yield from _desk(root)


def _desk(root):
    made = create_app(root)
    for role in account.ROLES:
        account.add_account(made.state.engine, role, PASSWORD, (role,))
    yield made
    made.state.library.close()
    made.state.engine.dispose()
