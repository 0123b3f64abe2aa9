"""A time stamp of others (openssl as the authority) covers the chain; a picture is of the WARC."""

import json
import os
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from desk.legal.chain import Chain
from desk.legal.keep import keep_evidence
from desk.legal.place import Evidence
from desk.legal.render import Browser, find_browser
from desk.legal.stamp import read_time, stamp_head
from desk.legal.verify import verify
from listening.cli import main
from listening.contract import ConfigurationError, ListeningError
from tests.desk.legal.test_keep import pack_of, read
from tests.desk.legal.world import Exchange, body, flag, post

CHROMIUM = "/usr/bin/chromium"
CONFIG = """
[req]
distinguished_name = name
prompt = no
[name]
CN = Test authority
[signs]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[stamps]
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = tsa1
[tsa1]
dir = {folder}
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
ess_cert_id_alg = sha256
"""


def openssl(*words, **more):
    done = subprocess.run(["openssl", *words], capture_output=True, check=False, **more)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A folder with a root, and an authority that it certified."""
    folder = tmp_path_factory.mktemp("tsa")
    (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
    (folder / "serial").write_text("01\n")
    setting = ["-config", str(folder / "tsa.cnf"), "-days", "30", "-nodes"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    openssl("req", "-x509", *key, *setting, "-extensions", "signs", "-subj", "/CN=Root",
            "-keyout", f"{folder}/ca.key", "-out", f"{folder}/ca.pem")  # fmt: skip
    openssl("req", "-x509", *key, *setting, "-extensions", "stamps", "-subj", "/CN=Stamps",
            "-CA", f"{folder}/ca.pem", "-CAkey", f"{folder}/ca.key",
            "-keyout", f"{folder}/tsa.key", "-out", f"{folder}/tsa.pem")  # fmt: skip
    return folder


def answer(folder, request):
    (folder / "query").write_bytes(request)
    openssl("ts", "-reply", "-config", f"{folder}/tsa.cnf", "-queryfile", f"{folder}/query",
            "-out", f"{folder}/reply")  # fmt: skip
    return (folder / "reply").read_bytes()


@pytest.fixture
def url(authority):
    """The authority behind a loopback server."""

    class Stamps(BaseHTTPRequestHandler):
        def do_POST(self):
            assert self.headers["Content-Type"] == "application/timestamp-query"
            body = answer(authority, self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Stamps) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_the_command_has_the_chain_stamped_over_http_and_openssl_agrees(
    flagged, url, authority, capsys, tmp_path
):
    main_(["evidence", "--stamp", url, "--allow-host", "127.0.0.1", "--json"])
    assert json.loads(capsys.readouterr().out)["stamped"] == 2
    (line,) = Chain(flagged.root).lines("stamp")
    token = Evidence(flagged.root).path / body(line)["files"][0]["path"]
    (tmp_path / "h").write_text(body(line)["hash"])
    openssl("ts", "-verify", "-data", str(tmp_path / "h"), "-in", str(token),
            "-CAfile", f"{authority}/ca.pem")  # fmt: skip
    assert read_time(token.read_bytes()).endswith("+00:00")
    assert verify(flagged.root, roots=[authority / "ca.pem"]).problems == []
    main_(["evidence", "--stamp", url, "--allow-host", "127.0.0.1", "--json"])
    assert json.loads(capsys.readouterr().out)["stamped"] is None  # nothing new since


def main_(words):
    try:
        main(words)
    except SystemExit as error:
        assert not error.code  # noqa: PT017


def test_a_token_of_another_authority_or_of_another_line_shows(flagged, authority, tmp_path):
    keep_evidence(flagged.root)
    line = stamp_head(flagged.root, lambda request: answer(authority, request), "local")
    other = ["-subj", "/CN=Other", "-keyout", f"{tmp_path}/k", "-out", f"{tmp_path}/other.pem"]
    openssl(
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", *other
    )
    (fault,) = verify(flagged.root, roots=[tmp_path / "other.pem"]).problems
    assert "its signature does not stand" in fault["what"]
    token = Evidence(flagged.root).path / body(line)["files"][0]["path"]
    token.write_bytes(b"\x30\x03\x02\x01\x00")
    assert {one["where"] for one in verify(flagged.root).problems} == {
        body(line)["files"][0]["path"]
    }


def test_a_token_of_something_else_is_not_kept(flagged, authority):
    from rfc3161_client import TimestampRequestBuilder

    keep_evidence(flagged.root)
    other = TimestampRequestBuilder().data(b"other").build().as_bytes()
    with pytest.raises(ListeningError, match="of something else"):
        stamp_head(flagged.root, lambda _: answer(authority, other), "local")
    assert not list(Chain(flagged.root).lines("stamp"))


# --- pictures ---------------------------------------------------------------------------

PAGE = """<html><body style="background:#c00"><h1>replica Acme 77</h1>
<img src="http://elsewhere.example/x.png"><script>document.body.style.background='#00c'</script>
</body></html>"""


@pytest.mark.skipif(not os.access(CHROMIUM, os.X_OK), reason="needs a Chromium")
def test_the_picture_is_of_the_bytes_of_the_warc_and_no_script_ran(world):
    from PIL import Image

    one = post("77", "replica Acme 77")
    page = Exchange("https://social.example/77", PAGE, "text/html; charset=utf-8")
    world.hear([one], [page], flags={"77": [flag("counterfeit")]})
    keep_evidence(world.root, Browser(CHROMIUM))
    folder = pack_of(world, one)
    told = read(folder, "manifest.json")["page"]
    assert told["state"] == "rendered", told
    assert read(folder, "origin.json")["page"] == "https://social.example/77"
    with Image.open(folder / "page.png") as picture:
        assert picture.convert("RGB").getpixel((600, 1500)) == (204, 0, 0)
    assert verify(world.root).ok


def test_a_browser_that_fails_costs_the_picture_alone(world):
    one = post("77", "replica Acme 77")
    page = Exchange("https://social.example/77", PAGE, "text/html")
    world.hear([one], [page], flags={"77": [flag("counterfeit")]})
    assert keep_evidence(world.root, Browser(shutil.which("false") or "false")).packs == 1
    told = read(pack_of(world, one), "manifest.json")["page"]
    assert told["state"] == "failed"
    assert told["why"]


def test_a_browser_is_off_unless_it_is_named(monkeypatch):
    monkeypatch.delenv("LISTENING_BROWSER", raising=False)
    assert find_browser() is None
    monkeypatch.setenv("LISTENING_BROWSER", "/nowhere/chromium")
    with pytest.raises(ConfigurationError, match="no such program"):
        find_browser()
