"""Signs the chain, so that nobody without the key can write it anew.

Ed25519: who checks needs the public key only. The private one is the key `signing` of the folder
of keys (`LISTENING_KEYS`), outside the data root. Public keys of earlier times lie there as
`*.pub`; all of them also lie beside the evidence, for those who get a copy of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desk.legal.place import digest
from listening.contract import ConfigurationError, DataRoot, keys_folder, read_key

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key, and the id of its public one."""

    key_id: str
    public: bytes  # PEM
    _private: Ed25519PrivateKey

    def sign(self, message: bytes) -> str:
        """Return a signature, in hex."""
        return self._private.sign(message).hex()


def find_signer(root: DataRoot, *, create: bool) -> Signer:
    """Return the key the chain is signed with; made at the first line if `create` says so.

    Raises:
        ListeningError: there is none, or it cannot be read.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.from_private_bytes(read_key(root, "signing", create=create))
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return Signer(key_id(public), public, private)


def key_id(public: bytes) -> str:
    """Return the id of a public key in PEM: the start of its SHA-256."""
    return digest(public)[:16]


class Trusted:
    """The public keys whose signatures count: our own, else those that lie beside the evidence."""

    def __init__(self, root: DataRoot, beside: Path) -> None:
        folder = keys_folder(root)
        self.is_own = (folder / "signing.key").exists()
        found = [find_signer(root, create=False).public] if self.is_own else []
        places = sorted((folder if self.is_own else beside).glob("*.pub"))
        found += [path.read_bytes() for path in places]
        self._keys = {key_id(public): public for public in found}
        self._loaded: dict[str, Ed25519PublicKey] = {}

    def check(self, key: str, signature: str, message: bytes) -> str:
        """Return what is wrong with a signature, "" where nothing is."""
        from cryptography.exceptions import InvalidSignature

        if key not in self._keys:
            return f"signed with a key that is not known: {key}"
        if key not in self._loaded:
            self._loaded[key] = _load_public(self._keys[key])
        try:
            self._loaded[key].verify(bytes.fromhex(signature), message)
        except (InvalidSignature, ValueError):
            return "its signature is not of this key"
        return ""


def _load_public(public: bytes) -> Ed25519PublicKey:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = serialization.load_pem_public_key(public)
    except ValueError as error:
        raise ConfigurationError(f"no public key: {error}", where="signing keys") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ConfigurationError("a public key that is not Ed25519", where="signing keys")
    return key
