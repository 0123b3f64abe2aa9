"""A real browser before two desks: the month as it is, and the month full of hostile texts."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import argon2
import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, sync_playwright

from desk.web import account
from desk.web.app import create_app
from listening import contract
from tests.desk.web import world
from tests.warehouse.models.month import NOW

CHROMIUM = "/usr/bin/chromium"
PASSWORD = "correct horse battery staple"  # noqa: S105 (of invented accounts)

published = world.published


@dataclass
class Desk:
    """A desk that is served, and whoever is signed in to it."""

    root: contract.DataRoot
    url: str
    browser: Browser
    cookies: dict[str, list[Any]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)  # what a browser complained of, or asked for

    def context(self, role: str = "", **settings) -> BrowserContext:
        """Return a fresh browser in which a role is signed in; it notes whatever goes wrong."""
        made = self.browser.new_context(base_url=self.url, **settings)
        made.set_default_timeout(20_000)
        made.on("page", self._watch)
        if role:
            if role not in self.cookies:
                page = made.new_page()
                sign_in(page, role)
                page.close()
                self.cookies[role] = made.cookies()
            made.add_cookies(self.cookies[role])
        return made

    def _dismiss(self, dialog: Dialog) -> None:
        self.wrong.append(dialog.message)
        dialog.dismiss()

    def _watch(self, page: Page) -> None:
        page.on("console", lambda it: self._note(it.type == "error", f"{page.url}: {it.text}"))
        page.on("pageerror", lambda error: self.wrong.append(f"{page.url}: {error}"))
        page.on("dialog", self._dismiss)
        page.on(
            "request",
            lambda asked: self._note(
                not asked.url.startswith((self.url, "data:", "about:")), f"asked {asked.url}"
            ),
        )

    def _note(self, is_wrong: bool, what: str) -> None:
        # A refused page is an error to the console, and meant to be one.
        if is_wrong and "the server responded with a status of 4" not in what:
            self.wrong.append(what)


def sign_in(page: Page, name: str) -> None:
    """Sign in as people do."""
    page.goto("/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    if not Path(CHROMIUM).exists():
        pytest.skip("no Chromium here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def serve(root: contract.DataRoot, browser: Browser) -> Iterator[Desk]:
    """Serve a desk on a free port of this machine, with an account for every role."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(contract.CLOCK_VARIABLE, NOW)
        quick = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(account, "_HASHER", quick)
        app = create_app(root)
        for role in account.ROLES:
            account.add_account(app.state.engine, role, PASSWORD, (role,))
        account.add_account(app.state.engine, "care.two", PASSWORD, ("care",))
        settings = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning")
        server = uvicorn.Server(settings)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        desk = Desk(root, f"http://127.0.0.1:{port}", browser)
        try:
            yield desk
        finally:
            server.should_exit = True
            thread.join(20)


@pytest.fixture(scope="module")
def desk(
    published: Path, chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """The desk of the month, with its warehouse."""
    root = contract.DataRoot(tmp_path_factory.mktemp("desk") / "root")
    shutil.copytree(published.parent, root.path)
    with serve(root, chromium) as served:
        yield served


@pytest.fixture(scope="module")
def hostile(
    published: Path, chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """The desk of a month in which every text is hostile."""
    root = contract.DataRoot(tmp_path_factory.mktemp("hostile"))
    shutil.copytree(published, root.published)
    world.poison(root)
    with serve(root, chromium) as served:
        yield served


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(contract.CLOCK_VARIABLE, NOW)
