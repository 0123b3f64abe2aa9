"""Takes pictures of every page of the desk, at the widths and in the lights people use.

`python -m bench.shoot FOLDER [--width 375 --width 1280] [--dark] [--page product] [--work]` reads
the data root as `listening desk` does, and keeps its own accounts apart from it. `--work` takes
boards, forms, alerts, the sign-in and the audit log, too.
"""

from __future__ import annotations

import argparse
import os
import secrets
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from desk.web.account import ADMIN, ROLES, add_account
from desk.web.app import create_app
from desk.web.board import boards_of
from desk.web.page import teams_with_pages
from listening.contract import DataRoot

CHROMIUM = os.environ.get("LISTENING_CHROMIUM") or "/usr/bin/chromium"
WIDTHS = (375, 768, 1280)


@contextmanager
def serving(root: DataRoot) -> Iterator[tuple[str, str]]:
    """Serve the desk with one account for every role; give its address and the password."""
    password = secrets.token_urlsafe(16)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LISTENING_DESK_URL"] = f"sqlite:///{folder}/desk.sqlite"
        app = create_app(root)
        for role in ROLES:
            add_account(app.state.engine, role, password, (role,))
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        port = server.servers[0].sockets[0].getsockname()[1]
        try:
            yield f"http://127.0.0.1:{port}", password
        finally:
            server.should_exit = True
            thread.join()
            os.environ.pop("LISTENING_DESK_URL")


@contextmanager
def browser() -> Iterator[Any]:
    """Run Chromium without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        # Chromium's own sandbox does not start as root.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        running = play.chromium.launch(executable_path=CHROMIUM, args=arguments)
        try:
            yield running
        finally:
            running.close()


def enter(page: Any, address: str, role: str, password: str) -> None:
    """Sign in."""
    page.goto(f"{address}/sign-in")
    page.get_by_label("Name").fill(role)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def shoot(
    root: DataRoot,
    folder: Path,
    widths: tuple[int, ...],
    *,
    dark: bool,
    small: bool,
    work: bool,
    pages: list[str],
) -> list[Path]:
    """Write a picture of every page at every width; return their paths.

    A `small` one shows the first screen, in 256 colours.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    with serving(root) as (address, password), browser() as running:
        for team in pages or (*teams_with_pages(), *([ADMIN] if work else [])):
            for width in widths:
                context = running.new_context(
                    viewport={"width": width, "height": 1000},
                    color_scheme="dark" if dark else "light",
                )
                page = context.new_page()
                page.on("console", lambda told: print(team, told.type, told.text))  # noqa: B023, T201
                enter(page, address, team, password)
                places = _all_places(page, address, team, work=work)
                for name, path in places:
                    page.goto(f"{address}{path}")
                    page.wait_for_function("!document.querySelector('figure .loading')")
                    file = folder / f"{team}{name}-{width}{'-dark' if dark else ''}.png"
                    page.screenshot(path=file, full_page=not small)
                    if small:
                        _shrink(file)
                    for fault in faults(page):
                        print(f"{path}: {fault}")  # noqa: T201
                    made.append(file)
                context.close()
    return made


def _shrink(file: Path) -> None:
    from PIL import Image

    with Image.open(file) as picture:
        few = picture.convert("RGB").quantize(256)
    few.save(file, optimize=True)


def faults(page: Any) -> list[str]:
    """Return what axe finds serious on a page, and whether it is wider than its window."""
    from axe_playwright_python.sync_playwright import Axe

    found = [
        f"{each['id']} ({each['impact']}): {each['nodes'][0]['html'][:160]}"
        for each in Axe().run(page).response["violations"]
        if each["impact"] in {"serious", "critical"}
    ]
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [*found, f"{wide} px wider than the window"] if wide > 0 else found


def _all_places(page: Any, address: str, team: str, *, work: bool) -> list[tuple[str, str]]:
    if team == ADMIN:
        return [("-audit", "/audit"), ("-missing", "/nothing/here")]
    places = list(_places(page, address, team))
    return [*places, *(_workplaces(page, address, team, places) if work else [])]


def _places(page: Any, address: str, team: str) -> Iterator[tuple[str, str]]:
    yield "", f"/{team}"
    page.goto(f"{address}/{team}")
    rows = page.locator("main a[href*='/rows/']")
    if rows.count():
        path = rows.first.get_attribute("href")
        yield "-rows", path
        page.goto(f"{address}{path}")
        mention = page.locator("main a[href*='/mention/']")
        if mention.count():
            yield "-mention", mention.first.get_attribute("href")


def _workplaces(
    page: Any, address: str, team: str, known: list[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """Yield the pages on which a team works, and once those that belong to no team."""
    for name, path in known:
        if name == "-mention":
            yield "-correct", f"/{team}/correct/{path.split('/')[3].partition('?')[0]}"
    yield "-alerts", f"/{team}/alerts"
    page.goto(f"{address}/{team}/alerts")
    if page.locator("th.is-mention a").count():
        yield "-alerts-one", page.locator("th.is-mention a").first.get_attribute("href")
    for board in boards_of(team):
        start = f"/{team}/board/{board.name}"
        yield f"-{board.name}", start
        page.goto(f"{address}{start}")
        things = page.locator("th.is-mention a")
        if things.count():
            yield f"-{board.name}-one", things.first.get_attribute("href")
        if board.fresh:
            yield f"-{board.name}-new", f"{start}/new"
    if team == teams_with_pages()[0]:
        yield "-refused", f"/{teams_with_pages()[-1]}"
        yield "-sign-in", "/sign-in"


def main() -> None:
    """Read the arguments and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--width", type=int, action="append")
    parser.add_argument("--page", action="append", default=[])
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--work", action="store_true", help="Boards, forms and alerts, too.")
    parser.add_argument("--small", action="store_true", help="First screens, for the docs.")
    given = parser.parse_args()
    widths = tuple(given.width or WIDTHS)
    root = DataRoot.from_environment()
    made = shoot(
        root, given.folder, widths,
        dark=given.dark, small=given.small, work=given.work, pages=given.page,
    )  # fmt: skip
    for path in made:
        print(path, f"{path.stat().st_size / 1024:.0f} KiB")  # noqa: T201


if __name__ == "__main__":
    main()
