"""Many streams at once keep every host's pace and lose nothing; measured small, as at 200."""

import dataclasses
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from bench import crowd
from listening import sources
from listening.contract import DataRoot
from listening.sidebyside import side_by_side
from listening.streams import Stream


def quicken(monkeypatch):
    """Shorten the pace of the sources measured."""
    for name in ("rss", "mastodon"):
        source = sources.SOURCES[name]
        monkeypatch.setitem(sources._REGISTERED, name, dataclasses.replace(source, pace=0.4))
    monkeypatch.setenv("LISTENING_CONNECT_TO", "")
    monkeypatch.setenv("LISTENING_PACE_NEAR", "")


@pytest.fixture
def quick(monkeypatch):
    quicken(monkeypatch)


def measure_quickly(path):
    """Measure in a process of its own, whose memory is that of the crowd alone."""
    with pytest.MonkeyPatch.context() as patch:
        quicken(patch)
        return crowd.measure(DataRoot(path), 20)


def test_streams_at_once_keep_the_pace_and_lose_nothing(tmp_path):
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        told = pool.submit(measure_quickly, tmp_path).result()
    assert told["faults"] == []
    assert (told["streams"], told["hosts"], told["requests"]) == (20, 5, 40)
    # One after the other they would take 40 turns; five hosts take eight each.
    assert told["seconds"] < 40 * 0.4


@pytest.mark.usefixtures("quick")
def test_a_pace_that_is_not_kept_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr("listening.net.pace.Pace.wait", lambda *_: None)
    told = crowd.measure(DataRoot(tmp_path), 5)
    assert any("was asked again after" in fault for fault in told["faults"])


def test_streams_of_one_host_never_run_at_once():
    busy, most = dict.fromkeys("ab", 0), dict.fromkeys("ab", 0)

    def work(stream):
        busy[stream.host] += 1
        most[stream.host] = max(most[stream.host], busy[stream.host])
        time.sleep(0.01)
        busy[stream.host] -= 1
        return stream.target

    planned = [Stream("rss", host, str(number), "owned") for number in range(9) for host in "ab"]
    told = [(stream.target, value) for stream, value in side_by_side(planned, work)]
    assert sorted(told) == sorted((str(number), str(number)) for number in range(9) for _ in "ab")
    assert most == {"a": 1, "b": 1}


def test_what_work_raises_is_raised():
    def work(stream):
        raise OSError(stream.host)

    planned = [Stream("rss", host, "x", "owned") for host in "ab"]
    with pytest.raises(OSError, match=r"^[ab]$"):
        list(side_by_side(planned, work))
