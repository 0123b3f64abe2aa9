"""The spend meter refuses before a cap, whichever process asks, and forgets nothing when killed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from listening.contract import DataRoot, ListeningError
from listening.net.meter import Budget, Meter, SpendCappedError

DOLLARS = Budget(prices={"post": 0.005, "user": 0.010}, cap=1.0)


@pytest.fixture
def meter(root: DataRoot, monkeypatch: pytest.MonkeyPatch) -> Meter:
    monkeypatch.setenv("LISTENING_NOW", "2026-11-22T12:00:00Z")
    return Meter(root, "paid", DOLLARS)


def test_only_what_was_used_is_paid(meter: Meter) -> None:
    with meter.pay(post=100) as bill:
        assert meter.spent()["spent"] == 0.5
        bill.used(post=10, user=3)
    assert meter.spent() == {
        "source": "paid", "period": "2026-11", "spent": 0.08, "cap": 1.0, "unit": "USD",
        "items": {"post": 10, "user": 3},
    }  # fmt: skip


def test_the_cap_is_never_passed(meter: Meter) -> None:
    with meter.pay(post=100), pytest.raises(SpendCappedError) as refused, meter.pay(post=101):
        pass
    assert "0.5 USD of 1" in str(refused.value)
    assert "`cap`" in refused.value.mend
    with meter.pay(post=100):
        pass
    assert meter.spent()["spent"] == 1.0


def test_a_request_that_failed_may_have_cost_all_of_it(meter: Meter) -> None:
    with pytest.raises(OSError, match="reset"), meter.pay(post=100):
        raise OSError("reset")
    assert meter.spent()["spent"] == 0.5


def test_nothing_is_bought_without_a_cap(root: DataRoot) -> None:
    budget = Budget(prices={"post": 0.005})
    with pytest.raises(SpendCappedError), Meter(root, "paid", budget).pay(post=1):
        pass
    assert budget.limited(None) == budget
    assert budget.limited(5).cap == 5.0


def test_a_period_begins_at_its_own_midnight(
    root: DataRoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    units = Budget({"list": 1}, unit="units", period="day", cap=3, zone="America/Los_Angeles")
    meter = Meter(root, "quota", units)
    monkeypatch.setenv("LISTENING_NOW", "2026-11-22T07:59:00Z")
    with meter.pay(list=3):
        pass
    with pytest.raises(SpendCappedError), meter.pay(list=1):
        pass
    monkeypatch.setenv("LISTENING_NOW", "2026-11-22T08:00:00Z")
    with meter.pay(list=1):
        pass
    assert meter.spent()["period"] == "2026-11-22"


def test_a_damaged_meter_refuses(meter: Meter) -> None:
    meter.path.parent.mkdir(parents=True)
    meter.path.write_text("?")
    with pytest.raises(ListeningError, match="no JSON object"), meter.pay(post=1):
        pass


SPEND = """
import sys
from pathlib import Path
from listening.contract import DataRoot
from listening.net.meter import Budget, Meter, SpendCappedError
meter = Meter(DataRoot(Path(sys.argv[1])), "paid", Budget({"post": 1}, cap=50))
bought = 0
for _ in range(40):
    try:
        with meter.pay(post=2) as bill:
            bill.used(post=1)
        bought += 1
    except SpendCappedError:
        pass
print(bought)
"""


def test_processes_share_one_meter(root: DataRoot) -> None:
    command = [sys.executable, "-c", SPEND, str(root.path)]
    running = [subprocess.Popen(command, env=os.environ, stdout=subprocess.PIPE) for _ in range(3)]
    bought = sum(int(process.communicate()[0]) for process in running)
    assert 45 <= bought <= 50
    assert Meter(root, "paid", Budget({"post": 1}, cap=50)).spent()["spent"] == bought
