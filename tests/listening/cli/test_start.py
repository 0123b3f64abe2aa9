"""First steps by command: a brand file, a source more, and what a source would bring."""

from bench.replay import serve
from tests.listening.cli.conftest import BRAND, WORLD


class TestFirstSteps:
    def test_init_writes_a_file_that_listens(self, listening, tmp_path):
        path = tmp_path / "acme.yaml"
        status, told = listening("init", "Acme Kettles", "--alias", "AcmeCo", "--file", path)
        assert (status, told["file"]) == (0, str(path))
        assert listening("check", path) == (0, {"ok": True, "problems": []})
        assert told["sources"] == ["hackernews", "mastodon"]
        status, told = listening("init", "Acme Kettles", "--file", path)
        assert (status, "there already" in told["error"]["what"]) == (2, True)

    def test_add_keeps_the_comments_and_says_what_it_needs(self, listening, tmp_path):
        path = tmp_path / "acme.yaml"
        listening("init", "Acme", "--file", path)
        before = path.read_text()
        feed = "urls=https://acme.example/feed"
        status, told = listening("add", "rss", "--brand", path, "--set", feed)
        assert (status, told["streams"]) == (0, ["rss--acme.example--feed"])
        assert path.read_text() == before + "  rss: {urls: [https://acme.example/feed]}\n"
        status, told = listening("add", "appstore", "--brand", path)
        assert (status, "apps" in told["error"]["what"]) == (2, True)
        assert "appstore" not in path.read_text()

    def test_try_shows_what_a_source_would_bring_and_stores_nothing(
        self, listening, monkeypatch, tmp_path
    ):
        with serve(WORLD) as server:
            monkeypatch.setenv("LISTENING_CONNECT_TO", server.connect_to)
            status, told = listening("try", "mastodon", "--brand", BRAND)
        assert status == 0
        (stream,) = told["streams"]
        assert stream["counts"]["kept"] == len(told["mentions"]) > 0
        assert all(one["sentiment"] and one["brands"] for one in told["mentions"][:1])
        assert not (tmp_path / "data" / "landing").exists()
        assert not (tmp_path / "data" / "tagged").exists()
