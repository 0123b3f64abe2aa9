"""The door, opened for tests: it may go to this machine, and its clock may be a false one."""

from __future__ import annotations

from typing import Any

from listening.contract import DataRoot
from listening.http import Http
from tests.listening.conftest import FakeTime


def door(root: DataRoot, fake_time: FakeTime | None = None, **more: Any) -> Http:
    settings: dict[str, Any] = {"hosts": ["127.0.0.1"], "allow_hosts": ["127.0.0.1"], **more}
    if fake_time:
        settings["clock"] = fake_time.clock
    return Http(root, **settings)
