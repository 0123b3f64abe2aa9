"""A conversation is what its known mentions add up to, whatever comes and goes."""

from __future__ import annotations

from listening.contract import mention_id
from tests.warehouse.world import BRANDS, World, at, deleted, rows_of, said
from warehouse.load import load_pending

ROOT = mention_id("import", "1")
THREADS = "SELECT thread_id, root_known, first_at, last_at, mentions, authors FROM core.thread"


def test_a_thread_grows_and_shrinks_with_its_mentions(world: World) -> None:
    """Replies may come before the mention they answer, which need not name the thread itself."""
    reply = {"thread_id": ROOT, "parent_id": ROOT}
    world.land([
        said("2", "acme yes", published_at=at(3)) | reply,
        said("3", "acme no", published_at=at(5), author="bob") | reply, said("9", "acme alone"),
    ])  # fmt: skip
    load_pending(world.root, BRANDS)
    assert rows_of(world.root, THREADS) == [(ROOT, False, at(3), at(5), 2, 2)]
    world.land([said("1", "acme first?", published_at=at(1), author="cy")])
    load_pending(world.root, BRANDS)
    assert rows_of(world.root, THREADS) == [(ROOT, True, at(1), at(5), 3, 3)]
    world.land([deleted("3", 40)], kind="tombstone")
    load_pending(world.root, BRANDS)
    assert rows_of(world.root, THREADS) == [(ROOT, True, at(1), at(3), 2, 2)]
    world.land([deleted("1", 41)], kind="tombstone")
    load_pending(world.root, BRANDS)
    assert rows_of(world.root, THREADS) == [(ROOT, False, at(3), at(3), 1, 1)]
    world.land([deleted("2", 42)], kind="tombstone")
    load_pending(world.root, BRANDS)
    assert rows_of(world.root, THREADS) == []


def test_what_answers_itself_answers_nobody(world: World) -> None:
    """A source may say so; a reply to oneself would never end."""
    world.land(
        [
            said("1", "acme") | {"parent_id": ROOT},
            said("2", "acme") | {"parent_id": ROOT},
        ]
    )
    load_pending(world.root, BRANDS)
    found = rows_of(world.root, "SELECT native_id, parent_id FROM core.mention ORDER BY 1")
    assert found == [("1", None), ("2", ROOT)]
