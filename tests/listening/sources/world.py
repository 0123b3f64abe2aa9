"""A source's recorded answers, served, and which sources have which."""

from __future__ import annotations

import importlib
import json
import shutil
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow.parquet as pq
import pytest

from listening.contract import BrandFile, DataRoot
from listening.crawl import Outcome, Stream, crawl_stream, streams
from listening.sources import SOURCES
from tests.listening.conftest import Answer, Asked, FakeTime, Route, Server
from tests.listening.sources.serving import HERE, NOW, QUILLON, answer, read_case


def cases() -> list[str]:
    return [name for name in SOURCES if (HERE / name / "case.json").exists()]


def having(key: str) -> list[str]:
    return [name for name in cases() if key in json.loads((HERE / name / "case.json").read_text())]


def in_numbers() -> list[str]:
    """Return the sources whose lists are asked for by number; their routes cut a whole list."""
    return having("page_size")


def turner(name: str) -> ModuleType:
    """Return the module that turns a source's pages: the one beside its own file, if any."""
    beside = f"listening.sources._{name}"
    return importlib.import_module(beside if find_spec(beside) else f"listening.sources.{name}")


@dataclass
class World:
    """A source's recorded answers, served; each crawl is of one root."""

    name: str
    server: Server
    tmp: Path
    monkeypatch: pytest.MonkeyPatch
    fake_time: FakeTime
    case: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.case = read_case(self.name, self.tmp / "drop")
        for name, value in self.case.get("environment", {}).items():
            self.monkeypatch.setenv(name, value)
        if "page_size" in self.case:
            self.monkeypatch.setattr(turner(self.name), "SIZE", self.case["page_size"])
        self.serve(self.case.get("routes", []))
        self.drop(self.case.get("files", []))
        address = f"*.example=127.0.0.1:{self.server.port}"
        self.monkeypatch.setenv("LISTENING_CONNECT_TO", address)
        self.at(NOW)

    def at(self, moment: str) -> None:
        """Hold the clock at a moment."""
        self.monkeypatch.setenv("LISTENING_NOW", moment)

    def drop(self, files: list[str]) -> None:
        """Put files into the drop folder."""
        (self.tmp / "drop").mkdir(exist_ok=True)
        for name in files:
            shutil.copy(HERE / self.name / name, self.tmp / "drop" / name)

    def serve(self, routes: list[dict[str, Any]]) -> None:
        """Answer these routes before those served so far; the first that fits counts."""
        self.routes = [*routes, *getattr(self, "routes", [])]
        for path in {route["path"] for route in self.routes}:
            self.server.on(path, self._answer)

    def _answer(self, asked: Asked) -> Answer:
        return answer(self.name, self.routes, asked)

    def interfere(self, change: Any) -> None:
        """Let every answer pass through `change(asked, answer)`."""
        for path, route in list(self.server.routes.items()):
            self.server.routes[path] = partial(_pass_on, change, route)

    @property
    def brands(self) -> BrandFile:
        """Return a brand file that listens to this source alone."""
        return BrandFile(brands=(QUILLON,), sources={self.name: self.case["settings"]})

    @property
    def stream(self) -> Stream:
        """Return the source's one stream."""
        (stream,) = streams(self.brands, only=self.name)
        return stream

    def crawl(self, root: str = "data") -> tuple[Outcome, list[dict[str, Any]]]:
        """Crawl once; return the outcome and the rows of its batch."""
        where = DataRoot(self.tmp / root)
        outcome = crawl_stream(where, self.stream, self.brands, clock=self.fake_time.clock)
        if not outcome.batch_id:
            return outcome, []
        return outcome, pq.read_table(where.landed(outcome.batch_id)).to_pylist()


def _pass_on(change: Any, route: Route, asked: Asked) -> Answer:
    changed: Answer = change(asked, route(asked))
    return changed


def every(names: list[str] | None = None) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("world", cases() if names is None else names, indirect=True)


def content(rows: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
    keys = ("bucket", "native_id", "content_hash", "reason", "deleted_at")
    return {tuple(row[key] for key in keys) for row in rows if row["bucket"] != "duplicate"}


def row_of(rows: list[dict[str, Any]], native_id: str) -> dict[str, Any]:
    (row,) = [row for row in rows if row["native_id"] == native_id]
    return row
