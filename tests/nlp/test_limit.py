"""What hangs costs one label of one mention, whatever it hangs in; and nobody's alarm is lost."""

from __future__ import annotations

import contextlib
import re
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pytest

from listening.contract import ConfigurationError
from nlp.limit import SECONDS, VARIABLE, OutOfTime, read_limit, within
from nlp.pipeline import build, tag
from nlp.tagger import REGISTRY, Said, Tagger, tagger

if TYPE_CHECKING:
    from spacy.tokens import Doc

BACKTRACKING = re.compile(r"(a|a)*$")
LIMIT = 0.15


def spin() -> None:
    while True:
        with contextlib.suppress(Exception):  # a component that swallows what it can
            sum(range(100))


def wait_in_a_pool() -> None:
    with ThreadPoolExecutor(1) as pool:
        list(pool.map(time.sleep, [1.5]))


HANGS = {
    "regex": lambda: BACKTRACKING.match("a" * 60 + "!"),
    "sleep": lambda: time.sleep(60),
    "loop": spin,
    "lock": lambda: threading.Event().wait(60),
    "pool": wait_in_a_pool,
}


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Tagger[Any]]]:
    """A tagger that hangs as the text says, in `tag` or (`columns …`) in `columns`."""
    monkeypatch.setenv(VARIABLE, str(LIMIT))
    monkeypatch.setattr("nlp.tagger._SHARE", 0.002)

    @tagger("stuck", version="3")
    class Stuck(Tagger[float]):
        failed: ClassVar[dict[str, Any]] = {"stuck": None}
        calls = 0

        def tag(self, docs: Sequence[Doc]) -> list[float]:
            type(self).calls += 1
            for doc in docs:
                HANGS.get(doc._.whole, int)()
            return [np.nan if doc._.whole == "nan" else 1.0 for doc in docs]

        def columns(self, doc: Doc, value: float) -> dict[str, Any]:
            HANGS.get(doc._.whole.removeprefix("columns "), int)()
            return {"stuck": value}

    yield Stuck
    REGISTRY.pop("stuck")


def test_each_way_to_hang_costs_that_mention_that_label_alone(stuck: type[Tagger[Any]]) -> None:
    del stuck
    bad = [*HANGS, "nan", "columns loop", "columns regex"]
    texts = ["a fine day"] * 1_500
    for place, text in enumerate(bad):
        texts[7 + 180 * place] = text
    begun = time.monotonic()
    rows = list(tag(build(only={"stuck", "marks", "entities"}), map(Said, texts)))
    assert time.monotonic() - begun < 90
    failures = {texts[n]: row["failures"] for n, row in enumerate(rows) if row["failures"]}
    late = [{"tagger": "stuck", "reason": f"timeout after {LIMIT} s"}]
    assert failures == {
        **dict.fromkeys(bad, late),
        "nan": [{"tagger": "stuck", "reason": "not a finite number"}],
    }
    assert [row["stuck"] for row in rows] == [None if text in bad else 1.0 for text in texts]
    assert all(row["entities"] == [] for row in rows), "no other label is touched"


def test_one_that_hangs_is_found_in_a_few_tries(stuck: type[Tagger[Any]]) -> None:
    """256 documents, then eights of them: not every document pays for one."""
    list(tag(build(only={"stuck"}), map(Said, ["fine"] * 200 + ["sleep"] + ["fine"] * 55)))
    assert stuck.calls <= 1 + 8 + 8 + 4  # type: ignore[attr-defined]


def test_work_in_time_returns_its_value_and_raises_its_own() -> None:
    assert within(5, lambda: 7) == 7
    empty: dict[str, int] = {}
    with pytest.raises(KeyError):
        within(5, lambda: empty["missing"])


@pytest.mark.parametrize("hang", [HANGS["regex"], HANGS["sleep"], HANGS["loop"]])
def test_the_alarm_and_its_handler_are_as_they_were(hang: Any) -> None:
    """Airflow's `execution_timeout` and a test's limit are alarms too."""
    rung: list[int] = []
    handler = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    before = signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        with pytest.raises(OutOfTime):
            within(0.1, hang)
        assert rung == []
        left, _ = signal.getitimer(signal.ITIMER_REAL)
        assert 0.2 < left < 0.45, "the time that passed is taken off"
        time.sleep(left + 0.1)
        assert rung == [1]
    finally:
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, *before)


def test_an_alarm_that_is_due_first_rings_first() -> None:
    class TheirsError(Exception):
        pass

    def ring(*_: object) -> None:
        raise TheirsError

    handler = signal.signal(signal.SIGALRM, ring)
    before = signal.setitimer(signal.ITIMER_REAL, 0.1)
    try:
        with pytest.raises(TheirsError):
            within(5, lambda: time.sleep(2))
    finally:
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, *before)


def test_in_another_thread_work_is_done_without_a_limit(caplog: pytest.LogCaptureFixture) -> None:
    def late() -> int:
        time.sleep(0.1)
        return 3

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(within, 0.01, late).result() == 3
    assert len(caplog.records) <= 1


def test_the_limit_is_ten_seconds_or_what_the_environment_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert read_limit() == SECONDS
    monkeypatch.setenv(VARIABLE, "2.5")
    assert read_limit() == 2.5


@pytest.mark.parametrize("stated", ["soon", "0", "-1", "nan", "inf"])
def test_a_limit_that_is_no_time_is_an_error(stated: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, stated)
    with pytest.raises(ConfigurationError, match="no number of seconds"):
        read_limit()
