"""Compares a picture with protected ones by perceptual hash: alike pictures differ in few bits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from desk.legal.case import act, read_case
from desk.legal.chain import Line
from desk.legal.place import Evidence, digest
from listening.contract import (
    ALIKE,
    BrandFile,
    ConfigurationError,
    DataRoot,
    ProtectedImage,
    bits_apart,
    registered_hash,
)


@dataclass(frozen=True, slots=True)
class Distance:
    """How far a picture is from a protected one."""

    image_id: str
    bits: int  # of 64 that differ

    @property
    def is_alike(self) -> bool:
        """Tell whether it may be a copy."""
        return self.bits <= ALIKE


def hash_image(path: Path) -> str:
    """Return the perceptual hash of a picture's file (DCT, 64 bits, as 16 hex digits).

    Raises:
        ConfigurationError: it is no picture, or too large.
    """
    return registered_hash(ProtectedImage("", path=str(path)))


def compare(own: str, protected: Iterable[ProtectedImage]) -> list[Distance]:
    """Return how far a hash is from every protected one, the nearest first."""
    found = [Distance(one.id, bits_apart(own, one.phash)) for one in protected]
    return sorted(found, key=lambda one: (one.bits, one.image_id))


def add_image(
    root: DataRoot, case_id: str, path: Path, brands: BrandFile, actor: str, why: str
) -> tuple[Line, list[Distance]]:
    """Put a picture into a case, and say how far it is from every protected one.

    Raises:
        ConfigurationError: no such case, or no picture.
    """
    read_case(root, case_id)
    own = hash_image(path)
    known = [
        replace(one, phash=registered_hash(one)) for part in brands.protected for one in part.images
    ]
    distances = compare(own, known)
    data = path.read_bytes()
    name = f"{digest(data)[:16]}{path.suffix.lower()}"
    if (Evidence(root).case(case_id) / name).exists():
        raise ConfigurationError(
            "is in the case already", where=str(path), mend="See it: case view"
        )
    told = [asdict(one) for one in distances]
    line = act(
        root, case_id, "image", actor, why, files={name: data}, name=path.name, phash=own,
        distances=told,
    )  # fmt: skip
    return line, distances
