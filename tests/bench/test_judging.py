"""The bench of judging fills a root and polls it, as it says."""

from bench.judging import measure


def test_a_small_root_is_filled_and_polled(tmp_path):
    told = measure(tmp_path / "data", a_day=4, polls=1)
    assert told["batches_median"] == 2  # the mentions and the counts of half a minute
    assert 0 < told["judging_median"] < told["wall_median"]
