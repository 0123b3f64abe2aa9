"""Has the head of the chain time-stamped by others (RFC 3161): it, and all before it, was there.

One token covers every line before it. What is asked is the hash of the last line, as its 64 hex
digits; `openssl ts -verify` reads the token. The transport is the caller's: nothing here knows a
network.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from desk.legal.chain import Chain, Line
from desk.legal.place import Evidence, digest, make_folder, write_new
from listening.contract import DataRoot, ListeningError

_GRANTED: Final = (0, 1)  # granted, granted with modifications (RFC 3161, 2.4.2)
Ask = Callable[[bytes], bytes]  # the request as DER -> the answer as DER


def stamp_head(root: DataRoot, ask: Ask, authority: str) -> Line | None:
    """Have the chain's last line stamped and keep the token; None where nothing is new since.

    Args:
        root: where the evidence is.
        ask: sends a request to the authority and returns its answer.
        authority: its name, for the chain.

    Raises:
        ListeningError: the authority refuses, or its token is of something else.
    """
    from rfc3161_client import TimestampRequestBuilder

    chain, evidence = Chain(root), Evidence(root)
    head = chain.head()
    stamps = [line for line in chain.lines("stamp") if line.body]
    if head is None or (stamps and stamps[-1].n == head.n):
        return None
    request = TimestampRequestBuilder().data(head.hash.encode()).nonce(nonce=True).build()
    token = ask(request.as_bytes())
    if fault := check_token(token, head.hash, ()):
        raise ListeningError(
            f"no time stamp: {fault}", where=authority, mend="Ask another authority, or later"
        )
    path = evidence.path / "stamp" / f"{head.n:08d}-{digest(token)[:8]}.tsr"
    body = {
        "of": head.n,
        "hash": head.hash,
        "authority": authority,
        "files": [{"path": path.relative_to(evidence.path).as_posix(), "sha256": digest(token)}],
    }
    with evidence.lock():
        make_folder(path.parent)
        if not path.exists():
            write_new(path, token)
        return chain.extend("stamp", [body])[0]


def check_token(token: bytes, hash_: str, roots: Sequence[Path]) -> str:
    """Return what is wrong with a token of a hash, "" where nothing is.

    `roots` are certificates (PEM) of authorities that are trusted; without any the token's own
    signature is not checked, only what it is of.
    """
    from rfc3161_client import decode_timestamp_response

    try:
        answer = decode_timestamp_response(token)
    except ValueError as error:
        return f"it cannot be read: {error}"
    if answer.status not in _GRANTED:
        return f"the authority answered with status {answer.status}"
    imprint = answer.tst_info.message_imprint
    if imprint.message != hashlib.new(_name(imprint), hash_.encode()).digest():
        return "it is of something else"
    return _check_roots(answer, hash_, roots) if roots else ""


def read_time(token: bytes) -> str:
    """Return when a token says it was made (UTC, ISO)."""
    from rfc3161_client import decode_timestamp_response

    return str(decode_timestamp_response(token).tst_info.gen_time.isoformat())


def _name(imprint: Any) -> str:
    return {32: "sha256", 48: "sha384", 64: "sha512"}.get(len(imprint.message), "sha512")


def _check_roots(answer: Any, hash_: str, roots: Sequence[Path]) -> str:
    from cryptography import x509
    from rfc3161_client import VerificationError, VerifierBuilder

    builder = VerifierBuilder()
    for path in roots:
        for certificate in x509.load_pem_x509_certificates(path.read_bytes()):
            builder = builder.add_root_certificate(certificate)
    try:
        builder.build().verify_message(answer, hash_.encode())
    except (VerificationError, ValueError) as error:
        return f"its signature does not stand: {error}"
    return ""
