"""Gives streams that are called by who is erased another name, which tells nobody.

A source that follows somebody keeps that name in folders, in what a batch says of itself, and
in the tables. Other people's rows are in the stream, too, so it stays and is only called otherwise.
While its folders and the warehouse disagree it lies aside, or a load would take it for a new one.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from listening.contract import (
    FOOTER_KEY,
    ROW_GROUP,
    BrandFile,
    DataRoot,
    ListeningError,
    crash_at,
    explained,
    flush_folder,
    read_batch,
    slug,
)
from listening.disk import make_folders
from listening.erase.match import Plan, is_of
from listening.erase.room import Ledger, Report, Room
from listening.erase.tombstone import FOLDER
from listening.landing import Landing
from listening.sealed import write_rows

MEND: Final = "Take it out of the brand file: who it is called by was erased"
_ASKED: Final = ("author", "mention", "query")  # what is deleted or old is no wish to be unheard
_TOPS: Final = ("landing", "landing-aside", "tagged", "tagged/.retagged")


def called_by(root: DataRoot, plan: Plan) -> dict[str, str]:
    """Return the streams that are called by what a plan names; what stands for each is not known.

    One that holds others' rows and none of theirs only has the word in common, and is left out.
    """
    if plan.reason not in _ASKED:
        return {}
    needles = plan.needles()
    short = {slug(name) for _, name in plan.authors}
    names = {path.name for path in root.landing.glob("*/[!.]*") if path.is_dir()}
    return {
        name: ""
        for name in sorted(names)
        if is_of(name, plan.sources)
        and (name.rpartition("--")[2] in short or needles.found_in(name.partition("--")[2]))
        and _is_theirs(root, name, plan)
    }


def _is_theirs(root: DataRoot, stream: str, plan: Plan) -> bool:
    ids, others = pa.array(list(plan.mentions), pa.string()), False
    for path in sorted(root.landing.glob(f"*/{stream}/????-??-??/[0-9]*.parquet")):
        try:
            told = pq.read_table(path, columns=["mention_id"], partitioning=None)["mention_id"]
        except (OSError, pa.ArrowException):
            return True  # nobody can tell
        if pc.any(pc.is_in(told, value_set=ids)).as_py():
            return True
        others = others or told.null_count < len(told)
    return not others


def hide_streams(root: DataRoot, plan: Plan, ledger: Ledger, report: Report) -> dict[str, str]:
    """Put renamed copies aside and remove the streams; return old and new names of those done.

    Killed anywhere, the next call goes on.
    """
    landing, done = Landing(root, erasing=True), {}
    for old, new in plan.streams.items():
        try:
            for folder in sorted(root.landing.glob(f"*/{old}")):
                with landing.lock(folder.parent.name, old):  # type: ignore[arg-type]
                    _hide_batches(root, folder, new, ledger)
                    crash_at("erase:copied")
                    _remove(folder)
        except (ListeningError, OSError, pa.ArrowException) as error:
            report.problems.append(f"{old}: {error}")
            continue
        crash_at("erase:hidden")
        for top in _TOPS[1:]:
            for folder in sorted((root.path / top).glob(f"*/{old}")):
                _hide_rest(root, top, folder, new, ledger)
        done[old] = new
    if done:
        report.notes.append(f"{len(done)} streams had the name of who is erased, and have it not")
    return done


def reveal_streams(root: DataRoot) -> None:
    """Put what lies aside in place, by its new name."""
    aside = _aside(root)
    for top in reversed(_TOPS):  # a batch's tags before the batch
        for folder in sorted((aside / top).glob("[!.]*/[!.]*")):
            place = root.path / top / folder.parent.name / folder.name
            with explained(place):
                make_folders(place.parent, root.path)
                folder.rename(place)
                flush_folder(place.parent)
    if aside.exists():
        _remove(aside)


def brand_room(brands: BrandFile) -> Room:
    """Return the room that looks whether brand files name who is erased: those are not ours."""

    def tell_brands(_: DataRoot, plan: Plan, __: Mapping[str, str], ___: Ledger) -> Report:
        report, names_one = Report("brand files"), plan.author_test()
        for file in brands.files:
            path = Path(file)
            if not path.is_file():
                continue
            report.looked_at += 1
            lines = path.read_text("utf-8", errors="replace").splitlines()
            named = [number for number, line in enumerate(lines, 1) if names_one(line)]
            if named:
                told = ", ".join(map(str, named))
                report.notes.append(
                    f"{path.name}, line {told}: names who is erased. Take it out: a stream that "
                    "asks for them is refused, and a handle declared there is loaded again"
                )
        return report

    return tell_brands


def _hide_batches(root: DataRoot, folder: Path, new: str, ledger: Ledger) -> None:
    kind = folder.parent.name
    for path in _batches(folder):
        batch = read_batch(path)
        target = new.rpartition("--")[2]
        told = replace(
            batch, batch_id=f"{kind}/{new}/{path.parent.name}/{path.stem}", stream=new, host="",
            target=target,
        )  # fmt: skip
        place = _aside(root) / "landing" / kind / new / path.parent.name / path.name
        ledger.note(path, 0)
        with explained(place):
            make_folders(place.parent, root.path)
            (place.parent.parent / f".{place.name}.tmp").unlink(missing_ok=True)
            write_rows(pq.read_table(path, partitioning=None), told, place).replace(place)
            flush_folder(place.parent)


def _hide_rest(root: DataRoot, top: str, folder: Path, new: str, ledger: Ledger) -> None:
    """Move a folder aside; tags say of which batch they are."""
    kind = folder.parent.name
    place = _aside(root) / top / kind / new
    if top == "tagged":
        for path in _batches(folder):
            ledger.note(path, 0)
            _retell(path, f"{kind}/{new}/{path.parent.name}/{path.stem}")
    with explained(place):
        make_folders(place.parent, root.path)
        folder.rename(place)
        flush_folder(place.parent)
        flush_folder(folder.parent)


def _retell(path: Path, batch_id: str) -> None:
    rows = pq.read_table(path, partitioning=None)
    meta: Any = rows.schema.metadata
    footer = {**json.loads(meta[FOOTER_KEY]), "batch_id": batch_id}
    meta = {**meta, FOOTER_KEY: json.dumps(footer, sort_keys=True).encode()}
    temporary = path.with_name(f".{path.name}.tmp")
    pq.write_table(rows.replace_schema_metadata(meta), temporary, ROW_GROUP, compression="zstd")
    temporary.replace(path)


def _batches(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.glob("????-??-??/[0-9]*.parquet"))


def _remove(folder: Path) -> None:
    with explained(folder):
        shutil.rmtree(folder)
        flush_folder(folder.parent)


def _aside(root: DataRoot) -> Path:
    return root.path / FOLDER / "renamed"
