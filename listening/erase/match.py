"""Finds in the landing zone what an erasure is about: the log holds everything that entered."""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from listening.contract import (
    ConfigurationError,
    DataRoot,
    ListeningError,
    mention_id,
    now,
    slug,
)
from listening.erase.blank import Needles
from listening.erase.tombstone import handle_of

LONG: Final = 5  # letters and digits of an id, from which on it is looked for among others' words
_KINDS: Final = ("mention", "engagement", "tombstone")
_WORD: Final = re.compile(r"[^\s\"',:\[\]{}#]+")
_COLUMNS: Final = (
    "bucket", "mention_id", "source", "native_id", "url", "author", "author_id", "query_ids",
    "published_at",
)  # fmt: skip


class Found(NamedTuple):
    """What is known of a mention that is to be erased."""

    source: str
    native_id: str
    url: str


@dataclass
class Plan:
    """What is to be erased, as the journal keeps it until it is done."""

    reason: str  # author, mention, query, deletion or retention
    subject: str  # what was asked, as typed; never in the proof
    erasure_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    requested_at: datetime = field(default_factory=now)
    authors: list[tuple[str, str]] = field(default_factory=list)  # source, id or handle
    mentions: dict[str, Found] = field(default_factory=dict)
    streams: dict[str, str] = field(default_factory=dict)  # called by them -> what stands for it

    @property
    def sources(self) -> set[str]:
        """Return the sources it is about."""
        return {one.source for one in self.mentions.values()} | {name for name, _ in self.authors}

    def names(self, source: str | None = None) -> list[str]:
        """Return what tells these mentions and authors from others, of one source or all."""
        return [name for name in self._named(source) if _is_long(name)]

    def short(self, source: str | None = None) -> frozenset[str]:
        """Return the names that are too short to be looked for among words, folded.

        They are compared with whole values only, where it is known what a value is of.
        """
        return frozenset(handle_of(name) for name in self._named(source) if not _is_long(name))

    def _named(self, source: str | None) -> list[str]:
        ids = [
            name
            for one in self.mentions.values()
            if source in (None, one.source)
            for name in (one.native_id, one.url)
        ]
        handles = [
            part
            for where, name in self.authors
            if source in (None, where)
            for part in {name, name.partition("@")[0]}  # of name@server each server says name
        ]
        return [name for name in (*ids, *handles) if name]

    def needles(self, source: str | None = None) -> Needles:
        """Return `names`, and the mentions' own ids, to be looked for."""
        return Needles((*self.names(source), *self.mentions))

    def author_test(self) -> Callable[[str], bool]:
        """Return what tells whether a line of a file that people write names an author."""
        names = {handle_of(name) for _, name in self.authors}
        needles = Needles(name for name in names if _is_long(name))

        def names_one(line: str) -> bool:
            words = {handle_of(word) for word in _WORD.findall(line)}
            return not names.isdisjoint(words) or needles.found_in(line)

        return names_one


def _is_long(name: str) -> bool:
    return sum(map(str.isalnum, name)) >= LONG


Test = Callable[[pa.Table], Any]


def plan_mention(root: DataRoot, identity: str) -> Plan:
    """Plan to erase one mention.

    Raises:
        ListeningError: nobody ever landed it.
    """
    plan = Plan("mention", identity)
    _collect(root, plan, None, lambda rows: pc.equal(rows["mention_id"], identity))
    if not plan.mentions:
        raise ListeningError(
            "is in no batch",
            where=identity,
            mend="Copy a mention_id from a published table; was it erased before?",
        )
    return plan


def plan_query(root: DataRoot, query_id: str) -> Plan:
    """Plan to erase every mention that a query covers, whether another covers it, too.

    Raises:
        ListeningError: it covers none.
    """
    plan = Plan("query", query_id)

    def covered(rows: pa.Table) -> pa.Array:
        return pa.array([query_id in (ids or ()) for ids in rows["query_ids"].to_pylist()])

    _collect(root, plan, None, covered)
    if not plan.mentions:
        raise ListeningError(
            "covers no mention", where=query_id, mend="Name a query's id as the brand file does"
        )
    return plan


def plan_author(root: DataRoot, named: str) -> Plan:
    """Plan to erase an author of one source, whatever handles the source showed.

    Args:
        root: the data root.
        named: `SOURCE:HANDLE`, or `SOURCE:ID` with the source's own id of the author.

    Raises:
        ConfigurationError: it is written otherwise, or two people had this handle.
        ListeningError: nobody of that name is in any batch.
    """
    source, mark, name = named.partition(":")
    if not (source and mark and handle_of(name)):
        raise ConfigurationError(
            f"{named!r} names no author", where="--author", mend="Write it like mastodon:@ann"
        )
    names = author_names(root, source, name)
    plan = Plan("author", named, authors=[(source, one) for one in sorted(names)])

    def theirs(rows: pa.Table) -> pa.Array:
        told = zip(rows["author_id"].to_pylist(), rows["author"].to_pylist(), strict=True)
        return pa.array([handle_of(own or handle or "") in names for own, handle in told])

    _collect(root, plan, {source}, theirs)
    return plan


def author_names(root: DataRoot, source: str, name: str) -> set[str]:
    """Return the ids and handles, folded, by which a source knows the author of a name.

    An author with an id of the source's is that id, under whatever handle; a handle that only
    this id had is also theirs where a row lacks the id.

    Raises:
        ConfigurationError: two ids had this handle.
        ListeningError: nobody is known by it.
    """
    handles: dict[str, set[str]] = defaultdict(set)  # id -> handles
    loose: set[str] = set()  # handles of rows without an id
    for rows in _read(root, {source}):
        own = rows.filter(pc.equal(rows["source"], source))
        pairs = zip(own["author_id"].to_pylist(), own["author"].to_pylist(), strict=True)
        for identity, handle in set(pairs):
            folded = handle_of(handle or "")
            if identity:
                handles[handle_of(identity)] |= {folded} - {""}
            elif folded:
                loose.add(folded)
    wanted = handle_of(name)
    ids = [wanted] if wanted in handles else [one for one, had in handles.items() if wanted in had]
    if len(ids) > 1:
        raise ConfigurationError(
            f"{len(ids)} authors of {source} had this handle",
            where=f"{source}:{name}",
            mend=f"Name the one by the source's own id: {', '.join(sorted(ids))}",
        )
    if ids:
        others = {one for other, had in handles.items() if other != ids[0] for one in had}
        return {ids[0]} | (handles[ids[0]] - others)
    if wanted in loose:
        return {wanted}
    raise ListeningError(
        f"no batch of {source} holds anything by this author",
        where=f"{source}:{name}",
        mend="Write the handle as the source does; was it erased before?",
    )


def plan_deleted(root: DataRoot) -> Plan:
    """Plan to erase what sources deleted: the batches before still hold what it said."""
    plan = Plan("deletion", "deleted at the source")
    _collect(root, plan, None, lambda rows: pc.equal(rows["bucket"], "deleted"))
    return plan


def plan_age(root: DataRoot, until: Callable[[str], datetime | None]) -> Plan:
    """Plan to erase mentions that were published before their source's text may be kept until."""
    plan = Plan("retention", "text_days")

    def old(rows: pa.Table) -> pa.Array:
        told = zip(*(rows[name].to_pylist() for name in ("source", "published_at")), strict=True)
        return pa.array(
            [bool(at and (limit := until(source)) and at < limit) for source, at in told]
        )

    _collect(root, plan, None, old)
    return plan


def _collect(root: DataRoot, plan: Plan, sources: Collection[str] | None, test: Test) -> None:
    for rows in _read(root, sources):
        hits = rows.filter(pc.fill_null(test(rows), fill_value=False))
        for row in hits.select(["mention_id", "source", "native_id", "url"]).to_pylist():
            source, native_id = row["source"], row["native_id"] or ""
            identity = row["mention_id"] or (mention_id(source, native_id) if native_id else None)
            if identity is None:
                continue
            before = plan.mentions.get(identity, Found(source, native_id, ""))
            plan.mentions[identity] = Found(
                source, before.native_id or native_id, row["url"] or before.url
            )


def _read(root: DataRoot, sources: Collection[str] | None) -> Iterator[pa.Table]:
    """Yield what tells whose the rows of each batch are."""
    for path in landed(root, _KINDS, sources):
        try:
            yield pq.read_table(path, columns=list(_COLUMNS), partitioning=None)
        except (OSError, pa.ArrowException) as error:
            raise ListeningError(
                f"a damaged batch, of which nobody can tell what it holds: {error}",
                where=str(path),
                mend="Restore it from a backup, or remove it; the newest of a stream is set aside "
                "by the next crawl",
            ) from error


def landed(
    root: DataRoot, kinds: Collection[str], sources: Collection[str] | None = None
) -> list[Path]:
    """Return the batches of these kinds, of streams of these sources, or all."""
    found = []
    for kind in kinds:
        for stream in sorted((root.landing / kind).glob("[!.]*")):
            if sources is None or is_of(stream.name, sources):
                found += sorted(stream.glob("????-??-??/[0-9]*.parquet"))
    return found


def is_of(stream: str, sources: Collection[str]) -> bool:
    """Tell whether a stream is of one of these sources."""
    return any(stream.startswith(f"{slug(source)}--") for source in sources)
