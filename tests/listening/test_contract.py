"""The values that cross borders keep their promises."""

import pickle
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.contract import (
    BUCKETS,
    CONTENT_FIELDS,
    LANDING_SCHEMA,
    TAG_FIELDS,
    TAGGED_SCHEMA,
    Batch,
    ConfigurationError,
    Coverage,
    ListeningError,
    Mention,
    mention_id,
    now,
    read_batch,
    slug,
    stream_id,
)

NOON = datetime(2026, 10, 30, 12, tzinfo=UTC)
INSTANTS = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001 (hypothesis adds the zone)
    max_value=datetime(2106, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
SAID = Mention("rss", "1", "It hums.", NOON, NOON)


class TestClock:
    def test_is_held_by_the_environment(self, monkeypatch):
        monkeypatch.setenv("LISTENING_NOW", "2026-10-30T13:00:00+01:00")
        assert now() == NOON

    def test_a_time_without_zone_is_utc(self, monkeypatch):
        monkeypatch.setenv("LISTENING_NOW", "2026-10-30T12:00:00")
        assert now() == NOON

    def test_refuses_what_is_no_instant(self, monkeypatch):
        monkeypatch.setenv("LISTENING_NOW", "noonish")
        with pytest.raises(ConfigurationError, match=r"LISTENING_NOW.*Write it like"):
            now()

    def test_runs_when_nothing_holds_it(self, monkeypatch):
        monkeypatch.delenv("LISTENING_NOW", raising=False)
        assert abs(now() - datetime.now(UTC)) < timedelta(seconds=5)


class TestIdentity:
    def test_the_same_whichever_stream_saw_it(self):
        assert mention_id("rss", "1") == SAID.mention_id

    def test_parts_do_not_run_together(self):
        assert mention_id("ab", "c") != mention_id("a", "bc")

    @given(st.text(), st.text())
    def test_any_text_has_a_stream_name_fit_for_a_path(self, host, target):
        name = stream_id("rss", host, target)
        assert name.startswith("rss--")
        assert not set(name) - set("abcdefghijklmnopqrstuvwxyz0123456789.-")
        assert ".." not in slug(host) or "." in host


class TestContent:
    VOLATILE = (
        "observed_at", "likes", "shares", "comments", "views", "followers", "verified", "warnings",
        "author_id", "author_name", "owned", "private", "thread_native_id", "images",
    )  # fmt: skip

    def test_every_field_is_content_identity_or_volatile(self):
        known = {*CONTENT_FIELDS, *self.VOLATILE, "source", "native_id"}
        assert {field.name for field in fields(Mention)} == known

    @pytest.mark.parametrize(
        "change",
        [{"likes": 4}, {"views": 9}, {"followers": 1}, {"observed_at": NOON + timedelta(days=1)}],
    )
    def test_how_it_fared_is_no_content(self, change):
        assert replace(SAID, **change).content_hash == SAID.content_hash

    @pytest.mark.parametrize("change", [{"text": "It roars."}, {"rating": 1.0}, {"title": "Noise"}])
    def test_what_was_said_is(self, change):
        assert replace(SAID, **change).content_hash != SAID.content_hash

    @given(st.text(), st.text())
    def test_title_and_text_are_told_apart(self, title, text):
        one = replace(SAID, title=title, text=text).content_hash
        other = replace(SAID, title=text, text=title).content_hash
        assert (one == other) == (title == text)


@given(
    st.builds(
        Batch,
        batch_id=st.text(min_size=1),
        kind=st.sampled_from(["mention", "reference"]),
        stream=st.text(),
        source=st.text(),
        host=st.text(),
        target=st.text(),
        seq=st.integers(1, 10**8),
        cursor_before=st.dictionaries(st.text(), st.text() | st.integers() | st.none()),
        cursor_after=st.dictionaries(st.text(), st.lists(st.text())),
        started_at=INSTANTS,
        sealed_at=INSTANTS,
        fetched_at=INSTANTS,
        served=st.integers(0),
        counts=st.dictionaries(st.sampled_from(BUCKETS), st.integers(0)),
        coverage=st.builds(
            Coverage,
            state=st.just("partial"),
            since=st.none() | INSTANTS,
            until=st.none() | INSTANTS,
            expected=st.none() | st.integers(0),
            got=st.none() | st.integers(0),
            reason=st.text(),
        ),
        brand_files=st.lists(st.text()).map(tuple),
    )
)
def test_a_batch_reads_back_what_its_footer_says(batch):
    assert Batch.from_footer(batch.to_footer()) == batch


def test_a_cut_batch_is_named_with_its_mend(tmp_path):
    path = tmp_path / "00000001.parquet"
    path.write_bytes(b"PAR1 and no more")
    with pytest.raises(ListeningError, match=r"00000001\.parquet.*crawled again"):
        read_batch(path)


def test_errors_survive_a_process_border():
    error = pickle.loads(pickle.dumps(ConfigurationError("what", where="where", mend="Mend")))  # noqa: S301
    assert (str(error), error.exit_code) == ("where: what. Mend", 2)


def test_tagged_batches_carry_every_promised_column():
    assert {field.name for field in TAG_FIELDS} <= set(TAGGED_SCHEMA.names)
    assert {"mention_id", "bucket", "seen_before"} <= set(LANDING_SCHEMA.names)
