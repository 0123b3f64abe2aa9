"""Signs the short-lived tokens by which some APIs know who asks (RFC 7515, 7518 and 7519)."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, Final, Literal

from listening.contract import ConfigurationError

BYTES: Final = 32  # of each half of an ES256 signature (RFC 7518, 3.4)


def sign(
    claims: Mapping[str, Any],
    key: str,
    algorithm: Literal["ES256", "RS256"],
    where: str,
    key_id: str = "",
) -> str:
    """Return a signed token.

    Args:
        claims: what it says.
        key: the private key, PEM; a connection may hold it on one line, its ends as a
            backslash and an n.
        algorithm: ES256 needs a key on the curve P-256.
        where: names the connection, for the error.
        key_id: names the key, where the API has several.

    Raises:
        ConfigurationError: the key is none, or of another kind.
    """
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    head = {"alg": algorithm, "typ": "JWT", **({"kid": key_id} if key_id else {})}
    said = f"{_text(json.dumps(head).encode())}.{_text(json.dumps(dict(claims)).encode())}"
    try:
        private = load_pem_private_key(key.replace("\\n", "\n").encode(), None)
    except (ValueError, TypeError):  # which quote nothing of it, and neither do we
        private = None
    if algorithm == "RS256" and isinstance(private, rsa.RSAPrivateKey):
        signature = private.sign(said.encode(), padding.PKCS1v15(), hashes.SHA256())
    elif algorithm == "ES256" and isinstance(private, ec.EllipticCurvePrivateKey):
        der = private.sign(said.encode(), ec.ECDSA(hashes.SHA256()))
        halves = utils.decode_dss_signature(der)
        signature = b"".join(half.to_bytes(BYTES, "big") for half in halves)
    else:
        raise ConfigurationError(
            f"its key is no private key for {algorithm}",
            where=where,
            mend="Put the whole PEM file there, with its BEGIN and END lines",
        )
    return f"{said}.{_text(signature)}"


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
