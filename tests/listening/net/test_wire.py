"""Connections dial what was checked, in the name of the host, and read no more than the cap."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from listening.contract import DataRoot
from listening.http import Http
from listening.net.answer import BadAnswerError, DeniedError, TransientError
from tests.listening.conftest import FakeTime, Server, reply
from tests.listening.door import door


def test_connect_to_dials_there_and_keeps_the_host_header(
    root: DataRoot, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LISTENING_CONNECT_TO", f"*.example=127.0.0.1:{server.port}")
    server.on("/", reply(b"hello"))
    with Http(root, ["news.example"], contact="https://brand.example") as http:
        assert http.get("https://news.example/").body == b"hello"
    assert server.asked[0].headers["host"] == "news.example"
    assert "(+https://brand.example)" in server.asked[0].headers["user-agent"]


def test_proxies_of_the_environment_are_ignored(
    root: DataRoot, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    server.on("/", reply(b"hello"))
    with door(root) as http:
        assert http.get(server.url).body == b"hello"


def test_bodies_over_the_cap_are_refused_while_they_come(root: DataRoot, server: Server) -> None:
    server.on("/", reply(b"x" * 200_000))
    with door(root, max_bytes=50_000) as http, pytest.raises(BadAnswerError, match="too big"):
        http.get(server.url + "/")


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, list[str]]]:
    """A TLS server for `tls.test`, whose certificate we trust: its port, the names it was sent."""
    key, pem = rsa.generate_private_key(65537, 2048), tmp_path / "tls.pem"
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "tls.test")])
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder(
            name, name, key.public_key(), 1, begin, datetime(2099, 1, 1, tzinfo=UTC)
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("tls.test")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    for module in ("net.wire", "stream"):
        monkeypatch.setattr(f"listening.{module}.DEFAULT_CA_BUNDLE_PATH", str(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    names: list[str] = []
    context.sni_callback = lambda _, name, __: names.append(name or "")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve_tls, args=(listener, context), daemon=True)
        thread.start()
        yield listener.getsockname()[1], names
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def _serve_tls(listener: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as one:
            if asked := one.recv(65_536):
                one.sendall(reply(asked.split(b"Host: ")[1].split(b"\r\n")[0]))


def test_tls_speaks_to_the_resolved_address_in_the_hosts_name(
    tls: tuple[int, list[str]], root: DataRoot, fake_time: FakeTime, tmp_path: Path
) -> None:
    """The address is dialled; the name is in SNI, certificate check and Host header."""
    port, names = tls
    settings: dict[str, Any] = {"resolver": lambda *_: ["127.0.0.1"], "clock": fake_time.clock}
    warc = tmp_path / "tls.warc.gz"
    with Http(root, ["tls.test"], ["tls.test"], warc=warc, **settings) as http:
        assert http.get(f"https://tls.test:{port}/").body == f"tls.test:{port}".encode()
    assert names == ["tls.test"]
    assert warc.stat().st_size
    http = Http(root, ["other.test"], ["other.test"], **settings)
    with http, pytest.raises(TransientError, match="hostname 'other\\.test'"):
        http.get(f"https://other.test:{port}/")


def test_tls_of_a_web_socket_checks_the_name_too(
    tls: tuple[int, list[str]], root: DataRoot, fake_time: FakeTime
) -> None:
    port, names = tls
    settings: dict[str, Any] = {"resolver": lambda *_: ["127.0.0.1"], "clock": fake_time.clock}
    http = Http(root, ["tls.test"], ["tls.test"], **settings)
    with http, pytest.raises(DeniedError, match="where a web socket was due"):
        http.stream(f"wss://tls.test:{port}/")
    assert names == ["tls.test"]
    http = Http(root, ["other.test"], ["other.test"], **settings)
    with http, pytest.raises(TransientError, match="other\\.test"):
        http.stream(f"wss://other.test:{port}/")
