"""How anything that failed says what, where, and the mend."""

from __future__ import annotations

from typing import Any


class ListeningError(Exception):
    """Work that failed: says what happened, where, and the mend. Exit status 1."""

    exit_code: int = 1

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        super().__init__(what, where, mend)
        self.what, self.where, self.mend = what, where, mend

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.what}" if self.where else self.what]
        return ". ".join([*parts, self.mend] if self.mend else parts)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild_error, (type(self), self.what, self.where, self.mend)


class ConfigurationError(ListeningError):
    """A file, flag or setting is wrong; nothing was started. Exit status 2."""

    exit_code = 2


def _rebuild_error(kind: type[ListeningError], what: str, where: str, mend: str) -> ListeningError:
    return kind(what, where=where, mend=mend)
