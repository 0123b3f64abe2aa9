"""A mail carries its charts inside it, and its key in its head."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from desk.deliver.channel import Channel
from desk.deliver.send import Door, Note

PNG = b"\x89PNG\r\n\x1a\n"


class Mailbox(socketserver.TCPServer):
    """As much of SMTP as takes in one mail after another."""

    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taker)
        self.mails: list[EmailMessage] = []


class Taker(socketserver.StreamRequestHandler):
    """Says yes to everything."""

    server: Mailbox

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            word = line.strip().upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                self.server.mails.append(self._mail())
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 yes\r\n")

    def _mail(self) -> EmailMessage:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        parsed = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_mail_has_text_html_and_the_pictures_that_it_names(mailbox: Mailbox):
    port = mailbox.server_address[1]
    url = f"mailto://127.0.0.1:{port}?from=a@x.example&to=b@x.example&mode=insecure"
    html = '<p>Twelve <b>voices</b></p><img src="cid:chart.png">'
    Door(Channel("pr", url)).send(Note("A spike", "x", html, (("chart.png", PNG),)), "key-1")
    (mail,) = mailbox.mails
    assert mail["Idempotency-Key"] == "key-1"
    assert mail["Subject"] == "A spike"
    assert mail.get_content_type() == "multipart/related"
    parts = {part.get_content_type(): part for part in mail.walk()}
    assert "cid:chart.png" in parts["text/html"].get_content()
    assert "Twelve voices" in parts["text/plain"].get_content()
    assert parts["image/png"]["Content-ID"] == "<chart.png>"
    assert parts["image/png"].get_content() == PNG
