"""Opens the files of a folder or a bucket, one after another."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urlsplit

from listening.contract import BrandFile, ConfigurationError, ListeningError
from listening.net.credential import find_credential
from listening.sources import Look
from listening.sources._bucket import Bucket

ROOT: Final = "LISTENING_DROP_ROOT"


def list_files(look: Look) -> Iterator[tuple[str, Callable[[], AbstractContextManager[Path]]]]:
    """Yield each file's hash, by name, and what opens it."""
    if look.settings.get("bucket"):
        yield from _objects(look)
        return
    folder = Path(look.settings["path"])
    if not folder.is_dir():
        raise ListeningError(
            "no such folder", where=str(folder), mend="Make it, or mend sources: drop"
        )
    for path in sorted(folder.glob(look.settings["files"])):
        if not path.name.startswith(".") and path.is_file():
            yield _sha256(path), partial(_lying, path)


def _lying(path: Path) -> AbstractContextManager[Path]:
    return nullcontext(path)


def _objects(look: Look) -> Iterator[tuple[str, Callable[[], AbstractContextManager[Path]]]]:
    facts = look.settings
    parts = urlsplit(facts["bucket"])
    name, _, prefix = parts.path.lstrip("/").partition("/")
    bucket = Bucket(
        look.http,
        f"{parts.scheme}://{parts.netloc}/{name}",
        facts["region"],
        find_credential(facts["connection"]),
    )
    for one in bucket.list(prefix):
        last = one.key.rpartition("/")[2]
        if last and not last.startswith(".") and fnmatchcase(last, facts["files"]):
            yield f"etag:{one.etag}", partial(_fetched, bucket, one.key)


@contextmanager
def _fetched(bucket: Bucket, key: str) -> Iterator[Path]:
    """Hold an object as a file of its name, for as long as it is read."""
    with TemporaryDirectory(prefix="listening-drop-") as folder:
        path = Path(folder) / key.rpartition("/")[2]
        path.write_bytes(bucket.read(key))
        yield path


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def place(path: str, brands: BrandFile) -> Path:
    """Return where a folder lies.

    Raises:
        ConfigurationError: it is outside `LISTENING_DROP_ROOT`.
    """
    root = os.environ.get(ROOT)
    if root:
        place = (Path(root) / path).resolve()
        if not place.is_relative_to(Path(root).resolve()):
            raise ConfigurationError(
                f"{path} is outside {ROOT}", where="sources: drop", mend="Name a folder below it"
            )
        return place
    places = [(Path(file).parent / path).resolve() for file in brands.files or (".",)]
    return next((place for place in places if place.exists()), places[0])
