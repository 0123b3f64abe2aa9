"""A brand file is written by machine once, and edited by machine without a comment lost."""

import difflib
from pathlib import Path

import pytest

from listening.brand.edit import add_source, new_brand_file, read_value, write_checked
from listening.brand.load import check_file, load_brands
from listening.contract import ConfigurationError
from listening.query.search import compile_query

HEAD = "version: 1\nbrands: [{id: a, name: A, role: own}]  # us\n"
FILES = sorted((Path(__file__).parents[3] / "brands").glob("*.yaml"))
NEW = "  rss: {urls: [http://b/]}\n"
AFTER = "\n# what follows\ntopics: []\n"
COMMENTED = (
    f"sources:\n  hackernews: {{}}  # all of it\n{AFTER}",
    f"sources:\n  hackernews: {{}}  # all of it\n{NEW}{AFTER}",
)
THEIRS = "sources:\n  rss:\n    # theirs\n    urls:\n      - http://a/  # first\n"
LISTED = (f"{THEIRS}  hackernews: {{}}\n", f"{THEIRS}      - http://b/\n  hackernews: {{}}\n")


def changed(before, after):
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line[0] in "+-"]


def read(tmp_path, text):
    path = tmp_path / "brand.yaml"
    path.write_text(text)
    assert check_file(path) == []
    return load_brands([path])


@pytest.mark.parametrize(
    ("name", "aliases", "query"),
    [
        ("Acme", (), "Acme"),
        ("Acme Kettles", ("AcmeCo",), '"Acme Kettles" OR AcmeCo'),
        ("O'Neil: 100%", (), '"O\'Neil: 100%"'),
        ("Näh & Co #1", (), '"Näh & Co #1"'),
        ("yes", (), "yes"),
    ],
)
def test_a_new_file_is_right_whatever_the_name(tmp_path, name, aliases, query):
    path = tmp_path / "brand.yaml"
    text = new_brand_file(
        name, path, aliases=aliases, domain="acme.example", sources={"hackernews": {}}
    )
    brands = read(tmp_path, text)
    assert (brands.brands[0].name, brands.brands[0].aliases) == (name, aliases)
    assert brands.queries[0].q == query
    compile_query(query)
    assert brands.sources == {"hackernews": {}}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_one_source_more_is_one_line_more(path):
    text = path.read_text()
    for name in ("hackernews", "mastodon", "rss"):
        if "\nsources:" in text and f"  {name}:" not in text:
            assert changed(text, add_source(text, name, {})) == [f"+   {name}: {{}}"]


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ("", "\nsources:\n  rss: {urls: [http://b/]}\n"),
        ("sources:\n", "\nsources:\n  rss: {urls: [http://b/]}\n"),
        ("sources: {}\n", "sources:\n  rss: {urls: [http://b/]}\n"),
        ("sources: {hackernews: {}}\n", "sources:\n  hackernews: {}\n  rss: {urls: [http://b/]}\n"),
        (
            "sources: {rss: {urls: [http://a/]}}\n",
            "sources:\n  rss: {urls: [http://a/, http://b/]}\n",
        ),
        COMMENTED,
        LISTED,
        ("sources:\n    hackernews: {}", "sources:\n    hackernews: {}\n    rss: {urls: [http://b/]}\n"),
    ],
)  # fmt: skip
def test_a_source_is_added_where_it_belongs(tmp_path, sources, expected):
    text = add_source(HEAD + sources, "rss", {"urls": ["http://b/"]})
    assert text == HEAD + expected
    assert "http://b/" in read(tmp_path, text).sources["rss"]["urls"]
    assert add_source(text, "rss", {"urls": ["http://b/"]}) == text


def test_a_value_that_stands_is_not_overwritten():
    for sources in ("sources: {mastodon: {base_url: http://a/}}\n",
                    "sources:\n  mastodon:\n    base_url: http://a/\n"):  # fmt: skip
        with pytest.raises(ConfigurationError, match="has base_url: http://a/ already"):
            add_source(HEAD + sources, "mastodon", {"base_url": "http://b/"})


def test_a_wrong_file_is_not_put_in_place(tmp_path):
    path = tmp_path / "brand.yaml"
    path.write_text(HEAD)
    with pytest.raises(ConfigurationError, match="as it would be"):
        write_checked(path, add_source(HEAD, "rss", {"url": "x"}), new=False)
    assert path.read_text() == HEAD
    with pytest.raises(ConfigurationError, match="there already"):
        write_checked(path, HEAD, new=True)
    assert list(tmp_path.iterdir()) == [path]


def test_values_are_yaml():
    assert read_value("[a, b]") == ["a", "b"]
    assert read_value("https://a.example/") == "https://a.example/"
    with pytest.raises(ConfigurationError):
        read_value("[a")
