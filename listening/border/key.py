"""Secret keys, outside the data root that they protect."""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import secrets
from pathlib import Path
from typing import Final, Literal

from listening.border.disk import flush_folder
from listening.border.error import ConfigurationError, ListeningError
from listening.border.root import DataRoot

_LOG: Final = logging.getLogger(__name__)

KEYS_VARIABLE: Final = "LISTENING_KEYS"
Key = Literal["pseudonym", "tombstone", "signing"]
_KEY_BYTES: Final = 32


def keys_folder(root: DataRoot) -> Path:
    """Return where keys lie: `LISTENING_KEYS`, else a folder beside the data root.

    Raises:
        ConfigurationError: it is inside the data root, whose copies must not hold the keys.
    """
    stated = os.environ.get(KEYS_VARIABLE)
    folder = Path(stated).resolve() if stated else root.path.with_name(root.path.name + ".keys")
    if folder == root.path or root.path in folder.parents:
        raise ConfigurationError(
            "keys lie in the data root that they protect",
            where=f"{KEYS_VARIABLE}={folder}",
            mend="Name a folder outside LISTENING_DATA, and back it up apart from the data",
        )
    return folder


def read_key(root: DataRoot, name: Key, *, create: bool = False) -> bytes:
    """Return a secret key of 32 bytes; where there is none yet, make it if `create` says so.

    Raises:
        ListeningError: there is none, it is damaged, or the disk refuses.
    """
    path = keys_folder(root) / f"{name}.key"
    try:
        if create and not path.exists():
            write_key(path, secrets.token_bytes(_KEY_BYTES))
        return parse_key(path)
    except FileNotFoundError as error:
        raise ListeningError(
            f"the {name} key is missing",
            where=str(path),
            mend=f"Restore it from its backup, or point {KEYS_VARIABLE} to where it lies; "
            "a new key would not match what was made with the old one",
        ) from error
    except OSError as error:
        raise ListeningError(
            f"the {name} key cannot be read or written: {error.strerror}",
            where=str(path),
            mend=f"Give this user the right to that folder, or set {KEYS_VARIABLE}",
        ) from error


def parse_key(path: Path) -> bytes:
    """Read a key file.

    Raises:
        OSError: it cannot be read.
        ListeningError: it holds no key.
    """
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise ListeningError(
            "holds no key", where=str(path), mend="Restore it from its backup: 64 hex digits"
        )
    return key


def write_key(path: Path, key: bytes) -> None:
    """Write a key that nobody else may read, under a name that must be new, and say so.

    Of two processes that make one at once, the first wins and both read its key.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, key.hex().encode() + b"\n")
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(temporary, path)
    except FileExistsError:
        return
    finally:
        temporary.unlink()
    flush_folder(path.parent)
    _LOG.warning("made a new key, which nothing can replace: back up %s", path)


def key_id(key: bytes) -> str:
    """Return a name of a key that tells nothing of it."""
    return hmac.new(key, b"listening key id", hashlib.sha256).hexdigest()[:12]
